import { ask } from '../graphql/ask.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { fillTemplate, type Values } from './command-template.ts';
import type { OtherFinding, Owners } from './found-keys.ts';
import { irreversibleOf } from './irreversible.ts';
import { passwordPolicyByHand } from './password-policy.ts';
import type { ByHand } from './plan-shape.ts';
import type { NamedAccount } from './read-users.ts';

export interface ByHandSetting extends NamedAccount {
  readonly owners: Owners;
}

/**
 * Commands for what the tool does not do itself: those of the control's own remediation, written for what was found. What
 * cannot be undone of them comes first.
 */
export async function byHand(
  inventory: Inventory,
  others: readonly OtherFinding[],
  account: ByHandSetting,
): Promise<ByHand[]> {
  const isPolicy = ({ finding }: OtherFinding): boolean => finding.type === 'IAMPasswordPolicy';
  const rest = others.filter((other) => !isPolicy(other));
  const relations = await readRelations(inventory, rest);
  const all = [
    ...(await passwordPolicyByHand(inventory, others.filter(isPolicy))),
    ...rest.map((other) =>
      fromControl(other, valuesOf(other, relations.get(other.finding.identifier), account), account),
    ),
  ];
  // A control that is asked with several sets of values may find the same with each.
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function fromControl({ run, finding }: OtherFinding, values: Values, { partition }: NamedAccount): ByHand {
  const { identifier: asset, type, name } = finding;
  const isOfKeys = finding.keys.length > 0;
  const hasPasswordFact = finding.facts.some(({ field }) => /^password/.test(field));
  // A password is not to be deleted because a key is old.
  const isWanted = (command: string): boolean => !(isOfKeys && !hasPasswordFact && command.includes('login-profile'));
  const { lines, fillIn } = fillTemplate(run.control.remediation.cli, values, isWanted);
  const commands = lines.map((line) => line.replaceAll('arn:aws:iam::', `arn:${partition}:iam::`));
  return {
    ...{ control: run.control.id, asset, type, name },
    irreversible: [...irreversibleOf(commands.filter((line) => !line.startsWith('#')))],
    fillIn: [...fillIn],
    commands,
  };
}

/** What is attached to an asset, or what it is attached to; undefined where nobody asked, or where it could not be read. */
interface Related {
  readonly policies?: readonly {
    readonly policyType: string;
    readonly policyName: string;
    readonly arn: string | null;
  }[];
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  readonly roles?: readonly string[];
}

function valuesOf({ finding }: OtherFinding, related: Related | undefined, setting: ByHandSetting): Values {
  const { account, owners } = setting;
  const { type, name, identifier, keys } = finding;
  const ids = keys.flatMap(({ accessKeyId }) => accessKeyId ?? []);
  // A key that has no name here has to be looked up; where there is none, nothing is to be done about keys.
  const named = keys.length > ids.length ? undefined : ids;
  const inline = related?.policies?.filter(({ arn }) => arn === null).map(({ policyName }) => policyName);
  const managed = related?.policies?.flatMap(({ arn }) => arn ?? []);
  const common = { ACCOUNT: [account] };
  const held = { ...common, NAME: inline, POLICY_ARN: managed };
  switch (type) {
    case 'IAMUser':
      return { ...held, USER: [name], ROLE: [], KEY_ID: named, OLD_KEY_ID: named };
    case 'IAMAccessKey': {
      const owner = owners.get(identifier);
      return { ...common, USER: owner && [owner.userName], KEY_ID: [identifier], OLD_KEY_ID: [identifier] };
    }
    case 'IAMGroup':
      return { ...held, GROUP: [name], ROLE: [], USER: [] };
    case 'IAMRole':
      return { ...held, ROLE: [name] };
    case 'IAMPolicy': {
      const isInline = !identifier.includes(':policy/');
      const holders = { USER: related?.users, GROUP: related?.groups, ROLE: related?.roles };
      return { ...common, ...holders, NAME: isInline ? [name] : [], POLICY_ARN: isInline ? [] : [identifier] };
    }
    default:
      return { ...common, NAME: [name] };
  }
}

const HOLDS = 'iamPolicies{policyType policyName arn}';
/** How what is attached is asked for, by the type of what was found. */
const questions: Partial<Record<AssetTypeName, string>> = {
  IAMUser: `query R($ids:[ID!]){iamUsers(where:{identifier_IN:$ids}){identifier ${HOLDS}}}`,
  IAMGroup: `query R($ids:[ID!]){iamGroups(where:{identifier_IN:$ids}){identifier ${HOLDS}}}`,
  IAMRole: `query R($ids:[ID!]){iamRoles(where:{identifier_IN:$ids}){identifier ${HOLDS}}}`,
  IAMPolicy:
    'query R($ids:[ID!]){iamPolicies(where:{identifier_IN:$ids}){identifier users{userName} groups{groupName} roles{roleName}}}',
};

/** The most that a where takes at once. */
const AT_ONCE = 500;

/** By identifier. What cannot be read stays a word in capital letters. */
async function readRelations(
  inventory: Inventory,
  others: readonly OtherFinding[],
): Promise<ReadonlyMap<string, Related>> {
  const asked = others.filter(({ run }) => /\b(?:POLICY_ARN|NAME|ROLE)\b/.test(run.control.remediation.cli));
  const related = new Map<string, Related>();
  for (const [type, ofType] of Map.groupBy(asked, ({ finding }) => finding.type)) {
    const text = questions[type];
    const ids = [...new Set(ofType.map(({ finding }) => finding.identifier))];
    for (let start = 0; text && start < ids.length; start += AT_ONCE) {
      const { result } = await ask(inventory, { text, variables: { ids: ids.slice(start, start + AT_ONCE) } });
      const rows = Object.values(result.data ?? {}).flat() as readonly (RelatedRow | null)[];
      for (const row of rows) if (row) related.set(row.identifier, relatedOf(row));
    }
  }
  return related;
}

interface RelatedRow {
  readonly identifier: string;
  readonly iamPolicies?: NonNullable<Related['policies']> | null;
  readonly users?: readonly { readonly userName: string }[] | null;
  readonly groups?: readonly { readonly groupName: string }[] | null;
  readonly roles?: readonly { readonly roleName: string }[] | null;
}

const relatedOf = ({ iamPolicies, users, groups, roles }: RelatedRow): Related => ({
  ...(iamPolicies ? { policies: iamPolicies } : {}),
  ...(users ? { users: users.map(({ userName }) => userName) } : {}),
  ...(groups ? { groups: groups.map(({ groupName }) => groupName) } : {}),
  ...(roles ? { roles: roles.map(({ roleName }) => roleName) } : {}),
});
