import type { Limits } from '../graphql/limits.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { Inventory, Withdrawn } from '../inventory/inventory.ts';
import type { Provenance } from '../inventory/provenance.ts';
import { type Applicable, readApplicable } from './applicable.ts';
import { matchesAsset } from './asset-pattern.ts';
import type { Control, Parameters, Rule } from './control.ts';
import { type ExceptedFinding, type ExceptionScope, withExceptions } from './except.ts';
import type { Exception } from './exception.ts';
import { asksForNone } from './expectation.ts';
import { describeFinding, type Finding, type FindingIdentity, keyOfAsset, knownAccountOf } from './finding.ts';
import { type Found, type Judgement, judge, type Verdict } from './judge.ts';
import { parametersOf } from './parameters.ts';

export interface RuleRun {
  readonly rule: Rule;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Findings that somebody has agreed to live with: they are shown, and do not count. */
  readonly excepted: readonly ExceptedFinding[];
  /**
   * Out of how many assets it was judged: those of the control's types, or of these the applicable ones. Undefined where
   * they could not be counted, or where the rule asks of others. What was found counts, even where the control does not call it applicable.
   */
  readonly total: number | undefined;
  /** What the credential report selects and what AWS answers now does not: of `--verify`. */
  readonly withdrawn: readonly Withdrawn[];
  /** The answers of AWS that the verdict rests on, and from when they are. */
  readonly restsOn: readonly Provenance[];
  /** Why it is ERROR, or why FAIL may not be all. */
  readonly errors: readonly RuleError[];
  /** It fails by more than the findings: by a value, which is of all accounts together. */
  readonly failsBeyondFindings: boolean;
  /** Each account was asked by itself: an error that names one says nothing of the others. */
  readonly isByAccount: boolean;
}

/** An error kind and a message. */
interface RuleError {
  readonly code: string;
  readonly message: string;
  /** The account that it is about; left out for all of them, and where one is judged alone. */
  readonly account?: string;
  /** What is known of that account is of an earlier time than it should be. */
  readonly stale?: true;
}

export interface ControlRun {
  readonly control: Control;
  /** Its own, or what the run or the benchmark asks. */
  readonly parameters: Parameters;
  readonly verdict: Verdict;
  readonly rules: readonly RuleRun[];
}

export interface RunSettings {
  readonly limits?: Limits | undefined;
  /** In place of the control's defaults. */
  readonly parameters?: Parameters;
  /** Of any control and account, expired or not. */
  readonly exceptions?: readonly Exception[];
  /** When it is judged: exceptions end. */
  readonly now?: Instant;
}

/** Judges every rule of a control over one inventory. */
export async function runControl(
  inventory: Inventory,
  control: Control,
  { limits, parameters: asked = {}, exceptions = [], now = instantOf(new Date()) }: RunSettings = {},
): Promise<ControlRun> {
  const parameters = parametersOf(control, asked);
  const own = exceptions.filter((exception) => exception.control === control.id);
  const settings = { limits, parameters, exceptions: own };
  const judged: JudgedRule[] = [];
  for (const rule of control.rules) judged.push(await judgeRule(inventory, rule, settings));
  // Counted last, because what the rules have read may be enough to count by.
  const applicable = await readApplicable(inventory, control, settings);
  const scope = { control: control.id, now };
  // What was read last may have told whose account it is.
  const { account } = inventory.evidence();
  const rules = judged
    .map((one) => withSetup(ofAccount(one, account), inventory.settings.setupSeconds))
    .map((one) => ruleRun(control, one, { applicable, exceptions: own, scope }));
  const deciding = rules.filter(({ rule }) => !rule.informative).map(({ verdict }) => verdict);
  return { control, parameters, verdict: combine(deciding), rules };
}

interface JudgedRule {
  readonly rule: Rule;
  readonly judgement: Judgement;
  readonly findings: readonly Finding[];
}

const ofAccount = (judged: JudgedRule, account: string | undefined): JudgedRule => ({
  ...judged,
  findings: judged.findings.map((finding) => ({ ...finding, account: finding.account ?? account })),
});

/** What counts as setup is the run's to say, and decides what is found: it stands beside the verdict. */
const withSetup = ({ rule, ...judged }: JudgedRule, seconds: number): JudgedRule => {
  const title = /\bcreatedDuringUserSetup\b/.test(rule.query)
    ? `${rule.title}; setup: the first ${seconds} s`
    : rule.title;
  return { ...judged, rule: { ...rule, title } };
};

interface RunScope {
  readonly applicable: Applicable;
  readonly exceptions: readonly Exception[];
  readonly scope: ExceptionScope;
}

function ruleRun(
  control: Control,
  { rule, judgement, findings }: JudgedRule,
  { applicable, exceptions, scope }: RunScope,
): RuleRun {
  const { verdict, selections, failsBeyondFindings } = judgement;
  const found = selections.map((selection) => selection.found);
  const errors = errorsOf(judgement);
  return {
    rule,
    ...withExceptions({ verdict, findings, errors, failsBeyondFindings }, exceptions, scope),
    total: isOfTypes(control, rule, judgement) ? totalOf(control, { judgement, findings }, applicable) : undefined,
    withdrawn: found.flatMap(({ withdrawn }) => withdrawn),
    restsOn: oldestOfEach(found.flatMap(({ restsOn }) => restsOn)),
    failsBeyondFindings,
    isByAccount: isByAccount(rule, judgement),
  };
}

