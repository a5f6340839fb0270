import type { Selection } from '../graphql/resolve.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Provenance } from '../inventory/provenance.ts';
import { wholeField } from '../inventory/whole-field.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { type DecidingFact, decidingFacts } from '../where/deciding-facts.ts';

/** An asset that breaks a rule, with the facts that decided it. */
export interface Finding {
  readonly identifier: string;
  readonly type: AssetTypeName;
  /** The IAM name. */
  readonly name: string;
  /** The fields that made it match, and what they hold. */
  readonly facts: readonly FindingFact[];
  /** The access keys that the facts are about; empty where they are about none. */
  readonly keys: readonly FindingKey[];
  /** Null where it could not be told; undefined where the asset is no user. */
  readonly hasConsolePassword: boolean | null | undefined;
}

/** What was found, which answer of AWS told it, and from when that is. */
interface FindingFact extends Provenance {
  readonly field: string;
  /** Undefined where it could not be read. */
  readonly value: unknown;
}

export interface FindingKey {
  /** Null: a key that the credential report has no slot for. */
  readonly slot: number | null;
  /** When the report says that it was created or last changed. */
  readonly since: Instant | null;
  /** Undefined where it could not be named: `unnamed` says why. */
  readonly accessKeyId: string | undefined;
  /** When AWS says now that the key was created. */
  readonly createDate: Instant | undefined;
  /** When AWS says now that it was last used; a key may have been used since the report. */
  readonly lastUsedDate: Instant | null | undefined;
  readonly unnamed: string | undefined;
}

/** What is found out about an asset that was selected. Its keys are named live, which costs calls for this user alone. */
export async function describeFinding(
  inventory: Inventory,
  { asset, selection }: { readonly asset: Asset; readonly selection: Selection },
): Promise<Finding> {
  const facts = decidingFacts(withAdditionalKeys(selection.where), inventory.read, asset);
  const credentials = asset['hasIAMUserCredentials'] as Asset | undefined;
  return {
    identifier: String(inventory.read(asset, 'identifier')),
    type: selection.type,
    name: String(inventory.read(asset, 'internalName')),
    facts: facts.map(({ record, field, value }) => ({
      field,
      value: value === UNREAD ? undefined : value,
      ...inventory.provenance(record, field),
    })),
    keys: credentials ? await describeKeys(inventory, asset, credentials, facts) : [],
    hasConsolePassword: credentials ? await passwordOf(inventory, credentials) : undefined,
  };
}

/** Of a user whose row is live it may not have been read yet. */
async function passwordOf(inventory: Inventory, credentials: Asset): Promise<boolean | null> {
  try {
    return (await wholeField(inventory, credentials, 'passwordEnabled')) as boolean | null;
  } catch (error) {
    if (error instanceof IamqlError) return null;
    throw error;
  }
}

async function describeKeys(
  inventory: Inventory,
  asset: Asset,
  credentials: Asset,
  facts: readonly DecidingFact[],
): Promise<readonly FindingKey[]> {
  const { slots: named, ids } = keysOf(facts);
  const slots = named.filter((slot) => isFilled(credentials, slot));
  if (slots.length + ids.length === 0) return [];
  const keys = await nameKeys(inventory, asset);
  const ofSlots = slots.map((slot) => {
    const since = credentials[`accessKey${slot}LastRotated`];
    return describeKey(slot, typeof since === 'string' ? since : null, (key) => key.slot === slot, keys);
  });
  return [...ofSlots, ...ids.map((id) => describeKey(null, null, (key) => key.accessKeyId === id, keys))];
}

/** A fact may be that there is no key. */
const isFilled = (credentials: Asset, slot: number): boolean =>
  credentials[`accessKey${slot}Active`] === true || credentials[`accessKey${slot}LastRotated`] !== null;

/** The slots that the facts speak of, and the ids of keys without one. */
function keysOf(facts: readonly DecidingFact[]): {
  readonly slots: readonly number[];
  readonly ids: readonly unknown[];
} {
  const slots = new Set<number>();
  const ids = new Set<unknown>();
  for (const { record, field } of facts) {
    const slot = catalogue[record.__typename as AssetTypeName].fields[field]?.slot;
    if (slot === undefined) continue;
    if (record['accessKeyId'] === undefined) slots.add(slot);
    else ids.add(record['accessKeyId']);
  }
  return { slots: [...slots].sort(), ids: [...ids].sort() };
}

interface NamedKey {
  readonly accessKeyId: string;
  readonly createDate: Instant;
  readonly slot: number | null;
  readonly lastUsedDate: Instant | null;
}

async function nameKeys(inventory: Inventory, user: Asset): Promise<readonly NamedKey[] | IamqlError> {
  if (user.__typename === 'RootUser') {
    return new IamqlError('NotCollected', 'nobody but the root user itself can list its access keys');
  }
  try {
    const keys = (await inventory.load(user, 'accessKeys')) as readonly Asset[];
    return await Promise.all(keys.map((key) => nameKey(inventory, key)));
  } catch (error) {
    if (error instanceof IamqlError) return error;
    throw error;
  }
}

async function nameKey(inventory: Inventory, key: Asset): Promise<NamedKey> {
  return {
    accessKeyId: key['accessKeyId'] as string,
    createDate: key['createDate'] as Instant,
    slot: (await inventory.load(key, 'slot')) as number | null,
    lastUsedDate: (await inventory.load(key, 'lastUsedDate')) as Instant | null,
  };
}

function describeKey(
  slot: number | null,
  since: Instant | null,
  isThis: (key: NamedKey) => boolean,
  named: readonly NamedKey[] | IamqlError,
): FindingKey {
  const unknown = { slot, since, accessKeyId: undefined, createDate: undefined, lastUsedDate: undefined };
  if (named instanceof IamqlError) return { ...unknown, unnamed: named.message };
  const key = named.find(isThis);
  if (key) return { slot, since: since ?? key.createDate, ...pick(key), unnamed: undefined };
  const candidates = named.filter((other) => other.slot === null).map((other) => other.accessKeyId);
  const unnamed =
    candidates.length > 0
      ? `more than one key would fit, or it changed since the report: ${candidates.join(', ')}`
      : 'no key of this user fits any more: it was deleted since the report';
  return { ...unknown, unnamed };
}

const pick = ({ accessKeyId, createDate, lastUsedDate }: NamedKey) => ({ accessKeyId, createDate, lastUsedDate });
