import type { Finding, FindingKey } from '../controls/finding.ts';
import type { ControlRun, RuleRun } from '../controls/run-control.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { instantToMs, renderInstant } from '../iam/instant.ts';
import { type Evidence, isSample } from '../inventory/inventory.ts';
import { renderDuration } from './duration.ts';
import { printable, printableLines, shellOption } from './printable.ts';
import type { Run } from './run.ts';

/** How many reasons a rule shows before it only counts: one refused call may be one for every user. */
const MOST_REASONS = 10;
/** How many names an informative rule shows before it only counts. */
const MOST_NAMES = 10;

/** A run as a person reads it at a terminal. Ends with a line break. */
export function renderText(run: Run): string {
  const controls = run.controls.map((control) => renderControl(control, run.judgedAt));
  return printableLines(`${renderEvidence(run.evidence, run.judgedAt)}\n\n${controls.join('\n\n')}\n`);
}

/** Whose account, and how old what is known of it is. */
export function renderEvidence(evidence: Evidence, now: Date): string {
  const { source, snapshotOf, account, credentialReport } = evidence;
  const owner = `${source === 'snapshot' ? 'snapshot of ' : ''}account ${account ?? 'unknown'}`;
  const whose = isSample(evidence) ? `SAMPLE ${owner}: bundled example data, not your account` : owner;
  if (!credentialReport) return `${whose}; no credential report was read`;
  const from = (snapshotOf ?? source) === 'report' ? 'credential report file' : 'credential report';
  const { generatedAt } = credentialReport;
  if (!generatedAt) return `${whose}; ${from} of unknown age (--generated-at tells)`;
  const age = renderDuration((now.getTime() - instantToMs(generatedAt)) / 1000);
  return `${whose}; ${from} generated ${renderInstant(generatedAt)} (${age} ago)`;
}

function renderControl({ control, verdict, rules }: ControlRun, now: Date): string {
  const deciding = rules.filter(({ rule }) => !rule.informative);
  const informative = rules.filter(({ rule }) => rule.informative);
  return [
    `${verdict}  ${control.id}${verdict === 'PASS' ? withExceptions(deciding) : ''}`,
    `      ${control.title}`,
    ...deciding.map((rule) => renderRule(rule, control.assetTypes, now)),
    ...(verdict === 'FAIL' ? ['', wrap(whatToDo(control.id), 2)] : []),
    ...(informative.length > 0 ? ['', '  Also judged, without changing the verdict:'] : []),
    ...informative.map((rule) => renderInformative(rule, control.assetTypes)),
    ...(control.whyRulesDiffer && informative.length > 0
      ? [wrap(`Why they differ: ${control.whyRulesDiffer}`, 4)]
      : []),
  ].join('\n');
}

/** A pass that rests on what somebody has agreed to says so first. */
function withExceptions(deciding: readonly RuleRun[]): string {
  const count = deciding.reduce((sum, { excepted }) => sum + excepted.length, 0);
  return count === 0 ? '' : ` with ${count} ${count === 1 ? 'exception' : 'exceptions'}`;
}

function renderRule(run: RuleRun, types: readonly AssetTypeName[], now: Date): string {
  const asOf = run.verdict === 'PASS' ? ', as of the time of the report' : '';
  const shared = sharedReason(run.findings);
  return [
    `      ${countOf(run, types)}${asOf}`,
    ...renderReasons(run.errors, `could not be judged${run.verdict === 'FAIL' ? ' in full' : ''}`, 6),
    ...(run.findings.length > 0 ? [''] : []),
    ...run.findings.flatMap((finding) => renderFinding(finding, now, shared)),
    ...(shared ? [indent(`Key ids: ${shared}.`, 2)] : []),
  ].join('\n');
}

function renderReasons(errors: RuleRun['errors'], what: string, spaces: number): readonly string[] {
  const reasons = [...new Set(errors.map(({ message }) => message))];
  const shown = reasons.slice(0, MOST_REASONS).map((reason) => `${what}: ${reason}`);
  const more = reasons.length - shown.length;
  const lines = more > 0 ? [...shown, `and ${more} more reasons; --format json has them all`] : shown;
  return lines.map((line) => indent(line, spaces));
}

