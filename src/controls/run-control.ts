import type { Limits } from '../graphql/limits.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Control, Parameters, Rule } from './control.ts';
import type { Exception } from './exception.ts';
import { asksForNone } from './expectation.ts';
import { describeFinding, type Finding } from './finding.ts';
import { type Judgement, judge, type Verdict } from './judge.ts';
import { parametersOf } from './parameters.ts';

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

interface ExceptedFinding extends Finding {
  readonly exception: Exception;
}

export interface ControlRun {
  readonly control: Control;
  /** Its own, or what the run or the benchmark asks. */
  readonly parameters: Parameters;
  readonly verdict: Verdict;
  readonly rules: readonly RuleRun[];
}

/** Judges every rule of a control over one inventory. */
export async function runControl(
  inventory: Inventory,
  control: Control,
  { limits, parameters: asked = {} }: RunSettings = {},
): Promise<ControlRun> {
  const parameters = parametersOf(control, asked);
  const rules: RuleRun[] = [];
  for (const rule of control.rules) rules.push(await runRule(inventory, rule, { limits, parameters }));
  const judged = rules.filter(({ rule }) => !rule.informative).map(({ verdict }) => verdict);
  return { control, parameters, verdict: combine(judged), rules };
}

interface RunSettings {
  readonly limits?: Limits | undefined;
  /** In place of the control's defaults. */
  readonly parameters?: Parameters;
}

/** A rule that failed has failed, whatever could not be judged beside it; nothing judged is no PASS. */
export function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('FAIL')) return 'FAIL';
  return verdicts.length === 0 || verdicts.includes('ERROR') ? 'ERROR' : 'PASS';
}

async function runRule(
  inventory: Inventory,
  rule: Rule,
  { limits, parameters: variables }: { readonly limits: Limits | undefined; readonly parameters: Parameters },
): Promise<RuleRun> {
  // `eq []` asks which assets are selected; what the text prints of them is not needed to judge it.
  const rowsOnly = asksForNone(rule.expect) && rule.returnPath === '';
  const question = { text: rule.query, variables, rowsOnly, limits };
  const judgement = await judge(inventory, question, rule.expect, rule.returnPath);
  const { verdict, total } = judgement;
  const findings = await findingsOf(inventory, rule, judgement);
  return { rule, verdict, total, errors: errorsOf(judgement), findings, excepted: [] };
}

/** Keys are named for the rules that decide; an informative one names its users, which costs nothing. */
async function findingsOf(inventory: Inventory, rule: Rule, judgement: Judgement): Promise<readonly Finding[]> {
  if (!rule.informative) {
    return Promise.all(judgement.findings.map((found) => describeFinding(inventory, found)));
  }
  return judgement.findings.map(({ asset, selection }) => ({
    identifier: String(inventory.read(asset, 'identifier')),
    type: selection.type,
    name: String(inventory.read(asset, 'internalName')),
    facts: [],
    keys: [],
    hasConsolePassword: undefined,
  }));
}

function errorsOf({ errors }: Judgement): RuleRun['errors'] {
  return errors.map((error) => ({ code: String(error.extensions['code'] ?? 'GRAPHQL'), message: error.message }));
}
