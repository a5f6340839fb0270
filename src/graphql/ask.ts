import { type ExecutionResult, execute } from 'graphql';
import { instantToMs, renderInstant } from '../iam/instant.ts';
import type { Evidence, Inventory } from '../inventory/inventory.ts';
import { prepareDocument } from './document.ts';
import { type Context, resolveField, type Selection } from './resolve.ts';
import { loadSchema } from './schema.ts';

export interface Question {
  readonly text: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
  /** Leave the fields of what is selected out of the answer: `selections` alone are wanted. */
  readonly rowsOnly?: boolean;
}

export interface Answer {
  /** As GraphQL has it. `data` is absent when the text cannot be executed at all. */
  readonly result: ExecutionResult;
  /** What each root field selected, in no particular order. */
  readonly selections: readonly Selection[];
}

/** Answers a stored text from an inventory. What goes wrong is in `result.errors`; it throws nothing. */
export async function ask(inventory: Inventory, question: Question): Promise<Answer> {
  const schema = loadSchema();
  const { document, errors } = prepareDocument(schema, question.text);
  if (!document) return { result: { errors, extensions: extensionsOf(inventory.evidence()) }, selections: [] };
  const contextValue: Context = { inventory, selections: [], rowsOnly: question.rowsOnly === true };
  const result = await execute({
    schema,
    document,
    contextValue,
    variableValues: question.variables,
    operationName: question.operationName,
    fieldResolver: resolveField,
  });
  return { result: { ...result, extensions: extensionsOf(inventory.evidence()) }, selections: contextValue.selections };
}

/** What every answer says of where it comes from; ages in seconds. */
export function extensionsOf(evidence: Evidence): Record<string, unknown> {
  const { source, account, credentialReport } = evidence;
  const generatedAt = credentialReport?.generatedAt;
  const ageSeconds = generatedAt ? Math.round((Date.now() - instantToMs(generatedAt)) / 1000) : null;
  return {
    ...(source === 'sample'
      ? { sample: true, notice: 'The bundled sample account: example data, not an AWS account.' }
      : {}),
    source,
    ...(account ? { account } : {}),
    ...(credentialReport
      ? { credentialReport: { generatedAt: generatedAt ? renderInstant(generatedAt) : null, ageSeconds } }
      : {}),
  };
}
