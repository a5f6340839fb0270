import { buildTestAccount } from '../controls/authoring/test-account.ts';
import type { ControlRun } from '../controls/run-control.ts';
import { type AskedControl, runControls } from '../controls/run-controls.ts';
import type { IAMPasswordPolicy } from '../iam/assets.generated.ts';
import { IamqlError } from '../iam/error.ts';

/** What IAM's UpdateAccountPasswordPolicy sets; 0 of former passwords or of days is to leave that out. */
export type PasswordPolicy = Pick<
  IAMPasswordPolicy,
  | 'minimumPasswordLength'
  | 'requireUppercaseCharacters'
  | 'requireLowercaseCharacters'
  | 'requireNumbers'
  | 'requireSymbols'
  | 'passwordReusePrevention'
  | 'maxPasswordAge'
  | 'allowUsersToChangePassword'
  | 'hardExpiry'
>;

/** A password policy, and the ids of the controls that it is made for. */
export interface BaselinePolicy {
  readonly policy: PasswordPolicy;
  readonly controls: readonly string[];
}

const from = (least: number, most: number): readonly number[] =>
  Array.from({ length: most - least + 1 }, (_, index) => least + index);

/**
 * What a field may be, from the laxest on. Source: IAM API Reference, UpdateAccountPasswordPolicy. AWS would take 6 characters,
 * and asks for 8 itself where nobody has set a policy.
 */
const choices: { readonly [Field in keyof PasswordPolicy]: readonly PasswordPolicy[Field][] } = {
  minimumPasswordLength: from(8, 128),
  requireUppercaseCharacters: [false, true],
  requireLowercaseCharacters: [false, true],
  requireNumbers: [false, true],
  requireSymbols: [false, true],
  passwordReusePrevention: from(0, 24),
  maxPasswordAge: [0, ...from(1, 1095).toReversed()],
  // Whose password has expired, or was given by another, must be able to change it.
  allowUsersToChangePassword: [true, false],
  // With it, whoever comes late is locked out until an administrator sets a new password.
  hardExpiry: [false, true],
};

const laxest = Object.fromEntries(Object.entries(choices).map(([field, [first]]) => [field, first])) as PasswordPolicy;

/**
 * The laxest policy that all those controls about it pass with. It is found by judging alone: each field that a control finds is made
 * stricter until none finds it, so that whatever a control asks, by a parameter or by itself, is what the baseline has.
 *
 * @throws IamqlError InvalidInput where AWS takes no such policy.
 */
export async function passwordPolicyFor(asked: readonly AskedControl[]): Promise<BaselinePolicy> {
  if (asked.length === 0)
    throw new IamqlError('InvalidInput', 'no control that was asked for is about the password policy');
  let policy = laxest;
  for (const field of foundBy(await judge(policy, asked))) policy = await tighten(policy, field, asked);
  const open = (await judge(policy, asked)).find(({ verdict }) => verdict !== 'PASS');
  if (open) throw noneFor(open);
  return { policy, controls: [...new Set(asked.map(({ control }) => control.id))] };
}

/** With the laxest value of a field that nothing finds, by halves: a value that passes leaves stricter ones passing. */
async function tighten(
  policy: PasswordPolicy,
  field: keyof PasswordPolicy,
  asked: readonly AskedControl[],
): Promise<PasswordPolicy> {
  const values = choices[field];
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = foundBy(await judge({ ...policy, [field]: values[middle] }, asked));
    if (found.has(field)) low = middle + 1;
    else high = middle;
  }
  return { ...policy, [field]: values[low] };
}

/** Judges an account that has this policy, and of which nothing else is known. */
function judge(policy: PasswordPolicy, asked: readonly AskedControl[]): Promise<readonly ControlRun[]> {
  const wrong = (_path: unknown, message: string): void => {
    throw new Error(message);
  };
  const { inventory } = buildTestAccount(
    {
      ...{ name: 'baseline', verdict: 'PASS', parameters: {} },
      assets: { IAMPasswordPolicy: [{ ...policy, isDefault: false, expirePasswords: policy.maxPasswordAge > 0 }] },
    },
    { now: '2026-01-01T00:00:00+00:00', path: [], complaints: { wrong, wrongKey: wrong } },
  );
  return runControls(inventory, asked);
}

/** That passwords expire follows from their age. */
const fieldOf = (field: string): string => (field === 'expirePasswords' ? 'maxPasswordAge' : field);

function foundBy(runs: readonly ControlRun[]): ReadonlySet<keyof PasswordPolicy> {
  const rules = runs.flatMap((run) => run.rules).filter(({ rule }) => !rule.informative);
  const found = rules.flatMap(({ findings }) =>
    findings.flatMap(({ facts }) => facts.map(({ field }) => fieldOf(field))),
  );
  return new Set(found.filter((field): field is keyof PasswordPolicy => Object.hasOwn(choices, field)));
}

function noneFor({ control, rules, verdict }: ControlRun): IamqlError {
  const [why] = rules.flatMap(({ rule, errors }) => (rule.informative ? [] : errors));
  const reason = why === undefined ? '' : `: ${why.message}`;
  return new IamqlError('InvalidInput', `AWS takes no password policy that ${control.id} passes: ${verdict}${reason}`);
}
