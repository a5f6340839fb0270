import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { accessDeniedMessage } from './access-denied.ts';
import { ConfigRule } from './config-rules.ts';
import { IAM_ACTIONS, type ReceivedCall } from './iam-actions.ts';
import { answerOrganization, organizationError } from './organization.ts';
import { AwsError, errorAnswer, type QueryAnswer, resultAnswer } from './query-answer.ts';
import type { Fault, Scenario } from './scenario.ts';
import { ScriptedAccount } from './scripted-account.ts';
import { STS_ACTIONS } from './sts-actions.ts';

export { renderCredentialReport } from './credential-report-csv.ts';
export { manyAssets } from './many-assets.ts';
export { manyUsers } from './many-users.ts';
export type { Fault, Scenario, ScenarioAccessKey, ScenarioUser } from './scenario.ts';

/** One HTTP request received, retries included. */
export interface AwsCall {
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The access key that signed the request. */
  readonly signedBy: string;
  /** When the request says that it was signed: `20261125T100000Z`. */
  readonly signedAt: string;
  /** Whose JSON protocol it is in; left out for that of IAM and STS. */
  readonly service?: 'organizations' | 'config';
}

/** A scripted IAM and STS endpoint on a free loopback port, in the AWS Query protocol. Close it after the test. */
export async function startAwsEndpoint(scenario: Scenario = {}): Promise<AwsEndpoint> {
  const endpoint = new AwsEndpoint(scenario);
  await endpoint.listen();
  return endpoint;
}

export class AwsEndpoint {
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));
  readonly #calls: AwsCall[] = [];
  /** Of whatever account is scripted: what was said to it stays. */
  readonly configRule = new ConfigRule();
  #scenario: Scenario;
  #account: ScriptedAccount;
  #onCall: ((call: AwsCall) => unknown) | undefined;
  #inFlight = 0;
  #peakInFlight = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#account = new ScriptedAccount(scenario);
    // Node's five seconds would close idle connections just as a client that backs off reuses them.
    this.#server.keepAliveTimeout = 60_000;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get calls(): readonly AwsCall[] {
    return this.#calls;
  }

  /** The most requests that were waiting for an answer at one time. */
  get peakInFlight(): number {
    return this.#peakInFlight;
  }

  get scenario(): Scenario {
    return this.#scenario;
  }

  /** From the next request on; the report, the faults and the assumed roles start afresh, the counts go on. */
  setScenario(scenario: Scenario): void {
    this.#scenario = scenario;
    this.#account = new ScriptedAccount(scenario);
  }

  /** The account as it stands, for who does something to it in the meantime. */
  get account(): ScriptedAccount {
    return this.#account;
  }

  /** Called with each request before it is answered; the answer waits for a promise. */
  set onCall(listener: ((call: AwsCall) => unknown) | undefined) {
    this.#onCall = listener;
  }

  count(action: string): number {
    return this.#calls.filter((call) => call.action === action).length;
  }

  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { action } of this.#calls) counts[action] = (counts[action] ?? 0) + 1;
    return counts;
  }

  forgetCalls(): void {
    this.#calls.length = 0;
    this.#peakInFlight = this.#inFlight;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    // Requests that hang would otherwise keep the server open for good.
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    this.#peakInFlight = Math.max(this.#peakInFlight, this.#inFlight);
    response.on('close', () => {
      this.#inFlight -= 1;
    });
    const start = performance.now();
    const call = await readCall(request);
    this.#calls.push(call);
    await this.#onCall?.(call);
    const { account, callerArn } = callerOf(call, this.#account);
    const fault = account.faults.take(call.action, call.params);
    const answer = answerCall(call, { account, callerArn, sessions: this.#account, fault }, this.configRule);
    if (fault?.hang) return;
    // What the answer took to write is part of its latency.
    const delayMs = account.scenario.latencyMs + (fault?.delayMs ?? 0) - (performance.now() - start);
    if (delayMs > 0) await sleep(delayMs);
    const { clockAheadMs = 0 } = account.scenario;
    if (clockAheadMs !== 0) response.setHeader('date', new Date(Date.now() + clockAheadMs).toUTCString());
    send(response, answer, fault);
  }
}

async function readCall(request: IncomingMessage): Promise<AwsCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const signedBy = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const at = Date.now();
  const signedAt = String(request.headers['x-amz-date'] ?? '');
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    // AWS Config answers by the name that it had before it had one.
    const service = target.startsWith('StarlingDoveService.') ? 'config' : 'organizations';
    return { action: target.split('.').at(-1) ?? '', params: JSON.parse(body), at, signedBy, signedAt, service };
  }
  const { Action, ...params } = Object.fromEntries(new URLSearchParams(body));
  return { action: Action ?? '', params, at, signedBy, signedAt };
}

