import { setTimeout as pause } from 'node:timers/promises';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf, instantToMs, renderInstant } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { awsError, awsErrorName } from './aws-error.ts';
import type { CallLog } from './call-log.ts';

export interface ReportAnswer {
  readonly csv: string;
  readonly generatedAt: Instant;
}

export interface ReportRequest {
  /** No report older than this many milliseconds; left out, as old as AWS hands out, which is four hours. */
  readonly maxAgeMs?: number;
  /** How long AWS may take to generate a report, in milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly log: CallLog;
}

const GET = 'iam:GetCredentialReport';
const GENERATE = 'iam:GenerateCredentialReport';
/** Small accounts are ready at once, large ones within a minute: pauses start short and double. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;

/** AWS's names for "there is none to hand out yet", and the SDK's for the same. */
const NO_REPORT = /^(CredentialReport)?(ReportNotPresent|NotPresent|ReportExpired|Expired)(Exception)?$/;
const NOT_READY = /^(CredentialReport)?(ReportInProgress|NotReady)(Exception)?$/;

/**
 * Reads the credential report: get first, generate only when there is none, it expired or is older than asked, then
 * poll. AWS builds a new report at most every four hours and until then hands out the one it has.
 *
 * Source: IAM API Reference, GenerateCredentialReport and GetCredentialReport.
 *
 * @throws IamqlError NotReady when AWS does not finish in time, TooOld when it has none that is young enough, and what
 *   awsError words.
 */
export async function readCredentialReport(account: AwsAccount, request: ReportRequest): Promise<ReportAnswer> {
  const first = await getCredentialReport(account, request, 'the facts of every IAM user');
  if (typeof first === 'object' && isYoungEnough(first, request)) return first;
  if (first !== 'inProgress') await generateCredentialReport(account, request, first);
  const report =
    first === 'none' || first === 'inProgress'
      ? await poll(account, request)
      : await pollNewer(account, request, first);
  if (isYoungEnough(report, request)) return report;
  throw tooOld(report.generatedAt, request.maxAgeMs ?? 0);
}

type Got = ReportAnswer | 'none' | 'inProgress';

async function getCredentialReport(account: AwsAccount, request: ReportRequest, why: string): Promise<Got> {
  const { GetCredentialReportCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  try {
    const answer = await account.call(
      { action: GET, why, log: request.log },
      (options) => client.send(new GetCredentialReportCommand({}), options),
      (error) => NO_REPORT.test(awsErrorName(error)) || NOT_READY.test(awsErrorName(error)),
    );
    if (!answer.Content?.length || !answer.GeneratedTime) {
      throw new IamqlError('Corrupt', `${GET} answered without a report or without the time it was generated`);
    }
    return { csv: Buffer.from(answer.Content).toString('utf8'), generatedAt: instantOf(answer.GeneratedTime) };
  } catch (error) {
    if (NO_REPORT.test(awsErrorName(error))) return 'none';
    if (NOT_READY.test(awsErrorName(error))) return 'inProgress';
    throw awsError(GET, error);
  }
}

async function generateCredentialReport(account: AwsAccount, request: ReportRequest, first: Got): Promise<void> {
  const { GenerateCredentialReportCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const why = first === 'none' ? 'there was no report, or it had expired' : 'the report is older than --max-age';
  await account.call({ action: GENERATE, why, log: request.log }, (options) =>
    client.send(new GenerateCredentialReportCommand({}), options),
  );
}

/** Gets until there is a report. */
async function poll(account: AwsAccount, request: ReportRequest): Promise<ReportAnswer> {
  const deadline = performance.now() + request.waitMs;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const got = await getCredentialReport(account, request, 'waiting for the report that AWS generates');
    if (typeof got === 'object') return got;
    if (performance.now() + wait > deadline) throw notReady(request.waitMs);
    await pause(wait, undefined, { signal: request.signal });
  }
}

/** AWS goes on handing out the old report while it builds the new one, and for ever when it builds none. */
async function pollNewer(account: AwsAccount, request: ReportRequest, old: ReportAnswer): Promise<ReportAnswer> {
  if (instantToMs(old.generatedAt) > Date.now() - FOUR_HOURS_MS) return poll(account, request);
  const deadline = performance.now() + request.waitMs;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const report = await poll(account, request);
    if (report.generatedAt > old.generatedAt || performance.now() + wait > deadline) return report;
    await pause(wait, undefined, { signal: request.signal });
  }
}

const FOUR_HOURS_MS = 4 * 3_600_000;

const isYoungEnough = (report: ReportAnswer, { maxAgeMs }: ReportRequest): boolean =>
  maxAgeMs === undefined || Date.now() - instantToMs(report.generatedAt) <= maxAgeMs;

function notReady(waitMs: number): IamqlError {
  const seconds = Math.round(waitMs / 1000);
  return new IamqlError(
    'NotReady',
    `AWS had not finished the credential report after ${seconds} s; try again, or wait longer with --wait`,
  );
}

/** @param maxAgeMs what was asked, in milliseconds. */
export function tooOld(generatedAt: Instant, maxAgeMs: number): IamqlError {
  const next = renderInstant(instantOf(new Date(instantToMs(generatedAt) + FOUR_HOURS_MS)));
  const minutes = Math.round(maxAgeMs / 60_000);
  return new IamqlError(
    'TooOld',
    `the credential report of ${renderInstant(generatedAt)} is older than --max-age (${minutes} min); AWS builds a new one at most every 4 hours, so not before ${next}`,
  );
}
