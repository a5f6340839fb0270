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

/** The accounts of an organization, each once, however many of the units it is found in. */
interface Listing {
  /** Those that were found in units. AWS lists all accounts twenty at a time, which takes several times as long. */
  readonly first: Promise<readonly PlacedAccount[]>;
  /**
   * The list of all accounts tells who there is, the units tell where. An account that is moved meanwhile may be in none of
   * these when each is looked at, so that where somebody is missing all are looked at once more.
   */
  readonly all: Promise<readonly PlacedAccount[]>;
}

/**
 * @param units undefined for all of it. Where some are named, accounts outside of them are in no unit, as are those that
 *   were in none twice.
 * @returns promises that reject with IamqlError when AWS refuses any of it: what is left would look like the whole.
 */
export function listOrganization(account: AwsAccount, units: readonly string[] | undefined, log: CallLog): Listing {
  const tag = { why: 'the accounts of the organization', log };
  const first = listUnits(account, units, tag).then((found) => onceEach(byDepth(found)));
  const listAll = async (): Promise<readonly PlacedAccount[]> => {
    const [all, found] = await Promise.all([listAccounts(account, tag), first]);
    const placed = new Set(found.map(({ id }) => id));
    const isMissing = all.some(({ id }) => !placed.has(id));
    const second = isMissing ? await listUnits(account, units, tag) : [];
    // What was seen last is so now.
    return onceEach([...byDepth(second), ...found, ...all.map((listed) => ({ ...listed, units: [] }))]);
  };
  return { first, all: listAll() };
}

/** Each as it stands there first. */
const onceEach = (placed: readonly PlacedAccount[]): readonly PlacedAccount[] => [
  ...new Map(placed.toReversed().map((one) => [one.id, one])).values(),
];

/** In a unit and in one above it: the longer way says more. */
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
  const listUnitsBelow = async () => {
    const units = await listOrganizationalUnitsForParent(account, parent, tag);
    return Promise.all(units.map((unit) => listBelow(account, [...path, unit], tag)));
  };
  const [accounts, below] = await Promise.all([listAccountsForParent(account, parent, tag), listUnitsBelow()]);
  return [...accounts.map((listed) => ({ ...listed, units: path })), ...below.flat()];
}
