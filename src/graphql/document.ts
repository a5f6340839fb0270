import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLErrorOptions,
  type GraphQLSchema,
  Kind,
  Lexer,
  parse,
  type SelectionSetNode,
  Source,
  TokenKind,
  validate,
  visit,
} from 'graphql';
import { assetFragment } from './asset-fragment.ts';
import { parseBareText } from './bare-text.ts';
import { limits } from './limits.ts';

/** A text that can be executed, or why it cannot: never both. Errors point into the text as it was written. */
export type Prepared =
  | { readonly document: DocumentNode; readonly errors?: undefined }
  | { readonly document?: undefined; readonly errors: readonly GraphQLError[] };

/**
 * Makes a stored text executable, whichever way it is written: a bare field or several, a selection set, operations;
 * with the fragments that it spreads, or without those that the service knows.
 */
export function prepareDocument(schema: GraphQLSchema, text: string): Prepared {
  try {
    // No editor counts a byte order mark as a column.
    const source = new Source(text.replace(/^\uFEFF/, ''), 'stored text');
    const { isBare } = scan(source);
    const written = isBare ? parseBareText(source) : parse(source);
    const document = withKnownFragments(schema, written);
    checkSelections(document);
    const errors = [...operationErrors(document), ...validate(schema, document)];
    return errors.length > 0
      ? { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) }
      : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
    throw error;
  }
}

/** Everything here reads. */
function operationErrors(document: DocumentNode): readonly GraphQLError[] {
  return document.definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .filter((node) => node.operation !== 'query')
    .map((node) => new GraphQLError(`This service answers queries only, no ${node.operation}.`, { nodes: node }));
}

/** The codes by which GraphQL servers tell a text that cannot be read from one that asks for what is not there. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  return Object.assign(error, { extensions: { code, ...error.extensions } });
}

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R]);
const DEFINITIONS: ReadonlySet<string> = new Set(['query', 'mutation', 'subscription', 'fragment']);

/** Reads every token once, before anything recurses, and tells from the first one in which form the text is written. */
function scan(source: Source): { readonly isBare: boolean } {
  if (source.body.length > limits.maxTextLength) {
    throw tooMuch('characters', source.body.length, limits.maxTextLength, { source, positions: [0] });
  }
  const lexer = new Lexer(source);
  const first = lexer.advance();
  if (first.kind === TokenKind.EOF)
    throw new GraphQLError('The text is empty: there is nothing to ask.', { source, positions: [0] });
  let depth = 0;
  let tokens = 0;
  for (let token = first; token.kind !== TokenKind.EOF; token = lexer.advance()) {
    if (OPENING.has(token.kind)) depth++;
    if (CLOSING.has(token.kind)) depth--;
    const here = { source, positions: [token.start] };
    if (depth > limits.maxDepth) throw tooMuch('brackets open at once', depth, limits.maxDepth, here);
    if (++tokens > limits.maxTokens) throw tooMuch('tokens', tokens, limits.maxTokens, here);
  }
  return { isBare: first.kind === TokenKind.NAME && !DEFINITIONS.has(first.value) };
}

function tooMuch(what: string, count: number, limit: number, where: GraphQLErrorOptions): GraphQLError {
  const message = `The text has more ${what} than this service reads: ${count} or more, and the limit is ${limit}.`;
  return new GraphQLError(message, where);
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
function checkSelections(document: DocumentNode): void {
  const fragments = fragmentsOf(document);
  const [last] = [...fragments.values()].slice(limits.maxFragments);
  if (last) throw tooMuch('fragments', fragments.size, limits.maxFragments, { nodes: last });
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
  checkCount(sum(all), { nodes: document.definitions.slice(0, 1) });
}

function checkCount({ selections, aliases, depth }: Count, where: GraphQLErrorOptions): void {
  if (selections > limits.maxSelections) throw tooMuch('selected fields', selections, limits.maxSelections, where);
  if (aliases > limits.maxAliases) throw tooMuch('aliases', aliases, limits.maxAliases, where);
  if (depth > limits.maxFieldDepth) throw tooMuch('fields inside fields', depth, limits.maxFieldDepth, where);
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
