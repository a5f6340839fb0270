import { expect } from 'vitest';
import type { scriptedAccount } from '../inventory/live-account.ts';
import type { Scenario, ScenarioAccessKey, ScenarioUser } from '../support/aws-endpoint.ts';

/** The scan's own time: that of the report. */
const NOW = '2026-03-01T12:00:00Z';
export const ago = (days: number, seconds = 0): string =>
  new Date(Date.parse(NOW) - days * 86_400_000 - seconds * 1000).toISOString().replace('.000Z', 'Z');

export const user = (name: string, more: Partial<ScenarioUser> = {}): ScenarioUser => ({
  name,
  createDate: ago(1000),
  ...more,
});
export const used = (date: string) => ({ date, region: 'eu-west-1', service: 's3' });
export const key = (id: string, more: Partial<ScenarioAccessKey> = {}): ScenarioAccessKey => ({
  id: `AKIAEXAMPLE${id}`,
  status: 'Active',
  createDate: ago(500),
  ...more,
});

/** The names of what a question selects, and the calls that it took. */
export const answersOf = (account: ReturnType<typeof scriptedAccount>) => async (scenario: Scenario, text: string) => {
  const report = { generatedTime: NOW, columns: 'with-additional', ...scenario.report } as const;
  const { data, errors, counts } = await account({ ...scenario, report }, `${text}{internalName}`);
  expect(errors).toEqual([]);
  const [found] = Object.values(data ?? {}) as [readonly { internalName: string }[]];
  return { names: found.map(({ internalName }) => internalName).toSorted(), counts };
};

export const namesIn =
  (account: ReturnType<typeof scriptedAccount>) =>
  async (scenario: Scenario, text: string): Promise<readonly string[]> =>
    (await answersOf(account)(scenario, text)).names;