/** A value is of all accounts, and a root field that has no answer at all has none for any, whichever the error names. */
function isByAccount({ expect }: Rule, { selections, errors }: Judgement): boolean {
  const isOfAll = ({ path = [] }: Judgement['errors'][number]): boolean => path.length < 2;
  const isListed = asksForNone(expect) && selections.every(({ kind }) => kind === 'list');
  return isListed && selections.length > 0 && !errors.some(isOfAll);
}

/** What a rule asks of another time is out of what there was then; what of that the control is about nobody has asked. */
function totalOf(
  control: Control,
  { judgement: { selections, total }, findings }: Omit<JudgedRule, 'rule'>,
  applicable: Applicable,
): number | undefined {
  if (selections.every(({ asOf }) => asOf === undefined)) return applicable.totalWith(findings);
  return control.applicable === undefined ? total : undefined;
}

/** An informative rule may ask of assets that the control does not cover: it is out of nothing that was counted. */
const isOfTypes = ({ assetTypes }: Control, { returnPath }: Rule, { types }: Judgement): boolean =>
  returnPath !== '' || types.every((type) => assetTypes.includes(type));

/** A rule that failed has failed, whatever could not be judged beside it; nothing judged is no PASS. */
export function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('FAIL')) return 'FAIL';
  return verdicts.length === 0 || verdicts.includes('ERROR') ? 'ERROR' : 'PASS';
}

async function judgeRule(
  inventory: Inventory,
  rule: Rule,
  { limits, parameters: variables, exceptions }: Required<Omit<RunSettings, 'now'>>,
): Promise<JudgedRule> {
  const question = { text: rule.query, variables, rowsOnly: isOfRowsOnly(rule), limits };
  const judgement = await judge(inventory, question, rule.expect, rule.returnPath);
  return { rule, judgement, findings: await findingsOf(inventory, rule, judgement, exceptions) };
}

/** `eq []` asks which assets are selected; what the text prints of them is not needed to judge it. */
export const isOfRowsOnly = ({ expect, returnPath }: Rule): boolean => asksForNone(expect) && returnPath === '';

/**
 * Keys are named for the rules that decide; an informative one names its assets, which costs nothing. An exception for one
 * of these is another matter: which keys it is about must be known.
 */
async function findingsOf(
  inventory: Inventory,
  rule: Rule,
  { findings }: Judgement,
  exceptions: readonly Exception[],
): Promise<readonly Finding[]> {
  const described = findings.map(async (found) => {
    if (exceptions.length > 0) await tellAccount(inventory, found);
    const identity = identityOf(inventory, found);
    const isWhole = !rule.informative || exceptions.some(({ asset }) => matchesAsset(asset, identity));
    return { ...(isWhole ? await describeFinding(inventory, found) : withoutFacts), ...identity };
  });
  return mergeFindings(await Promise.all(described));
}

/** An exception is of an account, and a policy of AWS does not say in which account it was found; of several each is known. */
async function tellAccount(inventory: Inventory, { judged }: Found): Promise<void> {
  if (knownAccountOf(inventory, judged) !== undefined) return;
  await inventory.load(judged, 'accountID').catch((error: unknown) => {
    if (!(error instanceof IamqlError)) throw error;
  });
}

const withoutFacts = { facts: [], keys: [], hasConsolePassword: undefined };

function identityOf(inventory: Inventory, { judged }: Found): FindingIdentity {
  return {
    identifier: String(inventory.read(judged, 'identifier')),
    account: knownAccountOf(inventory, judged),
    type: judged.__typename as AssetTypeName,
    name: String(inventory.read(judged, 'internalName')),
  };
}

/**
 * An asset that is found in several ways is one finding, with the facts of all of them. What is about access keys stays
 * apart from what is not: an exception for the keys must not cover the rest.
 */
function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  const byAsset = Map.groupBy(
    findings,
    (finding) => `${finding.type} ${keyOfAsset(finding)} ${finding.keys.length > 0}`,
  );
  return [...byAsset.values()].map(([first, ...more]) => {
    const all = [first as Finding, ...more];
    if (more.length === 0) return first as Finding;
    return {
      ...(first as Finding),
      facts: distinct(all.flatMap(({ facts }) => facts)),
      keys: distinct(all.flatMap(({ keys }) => keys)),
    };
  });
}

const distinct = <T>(items: readonly T[]): readonly T[] => [
  ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
];

function errorsOf({ errors }: Judgement): RuleRun['errors'] {
  return errors.flatMap(({ message, extensions }) => {
    const { reasons } = extensions;
    const told = Array.isArray(reasons)
      ? (reasons as readonly Readonly<Record<string, unknown>>[])
      : [{ ...extensions, message }];
    return told.map(ruleError);
  });
}

/** @param told as the extensions of an answer have it. */
const ruleError = ({ code, message, account, stale }: Readonly<Record<string, unknown>>): RuleError => ({
  code: String(code ?? 'GRAPHQL'),
  message: String(message),
  ...(typeof account === 'string' ? { account } : {}),
  ...(stale === true ? { stale } : {}),
});

/** One of each source, by name; what nobody knows the age of is oldest. */
function oldestOfEach(answers: readonly Provenance[]): readonly Provenance[] {
  const sorted = [...answers].sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1));
  const oldest = Map.groupBy(sorted, ({ source }) => source);
  return [...oldest.values()].flatMap(([first]) => first ?? []).sort((a, b) => (a.source < b.source ? -1 : 1));
}
