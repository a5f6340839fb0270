import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** How many bytes clients may send from now on; then all connections are cut, and new ones refused. */
  cutAfter(bytes: number): void;
  /** Lets connections through again. */
  restore(): void;
  close(): Promise<void>;
}

/** Stands between clients and a server on this machine, and is a network that fails when it is told to. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let left = Number.POSITIVE_INFINITY;
  const sockets = new Set<Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (left <= 0) return void client.destroy();
    const upstream = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    upstream.pipe(client);
    client.on('data', (bytes) => {
      left -= bytes.length;
      if (left <= 0) cut();
      else upstream.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (bytes) => {
      left = bytes;
      if (bytes <= 0) cut();
    },
    restore: () => {
      left = Number.POSITIVE_INFINITY;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
