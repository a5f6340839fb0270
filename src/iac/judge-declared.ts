import type { Verdict } from '../controls/judge.ts';
import type { Declared, DeclaredPart, DeclaredUser, Name, PartKind } from './declared.ts';

export interface JudgedUsers {
  readonly verdict: Verdict;
  readonly findings: readonly IacFinding[];
  /** Why it is ERROR, or why FAIL may not be all. */
  readonly reasons: readonly string[];
  /** How many users it was judged out of; undefined where they could not be counted. */
  readonly total: number | undefined;
  /** Users who have one of both already, of whom the file says nothing new. */
  readonly untouched: readonly string[];
}

/** A user who will have both. */
export interface IacFinding {
  /** Of the user's resource; undefined where the file only names the user. */
  readonly address: string | undefined;
  /** The IAM name; undefined where it is not known before, or is a secret. */
  readonly name: string | undefined;
  readonly loginProfiles: readonly TiedPart[];
  readonly accessKeys: readonly TiedPart[];
}

interface TiedPart {
  readonly address: string;
  /** The file brings it about. */
  readonly isMade: boolean;
  /** What ties it to the user. */
  readonly by: string;
}

/** A user of the file, one whom it only names, or one of whom nothing is known but what it owns. */
interface Candidate {
  readonly label: string;
  readonly user: DeclaredUser | undefined;
  readonly name: Name;
  readonly account: string | undefined;
  /** Whose it is, if nothing else is known of the user. */
  readonly ownerOf: DeclaredPart | undefined;
}

interface Tie {
  readonly part: DeclaredPart;
  /** Why it may not be so; undefined where it is. */
  readonly doubt: string | undefined;
}

/** Judges whether a user will have both a login profile and an active access key. What may be so is never PASS. */
export function judgeDeclared(declared: Declared): JudgedUsers {
  const candidates = candidatesOf(declared);
  const judged = candidates.map((candidate) => judgeCandidate(candidate, declared.parts));
  const findings = judged.flatMap(({ finding }) => finding ?? []);
  const reasons = [...new Set([...declared.unknown, ...judged.flatMap(({ reason }) => reason ?? [])])];
  const isCounted = declared.unknown.length === 0 && candidates.every(({ ownerOf }) => ownerOf === undefined);
  return {
    verdict: findings.length > 0 ? 'FAIL' : reasons.length > 0 ? 'ERROR' : 'PASS',
    findings,
    reasons,
    total: isCounted ? candidates.length : undefined,
    untouched: judged.flatMap(({ untouched }) => untouched ?? []),
  };
}

function candidatesOf({ users, parts }: Declared): readonly Candidate[] {
  const declared = users.map((user) => ({ ...user, label: user.address, user, ownerOf: undefined }));
  const beyond = new Map<string, Candidate>();
  for (const part of parts) {
    if (declared.some((one) => isSurelyOf(part, one))) continue;
    if (part.owner.kind === 'name') {
      const { name } = part.owner;
      const key = JSON.stringify([name.kind, foldCase(name.text), part.account]);
      const label = `the user ${wordsOfName(name)} (no resource of the file)`;
      if (!beyond.has(key))
        beyond.set(key, { label, user: undefined, name, account: part.account, ownerOf: undefined });
    } else if (part.owner.doubt !== undefined) {
      const label = `the user of ${part.address}`;
      beyond.set(part.address, {
        ...{ label, user: undefined, name: { kind: 'unknown' }, account: part.account, ownerOf: part },
      });
    }
  }
  return [...declared, ...beyond.values()];
}

/** Undefined where the part surely is not the candidate's. */
function tieOf(part: DeclaredPart, candidate: Candidate): Tie | undefined {
  const owned = ownedBy(part, candidate);
  return owned && { part, doubt: owned.doubt ?? part.doubt };
}

function isSurelyOf(part: DeclaredPart, candidate: Candidate): boolean {
  const owned = ownedBy(part, candidate);
  return owned !== undefined && owned.doubt === undefined;
}

/** Whether a part is the candidate's, if it is there at all; with the doubt, where there is one. */
function ownedBy(part: DeclaredPart, candidate: Candidate): { readonly doubt: string | undefined } | undefined {
  const { owner } = part;
  if (candidate.ownerOf === part) return { doubt: undefined };
  if (owner.kind === 'users') {
    const isNamed = candidate.user !== undefined && owner.addresses.includes(candidate.user.address);
    if (!isNamed) return owner.doubt === undefined ? undefined : { doubt: owner.doubt };
    const ofSeveral = `${part.address} may be of another of ${owner.addresses.length} users`;
    return { doubt: owner.doubt ?? (owner.addresses.length > 1 ? ofSeveral : undefined) };
  }
  const same = sameName(owner.name, candidate.name);
  if (same === false) return undefined;
  if (same === undefined)
    return { doubt: `a name is not known before, so that ${part.address} may be of ${candidate.label}` };
  if (part.account === candidate.account || part.account === undefined || candidate.account === undefined)
    return { doubt: undefined };
  const providers = `${part.address} (provider ${part.account}) and ${candidate.label} (provider ${candidate.account})`;
  return { doubt: `${providers} may be of two accounts` };
}

