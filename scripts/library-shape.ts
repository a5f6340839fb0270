import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  benchmarkShape,
  controlShape,
  recommendationShape,
  remediationShape,
  ruleShape,
  sectionShape,
  testShape,
  UNREAD_MARK,
} from '../src/controls/authoring/shape.ts';
import { libraryFolder } from '../src/controls/load-controls.ts';
import { type AssetType, catalogue, type Field } from '../src/iam/catalogue.generated.ts';
import { packageRoot } from '../src/package-root.ts';

type Json = Record<string, unknown>;

/** The schemas by which editors complete and check files of a library, by file name. */
export const editorSchemas = (): Readonly<Record<string, string>> => ({
  'control.schema.json': render({
    ...z.toJSONSchema(controlShape, { io: 'input', override: withAssets }),
    $defs: Object.fromEntries(Object.entries(catalogue).map(([name, type]) => [name, assetSchema(type)])),
  }),
  'benchmark.schema.json': render(z.toJSONSchema(benchmarkShape, { io: 'input' })),
});

const render = (schema: Json): string => `${JSON.stringify(schema, null, 2)}\n`;

/** What the parser says of the assets of a test when it builds them, an editor says while they are written. */
function withAssets({ zodSchema, jsonSchema }: { readonly zodSchema: unknown; readonly jsonSchema: Json }): void {
  if (zodSchema !== testShape.shape.assets) return;
  const { propertyNames: _names, ...rest } = jsonSchema;
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
  Object.assign(jsonSchema, rest, {
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.keys(catalogue).map((name) => [name, orUnread({ type: 'array', items: { $ref: `#/$defs/${name}` } })]),
    ),
  });
}

const assetSchema = ({ fields }: AssetType): Json => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, orUnread(fieldSchema(field))])),
  additionalProperties: false,
});

const orUnread = (schema: Json): Json => ({ anyOf: [schema, { const: UNREAD_MARK }] });

function fieldSchema({ type, relation, list, nullable }: Field): Json {
  const one = relation ? { $ref: `#/$defs/${type}` } : { type: jsonTypes[type] ?? 'string' };
  const whole = list || relation === 'toMany' ? { type: 'array', items: one } : one;
  return nullable ? { anyOf: [whole, { type: 'null' }] } : whole;
}

const jsonTypes: Readonly<Record<string, string>> = { Boolean: 'boolean', Int: 'integer', Float: 'number' };

/** The tables of docs/controls.md, by what stands before their first column. */
const tables = {
  'key of a control': controlShape,
  'key of `remediation`': remediationShape,
  'key of a rule': ruleShape,
  'key of a test': testShape,
  'key of a benchmark': benchmarkShape,
  'key of a section': sectionShape,
  'key of a recommendation': recommendationShape,
};

/** The page with its tables as the shapes have them. */
export const withTables = (page: string): string =>
  Object.entries(tables).reduce((text, [head, shape]) => replaceTable(text, head, shape, 'docs/controls.md'), page);

/** A page with the table of that head as a shape has it. @param file that the page is of, for an error. */
export function replaceTable(text: string, head: string, { shape }: z.ZodObject, file: string): string {
  const [before, table] = text.split(`\n| ${head} |`);
  if (before === undefined || table === undefined) throw new Error(`${file} has no table "${head}"`);
  return `${before}\n${renderTable(head, shape)}${table.slice(table.indexOf('\n\n'))}`;
}

function renderTable(head: string, shape: z.ZodRawShape): string {
  const rows = Object.entries(shape).map(([key, schema]) => {
    const isNeeded = !z.safeParse(schema, undefined).success;
    return `| \`${key}\` | ${isNeeded ? 'yes' : 'no'} | ${descriptionOf(schema as z.ZodType)} |`;
  });
  return [`| ${head} | needed | holds |`, '|---|---|---|', ...rows].join('\n');
}

const descriptionOf = (schema: z.ZodType): string =>
  schema.description ??
  (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPipe
    ? descriptionOf((schema instanceof z.ZodPipe ? schema.in : schema.unwrap()) as z.ZodType)
    : '');

if (process.argv[1] === import.meta.filename) {
  for (const [name, schema] of Object.entries(editorSchemas())) writeFileSync(join(libraryFolder, name), schema);
  const page = join(packageRoot, 'docs', 'controls.md');
  writeFileSync(page, withTables(readFileSync(page, 'utf8')));
}
