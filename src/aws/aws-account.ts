import type { IAMClient, IAMClientConfig } from '@aws-sdk/client-iam';
import type { OrganizationsClient, OrganizationsClientConfig } from '@aws-sdk/client-organizations';
import type { AssumeRoleCommandOutput, STSClient, STSClientConfig } from '@aws-sdk/client-sts';
import { IamqlError } from '../iam/error.ts';
import { answeredWithout, awsError } from './aws-error.ts';
import { type AwsSettings, type AwsTimeouts, usualTimeouts } from './aws-settings.ts';
import { CallGate } from './call-gate.ts';
import { CallLog } from './call-log.ts';
import { type Credentials, credentialsBehindRoles, sourceCredentials } from './credentials.ts';
import { DEFAULT_REGION, regionOfPartition, regionToUse } from './region.ts';
import { type CallTag, RunningCall, watchAttempts } from './running-call.ts';
import { Sha256 } from './sha256.ts';

/**
 * IAM allows few calls a second per account. The SDK's adaptive mode slows all calls down together when AWS throttles:
 * measured against 5 answers a second, 16 readers lost none of 200 calls, and 115 of them in the standard mode.
 */
const MAX_ATTEMPTS = 6;
/** How long a role that was refused is not asked for again. What somebody grants meanwhile takes AWS as long to spread. */
const REFUSED_MS = 10_000;
/** So much two clocks may differ and count as the same. */
const CLOCKS_AGREE_MS = 60_000;
/** What the clients of all services are configured with. */
type ClientConfig = IAMClientConfig & STSClientConfig & OrganizationsClientConfig;
/** What is asked of a client here, whichever service's it is. */
interface AnyClient {
  readonly config: { readonly region: () => Promise<string> };
  readonly middlewareStack: object;
}
type Send<T> = (options: { readonly abortSignal: AbortSignal }) => Promise<T>;

/** One account behind the SDK: clients made when first needed, and every call logged, bounded and its errors worded. */
export class AwsAccount {
  private readonly settings: AwsSettings;
  private readonly timeouts: AwsTimeouts;
  private readonly signal: AbortSignal;
  private readonly gate = new CallGate();
  private iam: Promise<IAMClient> | undefined;
  private once: Promise<IAMClient> | undefined;
  private sts: Promise<STSClient> | undefined;
  private organizations: Promise<OrganizationsClient> | undefined;
  private sourceSts: Promise<STSClient> | undefined;
  private behindSts: Promise<STSClient | undefined> | undefined;
  /** Why the role was refused, and when. */
  private refused: { readonly error: IamqlError; readonly at: number } | undefined;

  /** @param signal interrupts calls that are under way. */
  constructor(settings: AwsSettings, signal: AbortSignal) {
    this.settings = settings;
    this.timeouts = { ...usualTimeouts, ...settings.timeouts };
    this.signal = signal;
  }

  iamClient(): Promise<IAMClient> {
    this.iam ??= this.ownCredentials().then((credentials) => this.createIamClient(credentials));
    return this.iam;
  }

  /** The same without retries: for a request that must not be sent again before somebody has looked. */
  iamClientOnce(): Promise<IAMClient> {
    // It cannot learn from a refusal by how much the clocks differ, so it is told.
    this.once ??= this.iamClient().then(({ config: { credentials, systemClockOffset } }) =>
      this.createIamClient({ credentials }, { retryMode: 'standard', maxAttempts: 1, systemClockOffset }),
    );
    return this.once;
  }

  /** Shares the credentials of the IAM client, so that a program or a role gives them once. */
  stsClient(): Promise<STSClient> {
    this.sts ??= this.iamClient().then(({ config }) => this.createStsClient({ credentials: config.credentials }));
    return this.sts;
  }

  /**
   * With the credentials that assume the role, where one is assumed and was by now; then with those that assume the roles of the
   * profile, where it names some.
   */
  async sourceStsClients(): Promise<readonly STSClient[]> {
    this.behindSts ??= this.createBehindStsClient();
    return (await Promise.all([this.sourceSts, this.behindSts])).filter((client) => client !== undefined);
  }

