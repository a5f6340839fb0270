import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { IamqlError } from '../iam/error.ts';

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Reading a request must not take longer; answering may, when AWS generates a report first. */
const REQUEST_TIMEOUT_MS = 30_000;
/** More than an explorer and a few dashboards keep open. */
const MAX_CONNECTIONS = 200;

/** What listens on every address is reached, from this machine, at the loopback's. */
const EVERY_ADDRESS = new Set(['0.0.0.0', '::']);

/** @throws IamqlError InvalidInput when the port cannot be had. */
export async function listen(app: Express, host: string, port: number): Promise<Listening> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, app);
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  const name = EVERY_ADDRESS.has(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${actual}/graphql`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): IamqlError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'the port is in use; choose another with --port',
    EACCES: 'ports below 1024 need rights that this user has not; choose another with --port',
    EADDRNOTAVAIL: 'this machine has no such address',
  };
  const reason = reasons[cause.code ?? ''] ?? cause.message;
  return new IamqlError('InvalidInput', `cannot listen on ${host}:${port}: ${reason}`, { cause });
}
