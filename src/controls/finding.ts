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
import { ofAccount } from '../where/per-account.ts';

/** An asset that breaks a rule, with the facts that decided it. */
export interface Finding {
  readonly identifier: string;
  /** The id of the account that it was found in; undefined where nothing told which it is. */
  readonly account: string | undefined;
  readonly type: AssetTypeName;
  /** Which account that is, in words; there where several were judged. */
  readonly place?: string;
  /** The IAM name. */
  readonly name: string;
  /** The fields that made it match, and what they hold. */
  readonly facts: readonly FindingFact[];
  /** The access keys that the facts are about; empty where they are about none. */
  readonly keys: readonly FindingKey[];
  /** Null where it could not be told; undefined where the asset is no user. */
  readonly hasConsolePassword: boolean | null | undefined;
}

/** What tells a finding from others of its rule: policies of AWS have one ARN in all accounts. */
export type FindingIdentity = Pick<Finding, 'identifier' | 'account' | 'type' | 'name'>;

export const keyOfAsset = ({ account = '', identifier }: Pick<Finding, 'account' | 'identifier'>): string =>
  `${account} ${identifier}`;

/** Undefined where nothing that was read so far tells whose an asset is. */
export function knownAccountOf(inventory: Inventory, asset: Asset): string | undefined {
  const account = inventory.read(asset, 'accountID');
  return typeof account === 'string' ? account : inventory.evidence().account;
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
  /** When its slot last changed is not known: `since` is then the creation time. */
  readonly isChangeUnread?: true;
  /** Undefined where it could not be named: `unnamed` says why. */
  readonly accessKeyId: string | undefined;
  /** When AWS says now that the key was created. */
  readonly createDate: Instant | undefined;
  /** When AWS says now that it was last used; a key may have been used since the report. */
  readonly lastUsedDate: Instant | null | undefined;
  readonly unnamed: string | undefined;
  /** It was found because it was never used. */
  readonly foundUnused: boolean;
}

/** What is found out about an asset that was selected. Its keys are named live, which costs calls for this user alone. */
export async function describeFinding(
  inventory: Inventory,
  { asset, selection }: { readonly asset: Asset; readonly selection: Selection },
): Promise<Finding> {
  const connector = String(inventory.read(asset, 'cloudAccountID'));
  const where = withAdditionalKeys(ofAccount(selection.where, connector));
  await inventory.prepare?.([asset], where);
  if (asset.__typename === 'IAMAccessKey') await wholeField(inventory, asset, 'user');
  const facts = decidingFacts(where, inventory.read, asset);
  const credentials = rowOf(inventory, asset);
  return {
    identifier: String(inventory.read(asset, 'identifier')),
    account: knownAccountOf(inventory, asset),
    type: selection.type,
    name: String(inventory.read(asset, 'internalName')),
    facts: facts.map(({ record, field, value }) => ({
      field,
      value: value === UNREAD ? undefined : value,
      ...inventory.provenance(record, field),
    })),
    keys: await describeKeys(inventory, asset, facts),
    hasConsolePassword: credentials ? await passwordOf(inventory, credentials) : undefined,
  };
}

/** The asset's row of the credential report, where it has one and the question has read it. */
function rowOf(inventory: Inventory, asset: Asset): Asset | undefined {
  if (asset.__typename !== 'IAMUser' && asset.__typename !== 'RootUser') return undefined;
  const row = inventory.read(asset, 'hasIAMUserCredentials');
  return typeof row === 'object' && row !== null ? (row as Asset) : undefined;
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

/** Every key that a fact is about is a key of the finding: an exception for one of them must not hide another. */
async function describeKeys(
  inventory: Inventory,
  asset: Asset,
  facts: readonly DecidingFact[],
): Promise<readonly FindingKey[]> {
  const rootUser = asset.__typename === 'Connector' ? inventory.read(asset, 'rootUser') : undefined;
  const isThere = (owner: unknown): owner is Asset => typeof owner === 'object' && owner !== null;
  const owners = [asset, rootUser].filter(isThere);
  const byOwner = [...Map.groupBy(factKeys(owners, facts), ({ owner }) => owner)];
  const described = await Promise.all(
    byOwner.map(async ([owner, keys]) => {
      const named = owner ? await nameKeys(inventory, owner) : ofAnother(asset);
      return keys.map((key) => describeKey(key, named));
    }),
  );
  return oncePerKey(described.flat(), ({ accessKeyId }) => accessKeyId);
}

/** A text may ask about one key twice: by its slot and as one of the user's keys. */
function oncePerKey<Key extends { readonly foundUnused: boolean }>(
  keys: readonly Key[],
  idOf: (key: Key) => string | undefined,
): readonly Key[] {
  const distinct = Map.groupBy(keys, (key) => idOf(key) ?? key);
  return [...distinct.values()].map((same) => ({
    ...(same[0] as Key),
    foundUnused: same.some(({ foundUnused }) => foundUnused),
  }));
}

const ofAnother = (asset: Asset): IamqlError =>
  new IamqlError(
    'NotCollected',
    `the key is not of this ${catalogue[asset.__typename as AssetTypeName].one}, but of somebody it is related to`,
  );

/** A key as a fact speaks of it: by its slot, or by its id. */
interface FactKey {
  /** Who is asked for the key's name; undefined where that is not known. */
  readonly owner: Asset | undefined;
  readonly slot: number | null;
  readonly since: Instant | null;
  readonly id: string | undefined;
  readonly foundUnused: boolean;
}

/** Slots first, then the keys that have none. */
function factKeys(owners: readonly Asset[], facts: readonly DecidingFact[]): readonly FactKey[] {
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

function sinceOf(credentials: Asset | undefined, slot: number): Instant | null {
  const since = credentials?.[`accessKey${slot}LastRotated`];
  return typeof since === 'string' ? since : null;
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
  { owner, slot, since, id, foundUnused }: FactKey,
  named: readonly NamedKey[] | IamqlError,
): FindingKey {
  const unknown = { slot, since, accessKeyId: undefined, createDate: undefined, lastUsedDate: undefined, foundUnused };
  if (named instanceof IamqlError) return { ...unknown, unnamed: named.message };
  const key = named.find((one) => (id === undefined ? one.slot === slot : one.accessKeyId === id));
  if (key) {
    const credentials = owner?.['hasIAMUserCredentials'] as Asset | undefined;
    const ofSlot = key.slot ? sinceOf(credentials, key.slot) : null;
    const born = since ?? ofSlot ?? key.createDate;
    const isUnread = since === null && credentials?.[`accessKey${key.slot}LastRotated`] === UNREAD;
    const told = { slot: slot ?? key.slot, since: born, ...pick(key), unnamed: undefined, foundUnused };
    return isUnread ? { ...told, isChangeUnread: true } : told;
  }
  const candidates = named.filter((other) => other.slot === null).map((other) => other.accessKeyId);
  const unnamed =
    candidates.length > 0
      ? `more than one key would fit, or it changed since the report: ${candidates.join(', ')}`
      : 'no key of this user fits any more: it was deleted since the report';
  return { ...unknown, unnamed };
}

const pick = ({ accessKeyId, createDate, lastUsedDate }: NamedKey) => ({ accessKeyId, createDate, lastUsedDate });
