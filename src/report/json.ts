import { renderExpectation } from '../controls/expectation.ts';
import type { Finding } from '../controls/finding.ts';
import type { ControlRun, RuleRun } from '../controls/run-control.ts';
import { instantOf, renderInstant } from '../iam/instant.ts';
import { isSample } from '../inventory/inventory.ts';
import { printableLines } from './printable.ts';
import type { Run } from './run.ts';

/** A run as one JSON object, for programs. Times are RFC 3339. Ends with a line break. */
export function renderJson({ evidence, controls, judgedAt }: Run): string {
  const generatedAt = evidence.credentialReport?.generatedAt;
  const value = {
    format: 'iamql-check/1',
    judgedAt: renderInstant(instantOf(judgedAt)),
    source: evidence.source,
    ...(evidence.snapshotOf ? { snapshotOf: evidence.snapshotOf } : {}),
    sample: isSample(evidence),
    account: evidence.account ?? null,
    credentialReport: evidence.credentialReport
      ? { generatedAt: generatedAt ? renderInstant(generatedAt) : null }
      : null,
    controls: controls.map(controlValue),
  };
  return printableLines(`${JSON.stringify(value, null, 2)}\n`);
}

function controlValue({ control, verdict, rules }: ControlRun): unknown {
  const { id, title, severity } = control;
  return { id, title, severity, verdict, rules: rules.map(ruleValue) };
}

function ruleValue({ rule, verdict, findings, total, errors }: RuleRun): unknown {
  return {
    name: rule.name,
    title: rule.title,
    informative: rule.informative,
    query: rule.query,
    expect: renderExpectation(rule.expect),
    verdict,
    found: findings.length,
    total: total ?? null,
    errors,
    findings: findings.map(findingValue),
  };
}

function findingValue({ identifier, type, name, facts, keys, hasConsolePassword }: Finding): unknown {
  const time = (instant: string | null | undefined): string | null => (instant ? renderInstant(instant) : null);
  return {
    identifier,
    type,
    name,
    ...(hasConsolePassword === undefined ? {} : { hasConsolePassword }),
    facts,
    keys: keys.map(({ slot, since, accessKeyId, createDate, lastUsedDate, unnamed }) => ({
      slot,
      since: time(since),
      accessKeyId: accessKeyId ?? null,
      createDate: time(createDate),
      ...(lastUsedDate === undefined ? {} : { lastUsedDate: time(lastUsedDate) }),
      ...(unnamed === undefined ? {} : { unnamed }),
    })),
  };
}
