import { copyFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Journal } from '../../src/remediate/journal.ts';
import type { AwsCall, ScenarioUser } from '../support/aws-endpoint.ts';
import { awsEnv, startCli } from '../support/run-cli.ts';
import { changesOf, DAY_MS, key, remediatedAccount, statuses, user } from './remediated-account.ts';

const account = remediatedAccount();
const usersWhoseKeysAre = (status: 'Active' | 'Inactive'): readonly ScenarioUser[] =>
  ['A', 'B'].map((id) => user(id.toLowerCase(), [key(id, { status })]));

/** When `kill -9` comes: right when AWS gets that request, of that key. */
interface Death {
  readonly on: 'look' | 'change';
  readonly of: 'A' | 'B';
  /** AWS does not do what was asked. */
  readonly isLost?: boolean;
}

/** Before the first line, and between every two of: a line, what AWS does, the line about it, the next key. */
const deaths: readonly Death[] = [
  { on: 'look', of: 'A' },
  { on: 'change', of: 'A', isLost: true },
  { on: 'change', of: 'A' },
  { on: 'look', of: 'B' },
  { on: 'change', of: 'B', isLost: true },
  { on: 'change', of: 'B' },
];

/** Runs the command itself, and kills it. */
async function die(args: readonly string[], changing: string, { on, of, isLost = false }: Death): Promise<void> {
  const { endpoint } = account;
  const params = { AccessKeyId: `AKIAEXAMPLE${of}` };
  const action = { look: 'GetAccessKeyLastUsed', change: changing }[on];
  const faults = isLost ? [{ action, params, times: 1, error: { code: 'InternalFailure' } }] : [];
  endpoint.setScenario({ ...endpoint.scenario, faults });
  endpoint.forgetCalls();
  const cli = startCli(['remediate', ...args, '--yes'], { env: awsEnv(endpoint.url) });
  endpoint.onCall = async (call: AwsCall) => {
    if (call.action !== action || call.params['AccessKeyId'] !== params.AccessKeyId) return;
    endpoint.onCall = undefined;
    cli.kill('SIGKILL');
    await cli.ended;
  };
  expect(await cli.ended).toMatchObject({ code: null, stdout: '' });
}

/** Each key once; what AWS did not do is asked for again. */
const onceEach = (what: string, { isLost, of }: Death): readonly string[] =>
  ['A', 'B'].flatMap((id) => Array(isLost && of === id ? 2 : 1).fill(`AKIAEXAMPLE${id} ${what}`));

/** Each key once, and found where nobody had written down what came of it. */
function expectDone(journal: string, action: string, { on, of, isLost = false }: Death): void {
  const done = Journal.read(journal).filter((entry) => entry.kind === 'done' && entry.action === action);
  const isUnwritten = on === 'change' && !isLost;
  expect(done.map(({ accessKeyId, found }) => [accessKeyId, found])).toEqual(
    ['A', 'B'].map((id) => [`AKIAEXAMPLE${id}`, isUnwritten && of === id]),
  );
}

/** A journal of keys that were turned off so many days ago. */
async function turnedOff(days: number): Promise<string> {
  account.start({ users: usersWhoseKeysAre('Active') });
  const journal = account.newJournal();
  const at = new Date(Date.now() - days * DAY_MS);
  await account.apply(await account.plan({ now: at }), { journal, batches: 'all', clock: () => at });
  return journal;
}

describe('kill -9 right before, in and after each step, then the same again: each key once, and the journal agrees', () => {
  test('turning off', async () => {
    for (const death of deaths) {
      const endpoint = account.start({ users: usersWhoseKeysAre('Active') });
      const journal = account.newJournal();
      const plan = await account.plan();
      writeFileSync(`${journal}.plan`, JSON.stringify(plan));
      await die(['apply', `${journal}.plan`, '--all', '--journal', journal], 'UpdateAccessKey', death);
      expect(await account.apply(plan, { journal, batches: 'all' })).toMatchObject({ stopped: undefined, left: 0 });
      expect(changesOf(endpoint)).toEqual(onceEach('Inactive', death));
      expect(statuses(endpoint)).toEqual({ AKIAEXAMPLEA: 'Inactive', AKIAEXAMPLEB: 'Inactive' });
      expectDone(journal, 'deactivate', death);
    }
  }, 120_000);

  test('deleting', async () => {
    const before = await turnedOff(15);
    for (const death of deaths) {
      const endpoint = account.start({ users: usersWhoseKeysAre('Inactive') });
      const journal = account.newJournal();
      copyFileSync(before, journal);
      const plan = await account.plan();
      writeFileSync(`${journal}.plan`, JSON.stringify(plan));
      await die(['apply', `${journal}.plan`, '--delete', '--all', '--journal', journal], 'DeleteAccessKey', death);
      const applied = await account.apply(plan, { journal, action: 'delete', batches: 'all' });
      expect(applied).toMatchObject({ stopped: undefined, left: 0 });
      expect(changesOf(endpoint)).toEqual(onceEach('deleted', death));
      expect(statuses(endpoint)).toEqual({});
      expectDone(journal, 'delete', death);
    }
  }, 120_000);

  test('turning on again', async () => {
    const before = await turnedOff(1);
    for (const death of deaths) {
      const endpoint = account.start({ users: usersWhoseKeysAre('Inactive') });
      const journal = account.newJournal();
      copyFileSync(before, journal);
      await die(['undo', '--journal', journal], 'UpdateAccessKey', death);
      expect((await account.undo(journal)).stopped).toBeUndefined();
      expect(changesOf(endpoint)).toEqual(onceEach('Active', death));
      expect(statuses(endpoint)).toEqual({ AKIAEXAMPLEA: 'Active', AKIAEXAMPLEB: 'Active' });
      expectDone(journal, 'reactivate', death);
    }
  }, 120_000);
});
