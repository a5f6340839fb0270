import type { Account, OrganizationsClient } from '@aws-sdk/client-organizations';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import type { Tag } from './paging.ts';
import { required, tagsOf } from './required.ts';

/** An account as its organization knows it. */
export interface OrganizationAccount {
  readonly id: string;
  readonly name: string;
  /** ACTIVE, SUSPENDED, PENDING_ACTIVATION, PENDING_CLOSURE or CLOSED, and whatever AWS adds. */
  readonly state: string;
}

/** A root or an organizational unit. */
export interface OrganizationalUnit {
  /** `r-ab12` of a root, `ou-ab12-11111111` of a unit. */
  readonly id: string;
  readonly name: string;
}

/** What is called to list an organization, by its IAM action. */
export const organizationActions = {
  accounts: 'organizations:ListAccounts',
  accountsOfParent: 'organizations:ListAccountsForParent',
  unitsOfParent: 'organizations:ListOrganizationalUnitsForParent',
  roots: 'organizations:ListRoots',
  unit: 'organizations:DescribeOrganizationalUnit',
  tags: 'organizations:ListTagsForResource',
} as const;

/** AWS puts 20 on a page, and an organization has some ten thousand accounts at most. What goes on longer repeats itself. */
const MOST_PAGES = 5_000;

/** All accounts, in whatever state. Source: Organizations API Reference, ListAccounts. */
export async function listAccounts(account: AwsAccount, tag: Tag): Promise<readonly OrganizationAccount[]> {
  const { ListAccountsCommand } = await import('@aws-sdk/client-organizations');
  const action = organizationActions.accounts;
  return allByToken(account, tag, {
    action,
    send: (client, from, options) => client.send(new ListAccountsCommand(from), options),
    itemsOf: ({ Accounts }) => Accounts?.map((listed) => accountOf(action, listed)),
  });
}

/** The accounts right below a root or a unit. Source: Organizations API Reference, ListAccountsForParent. */
export async function listAccountsForParent(
  account: AwsAccount,
  parent: string,
  tag: Tag,
): Promise<readonly OrganizationAccount[]> {
  const { ListAccountsForParentCommand } = await import('@aws-sdk/client-organizations');
  const action = organizationActions.accountsOfParent;
  return allByToken(account, tag, {
    action,
    send: (client, from, options) =>
      client.send(new ListAccountsForParentCommand({ ParentId: parent, ...from }), options),
    itemsOf: ({ Accounts }) => Accounts?.map((listed) => accountOf(action, listed)),
  });
}

/** The units right below a root or a unit. Source: Organizations API Reference, ListOrganizationalUnitsForParent. */
export async function listOrganizationalUnitsForParent(
  account: AwsAccount,
  parent: string,
  tag: Tag,
): Promise<readonly OrganizationalUnit[]> {
  const { ListOrganizationalUnitsForParentCommand } = await import('@aws-sdk/client-organizations');
  const action = organizationActions.unitsOfParent;
  return allByToken(account, tag, {
    action,
    send: (client, from, options) =>
      client.send(new ListOrganizationalUnitsForParentCommand({ ParentId: parent, ...from }), options),
    itemsOf: ({ OrganizationalUnits }) => OrganizationalUnits?.map((listed) => unitOf(action, listed)),
  });
}

/** The one root that an organization has today. Source: Organizations API Reference, ListRoots. */
export async function listRoots(account: AwsAccount, tag: Tag): Promise<readonly OrganizationalUnit[]> {
  const { ListRootsCommand } = await import('@aws-sdk/client-organizations');
  const action = organizationActions.roots;
  return allByToken(account, tag, {
    action,
    send: (client, from, options) => client.send(new ListRootsCommand(from), options),
    itemsOf: ({ Roots }) => Roots?.map((listed) => unitOf(action, listed)),
  });
}

/** What a unit is called. Source: Organizations API Reference, DescribeOrganizationalUnit. */
export async function describeOrganizationalUnit(
  account: AwsAccount,
  id: string,
  tag: Tag,
): Promise<OrganizationalUnit> {
  const { DescribeOrganizationalUnitCommand } = await import('@aws-sdk/client-organizations');
  const action = organizationActions.unit;
  const client = await account.organizationsClient();
  return account.call({ action, ...tag }, async (options) => {
    const answer = await client.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: id }), options);
    if (!answer.OrganizationalUnit) throw answeredWithout(action, 'a unit');
    return unitOf(action, answer.OrganizationalUnit);
  });
}

/** The tags of an account. Source: Organizations API Reference, ListTagsForResource. */
export async function listAccountTags(
  account: AwsAccount,
  id: string,
  tag: Tag,
): Promise<Readonly<Record<string, string>>> {
  const { ListTagsForResourceCommand } = await import('@aws-sdk/client-organizations');
  const action = organizationActions.tags;
  const tags = await allByToken(account, tag, {
    action,
    send: (client, from, options) => client.send(new ListTagsForResourceCommand({ ResourceId: id, ...from }), options),
    itemsOf: ({ Tags }) => tagsOf(action, Tags),
  });
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

interface TokenList<Answer, Item> {
  readonly action: string;
  readonly send: (
    client: OrganizationsClient,
    from: { readonly NextToken?: string },
    options: { readonly abortSignal: AbortSignal },
  ) => Promise<Answer>;
  readonly itemsOf: (answer: Answer) => readonly Item[] | undefined;
}

/**
 * Reads a list to its end. Pages may be empty and still not be the last: the token alone tells.
 *
 * Source: Organizations API Reference, for example ListAccounts.
 *
 * @throws IamqlError for what AWS refuses, for an answer without a list, and for a token that came before.
 */
async function allByToken<Answer extends { readonly NextToken?: string | undefined }, Item>(
  account: AwsAccount,
  tag: Tag,
  { action, send, itemsOf }: TokenList<Answer, Item>,
): Promise<readonly Item[]> {
  const client = await account.organizationsClient();
  const items: Item[] = [];
  const seen = new Set<string>();
  let from: { readonly NextToken?: string } | undefined = {};
  while (from) {
    const start: { readonly NextToken?: string } = from;
    const page = await account.call({ action, ...tag }, async (options) => {
      const answer = await send(client, start, options);
      const found = itemsOf(answer);
      if (!found) throw answeredWithout(action, 'a list');
      return { found, next: nextToken(action, answer.NextToken, seen) };
    });
    items.push(...page.found);
    from = page.next;
  }
  return items;
}

function nextToken(action: string, token: string | undefined, seen: Set<string>) {
  if (!token) return undefined;
  if (seen.has(token)) throw answeredWithout(action, 'a new token on a page that says there are more');
  seen.add(token);
  if (seen.size >= MOST_PAGES) throw answeredWithout(action, `a last page, after ${MOST_PAGES} of them`);
  return { NextToken: token };
}

/** AWS gives `Status` up for `State`; emulators and older endpoints have the first alone. */
function accountOf(action: string, listed: Account): OrganizationAccount {
  const { Id, Name } = required(action, 'an account', listed, 'Id', 'Name');
  const state = listed.State ?? listed.Status;
  if (!state) throw answeredWithout(action, `the state of account ${Id}`);
  return { id: Id, name: Name, state };
}

function unitOf(action: string, listed: { readonly Id?: string | undefined; readonly Name?: string | undefined }) {
  const { Id, Name } = required(action, 'a root or unit', listed, 'Id', 'Name');
  return { id: Id, name: Name };
}
