import fc from 'fast-check';
import { type AssetTypeName, catalogue, type Field } from '../../src/iam/catalogue.generated.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import { inTurn, VALUES } from '../where/random-servers.ts';

type Line = Readonly<Record<string, unknown>>;

const [header = '', ...lines] = (await snapshotOf(openSample().inventory())).trimEnd().split('\n');
const { sha256: _digest, ...unsigned } = JSON.parse(header) as Line;
const assets = lines.map((line) => JSON.parse(line) as Line);

/** What says which asset it is, and whose. */
const KEPT = new Set([
  'accessKeyId',
  '__typename',
  'identifier',
  'accountID',
  'cloudAccountID',
  'cloudAccountName',
  'name',
  'partition',
]);

/**
 * The text of a snapshot of the sample account in which facts are other ones, drawn from so few values that a random
 * condition is often true of them, and in which some could not be read.
 */
export const randomAccounts = ({ unread }: { readonly unread: boolean }): fc.Arbitrary<RandomAccount> =>
  fc
    .tuple(
      fc.array(fc.nat({ max: 9 }), { minLength: 40, maxLength: 200 }),
      fc.array(fc.nat({ max: 999 }), { minLength: 7, maxLength: 60 }),
    )
    .map(([choices, picks]) => ({
      text: edited(inTurn(choices), inTurn(picks), unread),
      // It is made again of the seed, and is too long to be read.
      [fc.toStringMethod]: () => 'a random account',
    }));

export interface RandomAccount {
  readonly text: string;
}

type Next = () => number;

function edited(choose: Next, pick: Next, hasUnread: boolean): string {
  const types = unreadFields(choose, pick, hasUnread);
  const written = assets.map((asset) => {
    const type = catalogue[asset['__typename'] as AssetTypeName];
    const fields = Object.entries(asset).flatMap(([name, value]) => {
      if (types.get(`${asset['__typename']}.${name}`)?.has(asset['identifier'] as string)) return [];
      const field = type.fields[name];
      const isChanged = field && !KEPT.has(name) && !field.relation && choose() < 5;
      return [[name, isChanged ? other(field, pick, choose) : value] as const];
    });
    return Object.fromEntries(fields);
  });
  const notes = [...types].map(([key, identifiers]) => {
    const [type, field] = key.split('.');
    return { type, fields: [field], identifiers: [...identifiers], code: 'AccessDenied', message: `${key} was denied` };
  });
  return [{ ...unsigned, unread: notes }, ...written].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Which fields of which assets could not be read. */
function unreadFields(choose: Next, pick: Next, hasUnread: boolean): ReadonlyMap<string, ReadonlySet<string>> {
  const unread = new Map<string, Set<string>>();
  if (!hasUnread) return unread;
  for (const asset of assets) {
    if (choose() > 3) continue;
    const names = Object.keys(asset).filter((name) => !KEPT.has(name) && name !== 'user');
    const name = names[pick() % names.length];
    const key = `${asset['__typename']}.${name}`;
    unread.set(key, (unread.get(key) ?? new Set()).add(asset['identifier'] as string));
  }
  return unread;
}

function other({ type, list, nullable }: Field, pick: Next, choose: Next): unknown {
  if (nullable && choose() < 2) return null;
  const values = VALUES[type] ?? [];
  const one = () => values[pick() % values.length];
  return list ? Array.from({ length: pick() % 3 }, one) : one();
}
