import type { JudgedControl, JudgedFinding, KeptException, KeptKey } from '../inventory/findings.ts';
import { namesKey } from './except.ts';
import type { Exception } from './exception.ts';
import type { Finding, FindingKey } from './finding.ts';
import type { ControlRun } from './run-control.ts';

/**
 * What a control said, as it is kept: an asset with several keys is as many findings, so that one of them may be gone and
 * another be new. Rules that only inform find nothing that is kept.
 */
export function judgedControl({ control, parameters, verdict, rules }: ControlRun): JudgedControl {
  const deciding = rules.filter(({ rule }) => !rule.informative);
  const open = deciding.flatMap(({ findings }) => findings.flatMap((one) => rowsOf(one, [])));
  const excepted = deciding.flatMap((rule) =>
    rule.excepted.flatMap((one) => rowsOf(one, [one.exception, ...one.further])),
  );
  const totals = deciding.map(({ total }) => total);
  return {
    control: control.id,
    severity: control.severity.toUpperCase(),
    parameters,
    verdict,
    total: totals.find((total) => total !== undefined),
    findings: distinct([...open, ...excepted]),
    errors: deciding.flatMap(({ errors }) => errors),
  };
}

function rowsOf(finding: Finding, exceptions: readonly Exception[]): readonly JudgedFinding[] {
  const { type, identifier, name, keys } = finding;
  const row = (key: KeptKey | null, exception: Exception | undefined): JudgedFinding => ({
    ...{ type, identifier, name, key },
    exception: exception ? kept(exception) : null,
  });
  if (keys.length === 0) return [row(null, exceptions[0])];
  return keys.map((key) =>
    row(
      keptKey(key),
      exceptions.find((one) => one.key && namesKey(one.key, key)),
    ),
  );
}

const keptKey = ({ accessKeyId, slot, since, createDate }: FindingKey): KeptKey => ({
  accessKeyId: accessKeyId ?? null,
  slot,
  since,
  createDate: createDate ?? null,
});

const kept = ({ owner, expires, reason, ticket }: Exception): KeptException => ({
  ...{ owner, expires, reason },
  ticket: ticket ?? null,
});

/** Two rules may find the same; where one of them counts, it counts. */
function distinct(findings: readonly JudgedFinding[]): readonly JudgedFinding[] {
  const keyOf = ({ type, identifier, key }: JudgedFinding): string => JSON.stringify([type, identifier, key]);
  const first = new Map<string, JudgedFinding>();
  for (const finding of findings) if (!first.has(keyOf(finding))) first.set(keyOf(finding), finding);
  return [...first.values()];
}
