import { createHash } from 'node:crypto';
import type { JudgedControl, JudgedFinding, KeptKey } from '../../inventory/findings.ts';
import { storedValue } from '../../where/stored-value.ts';
import type { ChangeKind } from '../scans/scan-changes.ts';

/** The newest row of a finding, as the database has it. */
export interface KnownFinding extends Record<string, unknown> {
  readonly id: string;
  readonly control: string;
  readonly parameters: JudgedControl['parameters'];
  readonly type: string;
  readonly identifier: string;
  readonly name: string;
  readonly key: KeptKey | null;
  readonly state: 'OPEN' | 'EXCEPTED';
  readonly is_known: boolean;
  readonly exception: JudgedFinding['exception'];
  readonly is_now: boolean;
  readonly first_seen: Date;
  readonly became_at: Date;
  readonly reopened: number;
}

/** A row that begins, as its columns. */
export interface BegunRow extends Omit<JudgedFinding, 'type'> {
  readonly id: string;
  readonly control: string;
  readonly parameters: JudgedControl['parameters'];
  readonly type: string;
  readonly isKnown: boolean;
  /** Null where it only goes on. */
  readonly change: ChangeKind | null;
  readonly firstSeen: Date;
  readonly becameAt: Date;
  readonly reopened: number;
  /** When it was found last, for one that nobody knows of any more. */
  readonly seenAt: Date | null;
}

/** A row that ends, or ended before and is followed by another. */
export interface EndedRow {
  readonly id: string;
  readonly seenAt: Date | null;
  /** Null where it goes on in another row. */
  readonly ended: 'RESOLVED' | 'RETIRED' | null;
}

/** What a judgement changes of the findings of its control, in numbers: open and excepted ones, and what happened to them. */
export interface ChangeCounts {
  readonly open: number;
  readonly excepted: number;
  readonly opened: number;
  readonly reopened: number;
  readonly resolved: number;
  readonly retired: number;
  readonly set_apart: number;
}

export interface Merged {
  readonly begun: readonly BegunRow[];
  readonly ended: readonly EndedRow[];
  /** Undefined for nothing. */
  readonly counts: ChangeCounts | undefined;
}

/** When and of which account. */
interface Judging {
  readonly connector: string;
  readonly endedAt: Date;
  /** When the control was judged before; undefined for never. */
  readonly judgedAt: Date | undefined;
}

/**
 * Compares what a control finds with what it has found before. The values that it was asked with belong to the question:
 * what it found with others is not looked for any more.
 */
export function mergeFindings(judging: Judging, judged: JudgedControl, known: readonly KnownFinding[]): Merged {
  const asked = valuesOf(storedValue(judged.parameters) as JudgedControl['parameters']);
  const isAsked = ({ parameters }: KnownFinding): boolean => valuesOf(parameters) === asked;
  const same = known.filter(isAsked);
  const merging = new Merging(judging, judged);
  const found = merging.find(same);
  for (const row of known.filter((one) => one.is_now && !isAsked(one))) merging.end(row, 'RETIRED');
  for (const row of same.filter(({ id, is_now }) => is_now && !found.has(id))) {
    // What was not found is gone only where everything was looked at.
    if (judged.errors.length === 0) merging.end(row, 'RESOLVED');
    else if (row.is_known) merging.loseSightOf(row);
  }
  return merging;
}

class Merging implements Merged {
  readonly begun: BegunRow[] = [];
  readonly ended: EndedRow[] = [];
  private readonly judging: Judging;
  private readonly judged: JudgedControl;
  private readonly sums = { open: 0, excepted: 0, opened: 0, reopened: 0, resolved: 0, retired: 0, set_apart: 0 };

  constructor(judging: Judging, judged: JudgedControl) {
    this.judging = judging;
    this.judged = judged;
  }

  get counts(): ChangeCounts | undefined {
    return Object.values(this.sums).some((sum) => sum !== 0) ? this.sums : undefined;
  }

  /** @returns the ids of what was found. */
  find(known: readonly KnownFinding[]): ReadonlySet<string> {
    const byAsset = Map.groupBy(known, assetOf);
    const found = new Set<string>();
    for (const raw of this.judged.findings) {
      const finding = stored(raw);
      const row = (byAsset.get(assetOf(finding)) ?? []).find(({ key }) => isSameKey(key, finding.key));
      const id = row?.id ?? this.idOf(finding);
      if (found.has(id)) continue;
      found.add(id);
      if (row?.is_now && isAsBefore(row, finding)) continue;
      if (row) this.follow(row);
      this.begin(id, finding, row);
    }
    return found;
  }

