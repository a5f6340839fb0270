import { onTestFinished, vi } from 'vitest';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import type { AwsSettings } from '../../src/aws/aws-settings.ts';
import { CallLog } from '../../src/aws/call-log.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import { type AwsEndpoint, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';

export interface OpenAccount {
  readonly endpoint: AwsEndpoint;
  readonly account: AwsAccount;
  readonly log: CallLog;
  readonly tag: { readonly why: string; readonly log: CallLog };
  /** Aborting it interrupts what is under way. */
  readonly controller: AbortController;
}

/** Where nothing listens: port 9 discards, where there is a service at all, and only the privileged can open it. */
export const NOBODY = 'http://127.0.0.1:9';

/**
 * Our own account object in front of a scripted AWS, reached as a user reaches another endpoint: by environment. Both are
 * gone after the test.
 */
export async function openAccount(scenario: Scenario, settings: AwsSettings = {}): Promise<OpenAccount> {
  const endpoint = await startAwsEndpoint(scenario);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await endpoint.close();
  });
  stubAwsEnvironment({
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  });
  const controller = new AbortController();
  const log = new CallLog();
  return {
    endpoint,
    account: new AwsAccount(settings, controller.signal),
    log,
    tag: { why: 'a test', log },
    controller,
  };
}

/** What the tests say and nothing of the machine that they run on. */
export function stubAwsEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  }
  const nowhere = {
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: NOBODY,
  };
  for (const [name, value] of Object.entries({ ...nowhere, ...variables })) vi.stubEnv(name, value);
}
