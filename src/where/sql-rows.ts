import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { Expression } from './expression.ts';

/** How the store names the rows that stand for assets. Every name is quoted already. */
export interface SqlRows {
  table(type: AssetTypeName): string;
  column(field: string): string;
  /** The table of access keys that the credential report has no slot for, each as a row of credentials. */
  readonly additionalKeys: string;
  /** An array of the identifiers of rows with such a key: there are few, so that an index finds the rows. */
  readonly haveAdditionalKeys?: string;
  /** The same condition in the words of the index that finds its rows; undefined for one that has no index of its own. */
  sought?(expression: Expression): Expression | undefined;
  /** Wraps a sought condition, so that Postgres finds its rows by indexes. */
  found?(condition: string, row: string): string;
  /**
   * What a relation leads to that stands in the row itself, as a table of its own; undefined where it leads to other rows.
   * Its names are those of the schema.
   */
  within?(field: string, row: string): string | undefined;
  /** The id of the connector that a row is of. */
  account(row: string): string;
  /**
   * Joins a row to the one that leads to it: of the same account, and there at the same time.
   *
   * @param alias the row that is joined.
   * @param from the row that leads to it.
   */
  joined(alias: string, from: string): string;
}
