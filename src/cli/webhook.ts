import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { IamqlError } from '../iam/error.ts';
import { isLoopback } from '../server/access.ts';

/** A receiver that is being restarted is back by the third; a scan must not wait for one that is gone. */
const TRIES = 3;
/** How long a receiver is waited for. */
export interface Patience {
  /** From the first attempt to connect until the answer has begun. */
  readonly answerMs: number;
  /** Doubled for each further try, and up to as much again by chance: the scans of many accounts do not all ask at once. */
  readonly firstWaitMs: number;
}
export const usualPatience: Patience = { answerMs: 10_000, firstWaitMs: 500 };
const LEAST_SECRET_LENGTH = 16;

export interface Webhook {
  readonly url: URL;
  readonly secret: string;
}

/** @throws IamqlError InvalidInput for a URL that findings must not be sent to, and without a secret. */
export function readWebhook(text: string): Webhook {
  const url = URL.parse(text);
  const wrong = (why: string): IamqlError => new IamqlError('InvalidInput', `--webhook: ${why}`);
  if (!url) throw wrong('that is no URL');
  const isLocal = isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    throw wrong('findings are sent by https only, or to this machine');
  if (url.username || url.password) throw wrong('a URL with a user or password in it is not taken: the body is signed');
  const secret = process.env['IAMQL_WEBHOOK_SECRET'] ?? '';
  if (secret.length < LEAST_SECRET_LENGTH)
    throw wrong(`set IAMQL_WEBHOOK_SECRET to ${LEAST_SECRET_LENGTH} characters or more, which the body is signed with`);
  return { url, secret };
}

/** @returns why it was not delivered. */
export async function send(
  { url, secret }: Webhook,
  { event, body }: { readonly event: string; readonly body: string },
  { answerMs, firstWaitMs }: Patience,
): Promise<string | undefined> {
  let problem = '';
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await sleep(firstWaitMs * 2 ** (attempt - 1) * (1 + Math.random()));
    const headers = { 'iamql-event': event, 'iamql-signature': signature(secret, body) };
    const answer = await post(url, { body, headers, signal: AbortSignal.timeout(answerMs) });
    if (typeof answer === 'number' && answer >= 200 && answer < 300) return undefined;
    problem = typeof answer === 'number' ? `it answered ${answer}` : answer;
    const isWorthAnother = typeof answer === 'string' || answer >= 500 || answer === 429;
    if (!isWorthAnother) return problem;
  }
  return `${problem} (${TRIES} tries)`;
}

/** Of the time and the body, so that what was overheard cannot be sent again another day. */
function signature(secret: string, body: string): string {
  const time = Math.floor(Date.now() / 1000);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
}

/** @returns the status, or why there is none. The body of an answer is not read, and a redirect is not followed. */
async function post(url: URL, { headers, ...rest }: RequestInit): Promise<number | string> {
  try {
    const response = await fetch(url, {
      ...rest,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'iamql', ...(headers as Record<string, string>) },
      redirect: 'manual',
    });
    await response.body?.cancel().catch(() => {});
    return response.status;
  } catch (error) {
    const { name, message, cause } = error as Error;
    if (name === 'TimeoutError') return 'no answer in time';
    return (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
  }
}
