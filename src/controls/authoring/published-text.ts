import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode, valueFromASTUntyped } from 'graphql';
import { prepareDocument } from '../../graphql/document.ts';
import { usualLimits } from '../../graphql/limits.ts';
import { readRequest } from '../../graphql/request.ts';
import { loadSchema } from '../../graphql/schema.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { IamqlError } from '../../iam/error.ts';
import type { Control, ParameterValue } from '../control.ts';
import { fieldsAtPath } from '../return-path.ts';

/** A text that runs as it is. */
export interface RunnableText {
  /** What is judged: what its root fields select, or the assets that the return path leads to from there. */
  readonly types: readonly AssetTypeName[];
  /** Its variables; undefined for one that has no single value as its default. */
  readonly variables: ReadonlyMap<string, ParameterValue | undefined>;
}

/** What a published text needs to run unchanged, or why it cannot. It is read by the whole schema, and nothing is asked. */
export async function readPublishedText(text: string, returnPath: string): Promise<RunnableText | string> {
  const schema = loadSchema();
  const { document, errors } = prepareDocument(schema, text);
  if (!document) return errors.map(({ message, locations }) => `${placeOf(locations)}${message}`).join(' ');
  const operation = getOperationAST(document, undefined);
  if (!operation) return 'it has several operations, and nothing says which to run';
  const unset = unsetVariables(operation);
  if (unset.length > 0) return `nothing gives a value to ${unset.map((name) => `$${name}`).join(', ')}`;
  const request = await readRequest(schema, { document, operationName: undefined, variables: {} }, usualLimits);
  if (request.errors.length > 0) return request.errors.map(({ message }) => message).join(' ');
  if (request.questions.length === 0) return 'it asks for no assets';
  const paths = pathsOf(document, returnPath);
  if (typeof paths === 'string') return paths;
  const types = request.questions.flatMap(({ type, named, node }) =>
    (named?.field.types ?? [type]).map((one) => typeAt(one, paths.get((node.alias ?? node.name).value) ?? [])),
  );
  return { types: [...new Set(types)], variables: variablesOf(operation) };
}

function placeOf(locations: readonly { readonly line: number; readonly column: number }[] | undefined): string {
  const [place] = locations ?? [];
  return place ? `${place.line}:${place.column}: ` : '';
}

/** A control has a value for none but its parameters, and these have defaults. */
const unsetVariables = ({ variableDefinitions = [] }: OperationDefinitionNode): readonly string[] =>
  variableDefinitions
    .filter(({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && !defaultValue)
    .map(({ variable }) => variable.name.value);

/** What a parameter may hold. */
const SCALARS: ReadonlySet<string> = new Set(['Int', 'Float', 'Boolean', 'String', 'ID', 'DateTime']);

function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode): RunnableText['variables'] {
  return new Map(
    variableDefinitions.map(({ variable, type, defaultValue }) => {
      const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
      const isScalar = named.kind === Kind.NAMED_TYPE && SCALARS.has(named.name.value);
      const value: unknown = isScalar && defaultValue ? valueFromASTUntyped(defaultValue) : null;
      return [variable.name.value, value === null ? undefined : (value as ParameterValue)];
    }),
  );
}

/** The variables that a run may set: a parameter has one value in all texts, so they must agree on it as published. */
export function parametersOf(texts: readonly RunnableText[]): Control['parameters'] {
  const parameters: Record<string, Control['parameters'][string]> = {};
  for (const name of new Set(texts.flatMap(({ variables }) => [...variables.keys()]))) {
    const [value, ...others] = new Set(
      texts.filter(({ variables }) => variables.has(name)).map(({ variables }) => variables.get(name)),
    );
    if (value === undefined || others.length > 0) continue;
    parameters[name] = { default: value, description: `The variable $${name} of the published text.` };
  }
  return parameters;
}

function pathsOf(document: DocumentNode, returnPath: string): ReturnType<typeof fieldsAtPath> | string {
  if (returnPath === '') return new Map();
  try {
    return fieldsAtPath(document, undefined, returnPath);
  } catch (error) {
    if (error instanceof IamqlError) return error.message;
    throw error;
  }
}

/** Of a path that ends at a value the row is judged. */
function typeAt(row: AssetTypeName, path: readonly string[]): AssetTypeName {
  let type = row;
  for (const name of path) {
    const field = catalogue[type].fields[name];
    if (!field?.relation) return row;
    type = field.type as AssetTypeName;
  }
  return type;
}
