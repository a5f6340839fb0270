import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { IamqlError } from '../iam/error.ts';
import type { FindingsQuestion, SummaryQuestion } from '../inventory/findings.ts';
import type { Expression } from '../where/expression.ts';
import { preparePatterns } from '../where/patterns.ts';
import { WhereError, type WherePath } from '../where/read-where.ts';
import { constantWhere, writtenField } from './constant-where.ts';
import { nullVariables, rewriteVariables } from './dialect.ts';
import { type FindingsKind, findingsRoot } from './findings-fields.ts';
import { checkLimit, type Limits } from './limits.ts';
import { type RootQuestion, readRootQuestion, rootField } from './root-question.ts';
import { readFindingsQuestion } from './select-findings.ts';
import { selectedFields } from './selected-fields.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What is left to check once the variables of a text are known. */
export interface Request {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Variables;
}

/** What a root field asks, and where it is written. */
export interface WrittenQuestion extends RootQuestion {
  readonly node: FieldNode;
}

/** What a root field asks of findings, which are no assets, and where it is written. */
export interface WrittenFindings extends FindingsQuestion, Pick<SummaryQuestion, 'since'> {
  readonly kind: FindingsKind;
  readonly node: FieldNode;
}

/** A request that can be executed, or why it cannot. */
export interface ReadRequest {
  /** In the flat form of the language. */
  readonly variables: Variables;
  /** What its root fields ask. */
  readonly questions: readonly WrittenQuestion[];
  readonly findings: readonly WrittenFindings[];
  /** What works, and may not be what its author meant. */
  readonly warnings: readonly string[];
  readonly errors: readonly GraphQLError[];
}

/** Reads what an operation asks before anything is executed, so that a condition without meaning never is. */
export async function readRequest(schema: GraphQLSchema, request: Request, limits: Limits): Promise<ReadRequest> {
  const { document, operationName, variables } = request;
  const operation = getOperationAST(document, operationName);
  const nothing = { variables, questions: [], findings: [], warnings: [] };
  if (!operation) return { ...nothing, errors: [asInputError(noOperation(document, operationName))] };
  try {
    for (const [name, value] of Object.entries(variables)) {
      const nodes = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name) ?? operation;
      checkLimit('maxDepth', depthOf(value), limits, { nodes }, `Variable "$${name}" has`);
    }
    const flat = rewriteVariables(operation, variables);
    if (flat.errors.length > 0) return { ...nothing, errors: flat.errors.map(asInputError) };
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], flat.value, {
      maxErrors: 50,
    });
    if (errors) return { ...nothing, errors: errors.map(asInputError) };
    const nulls = nullVariables(withoutOthers(document, operation), coerced);
    if (nulls.length > 0) return { ...nothing, errors: nulls.map(asInputError) };
    return {
      ...(await readQuestions(schema, selectedFields(document, operation.selectionSet, coerced), coerced, limits)),
      variables: flat.value,
    };
  } catch (error) {
    if (error instanceof GraphQLError) return { ...nothing, errors: [asInputError(error)] };
    throw error;
  }
}

/** Which of a text's operations is meant is not said, or there is none of that name. */
function noOperation({ definitions }: DocumentNode, name: string | undefined): GraphQLError {
  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const named = operations.flatMap((node) => node.name?.value ?? []).join(', ');
  const nodes = operations.slice(-1);
  return typeof name === 'string'
    ? new GraphQLError(`The text has no operation ${JSON.stringify(name)}; it has ${named || 'one without a name'}.`, {
        nodes,
      })
    : new GraphQLError(`The text has several operations, and one has to be named: ${named}.`, { nodes });
}

/** Another operation may call a variable by the same name. */
const withoutOthers = (document: DocumentNode, operation: OperationDefinitionNode): DocumentNode => ({
  ...document,
  definitions: document.definitions.filter((node) => node === operation || node.kind === Kind.FRAGMENT_DEFINITION),
});

