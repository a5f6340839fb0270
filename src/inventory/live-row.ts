import { filledSlots, inWholeSeconds, matchSlots } from '../iam/access-key-slots.ts';
import type { Asset, ReportedCredentials } from '../iam/assets.ts';
import { catalogue } from '../iam/catalogue.generated.ts';
import type { Instant } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Node } from './account-graph.ts';
import { keyInSlot1, lacksSlots } from './user-keys.ts';

/** A credentials row that is put together of what AWS answers now, in place of the report's. */
export interface LiveRow {
  readonly row: Node;
  /** The report's row of the same user; undefined for one who is newer than the report. */
  readonly reported: ReportedCredentials | undefined;
  /** The fields that no call tells and that cannot have changed since the report: they are the report's. */
  readonly kept: Set<string>;
}

type Facts = Record<string, unknown>;

const columns = Object.entries(catalogue.IAMUserCredentials.fields).flatMap(([name, { column }]) =>
  column ? [name] : [],
);

/** The row of a user of whom nothing was read yet. */
export function liveRowOf(user: Node, reported: ReportedCredentials | undefined): LiveRow {
  const { userName, arn, createDate } = user;
  const unread = Object.fromEntries(columns.map((name) => [name, UNREAD]));
  const row: Node = { __typename: 'IAMUserCredentials', userName, arn, createDate, ...unread };
  return { row, reported, kept: new Set() };
}

/**
 * Fills in what follows from what was read of the user by now; the rest stays unread.
 *
 * @param passwordUsed when AWS's list of users says that a password of the user was last used; undefined while it was not
 *   read.
 */
export function completeLiveRow(
  { row, reported, kept }: LiveRow,
  user: Node,
  passwordUsed: Instant | null | undefined,
) {
  kept.clear();
  const keep = (name: string, value: unknown): unknown => {
    kept.add(name);
    return value;
  };
  const known: Known = { reported, keep };
  Object.assign(row, passwordFacts(user, known, passwordUsed), certificateFacts(user, known));
  const devices = user['mfaDevices'] as readonly unknown[] | undefined;
  if (devices) row['mfaActive'] = devices.length > 0;
  Object.assign(row, keyFacts(user, known));
  row['additionalKeys'] = furtherKeys(user)?.map((key) => keyInSlot1(row as never, key as never));
  user['passwordLastUsed'] = row['passwordLastUsed'];
}

interface Known {
  readonly reported: ReportedCredentials | undefined;
  /** The report's value of a field stands. */
  readonly keep: (name: string, value: unknown) => unknown;
}

/**
 * A login profile says when the password was made, not when it was last changed. The report's time stands for the
 * password that it knew; of one that was made since, the time at which it was made stands in.
 */
function passwordFacts(user: Node, { reported, keep }: Known, passwordUsed: Instant | null | undefined): Facts {
  const profiles = user['hasIAMUserLoginProfile'] as readonly Asset[] | undefined;
  const neverUsed = passwordUsed === null ? { passwordLastUsed: null } : {};
  if (!profiles) return neverUsed;
  const [profile] = profiles;
  if (!profile) {
    return { passwordEnabled: false, passwordLastUsed: null, passwordLastChanged: null, passwordNextRotation: null };
  }
  const made = profile['createDate'] as Instant;
  const changed = reported?.passwordLastChanged;
  const isSame = typeof changed === 'string' && inWholeSeconds(made) <= changed;
  return {
    passwordEnabled: true,
    passwordLastUsed: passwordUsed === undefined ? UNREAD : passwordUsed,
    passwordLastChanged: isSame ? keep('passwordLastChanged', changed) : made,
    passwordNextRotation: isSame ? keep('passwordNextRotation', reported?.passwordNextRotation) : UNREAD,
  };
}

/** Certificates keep the slots in which the report shows them; others take those that are free, the oldest first. */
function certificateFacts(user: Node, { reported }: Known): Facts {
  const listed = user['signingCertificates'] as readonly Asset[] | undefined;
  if (!listed) return {};
  const isIn = (certificate: Asset, slot: 1 | 2): boolean =>
    inWholeSeconds(certificate['uploadDate'] as Instant) === reported?.[`cert${slot}LastRotated`];
  const matched = new Map<Asset, 1 | 2>();
  for (const slot of [1, 2] as const) {
    const found = listed.find((certificate) => !matched.has(certificate) && isIn(certificate, slot));
    if (found) matched.set(found, slot);
  }
  const [first, second] = inSlots(listed, matched, 'uploadDate');
  return { ...certificateFactsOf(1, first), ...certificateFactsOf(2, second) };
}

