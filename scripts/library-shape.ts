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
import { RELATIVE } from '../src/controls/authoring/test-values.ts';
import { EXPECTATION } from '../src/controls/expectation.ts';
import { libraryFolder } from '../src/controls/load-controls.ts';
import { type AssetType, catalogue, type Field } from '../src/iam/catalogue.generated.ts';
import { RFC_3339 } from '../src/iam/instant.ts';
import { packageRoot } from '../src/package-root.ts';

type Json = Record<string, unknown>;

/** The schemas by which editors complete and check files of a library, by file name. */
export const editorSchemas = (): Readonly<Record<string, string>> => ({
  'control.schema.json': render({
    ...z.toJSONSchema(controlShape, { io: 'input', override: withWhatIsChecked }),
    $defs: Object.fromEntries(Object.entries(catalogue).map(([name, type]) => [name, assetSchema(type)])),
  }),
  'benchmark.schema.json': render(z.toJSONSchema(benchmarkShape, { io: 'input' })),
});

const render = (schema: Json): string => `${JSON.stringify(schema, null, 2)}\n`;

interface Overridden {
  readonly zodSchema: unknown;
  readonly jsonSchema: Json;
}

/** What the parser says beyond kinds and keys, an editor says while it is written, as far as such a schema can. */
function withWhatIsChecked(overridden: Overridden): void {
  const { zodSchema, jsonSchema } = overridden;
  if (zodSchema === testShape.shape.assets) withAssets(overridden);
  if (zodSchema === ruleShape.shape.expect) Object.assign(jsonSchema, like(EXPECTATION, 'eq or neq and a JSON value'));
  if (zodSchema === testShape.shape.now) Object.assign(jsonSchema, like(RFC_3339, A_TIME));
  if (zodSchema === controlShape.shape.rules) jsonSchema['contains'] = { not: INFORMATIVE };
}

const A_TIME = 'an RFC 3339 time, such as 2026-03-01T10:20:30Z';
const INFORMATIVE = { required: ['informative'], properties: { informative: { const: true } } };

/** Editors show the words in place of the pattern. */
const like = ({ source }: RegExp, words: string): Json => ({
  pattern: source,
  patternErrorMessage: `This is ${words}.`,
});

function withAssets({ jsonSchema }: Overridden): void {
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
  const one = relation ? { $ref: `#/$defs/${type}` } : { type: jsonTypes[type] ?? 'string', ...whenOf(type) };
  const whole = list || relation === 'toMany' ? { type: 'array', items: one } : one;
  return nullable ? { anyOf: [whole, { type: 'null' }] } : whole;
}

/** A time, or how long before or after the test's own `now`. */
const whenOf = (type: string): Json =>
  type === 'DateTime'
    ? like(new RegExp(`${RFC_3339.source}|${RELATIVE.source}`), `${A_TIME}, or such as "45 days ago"`)
    : {};

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
