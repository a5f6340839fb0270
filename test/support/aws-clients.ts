import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';

/** AWS's documented example credentials, which open nothing. */
export const EXAMPLE_CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const;

export interface ClientOptions {
  /** Default 3, the SDK's own. */
  readonly maxAttempts?: number;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; sessionToken?: string };
}

/** The real SDK's IAM client, aimed at an endpoint of the tests. */
export function iamClient(endpoint: string, options: ClientOptions = {}): IAMClient {
  return new IAMClient({ endpoint, region: 'us-east-1', credentials: EXAMPLE_CREDENTIALS, ...options });
}

export function stsClient(endpoint: string, options: ClientOptions = {}): STSClient {
  return new STSClient({ endpoint, region: 'us-east-1', credentials: EXAMPLE_CREDENTIALS, ...options });
}
