import type { Exception } from '../controls/exception.ts';
import type { Finding, FindingKey } from '../controls/finding.ts';
import type { ControlRun, RuleRun } from '../controls/run-control.ts';
import { catalogue } from '../iam/catalogue.generated.ts';
import { type Instant, renderInstant } from '../iam/instant.ts';
import { isOfSeveral, renderWhose } from './evidence.ts';
import type { Run } from './run.ts';

/** Something that a deciding rule found, and the exception that covers it, if one does. */
export interface Found {
  readonly run: ControlRun;
  readonly rule: RuleRun;
  readonly finding: Finding;
  readonly exception: Exception | undefined;
}

/** What the deciding rules of a control found: first what counts, then what is excepted. */
export const listFound = (run: ControlRun): readonly Found[] =>
  decidingRules(run).flatMap((rule) => [
    ...rule.findings.map((finding) => ({ run, rule, finding, exception: undefined })),
    ...rule.excepted.map((finding) => ({ run, rule, finding, exception: finding.exception })),
  ]);

export const decidingRules = ({ rules }: ControlRun): readonly RuleRun[] =>
  rules.filter(({ rule }) => !rule.informative);

/** The control, and what it was asked with where that is not its default: `iam-keys-rotated/maxAgeDays=45`. */
export function runId({ control, parameters }: ControlRun): string {
  const asked = Object.entries(parameters).filter(([name, value]) => value !== control.parameters[name]?.default);
  return [control.id, ...asked.map(([name, value]) => `${name}=${value}`)].join('/');
}

/** The same for the same finding in the next run. A key that is made later makes another finding. */
export function foundId({ run, rule, finding }: Found): string {
  const keys = finding.keys.map(
    ({ accessKeyId, slot, createDate, since }) => accessKeyId ?? `${slot}:${createDate ?? since}`,
  );
  return [runId(run), rule.rule.name, finding.identifier, ...keys].join('|');
}

/** Why a control could not be judged, or not in full; each reason once. */
export const reasonsOf = (run: ControlRun): readonly string[] => [
  ...new Set(decidingRules(run).flatMap(({ errors }) => errors.map(({ message }) => message))),
];

/** `3 of 10 IAM users`; a question mark for what was not counted, because 0 would look like nothing found. */
export function countOf({ findings, total, verdict }: RuleRun, { control }: ControlRun): string {
  const noun = control.assetTypes.map((type) => catalogue[type].many).join(' and ');
  const found = verdict === 'ERROR' && findings.length === 0 ? '?' : findings.length;
  return `${found} of ${total ?? '?'} ${noun}`;
}

export const wordsOfParameters = ({ parameters }: ControlRun): readonly string[] =>
  Object.entries(parameters).map(([name, value]) => `${name}: ${value}`);

/** What is known of a finding, a line each: its keys, its console password, and the facts that decided. */
export const wordsOfFinding = (finding: Finding): readonly string[] => [
  ...(finding.place === undefined ? [] : [finding.place]),
  ...finding.keys.map(wordsOfKey),
  ...(finding.hasConsolePassword === undefined ? [] : [`console password: ${wordOf(finding.hasConsolePassword)}`]),
  ...wordsOfFacts(finding.facts, wordsOfEvidence),
];

/** How many facts of a finding are shown before they are only counted: that nothing has what is asked is a fact of each. */
const MOST_FACTS = 10;

/** The first facts in words, and how many more there are. */
export function wordsOfFacts<Fact>(facts: readonly Fact[], wordsOf: (fact: Fact) => string): readonly string[] {
  const more = facts.length - MOST_FACTS;
  const shown = facts.slice(0, MOST_FACTS).map(wordsOf);
  return more > 0 ? [...shown, `and ${more} more ${more === 1 ? 'fact' : 'facts'}; --format json has them all`] : shown;
}

export const wordOf = (known: boolean | null): string => (known === null ? 'not known' : known ? 'yes' : 'no');

