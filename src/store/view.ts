import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { Expression } from '../where/expression.ts';
import type { SqlSession } from './database/database.ts';
import { connectorOf } from './row-assets.ts';
import type { Scope } from './scope.ts';
import type { RowKey } from './statement.ts';
import type { StoreAssets } from './store-assets.ts';

/** What an inventory looks at: a session in which all statements see the same scans, and which of them. */
export interface View {
  readonly session: SqlSession;
  readonly scope: Scope;
  readonly assets: StoreAssets;
  /** When; undefined for now. */
  readonly asOf: Instant | undefined;
  /** The same accounts at another time, in the same session. */
  at(time: Instant): Promise<View>;
  close(): Promise<void>;
}

/** What is asked of which accounts of a view. */
export interface Question {
  readonly type: AssetTypeName;
  readonly expression: Expression;
  readonly scope: Scope;
}

/** A question as the database is asked it: the assets for which it is certain, and others that memory has decided. */
export interface Asked extends Question {
  readonly more: readonly RowKey[];
}

/** Why a field of an asset could not be read. */
export function whyUnread({ scope }: View, asset: Asset, field: string): IamqlError {
  const fact = { type: asset.__typename as AssetTypeName, field };
  return scope.whyUnread(connectorOf(asset), fact, String(asset['identifier']));
}
