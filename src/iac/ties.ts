import type { Declared, DeclaredPart, DeclaredUser, Name, PartKind } from './declared.ts';

/** A user of the file, one whom it only names, or one of whom nothing is known but what it owns. */
export interface Candidate {
  readonly label: string;
  readonly user: DeclaredUser | undefined;
  readonly name: Name;
  readonly account: string | undefined;
  /** Whose it is, if nothing else is known of the user. */
  readonly ownerOf: DeclaredPart | undefined;
}

export interface Tie {
  readonly part: DeclaredPart;
  /** Why it may not be so; undefined where it is. */
  readonly doubt: string | undefined;
}

/** Parts that many candidates may have, and none surely: they are kept once, whoever is asked about. */
interface Pool {
  readonly parts: readonly DeclaredPart[];
  readonly has: (part: DeclaredPart) => boolean;
  readonly doubtOf: (part: DeclaredPart) => string | undefined;
}

/** A doubt names its part, so that the first few differ; of thousands that do not no more is looked at. */
const MOST_LOOKED_AT = 100;

/** What one candidate has, or may have, of a kind. */
export class Ties {
  readonly count: number;
  readonly isMade: boolean;
  /** Those without a doubt. */
  readonly certain: readonly Tie[];
  private readonly own: readonly Tie[];
  private readonly pools: readonly Pool[];
  private readonly placeOf: (part: DeclaredPart) => number;

  /** @param own in the order of the file, as the parts of each pool are. */
  constructor(own: readonly Tie[], pools: readonly Pool[], placeOf: (part: DeclaredPart) => number) {
    const shared = (pool: Pool): number => own.filter(({ part }) => pool.has(part)).length;
    this.own = own;
    this.pools = pools;
    this.placeOf = placeOf;
    this.count = pools.reduce((sum, pool) => sum + pool.parts.length - shared(pool), own.length);
    this.isMade = own.some(({ part }) => part.isMade) || pools.some((pool) => madeOf(pool.parts));
    this.certain = own.filter(({ doubt }) => doubt === undefined);
  }

  /** The addresses of the first so many. */
  addresses(most: number): readonly string[] {
    return [...this.first(most)].map(({ part }) => part.address);
  }

  /** The first so many that differ: there may be one for each of thousands of keys. */
  doubts(most: number): readonly string[] {
    const found = new Set<string>();
    for (const { doubt } of this.first(MOST_LOOKED_AT)) {
      if (doubt !== undefined) found.add(doubt);
      if (found.size === most) break;
    }
    return [...found];
  }

  /** In the order of the file. */
  private *first(most: number): Generator<Tie> {
    const isOwn = new Set(this.own.map(({ part }) => part));
    const sources = [
      { ties: this.own.values(), next: undefined as Tie | undefined },
      ...this.pools.map((pool) => ({ ties: ofPool(pool, isOwn), next: undefined as Tie | undefined })),
    ];
    for (const source of sources) source.next = source.ties.next().value;
    for (let count = 0; count < most; count += 1) {
      const left = sources.filter(({ next }) => next !== undefined);
      const [nearest] = left.sort((a, b) => this.placeOf((a.next as Tie).part) - this.placeOf((b.next as Tie).part));
      if (!nearest?.next) return;
      yield nearest.next;
      nearest.next = nearest.ties.next().value;
    }
  }
}

function* ofPool({ parts, doubtOf }: Pool, isOwn: ReadonlySet<DeclaredPart>): Generator<Tie, undefined> {
  for (const part of parts) if (!isOwn.has(part)) yield { part, doubt: doubtOf(part) };
}

const made = new WeakMap<readonly DeclaredPart[], boolean>();

function madeOf(parts: readonly DeclaredPart[]): boolean {
  const known = made.get(parts) ?? parts.some(({ isMade }) => isMade);
  made.set(parts, known);
  return known;
}

type ByKind = Readonly<Record<PartKind, readonly DeclaredPart[]>>;

const byKind = (parts: readonly DeclaredPart[]): ByKind => ({
  'login profile': parts.filter(({ kind }) => kind === 'login profile'),
  'access key': parts.filter(({ kind }) => kind === 'access key'),
});

/** The parts of a file by whose they may be: to ask of one candidate costs what that one has, and not all there is. */
export class PartIndex {
  private readonly places: ReadonlyMap<DeclaredPart, number>;
  /** Surely of one user, by the address of that one. */
  private readonly ofOne: ReadonlyMap<string, readonly DeclaredPart[]>;
  /** Of one of several users, by the address of each. Many parts may have one list of users. */
  private readonly ofSeveral = new Map<string, { readonly parts: ByKind; readonly users: number }[]>();
  private readonly ofName: ReadonlyMap<string, readonly DeclaredPart[]>;
  /** Of users of whom nothing, or not all, is known. */
  private readonly ofAnybody: ByKind;
  private readonly named: ByKind;
  private readonly expressed: ByKind;