function countOf({ findings, total, verdict }: RuleRun, types: readonly AssetTypeName[]): string {
  const noun = types.map((type) => catalogue[type].many).join(' and ');
  const found = verdict === 'ERROR' && findings.length === 0 ? '?' : findings.length;
  return `${found} of ${total ?? '?'} ${noun}`;
}

/** When no key could be named, for one and the same reason, it is said once. */
function sharedReason(findings: readonly Finding[]): string | undefined {
  const reasons = findings.flatMap((finding) => finding.keys.map((key) => key.unnamed));
  return reasons.length > 1 && reasons.every((reason) => reason === reasons[0]) ? reasons[0] : undefined;
}

function renderFinding(finding: Finding, now: Date, shared: string | undefined): readonly string[] {
  const password =
    finding.hasConsolePassword === undefined
      ? ''
      : `  console password: ${finding.hasConsolePassword === null ? 'not known' : finding.hasConsolePassword ? 'yes' : 'no'}`;
  return [
    `  ${printable(finding.name)}${password}`,
    ...finding.keys.map((key) => indent(renderKey(finding, key, now, shared), 4)),
  ];
}

function renderKey({ type, name }: Finding, key: FindingKey, now: Date, shared: string | undefined): string {
  const slot = key.slot === null ? 'further access key' : `access key ${key.slot}`;
  const id = key.accessKeyId ? ` ${key.accessKeyId}` : '';
  const since = key.createDate ?? key.since;
  const word = key.createDate || key.slot === null ? 'since' : 'since (created or last changed)';
  const age = since
    ? `, ${word} ${renderInstant(since)} (${renderDuration((now.getTime() - instantToMs(since)) / 1000)})`
    : '';
  const used = key.lastUsedDate ? `; used since the report: ${renderInstant(key.lastUsedDate)}` : '';
  const unnamed = key.unnamed && key.unnamed !== shared ? `\nno key id: ${key.unnamed}` : '';
  // Of somebody else's key, only the facts are known, and the root user's is turned off by hand.
  const command = type === 'IAMUser' ? `\n${turnOff(name, key)}` : '';
  return `${slot}${id}${age}${used}${unnamed}${command}`;
}

/** A key that was used after all is not to be turned off by copying a line. */
function turnOff(user: string, { accessKeyId, lastUsedDate }: FindingKey): string {
  if (lastUsedDate) return '  in use: rotate or keep it, and judge again when AWS has a newer report';
  const userName = shellOption('--user-name', user);
  if (!accessKeyId) return `  aws iam list-access-keys ${userName}`;
  return `  aws iam update-access-key ${userName} ${shellOption('--access-key-id', accessKeyId)} --status Inactive`;
}

const whatToDo = (id: string): string =>
  `What to do: ask each owner whether anything needs the key; if not, turn it off as shown, and delete it once nobody missed it. In full: iamql controls show ${id}`;

function renderInformative(run: RuleRun, types: readonly AssetTypeName[]): string {
  const head = `    ${run.verdict}  ${run.rule.title}`;
  if (run.verdict === 'ERROR') {
    return [head, ...renderReasons(run.errors, 'not judged', 10)].join('\n');
  }
  const names = run.findings.slice(0, MOST_NAMES).map((finding) => printable(finding.name));
  const more = run.findings.length > MOST_NAMES ? `, and ${run.findings.length - MOST_NAMES} more` : '';
  const list = names.length > 0 ? `: ${names.join(', ')}${more}` : '';
  const partly = run.errors.length > 0 ? `\n          not all: ${run.errors[0]?.message}` : '';
  return `${head}\n          ${countOf(run, types)}${list}${partly}`;
}

/** Lines that fit a terminal. */
const WIDTH = 100;

const wrap = (text: string, spaces: number): string =>
  indent(text.replace(new RegExp(`(.{1,${WIDTH - spaces}})(?: +|$)`, 'gm'), '$1\n').trimEnd(), spaces);

const indent = (text: string, spaces: number): string =>
  text
    .split('\n')
    .map((line) => ' '.repeat(spaces) + line)
    .join('\n');
