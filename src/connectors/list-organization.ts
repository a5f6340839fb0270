import type { AwsAccount } from '../aws/aws-account.ts';
import type { CallLog } from '../aws/call-log.ts';
import {
  describeOrganizationalUnit,
  listAccounts,
  listAccountsForParent,
  listOrganizationalUnitsForParent,
  listRoots,
  type OrganizationAccount,
  type OrganizationalUnit,
} from '../aws/organizations.ts';
import { IamqlError } from '../iam/error.ts';

/** An account of an organization, and where in it. */
export interface PlacedAccount extends OrganizationAccount {
  /** From the root or the unit that was asked, down; empty where it was in none. */
  readonly units: readonly OrganizationalUnit[];
}

/** AWS allows five levels below the root. Source: AWS Organizations User Guide, "Quotas". */
const MOST_LEVELS = 10;

/**
 * The accounts of an organization, each once, however many of the units it is found in. The list of all accounts tells who
 * there is, the units tell where. An account that is moved meanwhile may be in none of these when each is looked at, so that
 * where somebody is missing all are looked at once more.
 *
 * @param units undefined for all of it. Where some are named, accounts outside of them are in no unit, as are those that
 *   were in none twice.
 * @throws IamqlError when AWS refuses any of it: what is left would look like the whole.
 */
export async function listOrganization(
  account: AwsAccount,
  units: readonly string[] | undefined,
  log: CallLog,
): Promise<readonly PlacedAccount[]> {
  const tag = { why: 'the accounts of the organization', log };
  const [all, first] = await Promise.all([listAccounts(account, tag), listUnits(account, units, tag)]);
  const placed = new Set(first.map(({ id }) => id));
  const isMissing = all.some(({ id }) => !placed.has(id));
  const second = isMissing ? await listUnits(account, units, tag) : [];
  const accounts = new Map<string, PlacedAccount>();
  // What was seen last is so now. In a unit and in one above it: the longer way says more.
  for (const one of [...byDepth(second), ...byDepth(first), ...all.map((listed) => ({ ...listed, units: [] }))])
    if (!accounts.has(one.id)) accounts.set(one.id, one);
  return [...accounts.values()];
}

const byDepth = (placed: readonly PlacedAccount[]): readonly PlacedAccount[] =>
  placed.toSorted((a, b) => b.units.length - a.units.length);

async function listUnits(account: AwsAccount, units: readonly string[] | undefined, tag: OrganizationTag) {
  const tops = units ? await topsOf(account, units, tag) : await listRoots(account, tag);
  return (await Promise.all(tops.map((top) => listBelow(account, [top], tag)))).flat();
}

type OrganizationTag = Parameters<typeof listRoots>[1];

async function topsOf(account: AwsAccount, ids: readonly string[], tag: OrganizationTag) {
  const roots = ids.some((id) => id.startsWith('r-')) ? await listRoots(account, tag) : [];
  return Promise.all(
    ids.map(async (id) => roots.find((root) => root.id === id) ?? (await describeOrganizationalUnit(account, id, tag))),
  );
}

async function listBelow(
  account: AwsAccount,
  path: readonly OrganizationalUnit[],
  tag: OrganizationTag,
): Promise<readonly PlacedAccount[]> {
  const parent = (path.at(-1) as OrganizationalUnit).id;
  if (path.length > MOST_LEVELS)
    throw new IamqlError('Unexpected', `organizational unit ${parent} is ${path.length} levels down: AWS has five`);
  const [accounts, units] = await Promise.all([
    listAccountsForParent(account, parent, tag),
    listOrganizationalUnitsForParent(account, parent, tag),
  ]);
  const below = await Promise.all(units.map((unit) => listBelow(account, [...path, unit], tag)));
  return [...accounts.map((listed) => ({ ...listed, units: path })), ...below.flat()];
}
