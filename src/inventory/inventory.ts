import type { AwsCall } from '../aws/call-log.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { Expression } from '../where/expression.ts';
import type { FindingsCost, FindingsQuestion, FindingsSummary, FoundFindings, SummaryQuestion } from './findings.ts';
import type { Page, Position } from './page.ts';
import type { Provenance } from './provenance.ts';
import type { Verify } from './verification.ts';

export interface Found {
  /** The page that was asked for, in order. */
  readonly assets: readonly Asset[];
  /** Where each of them stands. */
  readonly positions: readonly Position[];
  /** How many match, on this page and all others. */
  readonly total: number;
  /** How many of them stand before the page. */
  readonly skipped: number;
  /**
   * Why the assets may not be all: one error for each asset that is neither selected nor passed over, or for a source
   * that is not whole. Never empty when something that the question needs could not be read.
   */
  readonly unread: readonly IamqlError[];
  /** What the credential report selects and what AWS answers now does not; empty where nothing was verified. */
  readonly withdrawn: readonly Withdrawn[];
  /** The answers of AWS that it rests on, and from when they are. */
  readonly restsOn: readonly Provenance[];
}

/** An asset that was selected by what the report says of it, and is not by what is true now. */
export interface Withdrawn {
  readonly identifier: string;
  /** The IAM name. */
  readonly name: string;
  /** What changed since the report, in words. */
  readonly reasons: readonly string[];
}

/** Relations by name, each with those that are followed from there. */
export type RelationTree = ReadonlyMap<string, RelationTree>;

type SourceKind = 'live' | 'report' | 'sample' | 'snapshot' | 'store';

