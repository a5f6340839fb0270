import { type GraphQLError, Kind, type TypeNode } from 'graphql';
import { readDocument } from './document.ts';

/** A variable that a text declares. */
export interface DeclaredVariable {
  readonly name: string;
  /** As it is written: `Int!`. */
  readonly type: string;
  /** It may be left without a value: it may be null, or the text has a default for it. */
  readonly isOptional: boolean;
  /** Where in the text. */
  readonly position: number;
}

/** The variables that the operations of a text declare, or why the text cannot be read. */
export function variablesOf(text: string): {
  readonly variables: readonly DeclaredVariable[];
  readonly errors: readonly GraphQLError[];
} {
  const { document, errors } = readDocument(text);
  const operations = (document?.definitions ?? []).filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const variables = operations.flatMap(({ variableDefinitions = [] }) =>
    variableDefinitions.map(({ variable, type, defaultValue, loc }) => ({
      name: variable.name.value,
      type: printType(type),
      isOptional: type.kind !== Kind.NON_NULL_TYPE || defaultValue !== undefined,
      position: loc?.start ?? 0,
    })),
  );
  return { variables, errors: errors ?? [] };
}

function printType(type: TypeNode): string {
  if (type.kind === Kind.NON_NULL_TYPE) return `${printType(type.type)}!`;
  return type.kind === Kind.LIST_TYPE ? `[${printType(type.type)}]` : type.name.value;
}
