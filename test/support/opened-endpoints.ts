import type { IAMClient } from '@aws-sdk/client-iam';
import { afterEach } from 'vitest';
import { iamClient } from './aws-clients.ts';
import { type AwsEndpoint, type Scenario, startAwsEndpoint } from './aws-endpoint.ts';

interface OpenedEndpoint {
  readonly endpoint: AwsEndpoint;
  readonly iam: IAMClient;
}

/** How the tests of one file start scripted endpoints, each of which is closed after its test. */
export function opensEndpoints(): (scenario: Scenario) => Promise<OpenedEndpoint> {
  const opened: AwsEndpoint[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
  });
  return async (scenario) => {
    const endpoint = await startAwsEndpoint(scenario);
    opened.push(endpoint);
    return { endpoint, iam: iamClient(endpoint.url) };
  };
}
