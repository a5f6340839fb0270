import type { ControlRun } from '../controls/run-control.ts';
import { ask } from '../graphql/ask.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { OtherFinding } from './found-keys.ts';
import { irreversibleOf } from './irreversible.ts';
import type { ByHand } from './plan-shape.ts';
import { toIamqlError } from './read-users.ts';

const POLICY = `{ iamPasswordPolicies {
  isDefault minimumPasswordLength requireSymbols requireNumbers requireUppercaseCharacters requireLowercaseCharacters
  allowUsersToChangePassword maxPasswordAge passwordReusePrevention hardExpiry
} }`;

type Flag =
  | 'requireSymbols'
  | 'requireNumbers'
  | 'requireUppercaseCharacters'
  | 'requireLowercaseCharacters'
  | 'allowUsersToChangePassword'
  | 'hardExpiry';
type Count = 'minimumPasswordLength' | 'maxPasswordAge' | 'passwordReusePrevention';
type Policy = Readonly<Record<Flag | 'isDefault', boolean> & Record<Count, number>>;

const flags: Readonly<Record<Flag, string>> = {
  requireUppercaseCharacters: 'require-uppercase-characters',
  requireLowercaseCharacters: 'require-lowercase-characters',
  requireNumbers: 'require-numbers',
  requireSymbols: 'require-symbols',
  allowUsersToChangePassword: 'allow-users-to-change-password',
  hardExpiry: 'hard-expiry',
};

const counts: Readonly<Record<Count, string>> = {
  minimumPasswordLength: 'minimum-password-length',
  maxPasswordAge: 'max-password-age',
  passwordReusePrevention: 'password-reuse-prevention',
};

/**
 * One command for all that controls ask of the password policy: it replaces the whole policy, so that a second one, made of
 * the same values, would take back what the first has changed. It says every value, those that stay included.
 */
export async function passwordPolicyByHand(
  inventory: Inventory,
  found: readonly OtherFinding[],
): Promise<readonly ByHand[]> {
  const [first] = found;
  if (!first) return [];
  const { result } = await ask(inventory, { text: POLICY });
  const [policy] = (result.data?.['iamPasswordPolicies'] ?? []) as readonly (Policy | null)[];
  const { identifier: asset, name } = first.finding;
  const control = [...new Set(found.map(({ run }) => run.control.id))].join(', ');
  const about = { control, asset, type: 'IAMPasswordPolicy', name };
  if (!policy) {
    const why = result.errors?.[0] ? toIamqlError(result.errors[0]).message : 'it is not there';
    return [
      {
        ...about,
        irreversible: [],
        fillIn: [],
        commands: [`# the policy of today could not be read: ${why.replaceAll('\n', ' ')}`],
      },
    ];
  }
  const wanted = found.reduce(stricter, policy);
  const commands = [
    '# the policy of today, to be kept',
    'aws iam get-account-password-policy',
    ...(policy.isDefault
      ? [
          "# The account has AWS's default so far, which asks for three of the four kinds of characters; this one asks for those that it names.",
        ]
      : []),
    `aws iam update-account-password-policy ${optionsOf(wanted).join(' ')}`,
  ];
  const locksOut = shortens(policy, wanted)
    ? [
        `Passwords older than ${wanted.maxPasswordAge} days must be changed at the next sign-in${wanted.hardExpiry ? ', and with hard expiry only an administrator can change them' : ''}: tell people before.`,
      ]
    : [];
  return [{ ...about, irreversible: [...irreversibleOf(commands), ...locksOut], fillIn: [], commands }];
}

const shortens = (before: Policy, after: Policy): boolean =>
  after.maxPasswordAge > 0 && (before.maxPasswordAge === 0 || after.maxPasswordAge < before.maxPasswordAge);

/** The fact that a control found is what has to change, to what its parameter says; nothing gets laxer. */
function stricter(policy: Policy, { run, finding }: OtherFinding): Policy {
  const limit = limitOf(run);
  const changed = { ...policy };
  for (const { field } of finding.facts) {
    if (field in flags && field !== 'hardExpiry') changed[field as Flag] = true;
    if (!(field in counts) || limit === undefined) continue;
    const now = policy[field as Count];
    const isLeast = field !== 'maxPasswordAge';
    changed[field as Count] = isLeast ? Math.max(now, limit) : now === 0 ? limit : Math.min(now, limit);
  }
  return changed;
}

/** A control of the password policy has one number at most. */
const limitOf = ({ parameters }: ControlRun): number | undefined =>
  Object.values(parameters).find((value) => typeof value === 'number');

/** AWS takes no 0 for an age or a number of former passwords: to leave them out says that there is none. */
const optionsOf = (policy: Policy): readonly string[] => [
  ...Object.entries(counts).flatMap(([field, option]) => {
    const value = policy[field as Count];
    return value > 0 ? [`--${option} ${value}`] : [];
  }),
  ...Object.entries(flags).map(([field, option]) => `--${policy[field as Flag] ? '' : 'no-'}${option}`),
];
