import { type RollUp, rollUp } from '../controls/by-account.ts';
import type { Exception } from '../controls/exception.ts';
import { renderExpectation } from '../controls/expectation.ts';
import type { Finding } from '../controls/finding.ts';
import type { ControlRun, RuleRun } from '../controls/run-control.ts';
import { type Instant, instantOf, renderInstant } from '../iam/instant.ts';
import { accountsOf, isSample } from '../inventory/inventory.ts';
import type { Provenance } from '../inventory/provenance.ts';
import { type Item, listSections, scoreOf } from './listing.ts';
import { printableLines } from './printable.ts';
import type { Run } from './run.ts';

/**
 * A run as one JSON object, for programs; docs/check.schema.json says what is in it. Times are RFC 3339. Ends with a line
 * break.
 */
export function renderJson(run: Run): string {
  const { evidence, controls, judgedAt } = run;
  const generatedAt = evidence.credentialReport?.generatedAt;
  const value = {
    format: 'iamql-check/1',
    judgedAt: renderInstant(instantOf(judgedAt)),
    source: evidence.source,
    ...(evidence.snapshotOf ? { snapshotOf: evidence.snapshotOf } : {}),
    sample: isSample(evidence),
    verified: evidence.verified ?? null,
    account: evidence.account ?? null,
    accounts: accountsOf(evidence),
    ...(run.accounts
      ? {
          connectors: run.accounts.map(({ id, name, organization, units }) => ({
            account: id,
            name,
            organization: organization ?? null,
            organizationalUnits: units,
          })),
        }
      : {}),
    credentialReport: evidence.credentialReport
      ? { generatedAt: generatedAt ? renderInstant(generatedAt) : null }
      : null,
    score: scoreValue(run),
    ...(run.benchmark ? { benchmark: benchmarkValue(run) } : {}),
    controls: controls.map((control) => controlValue(control, run)),
    ...(run.exceptions
      ? {
          exceptions: {
            expired: run.exceptions.expired.map(exceptionValue),
            expiring: run.exceptions.expiring.map(exceptionValue),
            orphans: run.exceptions.orphans.map(exceptionValue),
            unfit: run.exceptions.unfit.map(exceptionValue),
          },
        }
      : {}),
  };
  return printableLines(`${JSON.stringify(value, null, 2)}\n`);
}

function scoreValue(run: Run): unknown {
  const { PASS, judged, FAIL, ERROR, NOT_JUDGED, NOT_AUTOMATED, excepted } = scoreOf(listSections(run));
  return {
    passed: PASS,
    judged,
    failed: FAIL,
    errors: ERROR,
    notJudged: NOT_JUDGED,
    notAutomated: NOT_AUTOMATED,
    exceptedFindings: excepted,
  };
}

function benchmarkValue(run: Run): unknown {
  const item = ({ number, level, title, status, run: decided, reason }: Item): unknown => ({
    ...(number === '' ? {} : { number, level }),
    title,
    status,
    // The run of a control, and not its id: one control may be judged with several sets of parameters.
    controlIndex: decided ? run.controls.indexOf(decided) : null,
    reason: reason ?? null,
  });
  return {
    id: run.benchmark?.benchmark.id,
    title: run.benchmark?.benchmark.title,
    sections: listSections(run).map(({ number, title, items }) => ({ number, title, items: items.map(item) })),
  };
}

function controlValue(run: ControlRun, { accounts }: Run): unknown {
  const { control, verdict, rules, parameters } = run;
  const { id, title, severity } = control;
  const byAccount = accounts ? { accounts: rollUpValue(rollUp(run, accounts)) } : {};
  return { id, title, severity, verdict, parameters, ...byAccount, rules: rules.map(ruleValue) };
}

function rollUpValue({ verdicts, ...counts }: RollUp): unknown {
  return {
    ...counts,
    verdicts: verdicts.map(({ account, verdict, isStale, found, reasons }) => ({
      account: account.id,
      name: account.name,
      verdict,
      stale: isStale,
      found,
      reasons,
    })),
  };
}

function ruleValue(run: RuleRun): unknown {
  const { rule, verdict, findings, excepted, total, errors, withdrawn, restsOn } = run;
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
    restsOn: restsOn.map(provenanceValue),
    findings: findings.map(findingValue),
    excepted: excepted.map((finding) => ({
      ...findingValue(finding),
      exception: exceptionValue(finding.exception),
      further: finding.further.map(exceptionValue),
    })),
    withdrawn,
  };
}

function provenanceValue({ source, at, isGenerated }: Provenance): Record<string, unknown> {
  return { source, [isGenerated ? 'generatedAt' : 'readAt']: at ? renderInstant(at) : null };
}

function findingValue({ identifier, account, type, name, facts, keys, hasConsolePassword }: Finding): object {
  return {
    identifier,
    account: account ?? null,
    type,
    name,
    ...(hasConsolePassword === undefined ? {} : { hasConsolePassword }),
    facts: facts.map((fact) => ({ field: fact.field, value: fact.value, ...provenanceValue(fact) })),
    keys: keys.map(({ slot, since, accessKeyId, createDate, lastUsedDate, unnamed }) => ({
      slot,
      since: timeValue(since),
      accessKeyId: accessKeyId ?? null,
      createDate: timeValue(createDate),
      ...(lastUsedDate === undefined ? {} : { lastUsedDate: timeValue(lastUsedDate) }),
      ...(unnamed === undefined ? {} : { unnamed }),
    })),
  };
}

export const exceptionValue = ({ key, expires, ticket, ...exception }: Exception): object => ({
  ...exception,
  key: key && 'slot' in key ? { ...key, createDate: renderInstant(key.createDate) } : (key ?? null),
  expires: renderInstant(expires),
  ticket: ticket ?? null,
});

const timeValue = (instant: Instant | null | undefined): string | null => (instant ? renderInstant(instant) : null);