  /** The same for the organization that the account is of. */
  async organizationsClient(): Promise<OrganizationsClient> {
    this.organizations ??= this.createOrganizationsClient();
    return this.organizations;
  }

  /** A client of any service, with the credentials of the IAM client and bounded as that one is. */
  async clientOf<C extends AnyClient>(create: (config: ClientConfig) => C): Promise<C> {
    const { credentials } = (await this.iamClient()).config;
    const client = await this.inRegion(create, { credentials });
    // The stack that the SDK's clients share knows no service's own inputs.
    const stack = client.middlewareStack as IAMClient['middlewareStack'];
    stack.add(watchAttempts, { step: 'finalizeRequest', priority: 'low' });
    return client;
  }

  /** What signs: the caller's credentials, and where roles are assumed, those of who assumes them, the first of all at the end. */
  async signingCredentials(): Promise<readonly Awaited<ReturnType<IAMClient['config']['credentials']>>[]> {
    const clients = [await this.iamClient(), ...(await this.sourceStsClients())];
    return Promise.all(clients.map(({ config }) => config.credentials()));
  }

  /**
   * The time by AWS's clock, as the last of its answers told: this machine's may be wrong, and the SDK signs by AWS's then
   * without a word. AWS tells whole seconds, late by the way of the answer; clocks that agree as well as that are the same.
   */
  async clock(): Promise<() => Date> {
    const clients = await Promise.all([this.iamClient(), this.stsClient()]);
    return () => {
      const aheadMs = clients.map(({ config }) => config.systemClockOffset).find((offset) => offset !== 0) ?? 0;
      return new Date(Date.now() + (Math.abs(aheadMs) < CLOCKS_AGREE_MS ? 0 : aheadMs));
    };
  }

  /**
   * Makes one call, in its turn. The role that a call assumes on its way must not wait for the call itself to end.
   *
   * @throws IamqlError of the kind that awsError finds; an error that `isExpected` knows is thrown on as it came.
   */
  call<T>(tag: CallTag, send: Send<T>, isExpected: (error: unknown) => boolean = () => false): Promise<T> {
    const make = () => this.callNow(tag, send, isExpected);
    return RunningCall.current() ? make() : this.gate.pass(make);
  }

  private async callNow<T>(tag: CallTag, send: Send<T>, isExpected: (error: unknown) => boolean): Promise<T> {
    const { action, why, log } = tag;
    const start = performance.now();
    const call = new RunningCall(tag, this.timeouts, this.gate);
    let failed = true;
    try {
      const answer = await call.run(this.signal, send);
      failed = false;
      return answer;
    } catch (error) {
      throw isExpected(error) ? error : awsError(action, error);
    } finally {
      log.add({ action, why, attempts: call.attempts, durationMs: performance.now() - start, failed });
    }
  }

  private async ownCredentials(): Promise<Credentials> {
    const { roleArn, profile } = this.settings;
    return roleArn ? { credentials: () => this.assumeRole(roleArn) } : sourceCredentials(profile);
  }

  private async createIamClient(
    credentials: Credentials,
    retries: Pick<IAMClientConfig, 'retryMode' | 'maxAttempts' | 'systemClockOffset'> = {},
  ): Promise<IAMClient> {
    const [{ IAMClient }, { PlainXmlQuery: protocol }] = await Promise.all([
      import('@aws-sdk/client-iam'),
      import('./plain-xml-query.ts'),
    ]);
    const client = await this.inRegion((config) => new IAMClient({ ...config, ...retries, protocol }), credentials);
    // It makes a copy of each answer without secrets, for a logger that nobody gave it.
    client.middlewareStack.remove('loggerMiddleware');
    client.middlewareStack.add(watchAttempts, { step: 'finalizeRequest', priority: 'low' });
    return client;
  }

