import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Taken, TakenAsset } from '../inventory/snapshot/take-snapshot.ts';
import { noteAdditionalKeys } from '../inventory/user-keys.ts';
import { additionalKeysOf } from '../where/evaluate.ts';

export interface AdditionalKeys {
  /** The keys that the credential report has no slot for, each as the row of credentials that it would be in slot 1. */
  readonly rows: readonly TakenAsset[];
  /** The rows of credentials of which nobody knows whether there are more keys. */
  readonly unread: ReadonlySet<string>;
}

/** What a condition on either slot has to be asked of as well, worked out once as memory does it for each question. */
export function additionalKeysIn(assets: Taken['assets']): AdditionalKeys {
  const credentials = new Map(
    assets.get('IAMUserCredentials')?.map((row) => [row.identifier, assetOf('IAMUserCredentials', row)]),
  );
  const keys = new Map(assets.get('IAMAccessKey')?.map((key) => [key.identifier, assetOf('IAMAccessKey', key)]));
  for (const { fields } of assets.get('IAMUser') ?? []) {
    const row = credentials.get(fields.get('hasIAMUserCredentials') as string);
    const listed = fields.get('accessKeys') as readonly string[] | undefined;
    if (row && listed)
      noteAdditionalKeys(
        { __typename: 'IAMUser', hasIAMUserCredentials: row },
        listed.map((key) => keys.get(key) as Asset),
      );
  }
  const known = [...credentials].map(([identifier, row]) => [identifier, additionalKeysOf(row)] as const);
  return {
    rows: known.flatMap(([identifier, more]) => (more === UNREAD ? [] : more.map((row) => takenOf(identifier, row)))),
    unread: new Set(known.flatMap(([identifier, more]) => (more === UNREAD ? [identifier] : []))),
  };
}

const assetOf = (type: AssetTypeName, { identifier, fields }: TakenAsset): Asset => ({
  __typename: type,
  identifier,
  ...Object.fromEntries(
    Object.keys(catalogue[type].fields).map((name) => [name, fields.has(name) ? fields.get(name) : UNREAD]),
  ),
});

function takenOf(identifier: string, row: Asset): TakenAsset {
  const names = Object.keys(catalogue.IAMUserCredentials.fields).filter((name) => row[name] !== UNREAD);
  return { identifier, fields: new Map(names.map((name) => [name, row[name]])) };
}
