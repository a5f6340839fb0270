import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

let requests = 0;

/** How often the services of this test were asked. */
export const metadataRequests = (): number => requests;

const CREDENTIALS = {
  Code: 'Success',
  AccessKeyId: 'ASIAEXAMPLEOFINSTANCE',
  SecretAccessKey: 'example',
  Token: 'example',
  Expiration: '2099-01-01T00:00:00Z',
};

const ANSWERS: Readonly<Record<string, string>> = {
  '/latest/api/token': 'example',
  '/latest/meta-data/iam/security-credentials/': 'instance-role',
  '/latest/meta-data/iam/security-credentials/instance-role': JSON.stringify(CREDENTIALS),
  '/container': JSON.stringify(CREDENTIALS),
};

/** The machine's own credentials as EC2 and containers hand them out, after `delayMs`; `Infinity` swallows requests. */
export async function startMetadataService(delayMs: number): Promise<string> {
  const server = createServer(async (request, response) => {
    requests++;
    if (delayMs === Number.POSITIVE_INFINITY) return;
    await pause(delayMs);
    response.end(ANSWERS[request.url ?? ''] ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    requests = 0;
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