  private async createOrganizationsClient(): Promise<OrganizationsClient> {
    const { OrganizationsClient } = await import('@aws-sdk/client-organizations');
    return this.clientOf((config) => new OrganizationsClient(config));
  }

  private async createStsClient(credentials: Credentials): Promise<STSClient> {
    const { STSClient } = await import('@aws-sdk/client-sts');
    const client = await this.inRegion((config) => new STSClient(config), credentials);
    client.middlewareStack.add(watchAttempts, { step: 'finalizeRequest', priority: 'low' });
    return client;
  }

  private async createBehindStsClient(): Promise<STSClient | undefined> {
    const behind = await credentialsBehindRoles(this.settings.profile).catch((error: unknown) => {
      throw awsError('sts:GetCallerIdentity', error);
    });
    return behind && this.createStsClient(behind);
  }

  /** The configured region decides partition and endpoint; with none configured, the `aws` partition's. */
  private async inRegion<C extends Pick<AnyClient, 'config'>>(
    create: (config: ClientConfig) => C,
    credentials: Credentials,
  ): Promise<C> {
    const { partition, via } = this.settings;
    const configured = await regionToUse();
    const region = partition === undefined ? configured : regionOfPartition(partition, configured);
    const shared = via ? { requestHandler: (await via.iamClient()).config.requestHandler } : {};
    const config = { ...this.clientConfig(), ...credentials, ...shared, ...(region ? { region } : {}) };
    const client = create(config);
    try {
      await client.config.region();
      return client;
    } catch (error) {
      // The profile in use names none. The SDK has no error name for it.
      if ((error as Error).message === 'Region is missing') return create({ ...config, region: DEFAULT_REGION });
      throw new IamqlError('InvalidInput', (error as Error).message, { cause: error });
    }
  }

  private clientConfig(): ClientConfig {
    const { profile, mostConnections: maxSockets } = this.settings;
    const { connectMs, answerMs } = this.timeouts;
    const agent = maxSockets === undefined ? undefined : { keepAlive: true, maxSockets };
    return {
      ...(profile ? { profile } : {}),
      sha256: Sha256,
      retryMode: 'adaptive',
      maxAttempts: Number(process.env['AWS_MAX_ATTEMPTS']) || MAX_ATTEMPTS,
      requestHandler: {
        connectionTimeout: connectMs,
        requestTimeout: answerMs,
        socketTimeout: answerMs,
        throwOnRequestTimeout: true,
        ...(agent ? { httpAgent: agent, httpsAgent: agent } : {}),
      },
    };
  }

  /**
   * Called by the SDK, inside the call that needs the credentials first and again when they are about to expire; and, where
   * the role is refused, by every call anew: STS is not asked the same question for each.
   */
  private async assumeRole(roleArn: string) {
    const { refused } = this;
    if (refused && performance.now() - refused.at < REFUSED_MS) throw refused.error;
    try {
      return await this.askForRole(roleArn);
    } catch (error) {
      const isRefused = error instanceof IamqlError && error.kind === 'AccessDenied';
      this.refused = isRefused ? { error, at: performance.now() } : undefined;
      throw error;
    }
  }

  private async askForRole(roleArn: string) {
    const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
    const { profile, externalId, via } = this.settings;
    this.sourceSts ??= via
      ? via.stsClient()
      : sourceCredentials(profile).then((credentials) => this.createStsClient(credentials));
    const client = await this.sourceSts;
    const log = RunningCall.current()?.tag.log ?? new CallLog();
    const external = externalId ? { ExternalId: externalId } : {};
    const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'iamql', ...external });
    const tag = { action: 'sts:AssumeRole', why: `the credentials of ${roleArn}`, log };
    return this.call(tag, async (options) => credentialsOf(await client.send(command, options), roleArn));
  }
}

function credentialsOf({ Credentials: given }: AssumeRoleCommandOutput, roleArn: string) {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw answeredWithout('sts:AssumeRole', `credentials for ${roleArn}`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
