import type { Parameters } from '../controls/control.ts';
import type { Verdict } from '../controls/judge.ts';
import { IamqlError } from '../iam/error.ts';
import type { CheckResult, ResultExcepted, ResultFinding } from './check-result.ts';

/** An account that there is, whatever is known of it. */
export interface KnownAccount {
  /** 12 digits; undefined where nothing told whose the facts are. */
  readonly id: string | undefined;
  readonly name: string;
  /** The organization that it is in; undefined where none is known. */
  readonly organization: string | undefined;
  /** From the top; empty where none are known. */
  readonly units: readonly { readonly id: string; readonly name: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

/** What a control says of it. */
export interface JudgedAccount extends KnownAccount {
  /** Undefined: it was never judged. */
  readonly verdict: Verdict | undefined;
  /** Why it could not be judged, or not in full. */
  readonly reasons: readonly string[];
  readonly findings: readonly ResultFinding[];
  readonly excepted: readonly ResultExcepted[];
}

type ResultControl = CheckResult['controls'][number];

/** What results say of a control. */
export interface JudgedControl {
  readonly parameters: Parameters;
  readonly isSample: boolean;
  /** By id. */
  readonly accounts: readonly JudgedAccount[];
}

/**
 * Every account that a control was judged over, and every other that is known: that nothing was found where nobody looked
 * says nothing.
 *
 * @param known accounts, whether they were judged or not; what is known of them beats what a result says.
 * @throws IamqlError InvalidInput for a result without the control, and for an account that two results judge.
 */
export function judgedAccounts(
  id: string,
  results: readonly CheckResult[],
  known: readonly KnownAccount[] = [],
): JudgedControl {
  const judged = results.flatMap((result) => accountsIn(result, controlIn(result, id)));
  const ids = judged.flatMap((account) => account.id ?? []);
  const twice = ids.find((one, at) => ids.indexOf(one) < at);
  if (twice !== undefined)
    throw new IamqlError('InvalidInput', `account ${twice} is in two results: give the newer one alone`);
  const byId = new Map(known.map((account) => [account.id, account]));
  const missing = known.filter((account) => !ids.includes(account.id ?? ''));
  const all = [
    ...judged.map((account) => ({ ...account, ...(account.id === undefined ? {} : byId.get(account.id)) })),
    ...missing.map((account) => ({ ...account, verdict: undefined, reasons: [], findings: [], excepted: [] })),
  ];
  const parameters = results.map((result) => controlIn(result, id).parameters);
  if (new Set(parameters.map((one) => JSON.stringify(one))).size > 1)
    throw new IamqlError(
      'InvalidInput',
      `the results asked ${id} with different parameters: judge again with the same`,
    );
  return {
    parameters: parameters[0] ?? {},
    isSample: results.some(({ sample }) => sample),
    accounts: all.sort((a, b) => compare(a.id ?? a.name, b.id ?? b.name)),
  };
}

/** As people call an account: by its name, with its id. */
export const nameOf = ({ id, name }: Pick<KnownAccount, 'id' | 'name'>): string =>
  id === undefined || name === id ? name : `${name} (${id})`;

/** By code units, so that every machine sorts alike. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function controlIn({ controls }: CheckResult, id: string): ResultControl {
  const [control, other] = controls.filter((one) => one.id === id);
  if (!control)
    throw new IamqlError(
      'InvalidInput',
      `a result does not judge ${id}: it judges ${controls.map((one) => one.id).join(', ') || 'nothing'}`,
    );
  if (other) throw new IamqlError('InvalidInput', `a result judges ${id} twice, with different parameters`);
  return control;
}

/** What several rules find is there once to be dealt with. */
const onceEach = <T extends ResultFinding>(findings: readonly T[]): readonly T[] => [
  ...new Map(findings.map((one) => [JSON.stringify([one.account, one.type, one.identifier, one.keys]), one])).values(),
];

function accountsIn(result: CheckResult, control: ResultControl): readonly JudgedAccount[] {
  const rules = control.rules.filter(({ informative }) => !informative);
  const findings = onceEach(rules.flatMap((rule) => rule.findings));
  const excepted = onceEach(rules.flatMap((rule) => rule.excepted));
  const unplaced = { organization: undefined, units: [], tags: {} };
  if (!control.accounts) {
    const id = result.account ?? findings[0]?.account;
    const reasons = [...new Set(rules.flatMap(({ errors }) => errors.map(({ message }) => message)))];
    return [{ ...unplaced, id, name: id ?? 'not known', verdict: control.verdict, reasons, findings, excepted }];
  }
  const accounts = control.accounts.verdicts.map(({ account: id, name, verdict, reasons }): JudgedAccount => {
    const place = result.connectors.find(({ account }) => account === id);
    const isOf = (one: ResultFinding): boolean => one.account === id;
    return {
      ...{ id, name, organization: place?.organization, units: place?.organizationalUnits ?? [], tags: {} },
      ...{ verdict, reasons, findings: findings.filter(isOf), excepted: excepted.filter(isOf) },
    };
  });
  // Of what was found in no account that is known, somebody has to find out whose it is.
  const isNobodys = ({ account }: ResultFinding): boolean => !accounts.some(({ id }) => id === account);
  const nobodys = { findings: findings.filter(isNobodys), excepted: excepted.filter(isNobodys) };
  if (nobodys.findings.length + nobodys.excepted.length === 0) return accounts;
  const reasons = ['nothing told which account it was found in'];
  return [...accounts, { ...unplaced, id: undefined, name: 'not known', verdict: 'ERROR', reasons, ...nobodys }];
}
