import type { EntityType, GetAccountAuthorizationDetailsCommandOutput } from '@aws-sdk/client-iam';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import {
  DETAILS,
  type GroupDetail,
  groupDetail,
  type ManagedPolicyDetail,
  policyDetail,
  type RoleDetail,
  roleDetail,
  type UserDetail,
  userDetail,
} from './entity-details.ts';
import { allPages, MOST_ITEMS, PAGES_OF_ACCOUNT, type Tag } from './paging.ts';

export type DetailsFilter = EntityType;

/** The lists of the types that were not asked for are empty. */
export interface AuthorizationDetails {
  readonly users: readonly UserDetail[];
  readonly groups: readonly GroupDetail[];
  readonly roles: readonly RoleDetail[];
  readonly policies: readonly ManagedPolicyDetail[];
}

/**
 * The users, groups, roles and managed policies of the account with all that is attached to them, as far as the filters
 * ask for them.
 *
 * Source: IAM API Reference, GetAccountAuthorizationDetails. Documents are URL-encoded as RFC 3986 says.
 */
export async function getAccountAuthorizationDetails(
  account: AwsAccount,
  filters: readonly DetailsFilter[],
  tag: Tag,
): Promise<AuthorizationDetails> {
  const { GetAccountAuthorizationDetailsCommand } = await import('@aws-sdk/client-iam');
  const pages = await allPages(
    account,
    {
      action: DETAILS,
      items: 'users, groups, roles or policies',
      maxPages: PAGES_OF_ACCOUNT,
      send: (client, from, options) => {
        const input = { Filter: [...filters], MaxItems: MOST_ITEMS, ...from };
        return client.send(new GetAccountAuthorizationDetailsCommand(input), options);
      },
      itemsOf: (answer) => (hasList(answer) ? [detailsOf(answer)] : undefined),
    },
    tag,
  );
  return {
    users: wholeList(pages, 'users', filters.includes('User')),
    groups: wholeList(pages, 'groups', filters.includes('Group')),
    roles: wholeList(pages, 'roles', filters.includes('Role')),
    policies: wholeList(
      pages,
      'policies',
      filters.some((filter) => filter.endsWith('ManagedPolicy')),
    ),
  };
}

type Page = { readonly [List in keyof AuthorizationDetails]: AuthorizationDetails[List] | undefined };

/** AWS sends its lists even where they are empty; what has none of them is a page that is not AWS's at all. */
const hasList = (answer: GetAccountAuthorizationDetailsCommandOutput): boolean =>
  [answer.UserDetailList, answer.GroupDetailList, answer.RoleDetailList, answer.Policies].some((list) => list);

function detailsOf(answer: GetAccountAuthorizationDetailsCommandOutput): Page {
  return {
    users: answer.UserDetailList?.map(userDetail),
    groups: answer.GroupDetailList?.map(groupDetail),
    roles: answer.RoleDetailList?.map(roleDetail),
    policies: answer.Policies?.map(policyDetail),
  };
}

/** A page may lack a list that goes on on another; a list that was asked for and is on no page is not an empty one. */
function wholeList<List extends keyof AuthorizationDetails>(
  pages: readonly Page[],
  list: List,
  isAsked: boolean,
): readonly AuthorizationDetails[List][number][] {
  const lists = pages.map((page) => page[list]).filter((items) => items !== undefined);
  if (isAsked && lists.length === 0) throw answeredWithout(DETAILS, `a list of ${list}`);
  return lists.flat();
}