type Caller = Pick<ReceivedCall, 'account'> & { readonly callerArn: string | AwsError };

/** Whose credentials are past their time is nobody. */
function callerOf({ signedBy }: AwsCall, endpoint: ScriptedAccount): Caller {
  try {
    const callerArn = endpoint.callerArn(signedBy);
    return { account: endpoint.accountOf(callerArn), callerArn };
  } catch (error) {
    return { account: endpoint, callerArn: error as AwsError };
  }
}

function answerCall(
  call: AwsCall,
  { callerArn, ...received }: Caller & Pick<ReceivedCall, 'sessions' | 'fault'>,
  configRule: ConfigRule,
): QueryAnswer {
  const version = call.params['Version'];
  try {
    if (callerArn instanceof AwsError) throw callerArn;
    const known = { ...received, params: call.params, callerArn };
    if (!call.service) return resultAnswer(call.action, version, answerAction(call, known));
    rejectFaulty(call, known);
    if (call.service === 'config') return configRule.answer(call.action, call.params);
    return answerOrganization(received.account.scenario.organization, call.action, call.params);
  } catch (error) {
    // A scenario that makes no sense, such as a time that is none, is reported to the caller and not a hanging request.
    const failure =
      error instanceof AwsError
        ? error
        : new AwsError('InternalFailure', `the scripted endpoint failed: ${error}`, 400);
    return call.service ? organizationError(failure) : errorAnswer(failure, version);
  }
}

function answerAction(call: AwsCall, received: ReceivedCall): string {
  const { action, params } = call;
  rejectFaulty(call, received);
  const answer = IAM_ACTIONS[action] ?? STS_ACTIONS[action];
  if (answer !== undefined) return answer(received);
  throw new AwsError('InvalidAction', `Could not find operation ${action} for version ${params['Version']}`);
}

function rejectFaulty({ action, signedBy, service }: AwsCall, received: ReceivedCall): void {
  if (signedBy === '') throw new AwsError('MissingAuthenticationToken');
  const error = received.fault?.error;
  if (error !== undefined) {
    const denied = error.code === 'AccessDenied' ? accessDeniedMessage(action, received, service) : undefined;
    throw new AwsError(error.code, error.message ?? denied, error.status);
  }
  if (received.account.bucket?.take() === false) throw new AwsError('Throttling');
}

// Well-formed on purpose: the SDK's XML reader takes any root element, and answers as if AWS had sent an empty result.
const SIGN_IN_PAGE = '<!doctype html><html><head><title>Sign in</title></head><body><p>Sign in</p></body></html>';

/** Well below any time that the client waits for a byte. */
const TRICKLE_MS = 20;

function send(response: ServerResponse, answer: QueryAnswer, fault: Fault | undefined): void {
  if (fault?.garbage) {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(fault.garbage === true ? SIGN_IN_PAGE : fault.garbage);
    return;
  }
  const body = Buffer.from(answer.body, 'utf8');
  response.writeHead(answer.status, {
    'content-type': answer.body.startsWith('{') ? 'application/x-amz-json-1.1' : 'text/xml',
    'content-length': fault?.trickle ? Number.MAX_SAFE_INTEGER : body.length,
    'x-amzn-requestid': answer.requestId,
  });
  if (fault?.trickle) {
    const timer = setInterval(() => response.write(' '), TRICKLE_MS);
    response.on('close', () => clearInterval(timer));
    return;
  }
  if (!fault?.cut) {
    response.end(body);
    return;
  }
  // The length promises the whole body, so that the client can tell that it got half of it.
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}
