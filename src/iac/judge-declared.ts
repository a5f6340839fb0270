import type { Verdict } from '../controls/judge.ts';
import type { Declared, DeclaredPart, Name, Reason } from './declared.ts';
import { type Candidate, nameKeyOf, PartIndex, type Tie, type Ties } from './ties.ts';

export interface JudgedUsers {
  readonly verdict: Verdict;
  readonly findings: readonly IacFinding[];
  /** Why it is ERROR, or why FAIL may not be all. */
  readonly reasons: readonly Reason[];
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
  /** Where the user stands in the file; undefined where that is not known. */
  readonly line?: number | undefined;
}

export interface TiedPart {
  readonly address: string;
  /** The file brings it about. */
  readonly isMade: boolean;
  /** What ties it to the user. */
  readonly by: string;
  readonly line?: number | undefined;
}

/** Judges whether a user will have both a login profile and an active access key. What may be so is never PASS. */
export function judgeDeclared(declared: Declared): JudgedUsers {
  const candidates = candidatesOf(declared);
  const index = new PartIndex(declared);
  const judged = candidates.map((candidate) => judgeCandidate(candidate, index));
  const findings = judged.flatMap(({ finding }) => finding ?? []);
  const reasons = onceEach([...declared.unknown, ...judged.flatMap(({ reason }) => reason ?? [])]);
  const isCounted = declared.unknown.length === 0 && candidates.every(({ ownerOf }) => ownerOf === undefined);
  return {
    verdict: findings.length > 0 ? 'FAIL' : reasons.length > 0 ? 'ERROR' : 'PASS',
    findings,
    reasons,
    total: isCounted ? candidates.length : undefined,
    untouched: judged.flatMap(({ untouched }) => untouched ?? []),
  };
}

function onceEach(reasons: readonly Reason[]): readonly Reason[] {
  const first = new Map<string, Reason>();
  for (const reason of reasons) if (!first.has(reason.message)) first.set(reason.message, reason);
  return [...first.values()];
}

function candidatesOf({ users, parts }: Declared): readonly Candidate[] {
  const declared = users.map((user) => ({ ...user, label: user.address, user, ownerOf: undefined }));
  const isOfDeclared = ownersAmong(declared);
  const beyond = new Map<string, Candidate>();
  for (const part of parts) {
    if (isOfDeclared(part)) continue;
    if (part.owner.kind === 'name') {
      const { name } = part.owner;
      const key = JSON.stringify([nameKeyOf(name), part.account]);
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

/** Whether a part is surely of one of these users, if it is there at all. */
function ownersAmong(users: readonly Candidate[]): (part: DeclaredPart) => boolean {
  const addresses = new Set(users.map(({ label }) => label));
  const accounts = new Map<string, Set<string | undefined>>();
  for (const { name, account } of users) {
    const key = nameKeyOf(name);
    if (key !== undefined) accounts.set(key, (accounts.get(key) ?? new Set()).add(account));
  }
  return ({ owner, account }) => {
    if (owner.kind === 'users')
      return owner.doubt === undefined && owner.addresses.length === 1 && addresses.has(owner.addresses[0] as string);
    const known = accounts.get(nameKeyOf(owner.name) ?? '');
    return known !== undefined && (account === undefined || known.has(undefined) || known.has(account));
  };
}

interface JudgedCandidate {
  readonly finding?: IacFinding;
  readonly reason?: Reason;
  readonly untouched?: string;
}

function judgeCandidate(candidate: Candidate, index: PartIndex): JudgedCandidate {
  const profiles = index.tiesOf(candidate, 'login profile');
  const keys = index.tiesOf(candidate, 'access key');
  if (profiles.count + keys.count === 0) return {};
  if (profiles.count > 0 && keys.count > 0) return judgeBoth(candidate, profiles, keys);
  if (candidate.user?.isNew) return {};
  const [ties, has, lacks] =
    keys.count > 0
      ? ([keys, 'access key', 'a login profile'] as const)
      : ([profiles, 'login profile', 'an access key'] as const);
  if (!ties.isMade) return { untouched: candidate.label };
  const doubts = ties.doubts(1);
  const gets = `${candidate.label} ${doubts.length > 0 ? 'may get' : 'gets'} the ${has} ${addressesOf(ties)}`;
  const [why] = [...ownerDoubt(candidate), ...doubts];
  const message = `${gets}${why === undefined ? '' : ` (${why})`}, and the file does not tell whether there is ${lacks} already`;
  return { reason: { message, address: ties.addresses(1)[0] } };
}

const ownerDoubt = ({ ownerOf }: Candidate): readonly string[] =>
  ownerOf?.owner.kind === 'users' && ownerOf.owner.doubt !== undefined ? [ownerOf.owner.doubt] : [];

function judgeBoth(candidate: Candidate, profiles: Ties, keys: Ties): JudgedCandidate {
  if (profiles.certain.length > 0 && keys.certain.length > 0) {
    const { user, name } = candidate;
    return {
      finding: {
        address: user?.address,
        name: name.kind === 'text' && !name.isSecret ? name.text : undefined,
        loginProfiles: profiles.certain.map(tiedPart),
        accessKeys: keys.certain.map(tiedPart),
      },
    };
  }
  const both = `a login profile (${addressesOf(profiles)}) and an access key (${addressesOf(keys)})`;
  const doubts = [...new Set([...profiles.doubts(MOST_DOUBTS), ...keys.doubts(MOST_DOUBTS)])].slice(0, MOST_DOUBTS);
  const message = `${candidate.label} may have both ${both}: ${doubts.join('; ')}`;
  return { reason: { message, address: candidate.user?.address ?? keys.addresses(1)[0] } };
}

/** How many are named in one line. */
const MOST_ADDRESSES = 3;
const MOST_DOUBTS = 2;
/** How much of an expression is shown: it may be as long as its template. */
const MOST_CHARACTERS = 200;

function addressesOf(ties: Ties): string {
  const more = ties.count - MOST_ADDRESSES;
  return `${ties.addresses(MOST_ADDRESSES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
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
