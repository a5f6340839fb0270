import { type ExecutionResult, execute, type GraphQLError } from 'graphql';
import { instantToMs, renderInstant } from '../iam/instant.ts';
import { type Evidence, type Inventory, isSample } from '../inventory/inventory.ts';
import { prepareDocument } from './document.ts';
import { type Limits, usualLimits } from './limits.ts';
import { Related } from './related.ts';
import { readRequest } from './request.ts';
import { type Context, resolveField, type Selection } from './resolve.ts';
import { loadSchema, schemaFor } from './schema.ts';

export interface Question {
  readonly text: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
  /** Leave the fields of what is selected out of the answer: `selections` alone are wanted. */
  readonly rowsOnly?: boolean;
  /** Whoever judges the answer wants to know how many match, whether or not the text asks for it. */
  readonly isJudged?: boolean;
  readonly limits?: Limits | undefined;
}

export interface Answer {
  /** As GraphQL has it. `data` is absent when the text cannot be executed at all. */
  readonly result: ExecutionResult;
  /** What each root field selected, in no particular order. */
  readonly selections: readonly Selection[];
}

/** Answers a stored text from an inventory. What goes wrong is in `result.errors`; it throws nothing. */
export async function ask(inventory: Inventory, question: Question): Promise<Answer> {
  const { text, operationName, variables = {}, limits = usualLimits } = question;
  const refuse = (errors: readonly GraphQLError[]): Answer => ({
    result: { errors, extensions: extensionsOf(inventory.evidence()) },
    selections: [],
  });
  const { schema, document, errors } = prepareWith(text, variables, limits);
  if (!document) return refuse(errors);
  const request = await readRequest(schema, { document, operationName, variables }, limits);
  if (request.errors.length > 0) return refuse(request.errors);
  const contextValue: Context = {
    inventory,
    selections: [],
    rowsOnly: question.rowsOnly === true,
    isJudged: question.isJudged === true,
    related: new Related(limits),
  };
  const result = await execute({
    schema,
    document,
    contextValue,
    variableValues: request.variables,
    operationName,
    fieldResolver: resolveField,
  });
  const { selections, related } = contextValue;
  if (related.error) return refuse([related.error]);
  const extensions = { ...extensionsOf(inventory.evidence(), request.warnings), ...withdrawnFrom(selections) };
  result.errors?.forEach(addCode);
  return { result: { ...result, extensions }, selections };
}

/** What the report selects and what is true now does not is said beside what is selected. */
function withdrawnFrom(selections: readonly Selection[]): Record<string, unknown> {
  const withdrawn = selections.flatMap(({ responseKey, found }) =>
    found.withdrawn.map(({ identifier, reasons }) => ({ field: responseKey, identifier, reasons })),
  );
  return withdrawn.length > 0 ? { withdrawn } : {};
}

/** By as much of the schema as the question names; an error is told by the whole, which knows what may be meant. */
function prepareWith(text: string, variables: Readonly<Record<string, unknown>>, limits: Limits) {
  // A variable that is an object names fields as well, and nothing has bounded it yet.
  const isPlain =
    text.length <= limits.maxTextLength && Object.values(variables).every((value) => typeof value !== 'object');
  const schema = isPlain ? schemaFor(text) : loadSchema();
  const prepared = prepareDocument(schema, text, limits);
  if (prepared.document) return { schema, ...prepared };
  return { schema: loadSchema(), ...prepareDocument(loadSchema(), text, limits) };
}

/** Resolvers give their errors a code; what is left is an argument or a variable that GraphQL would not take. */
function addCode(error: GraphQLError): void {
  Object.assign(error, { extensions: { code: 'BAD_USER_INPUT', ...error.extensions } });
}

/** What every answer says of where it comes from; ages in seconds. */
export function extensionsOf(evidence: Evidence, warnings: readonly string[] = []): Record<string, unknown> {
  const { source, snapshotOf, account, credentialReport, verified } = evidence;
  const generatedAt = credentialReport?.generatedAt;
  const ageSeconds = generatedAt ? Math.round((Date.now() - instantToMs(generatedAt)) / 1000) : null;
  return {
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(isSample(evidence)
      ? { sample: true, notice: 'The bundled sample account: example data, not an AWS account.' }
      : {}),
    source,
    ...(snapshotOf ? { snapshotOf } : {}),
    ...(account ? { account } : {}),
    ...(verified ? { verified } : {}),
    ...(credentialReport
      ? { credentialReport: { generatedAt: generatedAt ? renderInstant(generatedAt) : null, ageSeconds } }
      : {}),
  };
}
