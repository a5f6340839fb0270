import { inWholeSeconds } from '../iam/access-key-slots.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { Instant } from '../iam/instant.ts';
import type { DecidingFact } from '../where/deciding-facts.ts';

/** A key as a fact speaks of it: by its slot, or by its id. */
export interface FactKey {
  /** Who is asked for the key's name; undefined where that is not known. */
  readonly owner: Asset | undefined;
  readonly slot: number | null;
  readonly since: Instant | null;
  readonly id: string | undefined;
  readonly foundUnused: boolean;
}

/** Slots first, then the keys that have none. */
export function factKeys(owners: readonly Asset[], facts: readonly DecidingFact[]): readonly FactKey[] {
  const keys = facts.flatMap((fact) => {
    const key = factKey(owners, fact.record, fact.field);
    return key ? { ...key, foundUnused: fact.value === null && LAST_USED.test(fact.field) } : [];
  });
  const idOf = (key: FactKey): string => `${key.slot ?? 3} ${key.id} ${key.since}`;
  return [...oncePerKey(keys, idOf)].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

/** The time of a key's last use, of a slot of the report and of the key itself. */
const LAST_USED = /lastUsedDate$/i;

function factKey(owners: readonly Asset[], record: Asset, field: string): Omit<FactKey, 'foundUnused'> | undefined {
  const id = typeof record['accessKeyId'] === 'string' ? record['accessKeyId'] : undefined;
  if (record.__typename === 'IAMAccessKey') {
    const owner = record['user'] as Asset;
    // What the report tells of a key, before AWS has listed it, has a slot and no id.
    const slot = id === undefined ? (record['slot'] as number) : null;
    return { owner, slot, since: slot ? sinceOf(owner['hasIAMUserCredentials'] as Asset, slot) : null, id };
  }
  const slot = catalogue[record.__typename as AssetTypeName].fields[field]?.slot;
  if (slot === undefined) return undefined;
  if (id !== undefined) return { owner: owners[0], slot: null, since: null, id };
  if (!isFilled(record, slot)) return undefined;
  const owner = owners.find((one) => one['hasIAMUserCredentials'] === record);
  return { owner, slot, since: sinceOf(record, slot), id };
}

/** A fact may be that there is no key. */
const isFilled = (credentials: Asset, slot: number): boolean =>
  credentials[`accessKey${slot}Active`] === true || credentials[`accessKey${slot}LastRotated`] !== null;

export function sinceOf(credentials: Asset | undefined, slot: number): Instant | null {
  const since = credentials?.[`accessKey${slot}LastRotated`];
  return typeof since === 'string' ? since : null;
}

/**
 * The facts about keys without a slot that came to light when the keys were listed. Which key a slot holds may not be known:
 * as many as there are such slots, and old enough to be in one, are found with these.
 *
 * @param first what decided before the keys were listed.
 * @param unmatched the keys of slots that no listed key was matched with.
 */
export function furtherFacts(
  first: readonly DecidingFact[],
  now: readonly DecidingFact[],
  unmatched: readonly FactKey[],
): readonly DecidingFact[] {
  const known = new Set(first.map(({ record }) => record['accessKeyId']));
  const further = now.filter(({ record }) => {
    const { accessKeyId: id, slot, __typename: type } = record;
    return typeof id === 'string' && !known.has(id) && (type === 'IAMUserCredentials' || slot === null);
  });
  const mayBeInSlot = ({ record }: DecidingFact): boolean => {
    // A row shows such a key in slot 1; its own creation time is the user's.
    const field = record.__typename === 'IAMUserCredentials' ? 'accessKey1LastRotated' : 'createDate';
    const created = record[field];
    if (typeof created !== 'string') return false;
    return unmatched.some(({ since }) => since !== null && inWholeSeconds(created) <= since);
  };
  const ids = new Set(further.filter(mayBeInSlot).map(({ record }) => record['accessKeyId']));
  return ids.size > unmatched.length ? further : further.filter((fact) => !mayBeInSlot(fact));
}

/** A text may ask about one key twice: by its slot and as one of the user's keys. */
export function oncePerKey<Key extends { readonly foundUnused: boolean }>(
  keys: readonly Key[],
  idOf: (key: Key) => string | undefined,
): readonly Key[] {
  const distinct = Map.groupBy(keys, (key) => idOf(key) ?? key);
  return [...distinct.values()].map((same) => ({
    ...(same[0] as Key),
    foundUnused: same.some(({ foundUnused }) => foundUnused),
  }));
}
