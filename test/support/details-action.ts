import { groupDetail, roleDetail, userDetail } from './entity-details.ts';
import type { ReceivedCall } from './iam-actions.ts';
import { pageOfMembers } from './paged-answer.ts';
import { isOfAws, policyDetail } from './policy-details.ts';
import { AwsError, list } from './query-answer.ts';

const LISTS = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'] as const;
const FILTERS = ['User', 'Group', 'Role', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const;
type Filter = (typeof FILTERS)[number];

interface Detail {
  readonly list: (typeof LISTS)[number];
  /** Only what is on the page is rendered: an account has thousands of others. */
  readonly render: () => string;
}

/**
 * One sequence of pages over four lists, in which a page may hold members of several
 * (https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html).
 */
export function getAccountAuthorizationDetails(call: ReceivedCall): string {
  const filters = filtersOf(call.params);
  const { shown, more } = pageOfMembers(
    call,
    (filters.length === 0 ? FILTERS : FILTERS.filter((filter) => filters.includes(filter))).flatMap((filter) =>
      detailsOf(call, filter),
    ),
  );
  const lists = LISTS.map((name) =>
    list(
      name,
      shown.filter((detail) => detail.list === name).map(({ render }) => render()),
    ),
  );
  return lists.join('') + more;
}

function filtersOf(params: ReceivedCall['params']): readonly string[] {
  const filters = Object.entries(params).flatMap(([name, value]) => (name.startsWith('Filter.member.') ? value : []));
  const unknown = filters.filter((filter) => !(FILTERS as readonly string[]).includes(filter));
  if (unknown.length === 0) return filters;
  throw new AwsError('ValidationError', `1 validation error detected: Value '[${unknown}]' at 'filter' is none.`);
}

function detailsOf(call: ReceivedCall, filter: Filter): readonly Detail[] {
  const { account } = call;
  const { scenario } = account;
  const policies = scenario.policies ?? [];
  switch (filter) {
    case 'User':
      return account.users.map((user) => ({ list: 'UserDetailList', render: () => userDetail(scenario, user) }));
    case 'Group':
      return (scenario.groups ?? []).map((group) => ({
        list: 'GroupDetailList',
        render: () => groupDetail(scenario, group),
      }));
    case 'Role':
      return (scenario.iamRoles ?? []).map((role) => ({
        list: 'RoleDetailList',
        render: () => roleDetail(scenario, role),
      }));
    case 'LocalManagedPolicy':
      return policies
        .filter((policy) => !isOfAws(policy))
        .map((policy) => ({ list: 'Policies', render: () => policyDetail(account, policy) }));
    // AWS has a thousand policies, and lists those that the account has attached.
    case 'AWSManagedPolicy':
      return policies
        .filter((policy) => isOfAws(policy) && account.policyUsage.attachments.has(policy.arn))
        .map((policy) => ({ list: 'Policies', render: () => policyDetail(account, policy) }));
  }
}
