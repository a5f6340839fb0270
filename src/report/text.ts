import { rollUp } from '../controls/by-account.ts';
import type { Finding } from '../controls/finding.ts';
import type { ControlRun, RuleRun } from '../controls/run-control.ts';
import { instantOf, renderInstant } from '../iam/instant.ts';
import type { Withdrawn } from '../inventory/inventory.ts';
import type { Provenance } from '../inventory/provenance.ts';
import { linesOfRollUp } from './by-account.ts';
import { renderEvidence } from './evidence.ts';
import { renderExceptionNotes } from './exceptions.ts';
import { countOf, nameOf } from './found.ts';
import { listSections } from './listing.ts';
import { printable, printableLines } from './printable.ts';
import type { Run } from './run.ts';
import { renderAccounts } from './text-accounts.ts';
import { canTurnOff, renderExcepted, renderFinding, sharedReason } from './text-finding.ts';
import { indent, wrap } from './text-lines.ts';
import { renderTable } from './text-table.ts';

/** How many reasons a rule shows before it only counts: one refused call may be one for every user. */
const MOST_REASONS = 10;
/** How many findings of a rule are shown where several controls are judged: all of thousands of users would hide the rest. */
const MOST_FINDINGS_OF_MANY = 20;
/** The same where each account has its reason at the end: each of many controls would say it again. */
const FEW_REASONS = 2;
/** How many names an informative rule shows before it only counts. */
const MOST_NAMES = 10;

/** A run as a person reads it at a terminal. Ends with a line break. */
export function renderText(run: Run): string {
  const parts = [
    renderEvidence(run.evidence, run.judgedAt),
    ...(run.benchmark ? [renderTable(run.benchmark.benchmark, listSections(run))] : []),
    ...shownControls(run).map((control) => renderControl(control, settingOf(run))),
    ...renderAccounts(run),
    ...renderExceptions(run),
  ];
  return printableLines(`${parts.join('\n\n')}\n`);
}

interface Setting {
  readonly now: Date;
  /** How many findings a rule shows before it only counts. */
  readonly mostFindings: number;
  /** How many reasons it shows. */
  readonly mostReasons: number;
  readonly accounts: Run['accounts'];
  readonly evidence: Run['evidence'];
}

const settingOf = ({ judgedAt, controls, accounts, evidence }: Run): Setting => ({
  evidence,
  now: judgedAt,
  accounts,
  mostFindings: controls.length > 1 ? MOST_FINDINGS_OF_MANY : Number.POSITIVE_INFINITY,
  mostReasons: controls.length > 1 && accounts ? FEW_REASONS : MOST_REASONS,
});

/** The table of a benchmark says all there is to say of a control that passed and has nothing excepted. */
const shownControls = ({ benchmark, controls }: Run): readonly ControlRun[] =>
  benchmark
    ? controls.filter(({ verdict, rules }) => verdict !== 'PASS' || rules.some(({ excepted }) => excepted.length > 0))
    : controls;

function renderExceptions({ exceptions, judgedAt }: Run): readonly string[] {
  const notes = exceptions ? renderExceptionNotes(exceptions, instantOf(judgedAt)) : [];
  return notes.length > 0 ? [['Exceptions to look at:', ...notes.map((note) => indent(note, 2))].join('\n')] : [];
}

function renderControl(run: ControlRun, setting: Setting): string {
  const { control, verdict, rules, parameters } = run;
  const deciding = rules.filter(({ rule }) => !rule.informative);
  const informative = rules.filter(({ rule }) => rule.informative);
  return [
    `${verdict}  ${control.id}${verdict === 'PASS' ? withExceptions(deciding) : ''}`,
    `      ${control.title}`,
    ...Object.entries(parameters).map(([name, value]) => {
      const usual = control.parameters[name]?.default;
      return `      ${name}: ${value}${usual === undefined || usual === value ? '' : ` (by default ${usual})`}`;
    }),
    ...renderRollUp(run, setting),
    ...renderDeciding(deciding, run, setting),
    ...(verdict === 'FAIL' ? ['', whatToDo(run)] : []),
    ...(hasFailedAlike(deciding, informative) ? [] : renderOthers(informative, run, setting)),
  ].join('\n');
}

