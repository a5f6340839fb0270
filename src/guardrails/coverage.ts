/** An organization of a file of connectors, as far as it says where a guardrail goes. */
export interface GuardedOrganization {
  readonly name: string;
  readonly partition: string;
  /** Roots and units; undefined for all of it. */
  readonly organizationalUnits?: readonly string[] | undefined;
  /** Accounts and units that are not read. */
  readonly exclude: readonly string[];
  /** The role that lists it. */
  readonly roleArn?: string | undefined;
  /** The role that reads each account. */
  readonly memberRole: string;
  /** `file:line:column` of what names it. */
  readonly place: string;
}

/** An account that the file names by itself. */
interface GuardedAccount {
  readonly id: string;
  readonly name: string;
  readonly place: string;
}

export interface Guarded {
  /** Undefined where the file names accounts alone. */
  readonly organization: GuardedOrganization | undefined;
  readonly accounts: readonly GuardedAccount[];
}

/** Whom a service control policy binds and whom not, and how it is attached; a line each. */
export function wordsOfPolicy({ organization, accounts }: Guarded): readonly string[] {
  if (!organization) return [];
  const { name, organizationalUnits = ['<root>'], exclude, memberRole, place } = organization;
  return [
    `for ${name} (${place}): attach it to ${organizationalUnits.join(', ')}`,
    ...organizationalUnits.map((id) => `  aws organizations attach-policy --policy-id <id> --target-id ${id}`),
    `it never binds the management account of ${name}${listerOf(organization)}`,
    ...(exclude.length > 0
      ? [
          `it binds ${exclude.join(', ')} too where these are below a target: exclude keeps accounts from being read alone`,
        ]
      : []),
    `the role ${memberRole}, which reads the accounts, is not exempt: iamql makes no keys`,
    ...accounts.map((one) => `it binds ${called(one)} only where that is below a target`),
  ];
}

/** Which accounts a stack set reaches and which not; a line each. */
export function wordsOfStackSet({ organization, accounts }: Guarded): readonly string[] {
  return [...(organization ? ofOrganization(organization) : []), ...accounts.map(ofAccount)];
}

function ofOrganization(organization: GuardedOrganization): readonly string[] {
  const { name, organizationalUnits, exclude, place } = organization;
  const but = exclude.length > 0 ? `, but not ${exclude.join(', ')}` : '';
  return [
    `for ${name} (${place}): all accounts in ${organizationalUnits?.join(', ') ?? 'its root'}${but}`,
    `no stack set reaches the management account of ${name}${listerOf(organization)}: deploy a stack of its own there`,
  ];
}

const ofAccount = (account: GuardedAccount): string =>
  `${called(account)} is named by itself: deploy a stack of its own there, unless the stack set reaches it`;

const called = ({ id, name, place }: GuardedAccount): string =>
  `account ${name === id ? id : `${name} (${id})`} (${place})`;

/** Nothing in the file says which account that is; who lists an organization is it, or stands in for it. */
function listerOf({ roleArn }: GuardedOrganization): string {
  const id = roleArn?.split(':')[4];
  return id === undefined ? '' : `, which is ${id} unless that is a delegated administrator`;
}