/** Undefined where it is not known. IAM holds names that differ in case alone for one. */
function sameName(a: Name, b: Name): boolean | undefined {
  if (a.kind === 'generated' || b.kind === 'generated') return false;
  if (a.kind === 'unknown' || b.kind === 'unknown') return undefined;
  if (a.kind === b.kind && foldCase(a.text) === foldCase(b.text)) return true;
  return a.kind === 'text' && b.kind === 'text' ? false : undefined;
}

const foldCase = (name: string): string => name.toLowerCase();

interface JudgedCandidate {
  readonly finding?: IacFinding;
  readonly reason?: string;
  readonly untouched?: string;
}

function judgeCandidate(candidate: Candidate, parts: readonly DeclaredPart[]): JudgedCandidate {
  const ties = parts.flatMap((part) => tieOf(part, candidate) ?? []);
  if (ties.length === 0) return {};
  const profiles = ties.filter(({ part }) => part.kind === 'login profile');
  const keys = ties.filter(({ part }) => part.kind === 'access key');
  if (profiles.length > 0 && keys.length > 0) return judgeBoth(candidate, profiles, keys);
  if (candidate.user?.isNew) return {};
  const [has, lacks]: readonly [PartKind, PartKind] =
    keys.length > 0 ? ['access key', 'login profile'] : ['login profile', 'access key'];
  if (!ties.some(({ part }) => part.isMade)) return { untouched: candidate.label };
  const doubts = ties.flatMap(({ doubt }) => doubt ?? []);
  const gets = `${candidate.label} ${doubts.length > 0 ? 'may get' : 'gets'} the ${has} ${addressesOf(ties)}`;
  const [why] = [...ownerDoubt(candidate), ...doubts];
  const article = lacks === 'access key' ? 'an' : 'a';
  return {
    reason: `${gets}${why === undefined ? '' : ` (${why})`}, and the file does not tell whether there is ${article} ${lacks} already`,
  };
}

const ownerDoubt = ({ ownerOf }: Candidate): readonly string[] =>
  ownerOf?.owner.kind === 'users' && ownerOf.owner.doubt !== undefined ? [ownerOf.owner.doubt] : [];

function judgeBoth(candidate: Candidate, profiles: readonly Tie[], keys: readonly Tie[]): JudgedCandidate {
  const certain = (ties: readonly Tie[]): readonly Tie[] => ties.filter(({ doubt }) => doubt === undefined);
  if (certain(profiles).length > 0 && certain(keys).length > 0) {
    const { user, name } = candidate;
    return {
      finding: {
        address: user?.address,
        name: name.kind === 'text' && !name.isSecret ? name.text : undefined,
        loginProfiles: certain(profiles).map(tiedPart),
        accessKeys: certain(keys).map(tiedPart),
      },
    };
  }
  const both = `a login profile (${addressesOf(profiles)}) and an access key (${addressesOf(keys)})`;
  return { reason: `${candidate.label} may have both ${both}: ${firstDoubts([...profiles, ...keys]).join('; ')}` };
}

/** There may be one for each of thousands of keys. */
function firstDoubts(ties: readonly Tie[]): readonly string[] {
  const found = new Set<string>();
  for (const { doubt } of ties) {
    if (doubt !== undefined) found.add(doubt);
    if (found.size === MOST_DOUBTS) break;
  }
  return [...found];
}

/** How many are named in one line. */
const MOST_ADDRESSES = 3;
const MOST_DOUBTS = 2;
/** How much of an expression is shown: it may be as long as its template. */
const MOST_CHARACTERS = 200;

function addressesOf(ties: readonly Tie[]): string {
  const more = ties.length - MOST_ADDRESSES;
  const shown = ties.slice(0, MOST_ADDRESSES).map(({ part }) => part.address);
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const tiedPart = ({ part: { address, isMade, owner } }: Tie): TiedPart => ({
  ...{ address, isMade },
  by: owner.kind === 'users' ? owner.by : owner.name.kind === 'text' ? 'name' : 'expression',
});

function wordsOfName(name: Name): string {
  if (name.kind === 'text') return name.isSecret ? 'with a secret name' : JSON.stringify(name.text);
  if (name.kind !== 'expression') return 'without a name';
  return name.text.length > MOST_CHARACTERS ? `${name.text.slice(0, MOST_CHARACTERS)}...` : name.text;
}
