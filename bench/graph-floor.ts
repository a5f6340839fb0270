import {
  type EntityType,
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountPasswordPolicyCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  ListServerCertificatesCommand,
  ListVirtualMFADevicesCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/**
 * The bare SDK, which does nothing with what it is answered but follow markers.
 *
 * Calls that need nothing of each other are one round; a page needs the marker of the page before; of calls for each user,
 * as many as may be made at once are a round.
 */
export class Floor {
  calls = 0;
  private readonly atOnce: number;
  private readonly iam = new IAMClient({});
  private readonly sts = new STSClient({});

  constructor(atOnce: number) {
    this.atOnce = atOnce;
  }

  readonly report: Chain = () => this.one(() => this.iam.send(new GetCredentialReportCommand({})));
  readonly passwordPolicy: Chain = () => this.one(() => this.iam.send(new GetAccountPasswordPolicyCommand({})));
  readonly summary: Chain = () => this.one(() => this.iam.send(new GetAccountSummaryCommand({})));
  readonly identity: Chain = () => this.one(() => this.sts.send(new GetCallerIdentityCommand({})));
  readonly certificates: Chain = () =>
    this.pages((Marker) => this.iam.send(new ListServerCertificatesCommand({ Marker, MaxItems: 1_000 })));
  readonly virtualMfaDevices: Chain = () =>
    this.pages((Marker) => this.iam.send(new ListVirtualMFADevicesCommand({ Marker, MaxItems: 1_000 })));

  details(...filters: readonly EntityType[]): Chain {
    return () =>
      this.pages((Marker) =>
        this.iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: [...filters], MaxItems: 1_000, Marker })),
      );
  }

  mfaDevicesOf(users: readonly string[]): Chain {
    return () =>
      this.forEach(users, (UserName) => this.one(() => this.iam.send(new ListMFADevicesCommand({ UserName }))));
  }

  /** The last uses of a user's keys are asked one after the other. */
  keysOf(users: readonly string[]): Chain {
    return () =>
      this.forEach(users, async (UserName) => {
        const { AccessKeyMetadata = [] } = await this.iam.send(new ListAccessKeysCommand({ UserName }));
        this.calls += 1;
        for (const { AccessKeyId } of AccessKeyMetadata)
          await this.one(() => this.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId })));
        return 1 + AccessKeyMetadata.length;
      });
  }

  private async one(send: () => Promise<unknown>): Promise<number> {
    await send();
    this.calls += 1;
    return 1;
  }

  private async pages(
    send: (marker: string | undefined) => Promise<{ readonly Marker?: string | undefined }>,
  ): Promise<number> {
    let rounds = 0;
    for (let marker: string | undefined, more = true; more; more = marker !== undefined) {
      ({ Marker: marker } = await send(marker));
      rounds += 1;
    }
    this.calls += rounds;
    return rounds;
  }

  /** @returns the rounds of the worker that had the most. */
  private async forEach<T>(items: readonly T[], send: (item: T) => Promise<number>): Promise<number> {
    let next = 0;
    const work = async (): Promise<number> => {
      let rounds = 0;
      while (next < items.length) rounds += await send(items[next++] as T);
      return rounds;
    };
    return Math.max(...(await Promise.all(Array.from({ length: this.atOnce }, work))));
  }
}

/** Makes its calls. @returns how many rounds they were. */
export type Chain = () => Promise<number>;
/** What needs nothing of each other, at the same time. */
export type Stage = readonly Chain[];

/** Stage after stage. @returns how many dependent rounds they were. */
export async function runStages(stages: readonly Stage[]): Promise<number> {
  let rounds = 0;
  for (const stage of stages) rounds += Math.max(...(await Promise.all(stage.map((chain) => chain()))));
  return rounds;
}