/** A fact, and where it is known which answer of AWS told it and from when that is. */
interface EvidencedFact {
  readonly field: string;
  readonly value: unknown;
  /** The IAM action. */
  readonly source?: string | undefined;
  readonly at?: Instant | undefined;
}

function wordsOfEvidence(fact: EvidencedFact): string {
  const evidence = [fact.source, fact.at && renderInstant(fact.at)].filter((part) => part !== undefined);
  return `${wordsOfFact(fact)}${evidence.length > 0 ? ` (${evidence.join(', ')})` : ''}`;
}

export const wordsOfFact = ({ field, value }: EvidencedFact): string =>
  `${field}: ${value === undefined ? 'there is one, which was not read' : JSON.stringify(value)}`;

function wordsOfKey(key: FindingKey): string {
  const { createDate, since, unnamed } = key;
  const born = createDate ?? since;
  return [
    nameOfKey(key),
    ...(born ? [`since ${renderInstant(born)}`] : []),
    ...wordsOfUse(key),
    ...(unnamed ? [`no key id: ${unnamed}`] : []),
  ].join(', ');
}

export const nameOfKey = ({ slot, accessKeyId }: FindingKey): string =>
  `${slot === null ? 'further access key' : `access key ${slot}`}${accessKeyId ? ` ${accessKeyId}` : ''}`;

/** A key that was found because nobody had used it, and that was used after all, was used since that was told. */
export function wordsOfUse({ lastUsedDate, foundUnused }: FindingKey): readonly string[] {
  if (!lastUsedDate) return [];
  return [`${foundUnused ? 'used since the report:' : 'last used'} ${renderInstant(lastUsedDate)}`];
}

/** `excepted until 2026-12-31, owner Payments: needed by the old batch job (OPS-12)` */
export const wordsOfException = ({ expires, owner, reason, ticket }: Exception): string =>
  `excepted until ${renderDay(expires)}, owner ${owner}: ${reason}${ticket ? ` (${ticket})` : ''}`;

/** What an exception is about, where it matches no finding that would say it. */
export function wordsOfScope({ control, account, asset, key, place }: Exception): string {
  const ofKey =
    key === undefined
      ? ''
      : 'accessKeyId' in key
        ? `, key ${key.accessKeyId}`
        : `, key ${key.slot} of ${renderInstant(key.createDate)}`;
  return `${control}, account ${account}, asset ${asset}${ofKey} (${place})`;
}

/** A midnight is the day that it begins. */
export const renderDay = (instant: Instant): string => renderInstant(instant).replace('T00:00:00Z', '');

/** The exceptions of a run that somebody has to look at, with what is wrong with them. */
export function troubledExceptions({ exceptions }: Run): readonly (readonly [what: string, exception: Exception])[] {
  if (!exceptions) return [];
  const { expired, expiring, orphans, unfit } = exceptions;
  return [
    ...expired.map((one) => [`expired ${renderDay(one.expires)}, no longer counts`, one] as const),
    ...expiring.map((one) => [`expires soon, ${renderDay(one.expires)}`, one] as const),
    ...unfit.map((one) => [`does not cover what it names: ${one.why}`, one] as const),
    ...orphans.map((one) => [`covers nothing: ${one.why}`, one] as const),
  ];
}

/** Whose account it is, for formats that have one line for it. */
export const wordsOfAccount = ({ evidence }: Run): string => renderWhose(evidence);

/** Where it was found; undefined where nothing told. */
export const accountOf = ({ evidence }: Run, found: Pick<Found, 'finding'> | undefined): string | undefined =>
  found?.finding.account ?? evidence.account;

/** The name of what was found, with its account where there are several. */
export const nameOf = ({ evidence }: Pick<Run, 'evidence'>, { name, account }: Finding): string =>
  isOfSeveral(evidence) && account !== undefined ? `${name} (account ${account})` : name;