  /** It is there no more, or not looked for. */
  end(row: KnownFinding, ended: 'RESOLVED' | 'RETIRED'): void {
    this.ended.push({ id: row.id, seenAt: this.seenAt(row), ended });
    this.count(row.state, -1);
    this.sums[ended === 'RESOLVED' ? 'resolved' : 'retired'] += 1;
  }

  /** Nobody knows any more whether it is there. */
  loseSightOf(row: KnownFinding): void {
    const { id, control, parameters, type, identifier, name, key, exception, reopened } = row;
    const life = { firstSeen: row.first_seen, becameAt: row.became_at, reopened, seenAt: this.seenAt(row) };
    this.ended.push({ id, seenAt: life.seenAt, ended: null });
    const asset = { type, identifier, name, key, exception };
    this.begun.push({ id, control, parameters, ...asset, ...life, isKnown: false, change: null });
  }

  private begin(id: string, finding: JudgedFinding, row: KnownFinding | undefined): void {
    const { endedAt } = this.judging;
    const change = changeOf(finding, row);
    if (change) this.sums[change === 'OPENED' ? 'opened' : change === 'REOPENED' ? 'reopened' : 'set_apart'] += 1;
    this.count(finding.exception ? 'EXCEPTED' : 'OPEN', 1);
    const parameters = storedValue(this.judged.parameters) as JudgedControl['parameters'];
    this.begun.push({
      ...{ id, control: this.judged.control, parameters, ...finding, isKnown: true, change },
      firstSeen: row?.first_seen ?? endedAt,
      becameAt: row && change === null ? row.became_at : endedAt,
      reopened: (row?.reopened ?? 0) + (change === 'REOPENED' ? 1 : 0),
      seenAt: null,
    });
  }

  /** Another row comes behind it. One that has ended keeps its end. */
  private follow(row: KnownFinding): void {
    this.ended.push({ id: row.id, seenAt: row.is_now ? this.seenAt(row) : null, ended: null });
    if (row.is_now) this.count(row.state, -1);
  }

  private count(state: KnownFinding['state'], by: number): void {
    this.sums[state === 'OPEN' ? 'open' : 'excepted'] += by;
  }

  /** One that nobody knew of has that in its row. */
  private seenAt({ is_known }: KnownFinding): Date | null {
    return is_known ? (this.judging.judgedAt ?? null) : null;
  }

  private idOf({ type, identifier, key }: JudgedFinding): string {
    const ofKey = key && (key.accessKeyId ?? [key.slot, key.since]);
    const { control, parameters } = this.judged;
    const whole = [this.judging.connector, control, valuesOf(parameters), type, identifier, ofKey];
    return createHash('sha256').update(JSON.stringify(whole)).digest('hex').slice(0, 32);
  }
}

function changeOf({ exception }: JudgedFinding, row: KnownFinding | undefined): ChangeKind | null {
  if (row?.is_now && row.state === (exception ? 'EXCEPTED' : 'OPEN')) return null;
  if (exception) return 'EXCEPTED';
  return row ? 'REOPENED' : 'OPENED';
}

/** The same for the same values, in whatever order they were given. */
const valuesOf = (parameters: JudgedControl['parameters']): string =>
  JSON.stringify(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)));

/** As texts are in the database. */
const stored = (finding: JudgedFinding): JudgedFinding => storedValue(finding) as JudgedFinding;

const assetOf = ({ type, identifier }: { readonly type: string; readonly identifier: string }): string =>
  `${type} ${identifier}`;

/** A key may have been named in one scan and not in another: then its slot and its time tell. */
function isSameKey(a: KeptKey | null, b: KeptKey | null): boolean {
  if (!a || !b) return a === b;
  if (a.accessKeyId !== null && b.accessKeyId !== null) return a.accessKeyId === b.accessKeyId;
  if (a.slot !== b.slot) return false;
  return a.since === b.since || (a.createDate !== null && a.createDate === b.createDate);
}

const isAsBefore = (row: KnownFinding, { key, exception }: JudgedFinding): boolean =>
  row.is_known &&
  JSON.stringify(row.key) === JSON.stringify(key) &&
  JSON.stringify(row.exception) === JSON.stringify(exception);