const certificateFactsOf = (slot: 1 | 2, certificate: Asset | undefined): Facts => ({
  [`cert${slot}Active`]: certificate?.['status'] === 'Active',
  [`cert${slot}LastRotated`]: certificate?.['uploadDate'] ?? null,
});

/** Notes the slot of each key, and says what that shows of both slots. */
function keyFacts(user: Node, known: Known): Facts {
  const keys = user['accessKeys'] as readonly Node[] | undefined;
  if (!keys) return {};
  const { reported } = known;
  const isMatchable = reported !== undefined && !lacksSlots(reported) && filledSlots(reported).length > 0;
  const areUsesKnown = keys.every(({ lastUsedDate }) => lastUsedDate !== undefined);
  if (isMatchable && !areUsesKnown) return {};
  const ids = isMatchable ? matchSlots(filledSlots(reported), keys as never) : new Map<string, 1 | 2>();
  const matched = new Map(keys.flatMap((key) => pairIfDefined(key, ids.get(key['accessKeyId'] as string))));
  const placed = inSlots(keys, matched, 'createDate');
  for (const key of keys) key['slot'] = key === placed[0] ? 1 : key === placed[1] ? 2 : null;
  const more = keys.filter(({ slot }) => slot === null).length;
  return {
    ...slotFacts(1, placed[0], matched, known),
    ...slotFacts(2, placed[1], matched, known),
    additionalCredentialsInfo: more > 0 ? `${more} more` : null,
  };
}

const pairIfDefined = <K, V>(key: K, value: V | undefined): readonly (readonly [K, V])[] =>
  value === undefined ? [] : [[key, value]];

/** What has a slot is in it; what has none takes a free one, the oldest first. */
function inSlots<T extends Asset>(
  all: readonly T[],
  matched: ReadonlyMap<Asset, 1 | 2>,
  age: string,
): readonly [T | undefined, T | undefined] {
  const rest = all.filter((one) => !matched.has(one)).sort((a, b) => (String(a[age]) < String(b[age]) ? -1 : 1));
  const first = all.find((one) => matched.get(one) === 1) ?? rest.shift();
  return [first, all.find((one) => matched.get(one) === 2) ?? rest.shift()];
}

function slotFacts(slot: 1 | 2, key: Asset | undefined, matched: ReadonlyMap<Asset, 1 | 2>, known: Known): Facts {
  const name = `accessKey${slot}` as const;
  const fact = (field: string): unknown => (key ? (key[field] === undefined ? UNREAD : key[field]) : null);
  return {
    [`${name}Active`]: key?.['status'] === 'Active',
    [`${name}LastRotated`]: key ? lastRotated(name, key, matched, known) : null,
    [`${name}LastUsedDate`]: fact('lastUsedDate'),
    [`${name}LastUsedRegion`]: fact('lastUsedRegion'),
    [`${name}LastUsedService`]: fact('lastUsedService'),
  };
}

/**
 * A change of status counts as one, and no call tells when it was made: of a key whose status changed since the report, the
 * time is unread. A key that cannot be told from others has a time only where they all have the same.
 */
function lastRotated(name: string, key: Asset, matched: ReadonlyMap<Asset, 1 | 2>, { reported, keep }: Known): unknown {
  const slot = matched.get(key);
  const taken = new Set(matched.values());
  const mayBe = reported && !lacksSlots(reported) ? filledSlots(reported) : [];
  const candidates = mayBe.filter(
    (one) => one.slot === slot || (slot === undefined && !taken.has(one.slot) && isOlder(key, one.lastRotated)),
  );
  const [first] = candidates;
  if (!first) return key['createDate'];
  const isActive = key['status'] === 'Active';
  const isSure = candidates.every((one) => one.active === isActive && one.lastRotated === first.lastRotated);
  return isSure ? keep(`${name}LastRotated`, first.lastRotated) : UNREAD;
}

const isOlder = (key: Asset, than: Instant): boolean => inWholeSeconds(key['createDate'] as Instant) <= than;

/** The keys beyond both slots; undefined while that is not known. */
function furtherKeys(user: Node): readonly Asset[] | undefined {
  const keys = user['accessKeys'] as readonly Asset[] | undefined;
  return keys?.every(({ slot }) => slot !== undefined) ? keys.filter(({ slot }) => slot === null) : undefined;
}
