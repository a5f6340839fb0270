import { afterAll, beforeAll } from 'vitest';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import type { AwsSettings } from '../../src/aws/aws-settings.ts';
import { ask } from '../../src/graphql/ask.ts';
import type { Inventory, Source } from '../../src/inventory/inventory.ts';
import { LiveSource } from '../../src/inventory/live-source.ts';
import { type Freshness, openAccount } from '../../src/inventory/open-account.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import {
  type AwsEndpoint,
  type Scenario,
  type ScenarioAccessKey,
  type ScenarioUser,
  startAwsEndpoint,
} from '../support/aws-endpoint.ts';
import type { ConfigRule } from '../support/config-rules.ts';

export interface LiveAnswer {
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  /** Each as `path: CODE message`. */
  readonly errors: readonly string[];
  /** HTTP requests by action. */
  readonly counts: Readonly<Record<string, number>>;
}

/** One question, asked of an account by the real SDK over HTTP, with nothing read before. */
type AskAccount = (
  scenario: Scenario,
  text: string,
  variables?: Readonly<Record<string, unknown>>,
) => Promise<LiveAnswer>;

const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  AWS_REGION: 'us-east-1',
  // What is denied here stays denied: asking again would only hide how often was asked.
  AWS_MAX_ATTEMPTS: '1',
  // The machine's own profiles must not decide anything.
  AWS_CONFIG_FILE: 'no-config-file',
  AWS_SHARED_CREDENTIALS_FILE: 'no-credentials-file',
};

export interface ScriptedAccount extends AskAccount {
  /** An inventory of the account with nothing read yet. @param more settings beside those of the file. */
  open(scenario: Scenario, freshness?: Freshness, more?: AwsSettings): Inventory;
  /** Another, of the same account as it stands, faults used up and all. */
  another(freshness?: Freshness): Inventory;
  /** What several inventories share. */
  source(scenario: Scenario, freshness?: Freshness): Source;
  /** HTTP requests by action since the last scenario. */
  counts(): Readonly<Record<string, number>>;
  /** What was said to AWS Config, whichever scenario it was of. */
  configRule(): ConfigRule;
}

/** A scripted AWS endpoint for one test file, and the environment that leads the SDK to it. */
export function scriptedAccount(settings: AwsSettings = {}): ScriptedAccount {
  let endpoint: AwsEndpoint;
  beforeAll(async () => {
    endpoint = await startAwsEndpoint();
    Object.assign(process.env, ENVIRONMENT, { AWS_ENDPOINT_URL: endpoint.url });
  });
  afterAll(() => endpoint.close());
  const another = (freshness: Freshness = {}, more: AwsSettings = {}): Source => {
    const { signal } = new AbortController();
    const live = { maxAgeMs: freshness.maxAgeMs, waitMs: 5_000 };
    const aws = new AwsAccount({ ...settings, ...more }, signal);
    return openAccount(new LiveSource(aws, live, signal), { setupSeconds: 10 }, freshness);
  };
  const open = (scenario: Scenario, freshness?: Freshness, more?: AwsSettings): Source => {
    endpoint.setScenario(scenario);
    endpoint.forgetCalls();
    return another(freshness, more);
  };
  const askAccount: AskAccount = async (scenario, text, variables) => {
    const answer = await askInventory(open(scenario).inventory(), text, variables);
    return { ...answer, counts: { ...endpoint.counts() } };
  };
  return Object.assign(askAccount, {
    source: open,
    open: (...account: Parameters<typeof open>) => open(...account).inventory(),
    another: (freshness?: Freshness) => another(freshness).inventory(),
    counts: () => endpoint.counts(),
    configRule: () => endpoint.configRule,
  });
}

/** What an inventory answers, in the form in which tests compare it. */
export async function askInventory(
  inventory: Inventory,
  text: string,
  variables?: Readonly<Record<string, unknown>>,
): Promise<Omit<LiveAnswer, 'counts'>> {
  const { result } = await ask(inventory, { text, variables });
  const errors = (result.errors ?? []).map(
    ({ path, extensions, message }) => `${path?.join('.') ?? ''}: ${extensions['code'] ?? ''} ${message}`,
  );
  return { data: result.data, errors };
}

/** The names that a root field selected, with null for each asset that is neither selected nor passed over. */
export function names(answer: LiveAnswer, field = 'iamUsers'): readonly (string | null)[] {
  const found = answer.data?.[field] as readonly ({ readonly userName: string } | null)[];
  return found.map((user) => user?.userName ?? null);
}

const CREATED = '2024-03-01T10:20:30Z';
/** For keys that were used, once. */
export const USED = { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' };

/** An active key that was never used, but for what `more` says. */
export function key(id: string, more: Partial<ScenarioAccessKey> = {}): ScenarioAccessKey {
  return { id: `AKIAEXAMPLE${id}`, status: 'Active', createDate: '2024-03-05T00:00:00Z', ...more };
}

export const user = (name: string, ...accessKeys: readonly ScenarioAccessKey[]): ScenarioUser => ({
  name,
  createDate: CREATED,
  accessKeys,
});

export const denied = (action: string, params?: Readonly<Record<string, string>>) => ({
  action,
  error: { code: 'AccessDenied' },
  ...(params ? { params } : {}),
});
