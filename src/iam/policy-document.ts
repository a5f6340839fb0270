import { IamqlError } from './error.ts';

/** A principal as a policy names it. */
export interface Principal {
  /** `AWS`, `Service`, `Federated` or `CanonicalUser`; `AWS` for a bare `*`. */
  readonly type: string;
  /** As written: an ARN, an account id, a service, `*`. */
  readonly value: string;
}

/**
 * A statement in one form, whichever way it was written: lists where a single value may stand, in the order written and
 * without duplicates. Null: the statement does not have the element.
 */
export interface Statement {
  readonly sid: string | null;
  readonly effect: 'Allow' | 'Deny';
  /** As written, but `*` for `*:*`. */
  readonly actions: readonly string[] | null;
  readonly notActions: readonly string[] | null;
  readonly resources: readonly string[] | null;
  readonly notResources: readonly string[] | null;
  /** Empty: the statement does not have the element. */
  readonly principals: readonly Principal[];
  readonly notPrincipals: readonly Principal[];
  /** The `Condition` block as JSON text with sorted keys. Null: none, or one that sets no condition. */
  readonly conditions: string | null;
  /** The JSON text of the statement, character by character. */
  readonly asWritten: string;
}

export interface PolicyDocument {
  readonly version: string | null;
  readonly id: string | null;
  readonly statements: readonly Statement[];
}

type Elements = ReadonlyMap<string, unknown>;

/**
 * Parses the JSON text of a policy: of a user, group or role, managed, or the trust policy of a role.
 *
 * Source: IAM User Guide, "Grammar of the IAM JSON policy language": a single value may stand for a list of one, a single
 * statement too. Element names are read in any letter case, for old documents have them in several.
 *
 * @throws IamqlError Corrupt for what is no policy, and for what could be read in two ways: half of a statement must not
 *   pass for all of it.
 */
export function parsePolicyDocument(text: string): PolicyDocument {
  const document = elementsOf(parseJson(text), 'the document');
  const written = statementTexts(text);
  const statements = document.get('statement');
  if (statements === undefined) throw corrupt('it has no Statement');
  return {
    version: textOf(document, 'version'),
    id: textOf(document, 'id'),
    statements: listOf(statements).map((statement, index) => parseStatement(statement, written[index] ?? '')),
  };
}

const STATEMENT_ELEMENTS: ReadonlySet<string> = new Set([
  'sid',
  'effect',
  'principal',
  'notprincipal',
  'action',
  'notaction',
  'resource',
  'notresource',
  'condition',
]);

function parseStatement(value: unknown, asWritten: string): Statement {
  const statement = elementsOf(value, 'a statement');
  for (const name of statement.keys()) {
    // What it says of the others is not known.
    if (!STATEMENT_ELEMENTS.has(name)) throw corrupt(`a statement has ${quoted(name)}, which is no element of one`);
  }
  const actions = actionsOf(statement, 'action');
  const notActions = actionsOf(statement, 'notaction');
  if (!actions && !notActions) throw corrupt('a statement has neither Action nor NotAction');
  return {
    // Tools write an empty Sid where there is none.
    sid: textOf(statement, 'sid') || null,
    effect: effectOf(statement),
    actions,
    notActions,
    resources: textsOf(statement.get('resource'), 'Resource'),
    notResources: textsOf(statement.get('notresource'), 'NotResource'),
    principals: principalsOf(statement.get('principal')),
    notPrincipals: principalsOf(statement.get('notprincipal')),
    conditions: conditionsOf(statement.get('condition')),
    asWritten,
  };
}

function effectOf(statement: Elements): 'Allow' | 'Deny' {
  const effect = textOf(statement, 'effect')?.toLowerCase();
  if (effect === 'allow') return 'Allow';
  if (effect === 'deny') return 'Deny';
  throw corrupt('a statement has an Effect other than Allow and Deny, or none');
}

/** `*:*` is every action, and so is `*`: whoever asks for one finds both. */
function actionsOf(statement: Elements, name: 'action' | 'notaction'): readonly string[] | null {
  const actions = textsOf(statement.get(name), 'Action or NotAction');
  return actions && unique(actions.map((action) => (action === '*:*' ? '*' : action)));
}

const PRINCIPAL_TYPES = ['AWS', 'Service', 'Federated', 'CanonicalUser'];

