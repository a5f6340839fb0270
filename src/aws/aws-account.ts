import type { IAMClient, IAMClientConfig } from '@aws-sdk/client-iam';
import type { STSClient, STSClientConfig } from '@aws-sdk/client-sts';
import { awsError } from './aws-error.ts';
import type { CallLog } from './call-log.ts';

/** How an account is reached. What is left out comes from the SDK's own chain: environment, config files, roles. */
export interface AwsSettings {
  readonly profile?: string;
  /** A role to assume with the credentials of the chain. */
  readonly roleArn?: string;
  readonly externalId?: string;
}

/**
 * IAM allows few calls a second per account; the SDK's adaptive mode slows down when AWS throttles. Six attempts with
 * its growing pauses outlast a burst, and end within two minutes when AWS throttles for ever.
 */
const MAX_ATTEMPTS = 6;
const CONNECT_TIMEOUT_MS = 3_000;
/** The largest answer is a credential report of a few MB; what has not come by then will not. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The metadata service answers in milliseconds where there is one; elsewhere its address may swallow packets. */
const METADATA_TIMEOUT_MS = 700;
/** IAM is global: any region of the partition reaches it. */
const DEFAULT_REGION = 'us-east-1';

/** What the clients of both services are configured with. */
type ClientConfig = IAMClientConfig & STSClientConfig;

/** One account behind the SDK: clients made when first needed, and every call logged, bounded and its errors worded. */
export class AwsAccount {
  private readonly settings: AwsSettings;
  private readonly signal: AbortSignal;
  private iam: Promise<IAMClient> | undefined;
  private sts: Promise<STSClient> | undefined;

  /** @param signal interrupts calls that are under way. */
  constructor(settings: AwsSettings, signal: AbortSignal) {
    this.settings = settings;
    this.signal = signal;
  }

  iamClient(): Promise<IAMClient> {
    this.iam ??= this.createIamClient();
    return this.iam;
  }

  stsClient(): Promise<STSClient> {
    this.sts ??= this.createStsClient();
    return this.sts;
  }

  /**
   * Makes one call.
   *
   * @throws IamqlError of the kind that awsError finds; an error that `isExpected` knows is thrown on as it came.
   */
  async call<T extends { readonly $metadata: { readonly attempts?: number | undefined } }>(
    tag: { readonly action: string; readonly why: string; readonly log: CallLog },
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
    isExpected: (error: unknown) => boolean = () => false,
  ): Promise<T> {
    const start = performance.now();
    const finished = (attempts: number | undefined, failed: boolean): void => {
      const { action, why } = tag;
      tag.log.add({ action, why, attempts: attempts ?? 1, durationMs: performance.now() - start, failed });
    };
    try {
      const answer = await send({ abortSignal: this.signal });
      finished(answer.$metadata.attempts, false);
      return answer;
    } catch (error) {
      finished((error as { $metadata?: { attempts?: number } }).$metadata?.attempts, true);
      throw isExpected(error) ? error : awsError(tag.action, error);
    }
  }

  private async createIamClient(): Promise<IAMClient> {
    const { IAMClient } = await import('@aws-sdk/client-iam');
    return this.inRegion((config) => new IAMClient(config));
  }

  private async createStsClient(): Promise<STSClient> {
    const { STSClient } = await import('@aws-sdk/client-sts');
    return this.inRegion((config) => new STSClient(config));
  }

  /** The configured region decides partition and endpoint; with none configured, the `aws` partition's. */
  private async inRegion<C extends IAMClient | STSClient>(create: (config: ClientConfig) => C): Promise<C> {
    const config = await this.clientConfig();
    const client = create(config);
    const region = await client.config.region().catch(() => undefined);
    if (region) return client;
    return create({ ...config, region: process.env['AWS_DEFAULT_REGION'] ?? DEFAULT_REGION });
  }

  private async clientConfig(): Promise<ClientConfig> {
    const { profile } = this.settings;
    return {
      ...(profile ? { profile } : {}),
      ...(await this.credentials()),
      retryMode: 'adaptive',
      maxAttempts: Number(process.env['AWS_MAX_ATTEMPTS']) || MAX_ATTEMPTS,
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    };
  }

  private async credentials(): Promise<Pick<ClientConfig, 'credentials'>> {
    const { profile, roleArn, externalId } = this.settings;
    const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
    const chain = fromNodeProviderChain({
      ...(profile ? { profile } : {}),
      timeout: METADATA_TIMEOUT_MS,
      maxRetries: 0,
    });
    if (!roleArn) return { credentials: chain };
    const params = { RoleArn: roleArn, RoleSessionName: 'iamql', ...(externalId ? { ExternalId: externalId } : {}) };
    return { credentials: fromTemporaryCredentials({ masterCredentials: chain, params }) };
  }
}
