import type { IAMClient } from '@aws-sdk/client-iam';
import type { STSClient } from '@aws-sdk/client-sts';

/** Whose clients others may share. */
interface SharedClients {
  iamClient(): Promise<IAMClient>;
  stsClient(): Promise<STSClient>;
}

/** How an account is reached. What is left out comes from the SDK's own chain: environment, config files, roles. */
export interface AwsSettings {
  readonly profile?: string;
  /** A role to assume with the credentials of the profile or of the chain. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** Whose credentials assume the role, and whose connections are used, in place of the profile's or the chain's own. */
  readonly via?: SharedClients;
  /** Whose region is used where the configured one is of another: each partition has its own endpoints. */
  readonly partition?: string;
  /** The most connections that are open at once; several accounts may share them. */
  readonly mostConnections?: number;
  /** Other bounds than the usual ones, for tests. */
  readonly timeouts?: Partial<AwsTimeouts>;
}

/** All in milliseconds. */
export interface AwsTimeouts {
  readonly connectMs: number;
  /** The time to the first byte of an answer, and between any two. */
  readonly answerMs: number;
  /** One call with all its attempts and the pauses between them. */
  readonly callMs: number;
  /** What comes before the first attempt: programs and sign-ins that give credentials, the assumed role. */
  readonly credentialsMs: number;
}

/**
 * A single call that AWS throttles for ever was measured to end after 8 to 26 s, at most 40 s, so `callMs` cuts only
 * what hangs, or the queue of many calls that are all throttled (16 at once took 164 s without it). A program that gives
 * credentials may wait for a person to sign in.
 */
export const usualTimeouts: AwsTimeouts = {
  connectMs: 3_000,
  answerMs: 25_000,
  callMs: 60_000,
  credentialsMs: 300_000,
};
