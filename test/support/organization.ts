import { randomUUID } from 'node:crypto';
import { AwsError, type QueryAnswer } from './query-answer.ts';
import type { Scenario } from './scenario.ts';

/** An organization whose accounts the endpoint also answers for, to whoever has assumed a role in them. */
export interface ScenarioOrganization {
  readonly root: { readonly id: string; readonly name: string };
  readonly units?: readonly ScenarioUnit[];
  readonly accounts: readonly ScenarioMember[];
  /** Items on a page; default 20, as AWS has them. */
  readonly pageSize?: number;
  /** Every other page is empty and says that there are more, as AWS may do. */
  readonly emptyPages?: boolean;
}

interface ScenarioUnit {
  readonly id: string;
  readonly name: string;
  /** The id of the root or unit that it is in. */
  readonly parent: string;
}

export interface ScenarioMember {
  readonly id: string;
  readonly name: string;
  /** Default: the root. */
  readonly parent?: string;
  /** Where it is when the accounts in a root or unit are listed: who is moved meanwhile may be in none of them. */
  readonly parentWhen?: (listed: string) => string;
  /** Default ACTIVE. */
  readonly state?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** What the account holds; made when it is first asked for. */
  readonly scenario?: () => Scenario;
}

type Params = Readonly<Record<string, unknown>>;

/** Answers in AWS's JSON protocol. Source: Organizations API Reference. */
export function answerOrganization(
  organization: ScenarioOrganization | undefined,
  action: string,
  params: Params,
): QueryAnswer {
  try {
    if (!organization) throw new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member.');
    const answer = ACTIONS[action];
    if (!answer) throw new AwsError('UnknownOperationException', action);
    return { status: 200, requestId: randomUUID(), body: JSON.stringify(answer(organization, params)) };
  } catch (error) {
    return organizationError(error);
  }
}

export function organizationError(error: unknown): QueryAnswer {
  const { code, message, status } = error as AwsError;
  const name = code === 'AccessDenied' ? 'AccessDeniedException' : code;
  return {
    status: status === 403 ? 400 : status,
    requestId: randomUUID(),
    body: JSON.stringify({ __type: name, message }),
  };
}

const ACTIONS: Readonly<Record<string, (organization: ScenarioOrganization, params: Params) => unknown>> = {
  ListRoots: ({ root }) => ({ Roots: [{ Id: root.id, Name: root.name }] }),
  ListAccounts: (organization, params) =>
    pageOf(organization, params, 'Accounts', organization.accounts.map(accountOf)),
  ListAccountsForParent: (organization, params) => {
    rejectUnknownParent(organization, params['ParentId']);
    const listed = String(params['ParentId']);
    const inside = organization.accounts.filter(
      ({ parent = organization.root.id, parentWhen = () => parent }) => parentWhen(listed) === listed,
    );
    return pageOf(organization, params, 'Accounts', inside.map(accountOf));
  },
  ListOrganizationalUnitsForParent: (organization, params) => {
    rejectUnknownParent(organization, params['ParentId']);
    const inside = (organization.units ?? []).filter(({ parent }) => parent === params['ParentId']);
    return pageOf(organization, params, 'OrganizationalUnits', inside.map(unitOf));
  },
  DescribeOrganizationalUnit: ({ units = [] }, params) => {
    const unit = units.find(({ id }) => id === params['OrganizationalUnitId']);
    if (!unit) throw new AwsError('OrganizationalUnitNotFoundException', 'You specified an OU that does not exist.');
    return { OrganizationalUnit: unitOf(unit) };
  },
  ListTagsForResource: ({ accounts }, params) => {
    const tags = accounts.find(({ id }) => id === params['ResourceId'])?.tags ?? {};
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  },
};

const accountOf = ({ id, name, state = 'ACTIVE' }: ScenarioMember) => ({ Id: id, Name: name, State: state });
const unitOf = ({ id, name }: ScenarioUnit) => ({ Id: id, Name: name });

function rejectUnknownParent({ root, units = [] }: ScenarioOrganization, parent: unknown): void {
  if (parent !== root.id && !units.some(({ id }) => id === parent))
    throw new AwsError('ParentNotFoundException', 'You specified a parent that does not exist.');
}

function pageOf(
  { pageSize = 20, emptyPages }: ScenarioOrganization,
  { NextToken }: Params,
  name: string,
  items: readonly unknown[],
) {
  const [from = 0, isEmpty = 0] = typeof NextToken === 'string' ? NextToken.split('-').map(Number) : [];
  if (emptyPages && !isEmpty) return { [name]: [], NextToken: `${from}-1` };
  const next = from + pageSize;
  return { [name]: items.slice(from, next), ...(next < items.length ? { NextToken: `${next}-0` } : {}) };
}
