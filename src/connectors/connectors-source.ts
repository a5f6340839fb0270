import type { AwsCall } from '../aws/call-log.ts';
import type { InventorySettings, Source } from '../inventory/inventory.ts';
import { LiveSource } from '../inventory/live-source.ts';
import { ManyAccounts, type OneOfMany } from '../inventory/many-accounts.ts';
import { type Freshness, openAccount } from '../inventory/open-account.ts';
import type { AwsAccess } from './access.ts';
import type { Connector, Enrollment } from './connector.ts';

export interface ConnectorsSettings extends InventorySettings, Freshness {
  /** How long AWS may take to generate a report, in milliseconds. */
  readonly waitMs: number;
}

/** One account of a file of connectors, live. */
export function openConnector(
  { access: how, partition }: Connector,
  access: AwsAccess,
  { setupSeconds, waitMs, ...freshness }: ConnectorsSettings,
  signal: AbortSignal = access.signal,
): Source {
  const live = { maxAgeMs: freshness.maxAgeMs, waitMs };
  return openAccount(new LiveSource(access.open(how, partition), live, signal), { setupSeconds }, freshness);
}

/** All accounts of an enrollment, live. An organization that could not be listed is one that cannot be read. */
export class ConnectorsSource implements Source {
  readonly kind = 'live';
  private readonly enrollment: Enrollment;
  private readonly settings: ConnectorsSettings;
  private readonly sources: ReadonlyMap<string, Source>;

  constructor(enrollment: Enrollment, access: AwsAccess, settings: ConnectorsSettings) {
    this.enrollment = enrollment;
    this.settings = settings;
    this.sources = new Map(
      enrollment.connectors.map((connector) => [connector.id, openConnector(connector, access, settings)]),
    );
  }

  get calls(): readonly AwsCall[] {
    return [...this.sources.values()].flatMap(({ calls }) => calls);
  }

  inventory(): ManyAccounts {
    const accounts: OneOfMany[] = this.enrollment.connectors.map(({ id, name, organization, units, tags }) => {
      return { id, name, organization, units, tags, inventory: this.sources.get(id)?.inventory() };
    });
    const unlisted = this.enrollment.unlisted.map(({ name, error }): OneOfMany => {
      const called = `organization ${name}`;
      const asked = {
        id: called,
        name: called,
        isOrganization: true,
        organization: name,
        units: [],
        tags: {},
      } as const;
      return { ...asked, inventory: undefined, failure: error };
    });
    return new ManyAccounts([...accounts, ...unlisted], this.settings);
  }

  async identify() {
    const [only, ...others] = this.enrollment.connectors;
    const isAlone = only !== undefined && others.length + this.enrollment.unlisted.length === 0;
    const accounts = this.enrollment.connectors.map(({ id }) => id);
    return { accountId: isAlone ? only.id : `${accounts.length} accounts`, accounts, isSample: false };
  }
}
