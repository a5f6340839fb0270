import { AsyncLocalStorage } from 'node:async_hooks';
import { callTimedOut, interrupted, isThrottling, quotaReached } from './aws-error.ts';
import type { AwsTimeouts } from './aws-settings.ts';
import type { CallGate } from './call-gate.ts';
import type { CallLog } from './call-log.ts';

/** What is called and why; the log gets a line about it. */
export interface CallTag {
  readonly action: string;
  readonly why: string;
  readonly log: CallLog;
}

// The SDK hands nothing of ours from a call to its attempts; the asynchronous context does.
const running = new AsyncLocalStorage<RunningCall>();

/** One call across the SDK's retries: counts its attempts, and ends it in time. */
export class RunningCall {
  /** HTTP requests so far. */
  attempts = 0;
  readonly tag: CallTag;
  private isThrottled = false;
  private sentAt = 0;
  private readonly timeouts: AwsTimeouts;
  private readonly gate: Pick<CallGate, 'noteThrottling'>;
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  /** @param gate hears of each attempt that AWS throttled. */
  constructor(tag: CallTag, timeouts: AwsTimeouts, gate: Pick<CallGate, 'noteThrottling'>) {
    this.tag = tag;
    this.timeouts = timeouts;
    this.gate = gate;
  }

  /** The call on whose behalf the running code works, if any. */
  static current(): RunningCall | undefined {
    return running.getStore();
  }

  /**
   * Runs `send`, and ends it when `signal` or the time says so, even where the SDK would not notice: while a program
   * gives credentials, for example.
   *
   * @throws IamqlError when it was ended: Interrupted, Throttled, Unreachable or NoCredentials; else what `send` throws.
   */
  async run<T>(signal: AbortSignal, send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    const interrupt = (): void => this.stop.abort(interrupted(this.tag.action));
    signal.addEventListener('abort', interrupt, { once: true });
    this.endAfter(this.timeouts.credentialsMs);
    try {
      if (signal.aborted) throw interrupted(this.tag.action);
      const abortSignal = this.stop.signal;
      return await Promise.race([running.run(this, () => send({ abortSignal })), rejectedBy(abortSignal)]);
    } finally {
      signal.removeEventListener('abort', interrupt);
      clearTimeout(this.timer);
    }
  }

  startAttempt(): void {
    if (this.attempts === 0) this.endAfter(this.timeouts.callMs);
    this.attempts += 1;
    this.sentAt = performance.now();
  }

  /** The SDK takes a quota that is reached for throttling, by its name, and would ask again and again. */
  failAttempt(error: unknown): void {
    this.isThrottled = isThrottling(error);
    const quota = quotaReached(this.tag.action, error);
    if (quota) throw quota;
    if (this.isThrottled) this.gate.noteThrottling(this.sentAt);
  }

  private endAfter(timeMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.stop.abort(callTimedOut(this.tag.action, timeMs, this.attempts, this.isThrottled));
    }, timeMs);
  }
}

/** A middleware for the SDK's clients, inside its retries, that tells the running call of each attempt. */
export function watchAttempts<Input, Output>(next: (args: Input) => Promise<Output>): (args: Input) => Promise<Output> {
  return async (args) => {
    const call = RunningCall.current();
    call?.startAttempt();
    try {
      return await next(args);
    } catch (error) {
      call?.failAttempt(error);
      throw error;
    }
  };
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
