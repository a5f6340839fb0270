import type { Control } from '../controls/control.ts';
import { foundingControlId } from '../controls/load-controls.ts';
import { type Guardrail, type GuardrailName, guardrails } from './guardrail.ts';
import { compare, type KnownAccount, nameOf } from './judged-accounts.ts';
import { type Words, words } from './words.ts';

/** Who owns a control: an organization with the accounts that are known of it, or the accounts that are in none. */
export interface Place {
  readonly organization: string | undefined;
  readonly accounts: readonly KnownAccount[];
}

/** Something to be done once. */
interface GuardrailStep {
  /** The same whatever its words. */
  readonly id: string;
  readonly words: Words;
  /** Where it is of one account among several. */
  readonly account?: KnownAccount;
}

/** In which order: what tells and breaks nothing first, then what binds pipelines, then what binds everybody. */
const order: Readonly<Record<GuardrailName, number>> = {
  eventbridge: 1,
  config: 2,
  guard: 3,
  terraform: 4,
  scp: 5,
  baseline: 6,
};

/** Which guardrails are against what a control finds. */
function guardrailsOf({ id, assetTypes }: Control): readonly GuardrailName[] {
  const isAboutPasswords = id === foundingControlId || assetTypes.includes('IAMPasswordPolicy');
  const isFor = ({ name, controls }: Guardrail): boolean =>
    name === 'baseline' ? isAboutPasswords : (controls?.includes(id) ?? true);
  const names = guardrails.filter(isFor).map(({ name }) => name);
  return names.toSorted((a, b) => order[a] - order[b]);
}

/** Organizations by name, then the accounts that are in none. */
export function placesOf(accounts: readonly KnownAccount[]): readonly Place[] {
  // Nobody can do anything in an account that is not known, where there are others.
  const known = accounts.filter(({ id }) => id !== undefined || accounts.length === 1);
  const byName = [...Map.groupBy(known, ({ organization }) => organization)];
  return byName
    .map(([organization, own]): Place => ({ organization, accounts: own }))
    .toSorted(({ organization: a }, { organization: b }) =>
      a === undefined || b === undefined ? Number(a === undefined) - Number(b === undefined) : compare(a, b),
    );
}

/** What is put in place there before anything is cleared. */
export function guardrailSteps(control: Control, place: Place): readonly GuardrailStep[] {
  const names = guardrailsOf(control);
  const steps = names.flatMap((name) => stepsOf[name](place, control));
  if (names.some((name) => name !== 'config')) return steps;
  return [
    ...steps,
    {
      id: 'other',
      words: words`iamql prints no guardrail that prevents it: decide what stops new cases here, and put it in place.`,
    },
  ];
}

const stepsOf: Readonly<Record<GuardrailName, (place: Place, control: Control) => readonly GuardrailStep[]>> = {
  eventbridge: ({ organization, accounts }) => {
    const what = '`iamql guardrails eventbridge`. It prevents nothing, and breaks nothing.';
    if (organization !== undefined)
      return [{ id: 'eventbridge', words: [`Tell of new credentials in every account, by a stack set: ${what}`] }];
    return accounts.map((account) => ({
      ...{ id: 'eventbridge', account },
      words: [...words`Tell of new credentials in ${nameOf(account)}: `, what],
    }));
  },
  config: ({ organization, accounts }, { id }) => {
    const what = `\`iamql guardrails config ${id}\`, a rule of AWS Config. It prevents nothing, and breaks nothing.`;
    if (organization !== undefined)
      return [{ id: 'config', words: [`Judge every account day by day, by a stack set: ${what}`] }];
    return accounts.map((account) => ({
      ...{ id: 'config', account },
      words: [...words`Judge ${nameOf(account)} day by day: `, what],
    }));
  },
  guard: () => [
    {
      id: 'guard',
      words: words`Fail CloudFormation templates that make both, as a step of CI: \`iamql iac\` on each, or \`iamql guardrails guard\`.`,
    },
  ],
  terraform: () => [
    {
      id: 'terraform',
      words: words`Fail Terraform and OpenTofu plans that make both, as a step of CI: \`iamql iac\` on each; for modules \`iamql guardrails terraform\`.`,
    },
  ],
  // Organizations alone have such policies.
  scp: (place) => (place.organization === undefined ? [] : policySteps(place)),
  baseline: (_place, { id }) => [
    {
      id: 'baseline',
      words:
        id === foundingControlId
          ? words`Begin new accounts with \`iamql guardrails baseline\`, and without IAM users.`
          : words`Set the password policy where accounts are made, by \`iamql guardrails baseline\`; tell people before, where passwords will expire.`,
    },
  ],
};

/** One test account, unit by unit, and the root at last. */
function policySteps({ accounts }: Place): readonly GuardrailStep[] {
  const units = new Map(accounts.flatMap((account) => account.units.slice(1, 2)).map(({ id, name }) => [id, name]));
  const roots = new Map(accounts.flatMap((account) => account.units.slice(0, 1)).map(({ id, name }) => [id, name]));
  const attach = ([id, name]: readonly [string, string]): GuardrailStep => ({
    id: `scp ${id}`,
    words: words`Attach it to ${name} (${id}), and see that nobody misses anything.`,
  });
  const byName = ([, a]: readonly [string, string], [, b]: readonly [string, string]): number => compare(a, b);
  const atRoot =
    roots.size > 0
      ? [...roots].toSorted(byName).map(attach)
      : [{ id: 'scp root', words: words`Attach it to the root.` }];
  return [
    {
      id: 'scp roles',
      words: words`Look in CloudTrail for who makes access keys, name their roles, and make the policy: \`iamql guardrails scp --role ROLE\` (\`--about\` says how).`,
    },
    { id: 'scp test', words: words`Attach it to one test account, and try both sides.` },
    ...[...units].toSorted(byName).map(attach),
    ...atRoot,
    {
      id: 'management',
      words: words`The policy does not bind the management account: see there by hand that nobody makes access keys.`,
    },
  ];
}
