import type { FactGroup } from '../iam/assets.generated.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, parseInstant } from '../iam/instant.ts';
import { onceEach } from '../inventory/not-told.ts';
import { type Provenance, provenanceOf } from '../inventory/provenance.ts';
import { UnreadNotes } from '../inventory/snapshot/unread-notes.ts';
import { ADDITIONAL_KEY_FACTS } from '../where/additional-keys.ts';
import type { Expression } from '../where/expression.ts';
import { factsOfGroup, type ScanHeader } from './scans/scan-headers.ts';

/** Which accounts, and when. */
export interface ScopeRequest {
  /** Ids or names of connectors; undefined for all. */
  readonly connectors: readonly string[] | undefined;
  /** Ids or names of roots and units: accounts in these or below; undefined for all. */
  readonly units?: readonly string[] | undefined;
  /** Only connectors with these tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** As the last scans before this found it; undefined for now. */
  readonly asOf: Instant | undefined;
  /** No facts older than this, in milliseconds; undefined for any. */
  readonly maxAgeMs?: number | undefined;
}

/** Which accounts, whenever. */
export type Choice = Pick<ScopeRequest, 'connectors' | 'units' | 'tags'>;

/** Whether not all accounts are asked for. */
export const isChoice = ({ connectors, units, tags }: Choice): boolean =>
  connectors !== undefined || units !== undefined || Object.keys(tags).length > 0;

/** An account of the store, as one of its scans found it. */
export interface ScopedAccount {
  readonly connector: string;
  readonly name: string;
  readonly accountId: string;
  readonly organization: string | undefined;
  /** From the top; empty where none are known. */
  readonly units: readonly { readonly id: string; readonly name: string }[];
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined where no scan has ended well by then. */
  readonly scan: AccountScan | undefined;
  /** Why a later scan read nothing. */
  readonly failure: { readonly endedAt: Date; readonly error: IamqlError } | undefined;
}

interface AccountScan {
  readonly id: string;
  readonly endedAt: Date;
  readonly header: ScanHeader;
  /** Somebody has more access keys than the credential report has slots. */
  readonly hasAdditionalKeys: boolean;
}

/** An account, and what could not be read of it. */
interface Noted {
  readonly account: ScopedAccount;
  readonly unread: UnreadNotes;
}

/** What is known of the accounts of a scope, and what is not. */
export class Scope {
  readonly accounts: readonly ScopedAccount[];
  readonly isNow: boolean;
  /** They are all that the store has. */
  readonly isAll: boolean;
  private readonly request: ScopeRequest;
  private readonly notes: readonly Noted[];
  private readonly byConnector: ReadonlyMap<string, Noted>;
  /** By type and field: of a thousand accounts it takes a while to find out, and a statement asks of one field often. */
  private readonly mayLack = new Map<string, boolean>();

  constructor(accounts: readonly ScopedAccount[], request: ScopeRequest, someRetired = false) {
    this.request = request;
    this.accounts = accounts;
    this.isNow = request.asOf === undefined;
    this.isAll = !isChoice(request) && !someRetired;
    this.notes = accounts.map((account) => ({ account, unread: new UnreadNotes(account.scan?.header.unread ?? []) }));
    this.byConnector = new Map(this.notes.map((noted) => [noted.account.connector, noted]));
  }

  /** What was asked for, the same for the same accounts at the same time. */
  get asked(): string {
    const { connectors, units, tags, asOf } = this.request;
    const sorted = (names: readonly string[] | undefined) => names && [...names].sort();
    const ofTags = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([sorted(connectors), sorted(units), ofTags, asOf].map((one) => one ?? null));
  }

  /** All of it but some accounts. */
  without(connectors: readonly string[]): Scope {
    const left = new Set(connectors);
    return this.of(({ connector }) => !left.has(connector));
  }

  /** The accounts of it some asset of which may lack one of those fields. */
  lacking(fields: readonly { readonly type: AssetTypeName; readonly field: string }[]): Scope {
    const lacked = fields.filter(({ type, field }) => this.mayBeUnread(type, field));
    const noted = ({ connector }: ScopedAccount): Noted => this.byConnector.get(connector) as Noted;
    return this.of((account) => lacked.some(({ type, field }) => mayLack(noted(account), type, field)));
  }

  private of(isIn: (account: ScopedAccount) => boolean): Scope {
    const accounts = this.accounts.filter(isIn);
    if (accounts.length === this.accounts.length) return this;
    return new Scope(accounts, { ...this.request, connectors: accounts.map(({ connector }) => connector) });
  }

  get hasAdditionalKeys(): boolean {
    return this.accounts.some(({ scan }) => scan?.hasAdditionalKeys);
  }

  /** Whether some asset of the type may lack the field. */
  mayBeUnread(type: AssetTypeName, field: string): boolean {
    const name = `${type}.${field}`;
    const known = this.mayLack.get(name) ?? this.notes.some((noted) => mayLack(noted, type, field));
    this.mayLack.set(name, known);
    return known;
  }

