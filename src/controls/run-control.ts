import type { Limits } from '../graphql/limits.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { matchesAsset } from './asset-pattern.ts';
import type { Control, ParameterValue, Rule } from './control.ts';
import { type ExceptedFinding, withExceptions } from './except.ts';
import type { Exception } from './exception.ts';
import { asksForNone } from './expectation.ts';
import { describeFinding, type Finding } from './finding.ts';
import { type Judgement, judge, type Verdict } from './judge.ts';

export interface RuleRun {
  readonly rule: Rule;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Findings that somebody has agreed to live with: they are shown, and do not count. */
  readonly excepted: readonly ExceptedFinding[];
  /** Out of how many assets it was judged; undefined where they could not be counted. */
  readonly total: number | undefined;
  /** Why it is ERROR, or why FAIL may not be all: error kind and message. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

/** What the variables of a control's texts were: its defaults, or what the run or the benchmark asks. */
type Parameters = Readonly<Record<string, ParameterValue>>;

export interface ControlRun {
  readonly control: Control;
  readonly parameters: Parameters;
  readonly verdict: Verdict;
  readonly rules: readonly RuleRun[];
}

/** Judges every rule of a control over one inventory. */
export async function runControl(
  inventory: Inventory,
  control: Control,
  { limits, parameters: asked = {}, exceptions = [], now = instantOf(new Date()) }: RunSettings = {},
): Promise<ControlRun> {
  const usual = Object.entries(control.parameters).map(([name, parameter]) => [name, parameter.default] as const);
  const parameters = { ...Object.fromEntries(usual), ...asked };
  const own = exceptions.filter((exception) => exception.control === control.id);
  const rules: RuleRun[] = [];
  for (const rule of control.rules) {
    const judged = await runRule(inventory, rule, { limits, parameters, exceptions: own });
    // What was found has told whose account it is, where anything does.
    rules.push(withExceptions(judged, own, { control: control.id, account: inventory.evidence().account, now }));
  }
  const judged = rules.filter(({ rule }) => !rule.informative).map(({ verdict }) => verdict);
  return { control, parameters, verdict: combine(judged), rules };
}

interface RunSettings {
  readonly limits?: Limits | undefined;
  /** In place of the control's defaults. */
  readonly parameters?: Parameters;
  /** Of any control and account, expired or not. */
  readonly exceptions?: readonly Exception[];
  /** When it is judged: exceptions end. */
  readonly now?: Instant;
}

/** A rule that failed has failed, whatever could not be judged beside it; nothing judged is no PASS. */
export function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('FAIL')) return 'FAIL';
  return verdicts.length === 0 || verdicts.includes('ERROR') ? 'ERROR' : 'PASS';
}

interface JudgedRule extends RuleRun {
  /** It fails by more than what is listed as findings. */
  readonly failsBeyondFindings: boolean;
}

async function runRule(
  inventory: Inventory,
  rule: Rule,
  { limits, parameters: variables, exceptions }: Required<Omit<RunSettings, 'now'>>,
): Promise<JudgedRule> {
  // `eq []` asks which assets are selected; what the text prints of them is not needed to judge it.
  const rowsOnly = asksForNone(rule.expect) && rule.returnPath === '';
  const question = { text: rule.query, variables, rowsOnly, limits };
  const judgement = await judge(inventory, question, rule.expect, rule.returnPath);
  const { verdict, total, failsBeyondFindings } = judgement;
  const findings = await findingsOf(inventory, rule, judgement, exceptions);
  return { rule, verdict, total, errors: errorsOf(judgement), findings, excepted: [], failsBeyondFindings };
}

/**
 * Keys are named for the rules that decide; an informative one names its users, which costs nothing. An exception for one
 * of these is another matter: which keys it is about must be known.
 */
async function findingsOf(
  inventory: Inventory,
  rule: Rule,
  judgement: Judgement,
  exceptions: readonly Exception[],
): Promise<readonly Finding[]> {
  return Promise.all(
    judgement.findings.map((found) => {
      const named = nameFinding(inventory, found);
      const isWhole = !rule.informative || exceptions.some(({ asset }) => matchesAsset(asset, named));
      return isWhole ? describeFinding(inventory, found) : named;
    }),
  );
}

function nameFinding(inventory: Inventory, { asset, selection }: Judgement['findings'][number]): Finding {
  return {
    identifier: String(inventory.read(asset, 'identifier')),
    type: selection.type,
    name: String(inventory.read(asset, 'internalName')),
    facts: [],
    keys: [],
    hasConsolePassword: undefined,
  };
}

function errorsOf({ errors }: Judgement): RuleRun['errors'] {
  return errors.map((error) => ({ code: String(error.extensions['code'] ?? 'GRAPHQL'), message: error.message }));
}
