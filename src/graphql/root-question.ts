import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { everything, type Order, type Page } from '../inventory/page.ts';
import { always, type Expression } from '../where/expression.ts';
import { forAccounts } from '../where/per-account.ts';
import { type Catalogue, readWhere, type Warn, WhereError, type WhereInput } from '../where/read-where.ts';
import { parseCursor } from './cursor.ts';
import { type NamedAccount, type NamedField, namedContext, namedFields } from './named-fields.ts';
import { type RootKind, rootFieldsOf } from './root-fields.ts';

/** What a root field asks: assets of a type that match, in an order, from one place to another. */
export interface RootQuestion {
  readonly kind: RootKind;
  readonly type: AssetTypeName;
  readonly where: Expression;
  readonly page: Page;
  /** When it is asked about; undefined for now. */
  readonly asOf: Instant | undefined;
  /** A question that published texts ask by name: its condition depends on when the facts were true. */
  readonly named?: { readonly field: NamedField; readonly days: number | undefined };
}

interface RootField {
  readonly type: AssetTypeName;
  readonly kind: RootKind;
  readonly named?: NamedField;
}

const rootFields: ReadonlyMap<string, RootField> = new Map<string, RootField>([
  ...Object.entries(catalogue).flatMap(([name, { root }]) =>
    Object.entries(rootFieldsOf(root)).map(
      ([kind, field]) => [field, { type: name as AssetTypeName, kind: kind as RootKind }] as const,
    ),
  ),
  ...Object.entries(namedFields).map(
    ([name, named]) => [name, { type: named.types[0] as AssetTypeName, kind: 'list', named }] as const,
  ),
]);

/** The type that a field of `Query` asks of, and how. Undefined for `__schema` and its like. */
export const rootField = (name: string): RootField | undefined => rootFields.get(name);

type Args = Readonly<Record<string, unknown>>;

/**
 * Reads the arguments of a root field, after GraphQL's own coercion.
 *
 * @throws WhereError with the path of the argument that means nothing: `where`, `OR`, `0`, ...
 */
export function readRootQuestion({ type, kind, named }: RootField, args: Args, warn?: Warn): RootQuestion {
  const asOf = readAsOf(args['asOf']);
  if (named) {
    const days = readCount(args['days'], ['days']) ?? named.days;
    return { kind, type, where: always, page: everything, asOf, named: { field: named, days } };
  }
  const where = readCondition(args, type, warn);
  return { kind, type, where, page: readPage({ type, kind }, args), asOf };
}

/** What `where` asks. @param types that it may speak of. */
export const readCondition = (args: Args, type: AssetTypeName, warn?: Warn, types?: Catalogue): Expression =>
  inside('where', () => readWhere(type, args['where'] as WhereInput | null | undefined, warn, types));

/** GraphQL has read it as an instant. */
export const readAsOf = (value: unknown): Instant | undefined => (typeof value === 'string' ? value : undefined);

/** @param usual the order in which everything stands when none is said, before that of `identifier`. */
export function readPage(
  { type, kind }: Pick<RootField, 'type' | 'kind'>,
  args: Args,
  usual: Page['sort'] = [],
  types: Catalogue = catalogue,
): Page {
  const ordered = (sort: Page['sort']): Page['sort'] => (sort.length > 0 ? sort : usual);
  if (kind === 'aggregate') return { ...everything, limit: 0 };
  if (kind === 'connection') {
    const sort = ordered(readSort(args['sort'], ['sort']));
    const after = args['after'];
    const list = { type, sort, asOf: readAsOf(args['asOf']) };
    const place = typeof after === 'string' ? inside('after', () => parseCursor(after, list, types)) : undefined;
    const limit = readCount(args['first'], ['first']);
    return { sort, offset: 0, limit, after: place?.position, afterIn: place?.scope };
  }
  const options = (args['options'] ?? {}) as Args;
  return {
    sort: ordered(readSort(options['sort'], ['options', 'sort'])),
    offset: readCount(options['offset'], ['options', 'offset']) ?? 0,
    limit: readCount(options['limit'], ['options', 'limit']),
    after: undefined,
  };
}

function readCount(value: unknown, path: readonly string[]): number | undefined {
  if (value === undefined || value === null) return undefined;
  if ((value as number) < 0) throw new WhereError(path, `${path.at(-1)} is ${value}: it cannot be negative`);
  return value as number;
}

/** GraphQL does not keep the order in which an object's keys were written, so an object may hold one. */
function readSort(value: unknown, path: readonly (string | number)[]): readonly Order[] {
  const items = (value ?? []) as readonly Readonly<Record<string, Order['direction'] | null>>[];
  return items.flatMap((item, index) => {
    const orders = Object.entries(item).flatMap(([field, direction]) => (direction ? [{ field, direction }] : []));
    if (orders.length > 1) {
      const fields = orders.map(({ field, direction }) => `{${field}: ${direction}}`).join(', ');
      throw new WhereError([...path, index], `a sort object names one field: write [${fields}] in the order meant`);
    }
    return orders;
  });
}

