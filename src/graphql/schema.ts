import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  GraphQLError,
  type GraphQLErrorOptions,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
} from 'graphql';
import { catalogue } from '../iam/catalogue.generated.ts';
import { parseInstant, renderInstant } from '../iam/instant.ts';
import { packageRoot } from '../package-root.ts';
import { withQueryType } from './query-type.ts';

let schema: GraphQLSchema | undefined;

/** The schema of schema/*.graphql with its root fields, built once per process. */
export function loadSchema(): GraphQLSchema {
  schema ??= readSchema(join(packageRoot, 'schema'));
  return schema;
}

function readSchema(folder: string): GraphQLSchema {
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql') && !name.endsWith('.generated.graphql'));
  const sdl = files.sort().map((name) => readFileSync(join(folder, name), 'utf8'));
  // `npm run codegen` has validated the SDL; doing it at each start would double the time this takes.
  const assets = buildSchema(sdl.join('\n'), { assumeValid: true, noLocation: true });
  const dateTime = assets.getType('DateTime');
  if (dateTime instanceof GraphQLScalarType) Object.assign(dateTime, dateTimeScalar);
  return withQueryType(assets, catalogue);
}

const dateTimeScalar: Pick<GraphQLScalarType<string, string>, 'serialize' | 'parseValue' | 'parseLiteral'> = {
  serialize: (value) => renderInstant(String(value)),
  parseValue: (value) => readDateTime(value, {}),
  parseLiteral: (node) => readDateTime(node.kind === Kind.STRING ? node.value : undefined, { nodes: node }),
};

function readDateTime(value: unknown, where: GraphQLErrorOptions): string {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant !== undefined) return instant;
  const shown = typeof value === 'string' ? JSON.stringify(value) : 'the value';
  throw new GraphQLError(
    `DateTime: ${shown} is not an RFC 3339 time with an offset, such as "2026-03-01T10:20:30Z", nor a date alone.`,
    where,
  );
}
