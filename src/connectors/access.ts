import { AwsAccount } from '../aws/aws-account.ts';
import type { AwsSettings } from '../aws/aws-settings.ts';
import type { Access } from './connector.ts';

/** As many calls as 64 accounts make at once, 8 each: a call that waits for a connection has its time running. */
const MOST_CONNECTIONS = 512;

/**
 * The accounts of AWS that are asked in one run. They share connections, and the credentials that assume their roles: a
 * thousand roles are assumed with one client, and a program that gives credentials is asked once.
 */
export class AwsAccess {
  readonly signal: AbortSignal;
  private readonly sources = new Map<string, AwsAccount>();

  /** @param signal interrupts calls that are under way. */
  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  open({ profile, roleArn, externalId, through }: Access, partition: string): AwsAccount {
    const source = this.source(profile, partition);
    if (roleArn === undefined) return source;
    const via = through ? this.through(through, source, partition) : source;
    return new AwsAccount({ ...settingsOf(profile, partition), ...role(roleArn, externalId), via }, this.signal);
  }

  /** Whose own credentials are used: one for each profile and partition. */
  private source(profile: string | undefined, partition: string): AwsAccount {
    return this.kept([profile, partition], () => {
      const settings = { ...settingsOf(profile, partition), mostConnections: MOST_CONNECTIONS };
      return new AwsAccount(settings, this.signal);
    });
  }

  private through({ roleArn, externalId }: NonNullable<Access['through']>, via: AwsAccount, partition: string) {
    return this.kept([roleArn, externalId], () => {
      return new AwsAccount({ partition, ...role(roleArn, externalId), via }, this.signal);
    });
  }

  private kept(key: readonly (string | undefined)[], open: () => AwsAccount): AwsAccount {
    const name = JSON.stringify(key);
    const account = this.sources.get(name) ?? open();
    this.sources.set(name, account);
    return account;
  }
}

const settingsOf = (profile: string | undefined, partition: string): AwsSettings => ({
  partition,
  ...(profile === undefined ? {} : { profile }),
});

const role = (roleArn: string, externalId: string | undefined) => ({
  roleArn,
  ...(externalId === undefined ? {} : { externalId }),
});
