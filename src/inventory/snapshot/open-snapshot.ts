import type { Asset } from '../../iam/assets.ts';
import type { AssetTypeName } from '../../iam/catalogue.generated.ts';
import { IamqlError } from '../../iam/error.ts';
import { UNREAD } from '../../iam/unread.ts';
import { always, type Expression } from '../../where/expression.ts';
import type { InventorySettings } from '../inventory.ts';
import { notDecided, notListed, onceEach } from '../not-told.ts';
import { unlistedOf } from '../owners.ts';
import { noteAdditionalKeys, noteSetup } from '../user-keys.ts';
import type { Snapshot, SnapshotHeader } from './snapshot.ts';
import { UnreadNotes } from './unread-notes.ts';
import { whyNewerNotListed } from './users-now.ts';

/** A snapshot that was read, with what follows from all of it. */
export class OpenSnapshot {
  readonly header: SnapshotHeader;
  readonly unread: UnreadNotes;
  readonly settings: InventorySettings;
  /** Somebody has more access keys than the credential report has slots. */
  readonly hasAdditionalKeys: boolean;
  private readonly assets: Snapshot['assets'];

  /**
   * @param snapshot whose assets are completed in place.
   * @param setupSeconds where they are not those that it was taken with.
   */
  constructor({ header, assets }: Snapshot, setupSeconds = header.settings.setupSeconds) {
    this.header = header;
    this.settings = { setupSeconds };
    this.assets = assets;
    this.unread = new UnreadNotes(header.unread);
    this.hasAdditionalKeys = (assets.get('IAMUserCredentials') ?? []).some(
      (row) => row['additionalCredentialsInfo'] !== null,
    );
    for (const user of assets.get('IAMUser') ?? []) completeUser(user);
    if (setupSeconds === header.settings.setupSeconds) return;
    for (const key of assets.get('IAMAccessKey') ?? []) noteSetup(key, setupSeconds);
  }

  /** @throws IamqlError NotCollected for a type that the iamql that took the snapshot did not know. */
  assetsOf(type: AssetTypeName): readonly Asset[] {
    if (this.header.types[type]) return this.assets.get(type) ?? [];
    throw this.notKnown(`no ${type}`);
  }

  /** Why the list of assets of a type that match may not be whole. */
  whyNotAll(type: AssetTypeName, where: Expression = always): readonly IamqlError[] {
    const ofLists = this.unread.ofType(type).map(({ code, message }) => new IamqlError(code, message));
    const newer = whyNewerNotListed(this.header, type, where);
    return onceEach(newer ? [...ofLists, newer] : ofLists);
  }

  /** Why a field of an asset is unknown. */
  whyUnread(asset: Asset, field: string): IamqlError {
    const note = this.unread.of(asset.__typename, field, asset['identifier'] as string);
    return note ? new IamqlError(note.code, note.message) : this.notKnown(`no ${field} of ${asset.__typename}`);
  }

  /** Why it cannot be told whether an asset matches: the first of the facts in question that could not be read. */
  whyUndecided(asset: Asset, expression: Expression): IamqlError {
    const unlisted = unlistedOf(asset);
    if (unlisted) {
      const { owner, field } = unlisted;
      return notListed(asset.__typename as AssetTypeName, owner['identifier'], this.whyUnread(owner, field));
    }
    const note = this.unread.ofQuestion(expression, asset['identifier'] as string);
    const why = note ? new IamqlError(note.code, note.message) : this.notKnown('not all of the facts');
    return notDecided(asset['identifier'], why);
  }

  private notKnown(what: string): IamqlError {
    const message = `the snapshot was taken by iamql ${this.header.iamql}, which knew ${what}; take a new one`;
    return new IamqlError('NotCollected', message);
  }
}

/** Adds the keys that the report has no slot for; keys that nobody listed are those that the report tells of. */
function completeUser(user: Asset & { accessKeys?: unknown }): void {
  const keys = user['accessKeys'];
  if (keys === UNREAD) delete user.accessKeys;
  const credentials = user['hasIAMUserCredentials'];
  if (!Array.isArray(keys) || typeof credentials !== 'object' || credentials === null) return;
  noteAdditionalKeys(user, keys);
}
