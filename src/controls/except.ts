import { type Instant, renderInstant } from '../iam/instant.ts';
import { matchesAsset } from './asset-pattern.ts';
import { type ExceptedKey, type Exception, hasExpired } from './exception.ts';
import type { Finding, FindingIdentity, FindingKey } from './finding.ts';
import type { Judgement, Verdict } from './judge.ts';

export interface ExceptedFinding extends Finding {
  /** The one that ends first: from then on the finding counts again. */
  readonly exception: Exception;
  /** Those for the finding's other keys. */
  readonly further: readonly Exception[];
}

/** What findings are of, and when they are judged: an exception is about today, however old the facts are. */
export interface ExceptionScope {
  /** The id of the control. */
  readonly control: string;
  readonly now: Instant;
}

/** What was judged of a rule, before exceptions. */
interface Judged extends Pick<Judgement, 'verdict' | 'failsBeyondFindings'> {
  readonly findings: readonly Finding[];
  readonly errors: readonly unknown[];
}

/** Findings that somebody lives with do not count. What could not be read beside them may hold others that would. */
export function withExceptions<T extends Judged>(judged: T, exceptions: readonly Exception[], scope: ExceptionScope) {
  const { failsBeyondFindings, ...rest } = judged;
  const { findings, excepted } = setApart(judged.findings, exceptions, scope);
  const isAsBefore = findings.length > 0 || failsBeyondFindings || excepted.length === 0;
  const verdict: Verdict = isAsBefore ? judged.verdict : judged.errors.length > 0 ? 'ERROR' : 'PASS';
  return { ...rest, findings, excepted, verdict };
}

/** Parts the findings that somebody has agreed to live with from those that count. */
export function setApart(findings: readonly Finding[], exceptions: readonly Exception[], scope: ExceptionScope) {
  const counting = exceptions.filter((one) => one.control === scope.control && !hasExpired(one, scope.now));
  const left: Finding[] = [];
  const excepted: ExceptedFinding[] = [];
  for (const finding of findings) {
    const [exception, ...further] = coverOf(finding, counting);
    if (exception) excepted.push({ ...finding, exception, further });
    else left.push(finding);
  }
  return { findings: left, excepted };
}

/** The exceptions by which a finding does not count, the one that ends first before the others; none where it counts. */
function coverOf(finding: Finding, exceptions: readonly Exception[]): readonly Exception[] {
  const ofAsset = exceptions.filter((exception) => isAbout(exception, finding)).sort(lastToEnd);
  if (finding.keys.length === 0) return ofAsset.filter(({ key }) => key === undefined).slice(0, 1);
  const ofKeys = finding.keys.map((key) => ofAsset.find((exception) => exception.key && namesKey(exception.key, key)));
  const found = ofKeys.filter((exception) => exception !== undefined);
  return found.length < ofKeys.length ? [] : [...new Set(found)].sort(lastToEnd).reverse();
}

/** Of the account that it names, and of no other. */
const isAbout = ({ account, asset }: Pick<Exception, 'account' | 'asset'>, finding: FindingIdentity): boolean =>
  account === finding.account && matchesAsset(asset, finding);

const lastToEnd = (a: Exception, b: Exception): number => (a.expires > b.expires ? -1 : a.expires < b.expires ? 1 : 0);

/** A key that could not be named has no id that could be the same; its slot may have been filled anew, hence the time. */
export function namesKey(excepted: ExceptedKey, { accessKeyId, slot, since, createDate }: FindingKey): boolean {
  if ('accessKeyId' in excepted) return excepted.accessKeyId === accessKeyId;
  return excepted.slot === slot && (excepted.createDate === since || excepted.createDate === createDate);
}

/**
 * The exception because of which a key is left as it is: one that names the key, by `key` or as its asset, or one that names
 * its user and no key. The latter covers no finding, but whoever wrote it meant to live with something. Of another control
 * only one that names this very key counts: somebody cares about it.
 *
 * @param isForGood what is to be done cannot be undone: one that names any slot of the user counts, whatever time it names.
 */
export function sparedBy(
  owner: FindingIdentity,
  key: FindingKey,
  exceptions: readonly Exception[],
  { control, now, isForGood = false }: ExceptionScope & { readonly isForGood?: boolean },
): Exception | undefined {
  const itself = asAsset(key, owner);
  const isOf = (one: Exception): boolean => isAbout(one, owner) || (itself !== undefined && isAbout(one, itself));
  const isItsName = (one: Exception): boolean => one.key !== undefined || one.asset === key.accessKeyId;
  const [last] = exceptions
    .filter((one) => (one.control === control || isItsName(one)) && !hasExpired(one, now) && isOf(one))
    .filter(({ key: named }) => !named || namesKey(named, key) || mayName(named, key, isForGood))
    .sort(lastToEnd);
  return last;
}

/** Of a key that could not be matched with a slot the time alone tells: what may be excepted is left as it is. */
const mayName = (excepted: ExceptedKey, { slot, since, createDate }: FindingKey, isForGood: boolean): boolean =>
  'slot' in excepted && (isForGood || (slot === null && [since, createDate].includes(excepted.createDate)));

/** The key as controls find it that ask for keys by themselves; undefined where it could not be named. */
const asAsset = ({ accessKeyId: id }: FindingKey, { account }: FindingIdentity): FindingIdentity | undefined =>
  id === undefined ? undefined : { identifier: id, name: id, type: 'IAMAccessKey', account };

/** How an exception that counts fits a finding that was made. */
export type Fit =
  | { readonly kind: 'covers' }
  /** It names the asset; something is missing for it to cover the finding, or nobody can tell. */
  | { readonly kind: 'unfit'; readonly why: string }
  /** It names the asset and another key: a key made later is a new finding. */
  | { readonly kind: 'other'; readonly why: string };

/** Undefined where it is about another asset. @param isExcepted whether the finding was set apart. */
export function fitOf(exception: Exception, finding: Finding, isExcepted: boolean): Fit | undefined {
  if (!isAbout(exception, finding)) return undefined;
  const { key } = exception;
  const { keys, name } = finding;
  if (keys.length === 0) return key ? unfit(`the finding on ${name} is about no access key: leave key out`) : COVERS;
  if (!key) return unfit(`the finding on ${name} is about access keys: name each, ${keys.map(writtenKey).join(', ')}`);
  const others = keys.filter((one) => !namesKey(key, one));
  if (others.length < keys.length)
    return isExcepted ? COVERS : unfit(`the finding on ${name} is also about ${others.map(writtenKey).join(', ')}`);
  const unnamed = keys.find((one) => one.unnamed !== undefined);
  if (unnamed && 'accessKeyId' in key)
    return unfit(`its key could not be named (${unnamed.unnamed}): write ${keys.map(writtenKey).join(', ')}`);
  return { kind: 'other', why: `what is found on ${name} is another key, ${keys.map(writtenKey).join(', ')}` };
}

const COVERS: Fit = { kind: 'covers' };
const unfit = (why: string): Fit => ({ kind: 'unfit', why });

/** A key as an exception has to write it. */
function writtenKey({ accessKeyId, slot, since }: FindingKey): string {
  if (accessKeyId !== undefined) return `key: {accessKeyId: ${accessKeyId}}`;
  if (slot === null || since === null) return 'a key that cannot be named here';
  return `key: {slot: ${slot}, createDate: ${renderInstant(since)}}`;
}