/** What kept the verdict from being reached kept every other rule from it too: nothing is left to say of these. */
const hasFailedAlike = (deciding: readonly RuleRun[], others: readonly RuleRun[]): boolean => {
  const reasons = new Set(deciding.flatMap(({ errors }) => errors.map(({ message }) => message)));
  return others.every(
    ({ verdict, errors }) =>
      verdict === 'ERROR' && errors.length > 0 && errors.every(({ message }) => reasons.has(message)),
  );
};

const renderOthers = (informative: readonly RuleRun[], run: ControlRun, setting: Setting): readonly string[] => [
  ...['', '  Also judged, without changing the verdict:'],
  ...informative.map((rule) => renderInformative(rule, run, setting)),
  ...(run.control.whyRulesDiffer ? [wrap(`Why they differ: ${run.control.whyRulesDiffer}`, 4)] : []),
];

/** How the accounts stand, and by name those of which nothing is known. */
const renderRollUp = (run: ControlRun, { accounts }: Setting): readonly string[] =>
  accounts ? linesOfRollUp(rollUp(run, accounts)).map((line) => wrap(line, 6)) : [];

/** A pass that rests on what somebody has agreed to says so first. */
function withExceptions(deciding: readonly RuleRun[]): string {
  const count = deciding.reduce((sum, { excepted }) => sum + excepted.length, 0);
  return count === 0 ? '' : ` with ${count} ${count === 1 ? 'exception' : 'exceptions'}`;
}

/** Of several rules each says what it is about. */
const renderDeciding = (rules: readonly RuleRun[], control: ControlRun, setting: Setting): readonly string[] =>
  rules.length === 1
    ? rules.map((rule) => renderRule(rule, control, setting))
    : rules.flatMap((rule, index) => [
        ...(index > 0 ? [''] : []),
        renderRule(rule, control, { ...setting, title: `${rule.rule.title}: ` }),
      ]);

function renderRule(
  run: RuleRun,
  control: ControlRun,
  { now, mostFindings, mostReasons, evidence, title = '' }: Setting & { readonly title?: string },
): string {
  const asOf = run.verdict === 'PASS' ? renderAge(run.restsOn) : '';
  const shared = sharedReason(run.findings);
  const more = run.findings.length - mostFindings;
  return [
    `      ${title}${countOf(run, control)}${asOf}`,
    ...renderReasons(run.errors, `could not be judged${run.verdict === 'FAIL' ? ' in full' : ''}`, 6, mostReasons),
    ...(run.findings.length > 0 ? [''] : []),
    ...[...Map.groupBy(run.findings.slice(0, mostFindings), ({ place }) => place)].flatMap(([place, findings]) => [
      ...(place === undefined ? [] : [`  In ${printable(place)}:`]),
      ...findings.flatMap((finding) =>
        place === undefined
          ? renderFinding(finding, nameOf({ evidence }, finding), now, shared)
          : renderFinding(finding, finding.name, now, shared).map((line) => indent(line, 2)),
      ),
    ]),
    ...(more > 0 ? [indent(`and ${more} more; checked alone, or with --format json, it shows them all`, 2)] : []),
    ...(shared ? [indent(`Key ids: ${printable(shared)}.`, 2)] : []),
    ...renderFacts(run.findings),
    ...renderWithdrawn(run.withdrawn),
    ...(run.excepted.length > 0 ? ['', `  Excepted, and not counted: ${run.excepted.length}`] : []),
    ...run.excepted.flatMap((finding) => renderExcepted(finding, nameOf({ evidence }, finding), now)),
  ].join('\n');
}

