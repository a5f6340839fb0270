import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  type ListValueNode,
  parse,
  type SelectionSetNode,
  Source,
  TokenKind,
  type ValueNode,
  validate,
  visit,
} from 'graphql';
// graphql-js says what may be meant of all names but those of fragments.
import { didYouMean } from 'graphql/jsutils/didYouMean.js';
import { suggestionList } from 'graphql/jsutils/suggestionList.js';
import { ASSET_FRAGMENT, assetFragment } from './asset-fragment.ts';
import { parseBareText } from './bare-text.ts';
import { rewriteDocument } from './dialect.ts';
import { checkLimit, type Limits, usualLimits } from './limits.ts';

/** A text that can be executed, or why it cannot: never both. Errors point into the text as it was written. */
export type Prepared =
  | { readonly document: DocumentNode; readonly errors?: undefined }
  | { readonly document?: undefined; readonly errors: readonly GraphQLError[] };

/**
 * Makes a stored text executable, whichever way it is written: a bare field or several, a selection set, operations;
 * with the fragments that it spreads, or without those that the service knows.
 */
export function prepareDocument(schema: GraphQLSchema, text: string, limits: Limits = usualLimits): Prepared {
  if (text.length > LONGEST_KEPT) return prepareAnew(schema, text, limits);
  const known = kept.get(schema)?.get(limits) ?? new Map<string, Prepared>();
  kept.set(schema, (kept.get(schema) ?? new WeakMap()).set(limits, known));
  const prepared = known.get(text) ?? prepareAnew(schema, text, limits);
  known.delete(text);
  if (prepared.document) known.set(text, prepared);
  for (const oldest of [...known.keys()].slice(0, -MOST_KEPT)) known.delete(oldest);
  return prepared;
}

/** A server is asked the same again and again, and so is each of many scans; to validate takes longer than most answers. */
const kept = new WeakMap<GraphQLSchema, WeakMap<Limits, Map<string, Prepared>>>();
/** Of texts; the newest stay. */
const MOST_KEPT = 100;
/** In characters. The longest of the bundled controls has some 1,000; what a text becomes takes fifty times its size. */
const LONGEST_KEPT = 4_000;

function prepareAnew(schema: GraphQLSchema, text: string, limits: Limits): Prepared {
  return preparing(text, (source) => {
    const written = readSource(source, limits);
    const flat = rewriteDocument(schema, written);
    const document = withKnownFragments(schema, flat.value);
    checkSelections(document, limits);
    const invalid = validate(schema, document).map((error) => inPlainWords(error, written, schema));
    const errors = [...operationErrors(document), ...flat.errors, ...invalid];
    return errors.length > 0
      ? { errors: errors.map((error) => withCode(withPlace(error, source), codeOf(error, document))) }
      : { document };
  });
}

/** A text as it is written: it may still ask for what there is not. */
export const readDocument = (text: string): Prepared =>
  preparing(text, (source) => ({ document: readSource(source, usualLimits) }));

function preparing(text: string, prepare: (source: Source) => Prepared): Prepared {
  // No editor counts a byte order mark as a column.
  const source = new Source(text.replace(/^\uFEFF/, ''), 'stored text');
  try {
    return prepare(source);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [withCode(withPlace(error, source), 'GRAPHQL_PARSE_FAILED')] };
    throw error;
  }
}

const readSource = (source: Source, limits: Limits): DocumentNode =>
  scan(source, limits).isBare ? parseBareText(source) : parse(source);

/** A null that the language gives no meaning to is a wrong value; what else validation finds asks for what there is not. */
function codeOf({ nodes = [] }: GraphQLError, document: DocumentNode): string {
  const [node] = nodes;
  const lists: ListValueNode[] = [];
  if (node?.kind === Kind.NULL) visit(document, { ListValue: (list) => void lists.push(list) });
  return lists.some(({ values }) => values.includes(node as ValueNode))
    ? 'BAD_USER_INPUT'
    : 'GRAPHQL_VALIDATION_FAILED';
}

/** Everything here reads. */
function operationErrors(document: DocumentNode): readonly GraphQLError[] {
  return document.definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .filter((node) => node.operation !== 'query')
    .map((node) => new GraphQLError(`This service answers queries only, no ${node.operation}.`, { nodes: node }));
}

/** What validation says of some errors leaves open what to do about them. */
function inPlainWords(error: GraphQLError, written: DocumentNode, schema: GraphQLSchema): GraphQLError {
  const nodes = error.nodes ?? [];
  const [, unknown] = /^Unknown fragment "(.+)"\.$/.exec(error.message) ?? [];
  if (unknown !== undefined) {
    const known = [...fragmentsOf(written).keys(), ASSET_FRAGMENT];
    return new GraphQLError(error.message + didYouMean(suggestionList(unknown, known)), { nodes });
  }
  const [, argument, root = ''] = PAGING_ARGUMENT.exec(error.message) ?? [];
  const args = schema.getQueryType()?.getFields()[root]?.args ?? [];
  if (args.some(({ name }) => name === 'options'))
    return new GraphQLError(`${error.message} Write options: {${argument}: ...}.`, { nodes });
  return error.message === 'Validation aborted.' ? new GraphQLError(TOO_MANY_ALIKE, { nodes }) : error;
}

