import type { ExceptedFinding } from '../controls/except.ts';
import type { Exception } from '../controls/exception.ts';
import type { Finding, FindingKey } from '../controls/finding.ts';
import type { ControlRun } from '../controls/run-control.ts';

/** A key that a control found because it is active and was never used. */
export interface FoundKey {
  readonly control: string;
  readonly finding: Finding;
  readonly key: FindingKey;
  /** The one that covers the whole finding, where one does. */
  readonly exception: Exception | undefined;
}

/** Whose key it is, by the identifier of a key that was found itself. */
export type Owners = ReadonlyMap<string, { readonly arn: string; readonly userName: string }>;

/** A finding that nothing is planned for, because it is not about a key that nobody has used. */
export interface OtherFinding {
  readonly run: ControlRun;
  readonly finding: Finding;
}

export interface OtherExcepted {
  readonly control: string;
  readonly finding: ExceptedFinding;
}

/**
 * Parts what the tool may mend from what people have to. A user may be found for both: for a key that nobody has used, and
 * for one that is merely old.
 */
export function partFindings(
  runs: readonly ControlRun[],
  owners: Owners,
): {
  readonly keys: readonly FoundKey[];
  readonly others: readonly OtherFinding[];
  /** What somebody has agreed to live with, that is not about such keys. */
  readonly excepted: readonly OtherExcepted[];
} {
  const keys: FoundKey[] = [];
  const others: OtherFinding[] = [];
  const left: OtherExcepted[] = [];
  for (const run of runs) {
    const control = run.control.id;
    for (const { rule, findings, excepted } of run.rules) {
      if (rule.informative) continue;
      for (const finding of findings) {
        const unused = unusedKeysOf(finding, owners);
        const owned = ofUser(finding, owners);
        for (const key of unused) keys.push({ control, finding: owned, key, exception: undefined });
        const rest = finding.keys.filter((key) => !unused.includes(key));
        const isMended = unused.length > 0 && rest.length === 0 && !isAlsoOfPassword(run, finding);
        if (!isMended) others.push({ run, finding: { ...finding, keys: rest } });
      }
      for (const finding of excepted) {
        const unused = unusedKeysOf(finding, owners);
        if (unused.length === 0) left.push({ control, finding });
        const owned = ofUser(finding, owners);
        for (const key of unused) keys.push({ control, finding: owned, key, exception: finding.exception });
      }
    }
  }
  return { keys, others, excepted: left };
}

/** A password that nobody uses is a matter of its own; of other controls it is merely a condition. */
const isAlsoOfPassword = ({ control }: ControlRun, { facts }: Finding): boolean =>
  control.remediation.cli.includes('login-profile') && facts.some(({ field }) => /^password/.test(field));

/** Of users alone: the root user's keys can be changed by nobody but root. A key that was found itself is one of its user's. */
const unusedKeysOf = ({ type, identifier, keys }: Finding, owners: Owners): readonly FindingKey[] =>
  type === 'IAMUser' || (type === 'IAMAccessKey' && owners.has(identifier))
    ? keys.filter(({ foundUnused }) => foundUnused)
    : [];

function ofUser(finding: Finding, owners: Owners): Finding {
  const owner = finding.type === 'IAMAccessKey' ? owners.get(finding.identifier) : undefined;
  return owner ? { ...finding, identifier: owner.arn, name: owner.userName } : finding;
}
