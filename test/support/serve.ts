import { type CliOptions, type RunningCli, startCli } from './run-cli.ts';

/** A running `iamql serve` on a free port. End it with `server.kill('SIGTERM')`. */
export async function serveUrl(
  args: readonly string[],
  options: CliOptions = {},
): Promise<{ readonly server: RunningCli; readonly url: string }> {
  const server = startCli(['serve', '--port', '0', ...args], options);
  const [, url = ''] = await server.waitFor(/ at (http:\/\/\S+\/graphql)/);
  return { server, url };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of an answer is what it then asserts.
  readonly body: any;
}

/** A GraphQL request over POST. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