/** How old the oldest of the answers is that a verdict rests on. */
function renderAge(answers: readonly Provenance[]): string {
  const [oldest] = [...answers].sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1));
  if (!oldest) return '';
  if (!oldest.at) return `, as of ${oldest.isGenerated ? 'the time of the report' : 'an unknown time'}`;
  return `, as of ${renderInstant(oldest.at)} (${oldest.source})`;
}

/** The answers of AWS that told the facts of all findings, in one line: first and last where they differ. */
function renderFacts(findings: readonly Finding[]): readonly string[] {
  const bySource = Map.groupBy(
    findings.flatMap(({ facts }) => facts),
    ({ source }) => source,
  );
  const told = [...bySource].map(([source, facts]) => {
    const times = [...new Set(facts.map(({ at }) => (at ? renderInstant(at) : 'at an unknown time')))].sort();
    const span = times.length > 1 ? `${times[0]} to ${times.at(-1)}` : times[0];
    return `${source}, ${facts[0]?.isGenerated ? 'generated' : 'read'} ${span}`;
  });
  return told.length > 0 ? [indent(`Told by ${told.sort().join('; ')}.`, 2)] : [];
}

function renderWithdrawn(withdrawn: readonly Withdrawn[]): readonly string[] {
  const lines = withdrawn.map(({ name, reasons }) => `  ${printable(name)}: ${reasons.join('; ')}`);
  return lines.length > 0
    ? ['', ...['Found by the report, and no longer so:', ...lines].map((line) => indent(line, 2))]
    : [];
}

function renderReasons(
  errors: RuleRun['errors'],
  what: string,
  spaces: number,
  most = MOST_REASONS,
): readonly string[] {
  const reasons = [...new Set(errors.map(({ message }) => printable(message)))];
  const shown = reasons.slice(0, most).map((reason) => `${what}: ${reason}`);
  const more = reasons.length - shown.length;
  const lines = more > 0 ? [...shown, `and ${more} more reasons; --format json has them all`] : shown;
  return lines.map((line) => indent(line, spaces));
}

/** The id of the control is not broken between lines: it is there to be copied. */
function whatToDo({ control, rules }: ControlRun): string {
  const findings = rules.flatMap((rule) => (rule.rule.informative ? [] : rule.findings));
  const hasUnused = findings.some((finding) => finding.keys.some((key) => canTurnOff(finding, key)));
  const show = `iamql controls show ${control.id}`;
  if (!hasUnused) return indent(`What to do: ${show}`, 2);
  const ofKeys =
    'What to do: ask each owner whether anything needs the key; if not, turn it off as shown, and delete it once nobody missed it. In full:';
  const inBatches = `In batches, looked at again and written down: iamql remediate plan ${control.id}`;
  return [wrap(ofKeys, 2), indent(show, 4), indent(inBatches, 2)].join('\n');
}

function renderInformative(run: RuleRun, control: ControlRun, { evidence, mostReasons }: Setting): string {
  const head = `    ${run.verdict}  ${run.rule.title}`;
  if (run.verdict === 'ERROR') {
    return [head, ...renderReasons(run.errors, 'not judged', 10, mostReasons)].join('\n');
  }
  const names = run.findings.slice(0, MOST_NAMES).map((finding) => printable(nameOf({ evidence }, finding)));
  const more = run.findings.length > MOST_NAMES ? `, and ${run.findings.length - MOST_NAMES} more` : '';
  const list = names.length > 0 ? `: ${names.join(', ')}${more}` : '';
  const [first, ...others] = new Set(run.errors.map(({ message }) => message));
  const rest = others.length > 0 ? `, and ${others.length} more reasons` : '';
  const partly = first === undefined ? '' : `\n          not all: ${printable(first)}${rest}`;
  return `${head}\n          ${countOf(run, control)}${list}${partly}`;
}
