import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { IamqlError } from '../../iam/error.ts';
import type { Control, Rule } from '../control.ts';
import { parseExpectation } from '../expectation.ts';
import type {
  PublishedControl,
  PublishedFile,
  PublishedLibrary,
  PublishedQuery,
  PublishedRule,
} from './published-library.ts';
import { parametersOf, type RunnableText, readPublishedText } from './published-text.ts';

/** A published control as one of ours, with what was left out of it; or why it is none. */
export interface ImportedControl {
  /** As in `controls/some-slug.json`. */
  readonly file: string;
  readonly slug: string;
  readonly control: Control | undefined;
  readonly reasons: readonly string[];
}

/** What a control of ours says where the published one has nothing to say. */
const NOT_SAID = 'The published control says nothing of it.';
const SEVERITIES = { 1: 'low', 2: 'medium', 3: 'high' } as const;

/** @param used ids and aliases of the controls that there are, and the id of the control that has each. */
export async function importLibrary(
  { controls, queries }: PublishedLibrary,
  used: ReadonlyMap<string, string>,
): Promise<readonly ImportedControl[]> {
  const bySlug = new Map(queries.toReversed().map((query) => [query.slug, query]));
  const ids = new Map(used);
  const imported: ImportedControl[] = [];
  for (const file of controls) {
    const one = await importControl(file, bySlug, ids);
    if (one.control) ids.set(one.control.id, one.control.id);
    imported.push(one);
  }
  return imported;
}

type Queries = ReadonlyMap<string, PublishedFile<PublishedQuery>>;

async function importControl(
  { file, slug, content }: PublishedFile<PublishedControl>,
  queries: Queries,
  used: ReadonlyMap<string, string>,
): Promise<ImportedControl> {
  const left = (...reasons: readonly string[]): ImportedControl => ({ file, slug, control: undefined, reasons });
  if (typeof content === 'string') return left(content);
  if (!content.rules?.length) return left('it has no rules: it is for people to look at');
  const read = await Promise.all(content.rules.map((rule, index) => importRule(rule, index, queries)));
  const rules = read.filter((rule) => typeof rule !== 'string');
  const why = read.filter((rule) => typeof rule === 'string');
  if (rules.length === 0) return left(...new Set(why));
  const id = idOf(slug, used);
  if (id.value === undefined) return left(id.reason ?? 'it has no slug');
  const applicable = await importApplicable(content.applicableAssetsQuery, queries);
  const texts = [...rules.map(({ text }) => text), ...(applicable.text ? [applicable.text] : [])];
  const control: Control = {
    ...wordsOf(content, rules.length, why),
    id: id.value,
    aliases: id.value === slug || used.has(slug) ? [] : [slug],
    connectors: ['AWS'],
    assetTypes: [...new Set(rules.flatMap(({ types }) => types))],
    parameters: parametersOf(texts),
    applicable: applicable.query,
    rules: rules.map(({ rule }) => rule),
    whyRulesDiffer: undefined,
    tests: [],
  };
  const reasons = [
    ...why.map((reason) => `without one rule: ${reason}`),
    ...(applicable.reason ? [`without applicableAssetsQuery: ${applicable.reason}`] : []),
    ...(id.reason ? [id.reason] : []),
  ];
  return { file, slug, control, reasons };
}

/** What people read of it. A control that lacks a rule says so in its title, which stands beside every verdict. */
function wordsOf(content: PublishedControl, kept: number, why: readonly string[]) {
  const missing = why.filter((reason) => !isOtherCloud(reason)).length;
  const part = missing > 0 ? ` (in part: ${kept} of ${kept + missing} rules)` : '';
  const text = said(content.body) ?? said(content.description) ?? NOT_SAID;
  const notes = ['\n\nPublished rules that are not asked here:', ...why.map((reason) => `- ${reason}`)];
  return {
    title: `${oneLine(content.name)}${part}`,
    severity: SEVERITIES[content.severity],
    overview: why.length > 0 ? `${text.trimEnd()}${notes.join('\n')}\n` : text,
    why: NOT_SAID,
    remediation: {
      console: said(content.remediationDescription) ?? NOT_SAID,
      cli: NOT_SAID,
      iac: NOT_SAID,
      serviceWide: undefined,
      rollout: undefined,
    },
    falsePositives: NOT_SAID,
  };
}

