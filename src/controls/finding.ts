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
import { type Expression, nodesOf } from '../where/expression.ts';
import { ofAccount } from '../where/per-account.ts';
import { type FactKey, factKeys, furtherFacts, oncePerKey, sinceOf } from './fact-keys.ts';

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
  const facts = await factsOf(inventory, asset, where);
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
    keys: await describeKeys(inventory, { asset, where, facts }),
    hasConsolePassword: credentials ? await passwordOf(inventory, credentials) : undefined,
  };
}

/**
 * What decided first may have spared the reading of keys that have no slot, and these may be found as well: they are listed, as
 * they are in order to name those that were found. An exception for one key must not hide another.
 */
async function factsOf(inventory: Inventory, asset: Asset, where: Expression): Promise<readonly DecidingFact[]> {
  const first = decidingFacts(where, inventory.read, asset);
  const keys = factKeys(ownersOf(inventory, asset), first);
  const named = await Promise.all(
    [...new Set(keys.map(({ owner }) => owner))].map((owner) => (owner ? nameKeys(inventory, owner) : [])),
  );
  const slots = new Set(named.flatMap((one) => (one instanceof IamqlError ? [] : one.map(({ slot }) => slot))));
  const emptied = keys.filter(({ slot }) => slot !== null && !slots.has(slot));
  return [...first, ...furtherFacts(first, decidingFacts(where, inventory.read, asset), emptied)];
}

/** Whose keys a fact may be about. */
function ownersOf(inventory: Inventory, asset: Asset): readonly Asset[] {
  const rootUser = asset.__typename === 'Connector' ? inventory.read(asset, 'rootUser') : undefined;
  return [asset, rootUser].filter((owner): owner is Asset => typeof owner === 'object' && owner !== null);
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
  {
    asset,
    where,
    facts,
  }: { readonly asset: Asset; readonly where: Expression; readonly facts: readonly DecidingFact[] },
): Promise<readonly FindingKey[]> {
  const byOwner = [...Map.groupBy(factKeys(ownersOf(inventory, asset), facts), ({ owner }) => owner)];
  const described = await Promise.all(
    byOwner.map(async ([owner, keys]) => {
      const named = owner ? await nameKeys(inventory, owner) : ofAnother(asset);
      const unlisted = owner && named instanceof IamqlError ? unlistedKeys(inventory, owner, where, named) : [];
      return [...keys.map((key) => describeKey(key, named)), ...unlisted];
    }),
  );
  return oncePerKey(described.flat(), ({ accessKeyId }) => accessKeyId);
}

/** Where any key is asked for, and the report says that there are more than it shows, one of these may be found as well. */
function unlistedKeys(inventory: Inventory, owner: Asset, where: Expression, why: IamqlError): readonly FindingKey[] {
  const asksForAny = [...nodesOf(where)].some(
    (node) => node.kind === 'additionalKey' || ('field' in node && node.field === 'accessKeys'),
  );
  const row = rowOf(inventory, owner);
  if (!asksForAny || typeof row?.['additionalCredentialsInfo'] !== 'string') return [];
  const nothing = { slot: null, since: null, accessKeyId: undefined, createDate: undefined, lastUsedDate: undefined };
  return [{ ...nothing, unnamed: `there are more keys than slots: ${why.message}`, foundUnused: false }];
}

const ofAnother = (asset: Asset): IamqlError =>
  new IamqlError(
    'NotCollected',
    `the key is not of this ${catalogue[asset.__typename as AssetTypeName].one}, but of somebody it is related to`,
  );

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