/** An account that is asked, and where it stands. */
export interface AskedAccount {
  /** The id of its connector. */
  readonly id: string;
  readonly name: string;
  /** It stands for the accounts of an organization that could not be listed: nobody knows which these are. */
  readonly isOrganization?: true;
  /** The organization that it is in; undefined where none is known. */
  readonly organization: string | undefined;
  /** The root and units that it is in, from the top; empty where none are known. */
  readonly units: readonly { readonly id: string; readonly name: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

/** What an answer rests on, for people and for `extensions`. */
export interface Evidence {
  readonly source: SourceKind;
  /** For a snapshot, or a store that is asked about one account, what that was taken of. */
  readonly snapshotOf?: Exclude<SourceKind, 'snapshot' | 'store'> | undefined;
  /** Undefined while nothing that names the account has been read, and where there are several. */
  readonly account: string | undefined;
  /** Where there may be several: all that were asked. */
  readonly accounts?: readonly string[];
  readonly credentialReport: { readonly generatedAt: Instant | undefined } | undefined;
  /** Whose facts were read live in place of the report's; undefined for nobody's. */
  readonly verified?: Verify | undefined;
}

/** Whose facts an answer rests on, as far as it is known: an account that two connectors read is one. */
export const accountsOf = ({ account, accounts }: Evidence): readonly string[] => [
  ...new Set(accounts ?? (account === undefined ? [] : [account])),
];

export interface InventorySettings {
  /** How many seconds after its user a key was created "during user setup". */
  readonly setupSeconds: number;
}

/** Example data, directly or by way of a snapshot: every answer says so. */
export const isSample = ({ source, snapshotOf }: Evidence): boolean => source === 'sample' || snapshotOf === 'sample';

/**
 * The two halves of iamql meet here: what asks does not know where facts come from, what answers does not know GraphQL.
 * An inventory lives for one run or one request, so that every fact is read once and none is older than the question.
 */
export interface Inventory {
  /** A page of the assets of that type that match. @throws IamqlError when the type's own facts cannot be read. */
  find(type: AssetTypeName, where: Expression, page: Page): Promise<Found>;
  /** A field of an asset that this inventory gave: its value, null, or UNREAD. */
  readonly read: (asset: Asset, field: string) => unknown;
  /** Reads what was UNREAD, batched with what is asked at the same time. @throws IamqlError */
  load(asset: Asset, field: string): Promise<unknown>;
  /** How many assets of that type there are, whatever the question. @throws IamqlError */
  count(type: AssetTypeName): Promise<number>;
  evidence(): Evidence;
  /** Which answer of AWS told a field of an asset that this inventory gave. */
  provenance(asset: Asset, field: string): Provenance;
  /**
   * When the facts of a group were true, for questions about time: by the id of the connector, where there may be several.
   * Of several accounts those are left out of which nobody knows: `find` says of each why.
   *
   * @throws IamqlError when they cannot be read of the one account that is asked, or nobody knows.
   */
  scanTimes(group: FactGroup): Promise<ReadonlyMap<string, Instant>>;
  /**
   * The ids of the connectors that are asked, where there may be several. One for which a named question has no value of
   * its own is not asked: `find` answers for it with an error.
   */
  connectors?(): Promise<readonly string[]>;
  /**
   * Which accounts its lists are of, in words that two of the same accounts have alike, once something was found: undefined
   * where it is the account of its evidence.
   */
  listsOf?(): string | undefined;
  /** The same with their names and places. */
  accounts?(): Promise<readonly AskedAccount[]>;
  /** When each group of facts was read from AWS, as far as any was; undefined where nobody knows. */
  readTimes(): ReadonlyMap<FactGroup, Instant | undefined>;
  readonly settings: InventorySettings;
  /**
   * Begins to read what those types are read from, and those groups. What goes wrong is said when it is asked for. Absent
   * where each question is answered by itself.
   */
  prefetch?(types: readonly AssetTypeName[], groups?: readonly FactGroup[]): void;
  /** Makes what a condition compares of these assets readable, where that costs no call of AWS. */
  prepare?(assets: readonly Asset[], where: Expression): Promise<void>;
  /**
   * Makes readable what relations of these assets lead to, all of them at once: one by one it would take as many promises as
   * there are assets. What cannot be read is left to `load`, which says why.
   */
  loadRelated?(assets: readonly Asset[], tree: RelationTree): Promise<void>;
  /** How many assets may match a question, of how many; only a store counts them without reading them. */
  mayMatch?(type: AssetTypeName, where: Expression): Promise<LeftOpen>;
  /** What the database leaves to this process of a question; only a store has one to leave anything. */
  leftOpen?(type: AssetTypeName, where: Expression): Promise<LeftOpen>;
  /** The same accounts as the last scans found them that had ended by then; only a store keeps these. */
  asOf?(time: Instant): Inventory;
  /** What controls have found, and since when; only a store keeps this. */
  findings?(question: FindingsQuestion): Promise<FoundFindings>;
  /** How they came and went, day by day. */
  findingsSummary?(question: SummaryQuestion): Promise<FindingsSummary>;
  /** What that costs, counted. @param isSummary whether it is asked day by day. */
  findingsCost?(question: Pick<FindingsQuestion, 'where' | 'asOf'>, isSummary: boolean): Promise<FindingsCost>;
  /**
   * All assets of a type, one after the other, where they need not all be in memory. What could not be read is said as it
   * is met.
   */
  stream?(type: AssetTypeName, onUnread: (error: IamqlError, field?: string) => void): AsyncIterable<StreamedAsset>;
  /** To be called when nothing more is asked, where an inventory holds something. */
  close?(): Promise<void>;
}

/** How many assets a database hands over to be decided, because it cannot: those that the rest of the condition keeps. */
export interface LeftOpen {
  readonly rows: number;
  /** How many assets of the type there are. */
  readonly of: number;
}

/** An asset outside of any inventory: the fields that were read, relations by identifier. */
export interface StreamedAsset {
  readonly identifier: string;
  readonly values: readonly (readonly [name: string, value: unknown])[];
}

/** Where the facts of an account come from, as the flags of a command name it. */
export interface Source {
  readonly kind: SourceKind;
  /** The AWS calls made since the source was opened. */
  readonly calls: readonly AwsCall[];
  /** A new inventory: one for each run or request. */
  inventory(): Inventory;
  /** Whose facts they are, in one word and one by one. @throws IamqlError when nothing can be read. */
  identify(): Promise<{
    readonly accountId: string;
    readonly accounts: readonly string[];
    readonly isSample: boolean;
  }>;
  /** To be called when no inventory of it is in use any more, where a source holds something. */
  close?(): Promise<void>;
}
