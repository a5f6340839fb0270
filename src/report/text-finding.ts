import type { ExceptedFinding } from '../controls/except.ts';
import type { Finding, FindingKey } from '../controls/finding.ts';
import { catalogue } from '../iam/catalogue.generated.ts';
import { instantToMs, renderInstant } from '../iam/instant.ts';
import { keyStatusCommand, shellOption } from '../iam/shell.ts';
import { renderDuration } from './duration.ts';
import { nameOfKey, wordOf, wordsOfException, wordsOfFact, wordsOfFacts, wordsOfUse } from './found.ts';
import { printable } from './printable.ts';
import { indent } from './text-lines.ts';

/** A finding, and how each of its keys that nobody uses is turned off. @param shared the reason that is not repeated. */
export const renderFinding = (
  finding: Finding,
  name: string,
  now: Date,
  shared: string | undefined,
): readonly string[] =>
  linesOf(finding, name, (key) => [
    renderKey(key, now, shared),
    ...(canTurnOff(finding, key) ? [turnOff(finding.name, key)] : []),
  ]);

/** Nobody shall turn off by copying a line what somebody has agreed to live with. */
export const renderExcepted = (finding: ExceptedFinding, name: string, now: Date): readonly string[] => [
  ...linesOf(finding, name, (key) => [renderKey(key, now, undefined)]).map((line) => indent(line, 2)),
  ...[finding.exception, ...finding.further].map((one) => indent(printable(wordsOfException(one)), 6)),
];

/** When no key could be named, for one and the same reason, it is said once. */
export function sharedReason(findings: readonly Finding[]): string | undefined {
  const reasons = findings.flatMap((finding) => finding.keys.map((key) => key.unnamed));
  return reasons.length > 1 && reasons.every((reason) => reason === reasons[0]) ? reasons[0] : undefined;
}

function linesOf(
  finding: Finding,
  name: string,
  linesOfKey: (key: FindingKey) => readonly string[],
): readonly string[] {
  const { hasConsolePassword } = finding;
  const password = hasConsolePassword === undefined ? '' : `  console password: ${wordOf(hasConsolePassword)}`;
  return [
    `  ${printable(name)}${password}`,
    ...finding.keys.map((key) => indent(linesOfKey(key).join('\n'), 4)),
    ...wordsOfFacts(finding.facts.filter(isNotOfKey), wordsOfFact).map((words) => `    ${printable(words)}`),
  ];
}

/** What the report says of a key is said with the key. */
const isNotOfKey = ({ field }: Finding['facts'][number]): boolean =>
  catalogue.IAMUserCredentials.fields[field]?.slot === undefined;

function renderKey(key: FindingKey, now: Date, shared: string | undefined): string {
  const since = key.createDate ?? key.since;
  const word = key.createDate || key.slot === null ? 'since' : 'since (created or last changed)';
  const age = since
    ? `, ${word} ${renderInstant(since)} (${renderDuration((now.getTime() - instantToMs(since)) / 1000)})`
    : '';
  const used = wordsOfUse(key).map((words) => `; ${words}`);
  const unnamed = key.unnamed && key.unnamed !== shared ? `\nno key id: ${printable(key.unnamed)}` : '';
  return `${nameOfKey(key)}${age}${used.join('')}${unnamed}`;
}

/**
 * Only a key that nobody has used can be turned off by copying a line; what else is to be done with keys, such as replacing
 * them, the control says. Of somebody else's key only the facts are known, and the root user's is turned off by hand.
 */
export const canTurnOff = ({ type }: Finding, { foundUnused }: FindingKey): boolean =>
  type === 'IAMUser' && foundUnused;

/** A key that was used after all is not to be turned off by copying a line. */
function turnOff(user: string, { accessKeyId, lastUsedDate }: FindingKey): string {
  if (lastUsedDate) return '  in use: rotate or keep it, and judge again when AWS has a newer report';
  const name = printable(user);
  if (!accessKeyId) return `  aws iam list-access-keys ${shellOption('--user-name', name)}`;
  return `  ${keyStatusCommand(name, accessKeyId, 'Inactive')}`;
}
