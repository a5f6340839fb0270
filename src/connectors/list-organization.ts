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
  /** From the root or the unit that was asked, down; empty where AWS did not say. */
  readonly units: readonly OrganizationalUnit[];
}

/** AWS allows five levels below the root. Source: AWS Organizations User Guide, "Quotas". */
const MOST_LEVELS = 10;

/**
 * The accounts of an organization, each once, however many of the units it is found in.
 *
 * @param units undefined for all of it.
 * @throws IamqlError when AWS refuses any of it: what is left would look like the whole.
 */
export async function listOrganization(
  account: AwsAccount,
  units: readonly string[] | undefined,
  log: CallLog,
): Promise<readonly PlacedAccount[]> {
  const tag = { why: 'the accounts of the organization', log };
  // An account that is moved while the tree is walked may be in no unit when each is looked at; the list has it.
  const [tops, all] = await Promise.all([
    units ? topsOf(account, units, tag) : listRoots(account, tag),
    units ? [] : listAccounts(account, tag),
  ]);
  const found = await Promise.all(tops.map((top) => listBelow(account, [top], tag)));
  const placed = new Map<string, PlacedAccount>();
  for (const one of [...found.flat(), ...all.map((listed) => ({ ...listed, units: [] }))]) {
    const known = placed.get(one.id);
    // In a unit and in one above it: the longer way says more.
    if (!known || known.units.length < one.units.length) placed.set(one.id, one);
  }
  return [...placed.values()];
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