/** Newer versions of the language have these beside `where`; older ones, and this service, in `options`. */
const PAGING_ARGUMENT = /^Unknown argument "(limit|offset|sort)" on field "Query\.(\w+)"\.$/;

/** graphql-js has a budget for that, which is none of the limits that have a flag. */
const TOO_MANY_ALIKE =
  'The text names one field in one place some hundred times: validation compares each with each, and gives up after 500,000 comparisons, which no flag raises; leave out what stands there twice.';

/**
 * Makes an error point into the text as it was written: not into the fragment that the service knows, and somewhere even
 * where validation gave up without saying at what.
 */
function withPlace(error: GraphQLError, source: Source): GraphQLError {
  const nodes = error.nodes?.filter((node) => node.loc?.source === source);
  const isPlaced = (error.locations?.length ?? 0) > 0 && nodes?.length === error.nodes?.length;
  if (isPlaced) return error;
  if (nodes && nodes.length > 0) return new GraphQLError(error.message, { nodes });
  return new GraphQLError(error.message, { source, positions: [Math.max(0, source.body.search(KNOWN_FRAGMENT))] });
}

const KNOWN_FRAGMENT = new RegExp(`\\.\\.\\.\\s*${ASSET_FRAGMENT}`);

/** The codes by which GraphQL servers tell a text that cannot be read from one that asks for what is not there. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  return Object.assign(error, { extensions: { code, ...error.extensions } });
}

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R]);
const DEFINITIONS: ReadonlySet<string> = new Set(['query', 'mutation', 'subscription', 'fragment']);

/** Reads every token once, before anything recurses, and tells from the first one in which form the text is written. */
function scan(source: Source, limits: Limits): { readonly isBare: boolean } {
  checkLimit('maxTextLength', source.body.length, limits, { source, positions: [0] });
  const lexer = new Lexer(source);
  const first = lexer.advance();
  if (first.kind === TokenKind.EOF)
    throw new GraphQLError('The text is empty: there is nothing to ask.', { source, positions: [0] });
  let depth = 0;
  let tokens = 0;
  let deepest = { depth: 0, start: 0 };
  let firstAbove = 0;
  for (let token = first; token.kind !== TokenKind.EOF; token = lexer.advance()) {
    if (OPENING.has(token.kind)) depth++;
    if (CLOSING.has(token.kind)) depth--;
    if (depth > deepest.depth) deepest = { depth, start: token.start };
    if (++tokens === limits.maxTokens + 1) firstAbove = token.start;
  }
  checkLimit('maxDepth', deepest.depth, limits, { source, positions: [deepest.start] });
  checkLimit('maxTokens', tokens, limits, { source, positions: [firstAbove] });
  return { isBare: first.kind === TokenKind.NAME && !DEFINITIONS.has(first.value) };
}

/** Adds the fragment that the service knows, when the text spreads it and does not define its own. */
function withKnownFragments(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const known = assetFragment(schema);
  const name = known.name.value;
  if (fragmentsOf(document).has(name) || !spreads(document, name)) return document;
  return { ...document, definitions: [...document.definitions, known] };
}

function spreads(document: DocumentNode, name: string): boolean {
  let found = false;
  visit(document, {
    FragmentSpread: (node) => {
      found ||= node.name.value === name;
    },
  });
  return found;
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

interface Count {
  readonly selections: number;
  readonly aliases: number;
  readonly depth: number;
}

/** Counts fields and aliases with fragments spread out, as execution will: a few fragments can stand for millions. */
function checkSelections(document: DocumentNode, limits: Limits): void {
  const fragments = fragmentsOf(document);
  const [last] = [...fragments.values()].slice(limits.maxFragments);
  if (last) checkLimit('maxFragments', fragments.size, limits, { nodes: last });
  const counts = new Map<string, Count>();
  const countSet = (set: SelectionSetNode | undefined): Count =>
    sum((set?.selections ?? []).map((selection) => countSelection(selection)));
  const countSelection = (selection: SelectionSetNode['selections'][number]): Count => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return countFragment(selection.name.value);
    const inner = countSet(selection.selectionSet);
    if (selection.kind === Kind.INLINE_FRAGMENT) return inner;
    const alias = selection.alias ? 1 : 0;
    return { selections: inner.selections + 1, aliases: inner.aliases + alias, depth: inner.depth + 1 };
  };
  const countFragment = (name: string): Count => {
    const known = counts.get(name);
    if (known) return known;
    counts.set(name, NONE); // A fragment that spreads itself is for validation to report.
    const count = countSet(fragments.get(name)?.selectionSet);
    counts.set(name, count);
    return count;
  };
  const all = document.definitions.map((node) => ('selectionSet' in node ? countSet(node.selectionSet) : NONE));
  const { selections, aliases, depth } = sum(all);
  const where = { nodes: document.definitions.slice(0, 1) };
  checkLimit('maxSelections', selections, limits, where);
  checkLimit('maxAliases', aliases, limits, where);
  checkLimit('maxFieldDepth', depth, limits, where);
}

const NONE: Count = { selections: 0, aliases: 0, depth: 0 };

const sum = (counts: readonly Count[]): Count =>
  counts.reduce(
    (a, b) => ({
      selections: a.selections + b.selections,
      aliases: a.aliases + b.aliases,
      depth: Math.max(a.depth, b.depth),
    }),
    NONE,
  );
