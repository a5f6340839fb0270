import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { manyAssets, type Scenario, startAwsEndpoint } from '../test/support/aws-endpoint.ts';

/** What the process of an endpoint plays besides its account. */
export type EndpointSettings = Pick<Scenario, 'latencyMs' | 'callsPerSecond'>;

/** 5,000 users, of whom 20 have an active key that was never used, 50 groups, 1,000 roles and 1,500 policies. */
export const wholeAccount = () => ({
  ...manyAssets({
    users: 5_000,
    selected: 20,
    roles: 1_000,
    policies: 1_500,
    serverCertificates: 20,
    samlProviders: 2,
    oidcProviders: 3,
  }),
  report: { columns: 'with-additional' as const },
  passwordPolicy: { MinimumPasswordLength: 8 },
});

/** The scripted endpoint in a process of its own, so that what it computes is not taken for what iamql does. */
export async function startEndpointProcess(
  settings: EndpointSettings,
): Promise<{ readonly url: string; stop(): void }> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(settings)], { stdio: 'inherit' });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', (code) => reject(new Error(`the endpoint ended with ${code}`)));
  });
  return { url, stop: () => child.disconnect() };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const endpoint = await startAwsEndpoint({ ...wholeAccount(), ...JSON.parse(process.argv[2] ?? '{}') });
  process.once('disconnect', () => process.exit());
  process.send(endpoint.url);
}