/** Puts the argument's name before the path of what is wrong in it. */
function inside<T>(argument: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WhereError) throw new WhereError([argument, ...error.path], error.message);
    throw error;
  }
}

/**
 * What answers a question: the inventory, or what it was at the time that is asked about.
 *
 * @throws IamqlError InvalidInput where nothing was kept of another time.
 */
export function askedOf({ asOf }: Pick<RootQuestion, 'asOf'>, inventory: Inventory): Inventory {
  if (asOf === undefined) return inventory;
  if (inventory.asOf) return inventory.asOf(asOf);
  throw new IamqlError(
    'InvalidInput',
    'asOf needs a store: only what `iamql scan` keeps can be asked as of another time',
  );
}

/** What a question asks of each type. @throws IamqlError for a named one when it is not known when its facts were true. */
export async function conditionsOf(
  { type, where, named }: RootQuestion,
  inventory: Inventory,
): Promise<readonly { readonly type: AssetTypeName; readonly where: Expression }[]> {
  if (!named) return [{ type, where }];
  const { group, isOfAccount, types } = named.field;
  // The account is needed for the question, and not for what the question is asked of.
  if (isOfAccount) inventory.prefetch?.(types);
  const [times, accounts] = await Promise.all([
    group ? inventory.scanTimes(group) : undefined,
    isOfAccount ? accountsOf(inventory) : undefined,
  ]);
  const known = times ?? accounts ?? new Map([['', undefined]]);
  const connectors = (await inventory.connectors?.()) ?? [...known.keys()];
  const isKnown = (id: string): boolean => [times, accounts].every((values) => !values || values.has(id));
  const unknown = new Set(connectors.filter((id) => !isKnown(id)));
  const conditions = (id: string) => namedConditions(named, times?.get(id) ?? NEVER, accounts?.get(id) ?? NOBODY);
  const asked = connectors.map((id) => [id, conditions(id)] as const);
  // One more that nobody asks: what is another there is what the question compares with, if of no account it is known.
  if (unknown.size > 0) asked.push([ANOTHER, namedConditions(named, EVER, SOMEBODY)]);
  const [[, first] = ['', []]] = asked;
  return first.map(({ type: of, where: only }, index) => {
    const each = asked.map(([id, own]) => [id, own[index]?.where ?? only] as const);
    return { type: of, where: connectors.length > 1 ? forAccounts(new Map(each), unknown.add(ANOTHER)) : only };
  });
}

/** For questions that are not about time, and for accounts that are not asked; and another time. */
const [NEVER, EVER]: readonly [Instant, Instant] = ['1970-01-01T00:00:00+00:00', '1980-01-01T00:00:00+00:00'];
/** For questions that are not about whose account it is, and for accounts that are not asked; and another account. */
const [NOBODY, SOMEBODY]: readonly [NamedAccount, NamedAccount] = [
  { accountId: '', partition: '' },
  { accountId: '0', partition: '0' },
];
/** No account has this id. */
const ANOTHER = '';

/** The accounts that are asked, by the ids of their connectors. Of several those are left out that did not say. */
async function accountsOf(inventory: Inventory): Promise<ReadonlyMap<string, NamedAccount>> {
  const isOne = ((await inventory.connectors?.()) ?? []).length < 2;
  const { assets, unread } = await inventory.find('Connector', always, everything);
  if (assets.length === 0 && isOne)
    throw unread[0] ?? new IamqlError('NotCollected', 'it was not read whose account this is');
  const known = await Promise.allSettled(assets.map((connector) => accountOf(inventory, connector)));
  const found = known.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const [failed] = known.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  // One account of several of which it is not known is not asked, and the others are.
  if (failed !== undefined && (isOne || !(failed instanceof IamqlError))) throw failed;
  return new Map(found);
}

async function accountOf(inventory: Inventory, connector: Asset): Promise<readonly [string, NamedAccount]> {
  const [id, accountId, partition] = await Promise.all(
    ['cloudAccountID', 'accountID', 'partition'].map((field) => inventory.load(connector, field)),
  );
  return [String(id), { accountId: String(accountId), partition: String(partition) }];
}

/** What a named question asks at that time. */
export function namedConditions(
  { field, days }: NonNullable<RootQuestion['named']>,
  now: Instant,
  account: NamedAccount,
) {
  const input = field.where(namedContext(now, days, account));
  return field.types.map((type) => ({ type, where: readWhere(type, input) }));
}
