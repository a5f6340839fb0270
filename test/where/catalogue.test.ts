import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coerceInputValue, type GraphQLInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { loadSchema } from '../../src/graphql/schema.ts';
import type { Asset } from '../../src/iam/assets.ts';
import { type AssetTypeName, catalogue, type Field } from '../../src/iam/catalogue.generated.ts';
import { parseSnapshot } from '../../src/inventory/snapshot/parse-snapshot.ts';
import { packageRoot } from '../../src/package-root.ts';
import { compile } from '../../src/where/evaluate.ts';
import { type Operator, operators } from '../../src/where/operators.ts';
import { preparePatterns } from '../../src/where/patterns.ts';
import { readWhere, type WhereInput } from '../../src/where/read-where.ts';
import { naiveReading } from './naive-reading.ts';

/** Every asset of the bundled account, related to the others. */
const { assets } = parseSnapshot(readFileSync(join(packageRoot, 'sample', 'account.ndjson')), 'account.ndjson');
const read = (asset: Asset, field: string): unknown => asset[field];

/** Values of that type that hardly any asset has. */
const RARE: Readonly<Record<string, unknown>> = {
  String: 'nobody',
  ID: 'nobody',
  Boolean: false,
  Int: 1,
  Float: 0.5,
  DateTime: '2025-06-01T02:00:00+02:00',
};

/** What to ask of a field by an operator: what some assets hold of it, something rare, and null where it means something. */
function valuesFor(name: string, field: Field, operator: Operator, records: readonly Asset[]): readonly unknown[] {
  const nulls = operator.ofNull === 'error' ? [] : [null];
  if (field.relation) {
    const [related] = records.flatMap((record) => [record[name] ?? []].flat() as unknown as readonly Asset[]);
    return [{}, { identifier: related?.['identifier'] ?? 'none' }, { identifier_NOT: 'none' }, ...nulls];
  }
  const held = records.map((record) => record[name]).filter((value) => value !== null && value !== undefined);
  const items = [...new Set(held.flat())].slice(0, 2);
  const type = operator.argumentType(field);
  if (operator.kind === 'matches') return ['.*a.*', ''];
  if (operator.kind === 'in') return [[], items, [RARE[field.type]]];
  if (type.startsWith('[')) return [[], ...held.slice(0, 2), [RARE[field.type]], ...nulls];
  return [...items, RARE[field.type], ...nulls];
}

const rows = (Object.keys(catalogue) as readonly AssetTypeName[]).map((type) => {
  const keys = Object.entries(catalogue[type].fields).flatMap(([name, field]) =>
    operators
      .filter((operator) => operator.appliesTo(field))
      .map((operator) => ({ key: `${name}${operator.suffix}`, name, field, operator })),
  );
  return [type, keys] as const;
});

describe('every operator of every field means what a second reading says', () => {
  test.each(rows)('of %s', async (type, keys) => {
    const input = loadSchema().getType(`${type}Where`) as GraphQLInputObjectType;
    expect(Object.keys(input.getFields()).sort()).toEqual(['AND', 'NOT', 'OR', ...keys.map(({ key }) => key)].sort());
    const records = assets.get(type) ?? [];
    for (const { key, name, field, operator } of keys) {
      for (const value of valuesFor(name, field, operator, records)) {
        for (const where of [{ [key]: value }, { NOT: { [key]: value } }]) {
          const expression = readWhere(type, coerceInputValue(where, input) as WhereInput);
          await preparePatterns(expression);
          const { certainly } = compile(expression, read);
          const answers = records.map((record) =>
            certainly.isTrue(record) ? true : certainly.isFalse(record) ? false : null,
          );
          const expected = records.map((record) => naiveReading(type, where, record));
          expect([where, answers]).toEqual([where, expected]);
        }
      }
    }
  });
});
