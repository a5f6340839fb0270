import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsAccount } from '../src/aws/aws-account.ts';
import { parseCredentialReport } from '../src/iam/credential-report.ts';
import { LiveSource } from '../src/inventory/live-source.ts';
import { openAccount } from '../src/inventory/open-account.ts';
import { renderSnapshot } from '../src/inventory/snapshot/render-snapshot.ts';
import { withDigest } from '../src/inventory/snapshot/snapshot-digest.ts';
import { takeSnapshot } from '../src/inventory/snapshot/take-snapshot.ts';
import { packageRoot } from '../src/package-root.ts';
import { EXAMPLE_CREDENTIALS } from '../test/support/aws-clients.ts';
import { type Scenario, startAwsEndpoint } from '../test/support/aws-endpoint.ts';

/** When its credential report was made. */
export const GENERATED_AT = '2026-11-02T08:15:00Z';
const file = join(packageRoot, 'sample', 'account.ndjson');
const read = (name: string): string => readFileSync(join(packageRoot, 'sample', name), 'utf8');

/** The sample account: its credential report and, from scenario.json, what AWS answers beside it. */
export function sampleScenario(): Scenario {
  const content = read('credential-report.csv');
  const { users: extras, ...nouns } = JSON.parse(read('scenario.json'));
  const users = parseCredentialReport(content).users.map(({ userName, path, createDate, hasIAMUserCredentials }) => ({
    name: userName,
    path,
    createDate,
    passwordEnabled: hasIAMUserCredentials.passwordEnabled === true,
    passwordLastChanged: hasIAMUserCredentials.passwordLastChanged ?? createDate,
    ...extras[userName],
  }));
  return { ...nouns, users, report: { content, generatedTime: GENERATED_AT } };
}

/** Its snapshot, read over HTTP as from AWS. All of it was read when the report was made. */
export async function renderSample(): Promise<string> {
  const endpoint = await startAwsEndpoint(sampleScenario());
  const { accessKeyId, secretAccessKey } = EXAMPLE_CREDENTIALS;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  const { signal } = new AbortController();
  const live = new LiveSource(new AwsAccount({}, signal), { maxAgeMs: undefined, waitMs: 0 }, signal);
  const inventory = openAccount(live, { setupSeconds: 10 }).inventory();
  const [header = '', ...assets] = renderSnapshot(await takeSnapshot(inventory), inventory, '0');
  await endpoint.close();
  const {
    iamql: _version,
    sha256: _digest,
    ...known
  } = JSON.parse(header.replaceAll(/"readAt":"[^"]*"/g, `"readAt":"${GENERATED_AT}"`));
  return [...withDigest(JSON.stringify({ iamql: 'sample', ...known, source: 'sample' }), () => assets)].join('');
}

if (process.argv[1] === import.meta.filename) writeFileSync(file, await renderSample());
