import type { Asset } from '../../iam/assets.ts';
import { IamqlError } from '../../iam/error.ts';
import { UNREAD } from '../../iam/unread.ts';
import { FINDING } from '../../inventory/finding-type.ts';
import { compile, type Test } from '../../where/evaluate.ts';
import { type Expression, isLeaf } from '../../where/expression.ts';
import { readStored, storedValue } from '../../where/stored-value.ts';
import { inMicroseconds } from '../read-scope.ts';
import type { ScopedAccount } from '../scope.ts';
import { isNewest } from './finding-statement.ts';
import type { FindingsView } from './read-findings.ts';

/** A control that could not be judged whole over the last scan of an account, or was not judged over it. */
interface Gap extends Record<string, unknown> {
  readonly connector: string;
  readonly control: string;
  readonly severity: string;
  readonly is_last: boolean;
  readonly errors: readonly { readonly code: IamqlError['kind']; readonly message: string }[];
}

/**
 * Why the findings that match may not be all: a scan that failed or was not judged, a control that could not be judged
 * whole. What cannot concern the question, such as another account or another control, is left out. Only what is wrong
 * leaves the database, however many accounts there are.
 */
export async function whyNotAllFindings(view: FindingsView, where: Expression): Promise<readonly IamqlError[]> {
  const concerns = concerning(where);
  const accounts = view.scope.accounts.filter((account) => concerns(recordOf(account, {})));
  const judged = new Set(await judgedConnectors(view, accounts));
  const gaps = Map.groupBy(await gapsOf(view, accounts), ({ connector }) => connector);
  const lacking = await lackingControls(view, accounts, controlsNamed(where));
  return accounts.flatMap((account) => {
    const whole = whyNotJudged(account, judged, view.scope);
    if (whole) return [whole];
    const ofControls = (gaps.get(account.connector) ?? []).filter((gap) => concerns(recordOf(account, gap)));
    return [
      ...(lacking.get(account.connector) ?? []).map((control) =>
        because(account, 'NotCollected', `no scan of it was judged by ${control}`),
      ),
      ...ofControls.flatMap((gap) => whyGap(account, gap)),
    ];
  });
}

const because = ({ name }: ScopedAccount, kind: IamqlError['kind'], why: string): IamqlError =>
  new IamqlError(kind, `account ${name}: ${why}`);

function whyNotJudged(
  account: ScopedAccount,
  judged: ReadonlySet<string>,
  scope: FindingsView['scope'],
): IamqlError | undefined {
  const { scan, failure, connector } = account;
  if (failure) return because(account, failure.error.kind, `the last scan read nothing: ${failure.error.message}`);
  if (!scan) return because(account, 'NotCollected', 'it was not scanned');
  const old = scope.tooOld(account);
  if (old) return because(account, 'TooOld', old);
  if (judged.has(connector)) return undefined;
  return because(account, 'NotCollected', 'its last scan was not judged; `iamql scan --judge` does it');
}

function whyGap(account: ScopedAccount, { control, is_last, errors: [error] }: Gap): readonly IamqlError[] {
  if (!is_last) return [because(account, 'NotCollected', `its last scan was not judged by ${control}`)];
  return error ? [because(account, error.code, `${control} could not be judged whole: ${error.message}`)] : [];
}

/** Whether a finding of which that much is known may match. */
function concerning(where: Expression): Test {
  return compile(where, () => UNREAD).possibly.isTrue;
}

const recordOf = ({ connector, name, accountId }: ScopedAccount, of: Partial<Pick<Gap, 'control' | 'severity'>>) =>
  ({
    __typename: FINDING,
    ...{ connector, accountName: name, accountID: accountId },
    ...(of.control === undefined ? {} : { control: of.control, severity: of.severity }),
  }) as unknown as Asset;

/** The controls that are asked for by id. */
function controlsNamed(where: Expression): readonly string[] {
  if (where.kind === 'and') return where.of.flatMap(controlsNamed);
  if (!isLeaf(where) || where.field !== 'control' || !(where.kind === 'equals' || where.kind === 'in')) return [];
  return [where.value].flat() as readonly string[];
}

const lastScans = (accounts: readonly ScopedAccount[]) => {
  const scanned = accounts.flatMap(({ connector, scan }) => (scan ? [{ connector, id: scan.id }] : []));
  return [scanned.map(({ connector }) => connector), scanned.map(({ id }) => id)] as const;
};

/** Those whose last scan some control has said something of. */
async function judgedConnectors({ session }: FindingsView, accounts: readonly ScopedAccount[]) {
  const rows = await session.query<{ connector: string }>(
    `SELECT s.connector FROM unnest($1::text[], $2::bigint[]) AS s (connector, scan)
     WHERE EXISTS (SELECT 1 FROM judgement j WHERE j.scan = s.scan)`,
    lastScans(accounts),
  );
  return rows.map(({ connector }) => connector);
}

/** The newest judgements by the time of a view that were not whole, or not of the last scan. */
function gapsOf({ session, asOf }: FindingsView, accounts: readonly ScopedAccount[]): Promise<readonly Gap[]> {
  const time = asOf === undefined ? [] : [inMicroseconds(asOf)];
  return session.query<Gap>(
    `SELECT j.connector, j.control, j.severity, j.scan = s.scan AS is_last, j.errors
     FROM unnest($1::text[], $2::bigint[]) AS s (connector, scan) JOIN judgement j ON j.connector = s.connector
     WHERE ${isNewest('j', 'at', asOf === undefined ? undefined : '$3::timestamptz')}
       AND (j.scan <> s.scan OR j.errors::text <> '[]') ORDER BY j.connector, j.control`,
    [...lastScans(accounts), ...time],
  );
}

/** Those of some controls that have never said anything of an account, by account. */
async function lackingControls(
  { session, asOf }: FindingsView,
  accounts: readonly ScopedAccount[],
  controls: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (controls.length === 0) return new Map();
  const [connectors] = lastScans(accounts);
  const rows = await session.query<{ connector: string; control: string }>(
    `SELECT s.connector, k.control FROM unnest($1::text[]) AS s (connector) CROSS JOIN unnest($2::text[]) AS k (control)
     WHERE NOT EXISTS (SELECT 1 FROM judgement j WHERE j.connector = s.connector AND j.control = k.control AND j.at <= $3)`,
    [connectors, storedValue(controls), asOf === undefined ? 'infinity' : inMicroseconds(asOf)],
  );
  return new Map(
    [...Map.groupBy(rows, ({ connector }) => connector)].map(([connector, of]) => [
      connector,
      of.map(({ control }) => String(readStored(control))),
    ]),
  );
}