async function readQuestions(schema: GraphQLSchema, nodes: readonly FieldNode[], variables: Variables, limits: Limits) {
  const questions: WrittenQuestion[] = [];
  const findings: WrittenFindings[] = [];
  const warnings = new Set<string>();
  const errors: GraphQLError[] = [];
  for (const executed of nodes) {
    const node = writtenField(executed);
    const [field, kind] = [rootField(node.name.value), findingsRoot(node.name.value)];
    const definition = schema.getQueryType()?.getFields()[node.name.value];
    if (!definition) continue;
    try {
      const args = { ...getArgumentValues(definition, executed, variables), ...constantWhere(executed) };
      checkWhere(args['where'], node, limits);
      const warn = (warning: string) => warnings.add(warning);
      if (kind) {
        const question = readFindingsQuestion(kind, args, warn);
        await checkPatterns(question.where, node, limits);
        findings.push({ ...question, kind, node });
      }
      if (!field) continue;
      const question = readRootQuestion(field, args, warn);
      await checkPatterns(question.where, node, limits);
      questions.push({ ...question, node });
    } catch (error) {
      errors.push(located(error, node));
    }
  }
  return { questions, findings, warnings: [...warnings], errors: errors.map(asInputError) };
}

function checkWhere(where: unknown, node: FieldNode, limits: Limits): void {
  const { depth, keys } = measure(where);
  checkLimit('maxWhereDepth', depth, limits, whereOf(node));
  checkLimit('maxWhereNodes', keys, limits, whereOf(node));
}

const checkPatterns = (where: Expression, node: FieldNode, limits: Limits): Promise<void> =>
  preparePatterns(where, ({ length, size }) => {
    checkLimit('maxPatternLength', length, limits, whereOf(node));
    checkLimit('maxPatternSize', size, limits, whereOf(node));
  });

const whereOf = (node: FieldNode): { readonly nodes: ArgumentNode | FieldNode } => ({
  nodes: node.arguments?.find(({ name }) => name.value === 'where') ?? node,
});

/** How deep objects stand in objects, and how many keys they have in all. */
function measure(value: unknown): { readonly depth: number; readonly keys: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, keys: 0 };
  const isList = Array.isArray(value);
  let depth = 0;
  let keys = isList ? 0 : Object.keys(value).length;
  for (const inner of Object.values(value)) {
    const measured = measure(inner);
    depth = Math.max(depth, measured.depth);
    keys += measured.keys;
  }
  return { depth: isList ? depth : depth + 1, keys };
}

/** Brackets open at once in a value of JSON, without recursion: nothing has bounded it yet. */
function depthOf(value: unknown): number {
  let depth = 0;
  for (let level: readonly unknown[] = [value]; level.length > 0; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return depth - 1;
}

/** Puts an error on the part of the text that it is about. */
function located(error: unknown, field: FieldNode): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof WhereError) return new GraphQLError(`${error.message}.`, { nodes: nodeAt(field, error.path) });
  if (error instanceof IamqlError) return new GraphQLError(`${error.message}.`, whereOf(field));
  throw error;
}

type Part = ArgumentNode | FieldNode | ValueNode | Extract<ValueNode, { kind: Kind.OBJECT }>['fields'][number];

/** The part that a path of argument and keys leads to, or the last before it leads into a variable. */
function nodeAt(field: FieldNode, [argument, ...path]: WherePath): Part {
  let part: Part = field.arguments?.find(({ name }) => name.value === argument) ?? field;
  for (const step of path) {
    const value: ValueNode | undefined =
      'value' in part && typeof part.value === 'object' ? part.value : (part as ValueNode);
    // One object may stand for a list of one.
    const next: Part | undefined =
      value.kind === Kind.OBJECT
        ? value.fields.find(({ name }) => name.value === step)
        : value.kind === Kind.LIST
          ? value.values[Number(step)]
          : undefined;
    if (next) part = next;
    else if (step !== 0) return part;
  }
  return part;
}

function asInputError(error: GraphQLError): GraphQLError {
  return Object.assign(error, { extensions: { code: 'BAD_USER_INPUT', ...error.extensions } });
}
