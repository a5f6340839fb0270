import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { Expression } from './expression.ts';

/** Which rows stand for assets, and what they are called: the store says. Every name is quoted already. */
export interface SqlRows {
  table(type: AssetTypeName): string;
  column(field: string): string;
  /** The table of access keys that the credential report has no slot for, each as a row of credentials. */
  readonly additionalKeys: string;
  /** The identifiers of rows that have some such key, as a list: few, so that these rows are found by an index. */
  readonly haveAdditionalKeys?: string;
  /**
   * A condition that rows are found by without looking at the others, in the words that it is found by: undefined for one
   * that nothing was made ready for.
   */
  sought?(expression: Expression): Expression | undefined;
  /** A condition that is sought, as it is found by indexes. */
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
