/** One call to AWS as it went, retries included. */
export interface AwsCall {
  /** The IAM action, for example `iam:ListAccessKeys`. */
  readonly action: string;
  readonly why: string;
  /** How many HTTP requests it took; none when the credentials for it did not come. */
  readonly attempts: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

/** Every call of one run or one request, in order. */
export class CallLog {
  readonly calls: AwsCall[] = [];

  add(call: AwsCall): void {
    this.calls.push(call);
  }
}