  constructor({ parts }: Declared) {
    this.places = new Map(parts.map((part, place) => [part, place]));
    const known = parts.filter(({ owner }) => owner.kind === 'users' && owner.doubt === undefined);
    const lists = Map.groupBy(known, addressesOf);
    this.ofOne = Map.groupBy(
      known.filter((part) => addressesOf(part).length === 1),
      (part) => addressesOf(part)[0] as string,
    );
    for (const [addresses, own] of lists) {
      if (addresses.length < 2) continue;
      const group = { parts: byKind(own), users: addresses.length };
      for (const address of new Set(addresses)) {
        const groups = this.ofSeveral.get(address);
        if (groups) groups.push(group);
        else this.ofSeveral.set(address, [group]);
      }
    }
    this.ofName = Map.groupBy(parts.filter(isNamed), (part) => nameKeyOf((part.owner as Named).name) as string);
    this.ofAnybody = byKind(parts.filter(isOfAnybody));
    this.named = byKind(parts.filter(isNamed));
    this.expressed = byKind(parts.filter(isExpressed));
  }

  /** What the candidate has of a kind, surely or not. */
  tiesOf(candidate: Candidate, kind: PartKind): Ties {
    const placeOf = (part: DeclaredPart): number => this.places.get(part) ?? 0;
    const own = this.ownTies(candidate)
      .filter(({ part }) => part.kind === kind)
      .sort((a, b) => placeOf(a.part) - placeOf(b.part));
    return new Ties(own, this.poolsOf(candidate, kind), placeOf);
  }

  private ownTies(candidate: Candidate): readonly Tie[] {
    const { user, name, ownerOf } = candidate;
    const ofUser = (user && this.ofOne.get(user.address)) ?? [];
    const ofName = this.ofName.get(nameKeyOf(name) ?? '') ?? [];
    const itself = ownerOf ? [ownerOf] : [];
    return [
      ...[...itself, ...ofUser].map((part) => ({ part, doubt: part.doubt })),
      ...ofName.map((part) => ({ part, doubt: accountDoubt(part, candidate) ?? part.doubt })),
    ];
  }

  private poolsOf(candidate: Candidate, kind: PartKind): readonly Pool[] {
    const { user, name, label } = candidate;
    const doubtOf = ({ owner }: DeclaredPart) => (owner.kind === 'users' ? owner.doubt : undefined);
    const groups = (user && this.ofSeveral.get(user.address)) ?? [];
    // A name that AWS makes up is nobody's who is named.
    const others = name.kind === 'generated' ? undefined : name.kind === 'text' ? this.expressed : this.named;
    return [
      { parts: this.ofAnybody[kind], has: isOfAnybody, doubtOf },
      ...groups.map(({ parts, users }) => ({
        ...{ parts: parts[kind], has: () => false },
        doubtOf: (part: DeclaredPart) => `${part.address} may be of another of ${users} users`,
      })),
      ...(others
        ? [
            {
              ...{ parts: others[kind], has: others === this.named ? isNamed : isExpressed },
              doubtOf: (part: DeclaredPart) => `a name is not known before, so that ${part.address} may be of ${label}`,
            },
          ]
        : []),
    ];
  }
}

type Named = Extract<DeclaredPart['owner'], { readonly kind: 'name' }>;

const NOBODY: readonly string[] = [];
const addressesOf = ({ owner }: DeclaredPart): readonly string[] => (owner.kind === 'users' ? owner.addresses : NOBODY);
const isNamed = ({ owner }: DeclaredPart): boolean => owner.kind === 'name';
const isExpressed = ({ owner }: DeclaredPart): boolean => owner.kind === 'name' && owner.name.kind === 'expression';
const isOfAnybody = ({ owner }: DeclaredPart): boolean => owner.kind === 'users' && owner.doubt !== undefined;

/**
 * A key that names share only if they are surely one: to IAM, texts that differ in case alone are; an expression is one with
 * its own text only. Undefined for no name.
 */
export function nameKeyOf(name: Name): string | undefined {
  if (name.kind === 'expression') return `expression ${name.text}`;
  return name.kind === 'text' ? `text ${name.text.toLowerCase()}` : undefined;
}

/** Of one name: undefined where both are surely of one account. */
function accountDoubt(part: DeclaredPart, { label, account }: Candidate): string | undefined {
  if (part.account === account || part.account === undefined || account === undefined) return undefined;
  return `${part.address} (provider ${part.account}) and ${label} (provider ${account}) may be of two accounts`;
}
