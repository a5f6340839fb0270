import { type AssetType, type AssetTypeName, findingTypes } from '../iam/catalogue.generated.ts';
import type { Catalogue } from '../where/read-where.ts';
import type { FindingRecord } from './findings.ts';
import type { Order } from './page.ts';

/** Findings are no assets, and are asked for in the same language. */
export const FINDING = 'Finding' as AssetTypeName;

/** Findings, and what they hold. */
export const findingCatalogue: Catalogue = findingTypes;

export const findingFields = (findingTypes[FINDING] as Pick<AssetType, 'fields'>).fields;

export const findingType: AssetType = {
  root: 'findings',
  // It needs no facts: a store has them, or nobody.
  group: 'CALLER_IDENTITY',
  one: 'finding',
  many: 'findings',
  fields: findingFields,
};

/** The order in which they stand unless told otherwise; what is equal in all of it stands by `id`. */
export const findingOrder: readonly Order[] = ['control', 'connector', 'identifier'].map((field) => ({
  field,
  direction: 'ASC',
}));

/** As the schema has it. When a key was created, AWS says or, where that did not name it, the credential report. */
export const shownFinding = ({ key, parameters, ...finding }: FindingRecord) => ({
  ...finding,
  parameters: Object.entries(parameters).map(([name, value]) => ({ name, value: JSON.stringify(value) })),
  key: key && {
    accessKeyId: key.accessKeyId,
    slot: key.slot,
    createDate: key.createDate ?? key.since,
  },
});
