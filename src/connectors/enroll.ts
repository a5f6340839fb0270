import pLimit from 'p-limit';
import type { AwsAccount } from '../aws/aws-account.ts';
import { CALLS_AT_ONCE } from '../aws/call-gate.ts';
import { CallLog } from '../aws/call-log.ts';
import { listAccountTags } from '../aws/organizations.ts';
import { compareCodePoints } from '../iam/code-points.ts';
import { IamqlError } from '../iam/error.ts';
import type { AwsAccess } from './access.ts';
import { type Connector, type Enrollment, OUTSIDE, type SkippedAccount, unplaced } from './connector.ts';
import { listOrganization, type PlacedAccount } from './list-organization.ts';
import type { ConnectorsFile, NamedOrganization } from './parse-connectors.ts';

/** The accounts that a file names, those of its organizations as AWS has them now. */
export interface Enrolling {
  /** As far as they are known soon: those of an organization that are found in its units. Who waits for `all` misses none. */
  readonly first: Promise<Enrollment>;
  readonly all: Promise<Enrollment>;
}

/**
 * Who is written out alone is read as it is written there, and not by way of an organization; of several organizations the
 * first in the file counts. An organization that cannot be listed is given back with the reason, and never as one without
 * accounts.
 *
 * @returns promises that reject with IamqlError Interrupted
 */
export function enroll(file: ConnectorsFile, access: AwsAccess, log = new CallLog()): Enrolling {
  const listings = file.organizations.map((organization) => list(organization, access, log));
  const enrollment = async (which: keyof Listing): Promise<Enrollment> =>
    enrollmentOf(file, await Promise.all(listings.map((listing) => listing[which])));
  return { first: awaitedLater(enrollment('first')), all: awaitedLater(enrollment('all')) };
}

/** Who asks for it hears that it failed; until then nobody needs to. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function enrollmentOf(file: ConnectorsFile, listings: readonly Listed[]): Enrollment {
  const connectors = new Map<string, Connector>();
  for (const connector of file.accounts) connectors.set(connector.id, connector);
  const skipped: SkippedAccount[] = [];
  for (const { found, skipped: more } of listings) {
    skipped.push(...more.filter(({ id }) => !file.accounts.some((own) => own.id === id)));
    for (const connector of found) connectors.set(connector.id, joined(connectors.get(connector.id), connector));
  }
  return {
    connectors: uniquelyNamed([...connectors.values()]).sort((a, b) => compareCodePoints(a.id, b.id)),
    skipped: skipped.filter(({ id }) => !connectors.has(id)).sort((a, b) => compareCodePoints(a.id, b.id)),
    unlisted: listings.flatMap(({ unlisted }) => (unlisted ? [unlisted] : [])),
  };
}

/** Of one that is known already the organization only says where it stands. */
function joined(known: Connector | undefined, found: Connector): Connector {
  if (!known) return found;
  if (known.organization !== undefined) return known;
  const { organization, units, tags } = found;
  return { ...known, organization, units, tags: { ...tags, ...known.tags } };
}

/** Organizations let accounts have one name: then the id belongs to it. */
function uniquelyNamed(connectors: readonly Connector[]): Connector[] {
  const named = Map.groupBy(connectors, ({ name }) => name);
  return connectors.map((connector) => {
    const isAlone = named.get(connector.name)?.length === 1;
    return isAlone ? connector : { ...connector, name: `${connector.name} (${connector.id})` };
  });
}

interface Listed {
  readonly found: readonly Connector[];
  readonly skipped: readonly SkippedAccount[];
  readonly unlisted?: { readonly name: string; readonly error: IamqlError };
}

interface Listing {
  readonly first: Promise<Listed>;
  readonly all: Promise<Listed>;
}

function list(organization: NamedOrganization, access: AwsAccess, log: CallLog): Listing {
  const { name, profile, roleArn, externalId, partition, organizationalUnits, accountTags } = organization;
  const lister = access.open({ profile, roleArn, externalId }, partition);
  const listing = listOrganization(lister, organizationalUnits, log);
  const listed = async (listed: Promise<readonly PlacedAccount[]>): Promise<Listed> => {
    try {
      const placed = await listed;
      const skipped = placed.flatMap((account): readonly SkippedAccount[] => {
        const why = whySkipped(account, organization);
        return why === undefined ? [] : [{ id: account.id, name: account.name, organization: name, why }];
      });
      const read = placed.filter((account) => whySkipped(account, organization) === undefined);
      const tags = accountTags ? await tagsOf(lister, read, log) : new Map();
      return { found: read.map((account) => memberOf(account, organization, tags.get(account.id))), skipped };
    } catch (error) {
      if (!(error instanceof IamqlError) || error.kind === 'Interrupted') throw error;
      return { found: [], skipped: [], unlisted: { name, error } };
    }
  };
  const all = awaitedLater(listed(listing.all));
  // Each account is asked for its tags once.
  return { first: accountTags ? all : awaitedLater(listed(listing.first)), all };
}

/**
 * Of an account that is not active nothing can be read, or not for long.
 *
 * @throws IamqlError Unexpected where it is not known whether a unit that it is in is excluded.
 */
function whySkipped(account: PlacedAccount, { exclude, organizationalUnits }: NamedOrganization): string | undefined {
  const { id, state, units } = account;
  if (exclude.includes(id) || units.some((unit) => exclude.includes(unit.id))) return 'excluded';
  if (units.length === 0 && organizationalUnits !== undefined) return OUTSIDE;
  if (state !== 'ACTIVE') return state;
  if (units.length === 0 && exclude.some((one) => one.startsWith('ou-'))) throw unplaced(account);
  return undefined;
}

async function tagsOf(lister: AwsAccount, accounts: readonly PlacedAccount[], log: CallLog) {
  const limit = pLimit(CALLS_AT_ONCE);
  const tag = { why: 'the tags of the accounts', log };
  return new Map(
    await Promise.all(
      accounts.map(({ id }) => limit(async () => [id, await listAccountTags(lister, id, tag)] as const)),
    ),
  );
}

function memberOf(
  { id, name, units }: PlacedAccount,
  organization: NamedOrganization,
  ownTags: Readonly<Record<string, string>> = {},
): Connector {
  const { partition, profile, memberRole, memberExternalId, chained, roleArn, externalId, tags, place } = organization;
  const through = chained && roleArn !== undefined ? { roleArn, externalId } : undefined;
  return {
    id,
    name,
    partition,
    tags: { ...ownTags, ...tags },
    access: {
      profile,
      roleArn: `arn:${partition}:iam::${id}:role/${memberRole}`,
      externalId: memberExternalId,
      through,
    },
    organization: organization.name,
    units,
    place,
  };
}
