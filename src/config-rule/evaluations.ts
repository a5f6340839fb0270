import type { ConfigResource, Evaluation, KeptEvaluation } from '../aws/config-service.ts';
import type { Control } from '../controls/control.ts';
import type { Finding } from '../controls/finding.ts';
import type { ControlRun, RuleRun } from '../controls/run-control.ts';
import { catalogue } from '../iam/catalogue.generated.ts';

/** An account as a control judged it. */
export interface JudgedAccount {
  readonly accountId: string;
  /** Undefined where it could not be judged at all. */
  readonly run: ControlRun | undefined;
  /** Why it could not be judged, or not in full; empty where nothing is open. */
  readonly reasons: readonly string[];
  /**
   * As AWS Config knows what was found, by the identifier of the finding. What is no resource there, or has gone since, is not
   * in it; undefined where that could not be read.
   */
  readonly found: ReadonlyMap<string, ConfigResource> | undefined;
}

const ACCOUNT = 'AWS::::Account';
/** Source: AWS Config API Reference, Evaluation. */
const MOST_CHARACTERS = 256;
/** Where putting them ends halfway, nothing has become compliant that should not be. */
const ORDER = ['NON_COMPLIANT', 'NOT_APPLICABLE', 'COMPLIANT'];

/**
 * What is said to AWS Config: of the account the verdict, and NON_COMPLIANT of each finding that is a resource there. What
 * was found before and is not any more becomes NOT_APPLICABLE: it is mended, or gone.
 *
 * The account alone is ever COMPLIANT, and is said anew each time: where it could not be judged it is NOT_APPLICABLE, and of
 * a rule that has nothing else AWS says INSUFFICIENT_DATA. What was found before then stays: nobody has seen it mended.
 */
export function evaluationsOf(judged: JudgedAccount, earlier: readonly KeptEvaluation[]): readonly Evaluation[] {
  const account: Evaluation = { type: ACCOUNT, id: judged.accountId, ...ofAccount(judged) };
  const now = [...ofFindings(judged), account];
  const said = new Set(now.map(keyOf));
  const before = earlier.filter((one) => !said.has(keyOf(one)) && (one.compliance === 'COMPLIANT' || isMended(judged)));
  const takenBack = before.map(({ type, id }) => ({ type, id, compliance: 'NOT_APPLICABLE' }) as const);
  const rank = ({ compliance }: Evaluation): number => ORDER.indexOf(compliance);
  return [...now, ...takenBack].sort((a, b) => rank(a) - rank(b));
}

const keyOf = ({ type, id }: ConfigResource): string => `${type} ${id}`;
const deciding = (run: ControlRun | undefined): readonly RuleRun[] =>
  (run?.rules ?? []).filter(({ rule }) => !rule.informative);

function ofAccount({ run, reasons }: JudgedAccount): Pick<Evaluation, 'compliance' | 'annotation'> {
  const open = reasons.length > 0 ? [`could not be judged in full: ${reasons.join('; ')}`] : [];
  const rules = deciding(run);
  const names = rules.flatMap(({ findings }) => findings.map(({ name }) => name));
  const counted = rules.map((rule) => wordsOfRule(rule, run?.control)).join(', ');
  if (run?.verdict === 'FAIL')
    return { compliance: 'NON_COMPLIANT', annotation: cut([counted, ...names, ...open].join('; ')) };
  const isPassed = run?.verdict === 'PASS' && open.length === 0;
  return isPassed
    ? { compliance: 'COMPLIANT', annotation: cut(counted) }
    : { compliance: 'NOT_APPLICABLE', annotation: cut(open[0] ?? 'could not be judged') };
}

/** `3 of 10 IAM users, and 1 excepted`. */
function wordsOfRule({ rule, findings, total, excepted, failsBeyondFindings }: RuleRun, control?: Control): string {
  const nouns = control?.assetTypes.map((type) => catalogue[type].many).join(' and ');
  const others = excepted.length > 0 ? `, and ${excepted.length} excepted` : '';
  // What is wrong by a value has nothing to be counted.
  return failsBeyondFindings ? `not so: ${rule.title}` : `${findings.length} of ${total ?? '?'} ${nouns}${others}`;
}

function ofFindings({ run, found }: JudgedAccount): readonly Evaluation[] {
  const findings = Map.groupBy(
    deciding(run).flatMap((rule) => rule.findings),
    ({ identifier }) => identifier,
  );
  return [...findings].flatMap(([identifier, of]) => {
    const resource = found?.get(identifier);
    const annotation = cut([...new Set(of.flatMap(wordsOf))].join(', '));
    return resource ? [{ ...resource, compliance: 'NON_COMPLIANT', annotation } as const] : [];
  });
}

const wordsOf = ({ name, keys }: Finding): readonly string[] => [
  name,
  ...keys.map(({ slot, accessKeyId }) => `access key ${accessKeyId ?? slot ?? '?'}`),
];

/** Whether what was found before and is not now is mended, or gone. Of what was found now the names must be known. */
const isMended = ({ run, reasons, found }: JudgedAccount): boolean =>
  run !== undefined && run.verdict !== 'ERROR' && reasons.length === 0 && found !== undefined;

/** In whole characters. */
const cut = (text: string): string => {
  const characters = [...text];
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 3).join('')}...` : text;
};
