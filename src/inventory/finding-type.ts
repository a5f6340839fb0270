import { type AssetType, type AssetTypeName, findingFields } from '../iam/catalogue.generated.ts';
import type { Catalogue } from '../where/read-where.ts';
import type { Order } from './page.ts';

const findingType: AssetType = {
  root: 'findings',
  // It needs no facts: a store has them, or nobody.
  group: 'CALLER_IDENTITY',
  one: 'finding',
  many: 'findings',
  fields: findingFields,
};

/** Findings are no assets, and are asked for in the same language. */
export const FINDING = 'Finding' as AssetTypeName;

export const findingCatalogue: Catalogue = { [FINDING]: findingType };

/** The order in which they stand unless told otherwise; what is equal in all of it stands by `id`. */
export const findingOrder: readonly Order[] = ['control', 'connector', 'identifier'].map((field) => ({
  field,
  direction: 'ASC',
}));