  /** Why the assets of a type may not be all: accounts that no scan has read, or not this type of. */
  whyNotAll(type: AssetTypeName): readonly IamqlError[] {
    return this.notes.flatMap(({ account, unread }) => {
      const { failure, scan } = account;
      const isStale = scan !== undefined;
      if (failure)
        return [ofScoped(account, failure.error.kind, `the last scan read nothing: ${failure.error.message}`, isStale)];
      if (!scan)
        return [ofScoped(account, 'NotCollected', this.isNow ? 'it was not scanned' : 'it was not scanned by then')];
      const old = this.tooOld(account);
      if (old) return [ofScoped(account, 'TooOld', old, true)];
      if (!scan.header.types[type])
        return [ofScoped(account, 'NotCollected', `its scan knew no ${type}; scan it again`)];
      return onceEach(unread.ofType(type).map(({ code, message }) => ofScoped(account, code, message)));
    });
  }

  /** Why the facts of an account are older than was asked for; undefined where they are not. */
  tooOld({ scan }: ScopedAccount): string | undefined {
    const { maxAgeMs } = this.request;
    if (maxAgeMs === undefined || !scan) return undefined;
    const times = Object.values(scan.header.facts).map(({ readAt, generatedAt }) => generatedAt ?? readAt);
    // Of no answer at all nobody knows the age either.
    if (times.length === 0 || times.includes(null))
      return 'the age of its facts is not known, and --max-age asks for it';
    const oldest = Math.min(...times.map((time) => Date.parse(String(time))));
    if (Date.now() - oldest <= maxAgeMs) return undefined;
    return `its oldest facts are of ${new Date(oldest).toISOString()}, which is older than --max-age allows; scan it again`;
  }

  /** Why a field of an asset of an account could not be read. */
  whyUnread(
    connector: string,
    { type, field }: { readonly type: AssetTypeName; readonly field: string },
    identifier: string,
  ): IamqlError {
    const known = this.byConnector.get(connector);
    const note =
      known?.unread.of(type, field, identifier) ?? known?.unread.ofAny(type, field) ?? known?.unread.ofType(type)[0];
    if (known && note) return ofScoped(known.account, note.code, note.message);
    const message = `its scan knew no ${field} of ${type}; scan it again`;
    return ofScoped(known?.account ?? { connector, name: connector }, 'NotCollected', message);
  }

  /** Why it cannot be told whether an asset of an account matches. */
  whyUndecided(connector: string, expression: Expression, identifier: string): IamqlError {
    const known = this.byConnector.get(connector);
    const note = known?.unread.ofQuestion(expression, identifier);
    const account = known?.account ?? { connector, name: connector };
    if (note) return ofScoped(account, note.code, note.message);
    return ofScoped(account, 'NotCollected', 'its scan knew not all of the facts; scan it again');
  }

  account(connector: string): ScopedAccount | undefined {
    return this.byConnector.get(connector)?.account;
  }

  /** When the facts of a group were true; undefined where nobody knows. @param of when they were read, instead. */
  timeOf({ scan }: ScopedAccount, group: FactGroup, of?: 'readAt'): Instant | undefined {
    const { readAt, generatedAt } = (scan && factsOfGroup(scan.header, group)) ?? {};
    return parseInstant((of ? undefined : generatedAt) ?? readAt ?? '');
  }

  /** Why it is not known when the facts of some groups were true, of an account or of the one; undefined where nothing says so. */
  whyNoTime(groups: readonly FactGroup[], connector?: string): IamqlError | undefined {
    const noted = connector === undefined ? this.notes[0] : this.byConnector.get(connector);
    const types = (Object.keys(catalogue) as readonly AssetTypeName[]).filter((type) =>
      groups.includes(catalogue[type].group),
    );
    const [note] = types.flatMap((type) => noted?.unread.ofType(type) ?? []);
    return noted && note && ofScoped(noted.account, note.code, note.message);
  }

  /** The oldest of the accounts' answers; none where no scan has the group. */
  provenance(group: FactGroup): readonly Provenance[] {
    const asked = this.accounts.filter(({ scan }) => scan && factsOfGroup(scan.header, group));
    const times = asked.map((account) => this.timeOf(account, group));
    if (times.length === 0) return [];
    const known = times.filter((time) => time !== undefined).sort();
    return [provenanceOf(group, known.length < times.length ? undefined : known[0])];
  }
}

/** Whether some asset of the account may lack the field. */
function mayLack({ account, unread }: Noted, type: AssetTypeName, field: string): boolean {
  if (field === 'additionalKeys')
    return ADDITIONAL_KEY_FACTS.some((of) => mayLack({ account, unread }, of.type, of.field));
  // Rows of earlier scans stay, with what those lacked.
  return unread.ofAny(type, field) !== undefined || unread.ofType(type).length > 0 || !knows(account, type, field);
}

const knows = ({ scan }: ScopedAccount, type: AssetTypeName, field: string): boolean =>
  scan?.header.types[type]?.fields.includes(field) !== false;

/** What is said of an account among others says which. */
export const ofScoped = (
  { connector: account, name }: Pick<ScopedAccount, 'connector' | 'name'>,
  kind: IamqlError['kind'],
  message: string,
  isStale = false,
): IamqlError =>
  new IamqlError(kind, `account ${name}: ${message}`, { about: { account, ...(isStale ? { isStale } : {}) } });
