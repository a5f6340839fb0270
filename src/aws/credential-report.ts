import { setTimeout as pause } from 'node:timers/promises';
import type { GetCredentialReportCommandOutput } from '@aws-sdk/client-iam';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf, instantToMs, renderInstant } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout, awsError, awsErrorName } from './aws-error.ts';
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
const FOUR_HOURS_MS = 4 * 3_600_000;

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
  const report = await awaitReport(account, request, first);
  if (isYoungEnough(report, request)) return report;
  throw tooOld(report.generatedAt, request.maxAgeMs ?? 0);
}

type Got = ReportAnswer | 'none' | 'inProgress';

async function getCredentialReport(account: AwsAccount, request: ReportRequest, why: string): Promise<Got> {
  const { GetCredentialReportCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  try {
    return await account.call(
      { action: GET, why, log: request.log },
      async (options) => reportOf(await client.send(new GetCredentialReportCommand({}), options)),
      (error) => NO_REPORT.test(awsErrorName(error)) || NOT_READY.test(awsErrorName(error)),
    );
  } catch (error) {
    if (NO_REPORT.test(awsErrorName(error))) return 'none';
    if (NOT_READY.test(awsErrorName(error))) return 'inProgress';
    throw awsError(GET, error);
  }
}

function reportOf({ Content, GeneratedTime }: GetCredentialReportCommandOutput): ReportAnswer {
  if (!Content?.length) throw answeredWithout(GET, 'a report');
  if (!GeneratedTime) throw answeredWithout(GET, 'the time the report was generated');
  return {
    csv: Buffer.from(Content.buffer, Content.byteOffset, Content.byteLength).toString('utf8'),
    generatedAt: instantOf(GeneratedTime),
  };
}

/** Whether AWS builds a new report now: COMPLETE says that it keeps to the one it has. */
async function generateCredentialReport(account: AwsAccount, request: ReportRequest, first: Got): Promise<boolean> {
  const { GenerateCredentialReportCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const why = typeof first === 'object' ? 'the report is older than --max-age' : 'there was no report to hand out';
  return account.call({ action: GENERATE, why, log: request.log }, async (options) => {
    const { State } = await client.send(new GenerateCredentialReportCommand({}), options);
    if (!State) throw answeredWithout(GENERATE, 'a state');
    return State !== 'COMPLETE';
  });
}

/** Asks for a report, unless someone else just did, and gets until it is there. AWS may hand out the old one until then. */
async function awaitReport(account: AwsAccount, request: ReportRequest, first: Got): Promise<ReportAnswer> {
  const oldest = typeof first === 'object' ? first.generatedAt : '';
  let isAsked = first !== 'inProgress';
  let isBuilding = isAsked ? await generateCredentialReport(account, request, first) : true;
  const deadline = performance.now() + request.waitMs;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const got = await getCredentialReport(account, request, 'waiting for the report that AWS generates');
    if (typeof got === 'object' && (got.generatedAt > oldest || !isBuilding)) return got;
    if (got === 'none' && !isAsked) {
      // The report that someone else asked for came to nothing.
      isBuilding = await generateCredentialReport(account, request, got);
      isAsked = true;
    }
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) throw notReady(request.waitMs);
    await pauseFor(Math.min(wait, leftMs), request.signal);
  }
}

async function pauseFor(timeMs: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(timeMs, undefined, { signal });
  } catch (error) {
    throw awsError(GET, error);
  }
}

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
function tooOld(generatedAt: Instant, maxAgeMs: number): IamqlError {
  const nextMs = instantToMs(generatedAt) + FOUR_HOURS_MS;
  const when = nextMs > Date.now() ? `not before ${renderInstant(instantOf(new Date(nextMs)))}` : 'not yet: try later';
  const minutes = Math.round(maxAgeMs / 60_000);
  return new IamqlError(
    'TooOld',
    `the credential report of ${renderInstant(generatedAt)} is older than --max-age (${minutes} min); AWS builds a new one at most every 4 hours, so ${when}`,
  );
}