/** `"*"` is everybody, as `{"AWS":"*"}` is (IAM User Guide, "AWS JSON policy elements: Principal"). */
function principalsOf(value: unknown): readonly Principal[] {
  if (value === undefined) return [];
  if (value === '*') return [{ type: 'AWS', value }];
  return Object.entries(objectOf(value, 'a Principal')).flatMap(([written, values]) => {
    const type = PRINCIPAL_TYPES.find((known) => known.toLowerCase() === written.toLowerCase()) ?? written;
    return (textsOf(values, 'Principal') ?? []).map((one) => ({ type, value: one }));
  });
}

/**
 * Where a user or role that a policy names was deleted, AWS shows its unique id in the place of its ARN (IAM User Guide,
 * "AWS JSON policy elements: Principal"). Whoever is made later under the same name is somebody else.
 */
export const isDeletedPrincipal = ({ type, value }: Principal): boolean =>
  type === 'AWS' && /^A(?:IDA|ROA)[A-Z0-9]{12,}$/.test(value);

/** Operators without keys, which tools write for want of conditions, let everything pass: they are none. */
function conditionsOf(value: unknown): string | null {
  if (value === undefined) return null;
  const operators = Object.entries(objectOf(value, 'a Condition')).map(([operator, keys]) => {
    const values = Object.entries(objectOf(keys, 'a Condition operator'));
    for (const [, ofKey] of values) {
      if (listOf(ofKey).some((one) => typeof one === 'object')) throw corrupt('a Condition key has no value or list');
    }
    return [operator, Object.fromEntries(values.sort(byName))] as const;
  });
  if (operators.every(([, keys]) => Object.keys(keys).length === 0)) return null;
  return JSON.stringify(Object.fromEntries(operators.sort(byName)));
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** One text stands for a list of one. */
function textsOf(value: unknown, element: string): readonly string[] | null {
  if (value === undefined) return null;
  const texts = listOf(value);
  if (texts.every((text) => typeof text === 'string')) return unique(texts);
  throw corrupt(`${element} is neither a text nor a list of texts`);
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function textOf(elements: Elements, name: string): string | null {
  const value = elements.get(name);
  if (value === undefined || typeof value === 'string') return value ?? null;
  throw corrupt(`${name} is no text`);
}

/** The members of an object by their names in lower case. */
function elementsOf(value: unknown, what: string): Elements {
  const elements = new Map<string, unknown>();
  for (const [name, element] of Object.entries(objectOf(value, what))) {
    if (elements.has(name.toLowerCase())) throw corrupt(`${what} has ${quoted(name)} twice`);
    elements.set(name.toLowerCase(), element);
  }
  return elements;
}

function objectOf(value: unknown, what: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw corrupt(`${what} is no object`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt('it is no JSON', cause);
  }
}

/** Strings, so that nothing in them is taken for the signs between them, and those signs. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},]/g;

interface Open {
  readonly start: number;
  /** The names in an object so far; undefined in a list. */
  readonly names: Set<string> | undefined;
  isNameNext: boolean;
}

/**
 * The texts of the statements. On the way it looks for names that stand twice in one object: JSON.parse keeps the last of
 * them, AWS does not say which it obeys.
 *
 * @param text valid JSON.
 */
function statementTexts(text: string): readonly string[] {
  const open: Open[] = [];
  const statements: string[] = [];
  let element = '';
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const inner = open.at(-1);
    if (token === '{' || token === '[') {
      open.push({ start: index, names: token === '{' ? new Set() : undefined, isNameNext: true });
    } else if (token === '}' || token === ']') {
      open.pop();
      const isStatement = open.length === 1 || (open.length === 2 && !open[1]?.names);
      if (token === '}' && isStatement && element === 'statement') statements.push(text.slice(inner?.start, index + 1));
    } else if (inner && token === ',') inner.isNameNext = true;
    else if (inner?.names && inner.isNameNext) {
      const name = nameOf(token, inner.names);
      if (open.length === 1) element = name.toLowerCase();
      inner.isNameNext = false;
    }
  }
  return statements;
}

function nameOf(token: string, names: Set<string>): string {
  const name: string = JSON.parse(token);
  if (names.has(name)) throw corrupt(`an object has ${quoted(name)} twice`);
  names.add(name);
  return name;
}

const quoted = (name: string): string => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);

const corrupt = (problem: string, cause?: unknown): IamqlError =>
  new IamqlError('Corrupt', `a policy document cannot be read: ${problem}`, { cause });