interface ImportedRule {
  readonly rule: Rule;
  readonly types: readonly AssetTypeName[];
  readonly text: RunnableText;
}

async function importRule(
  { cloudProviders = [], subjects, comparator, expectedResult, ...rule }: PublishedRule,
  index: number,
  queries: Queries,
): Promise<ImportedRule | string> {
  if (cloudProviders.length > 0 && !cloudProviders.some((name) => name.toLowerCase() === 'aws'))
    return `${OTHER_CLOUD}${cloudProviders.join(', ')}`;
  const query = queries.get(rule.query);
  if (!query) return `there is no query ${rule.query}`;
  if (typeof query.content === 'string') return `${query.file} is ${query.content}`;
  const expect = expectationOf(comparator, expectedResult);
  if (typeof expect === 'string') return expect;
  const returnPath = rule.returnPath ?? '';
  const text = await readPublishedText(query.content.query, returnPath);
  const unknown = subjects.filter((type) => !isKnown(type) && type !== ACCOUNT);
  if (typeof text === 'string')
    return unknown.length > 0 ? `unknown type ${unknown.join(', ')}` : `${rule.query}: ${text}`;
  const known = subjects.filter(isKnown);
  const title = oneLine(query.content.name ?? query.slug);
  return {
    rule: { name: `rule-${index + 1}`, title, informative: false, query: query.content.query, expect, returnPath },
    types: known.length > 0 ? known : text.types,
    text,
  };
}

/** What libraries call the account itself, whichever cloud it is of. */
const ACCOUNT = 'CloudAccount';

const OTHER_CLOUD = 'other cloud: ';
/** A rule for another cloud is no part of what is asked of an AWS account. */
const isOtherCloud = (reason: string): boolean => reason.startsWith(OTHER_CLOUD);

const isKnown = (type: string): type is AssetTypeName => Object.hasOwn(catalogue, type);

function expectationOf(comparator: string, expected: unknown): Rule['expect'] | string {
  if (comparator !== 'eq' && comparator !== 'neq') return `unknown comparator ${JSON.stringify(comparator)}`;
  try {
    return parseExpectation(`${comparator} ${typeof expected === 'string' ? expected : JSON.stringify(expected)}`);
  } catch (error) {
    if (error instanceof IamqlError) return error.message;
    throw error;
  }
}

async function importApplicable(
  written: string | null | undefined,
  queries: Queries,
): Promise<{ readonly query?: string; readonly text?: RunnableText; readonly reason?: string }> {
  if (!written?.trim()) return {};
  const named = queries.get(written)?.content;
  const query = typeof named === 'object' ? named.query : written;
  const text = await readPublishedText(query, '');
  return typeof text === 'string' ? { reason: text } : { query, text };
}

/** Of an id, whose file has a few more; file systems take 255. */
const MOST_CHARACTERS = 200;

/** The slug, in the characters of an id. One that there is already goes by another name: both can be judged. */
function idOf(slug: string, used: ReadonlyMap<string, string>): { readonly value?: string; readonly reason?: string } {
  // A hyphen in front would make a flag of it.
  const id = slug
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (id.length > MOST_CHARACTERS)
    return { reason: `its slug has ${slug.length} characters, too many for a file's name` };
  if (id === '') return { reason: `its slug ${JSON.stringify(slug)} has no letter or digit` };
  const owner = used.get(id) ?? used.get(slug);
  if (owner === undefined) return { value: id };
  const other = `${id}-as-published`;
  if (used.has(other)) return { reason: `the slug ${slug} is used already` };
  return { value: other, reason: `as ${other}, because ${id} is known as ${owner}` };
}

const said = (text: string | null | undefined): string | undefined => (text?.trim() ? text : undefined);

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
