import { type FieldNode, Kind, type ObjectFieldNode, type OperationDefinitionNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import { deprecatedRows } from './list-and-relation-rows.ts';
import { serversDocument } from './read-server-where.ts';
import type { Row } from './scalar-rows.ts';
import { fieldsOf, schema, shapeOf, whereInput } from './server-schema.ts';
import { servers } from './servers.ts';
import { keysWithoutNull, whereRows } from './where-rows.ts';

/** What a row may prove of a key: what it means with a value, or with null. */
interface Proof {
  readonly key: string;
  readonly isNull: boolean;
}

/** `_NOT_IN of String`; fields of one shape are alike to every operator. */
function nameOf({ key, isNull }: Proof): string {
  const [name = '', ...suffix] = key.split(/(?=_)/);
  const field = fieldsOf('Server')[name];
  return `${field ? `${suffix.join('') || 'the bare name'} of ${shapeOf(field)}` : key}${isNull ? ', null' : ''}`;
}

const wanted = Object.keys(whereInput('Server').getFields()).flatMap((key) =>
  [true, false].map((isNull) => nameOf({ key, isNull })),
);

/** The only key of a where in the flat form: beside another one, it might make no difference. */
function onlyKeyOf(where: string): ObjectFieldNode | undefined {
  const [operation] = serversDocument({ where }).definitions as [OperationDefinitionNode];
  const value = (operation.selectionSet.selections[0] as FieldNode).arguments?.[0]?.value;
  return value?.kind === Kind.OBJECT && value.fields.length === 1 ? value.fields[0] : undefined;
}

/** A row that selects every server or none would look the same if the key were ignored, or never true. */
function proofOf([where, ...selected]: Row): readonly Proof[] {
  const only = onlyKeyOf(where);
  if (!only) return [];
  const isNull = only.value.kind === Kind.NULL;
  const distinguishes = selected.length > 0 && selected.length < servers.length;
  const isGroup = ['AND', 'OR', 'NOT'].includes(only.name.value);
  return distinguishes || (isGroup && isNull) ? [{ key: only.name.value, isNull }] : [];
}

function missing(rows: readonly Row[], refused: readonly string[]): readonly string[] {
  const proofs = [...rows.flatMap(proofOf), ...refused.map((key) => ({ key, isNull: true }))];
  const proven = new Set(proofs.map(nameOf));
  return [...new Set(wanted)].filter((name) => !proven.has(name));
}

const rows = [...whereRows, ...Object.entries(deprecatedRows)].flatMap(([, table]) => table);
const refused = keysWithoutNull.map(([key]) => key);

test('every operator has a row for every shape of field, with a value and with null', () => {
  expect(missing(rows, refused)).toEqual([]);
});

describe('it would be noticed if there were none', () => {
  test.each([
    ['rank_NOT_IN', '_NOT_IN of Int'],
    ['checks_NOT_INCLUDES', '_NOT_INCLUDES of [Boolean]'],
    ['disks_ALL', '_ALL of toMany'],
  ])('for %s', (key, name) => {
    const others = rows.filter(([where]) => onlyKeyOf(where)?.name.value !== key);
    expect(missing(others, refused)).toEqual([name]);
    expect(
      missing(
        rows,
        refused.filter((one) => one !== key),
      ),
    ).toEqual([`${name}, null`]);
  });
});

test('a server has a field of every shape that the service has, nullable and not', () => {
  const shapes = (fields: readonly Parameters<typeof shapeOf>[0][]) => new Set(fields.map(shapeOf));
  const ours = Object.values(fieldsOf('Server'));
  const theirs = Object.values(catalogue).flatMap(({ fields }) => Object.values(fields));
  expect([...shapes(theirs)].filter((shape) => !shapes(ours).has(shape))).toEqual([]);
  const scalars = ['Boolean', 'DateTime', 'Float', 'ID', 'Int', 'String'];
  const isScalar = (shape: string) => scalars.includes(shape);
  const nullable = shapes(ours.filter((field) => field.nullable));
  const never = shapes(ours.filter((field) => !field.nullable));
  expect([...nullable].filter(isScalar).sort()).toEqual(scalars);
  expect([...never].filter(isScalar).sort()).toEqual(scalars);
  expect([...nullable].filter((shape) => !isScalar(shape)).sort()).toEqual([
    ...scalars.map((scalar) => `[${scalar}]`),
    'toMany',
    'toOne',
  ]);
});

test('the servers of the table are whole', () => {
  const root = schema.getQueryType()?.getFields()['servers'];
  expect(String(root?.type)).toBe('[Server]');
  for (const server of servers) {
    const { __typename, ...facts } = server;
    expect(Object.keys(facts).sort()).toEqual(Object.keys(fieldsOf('Server')).sort());
    const nulls = Object.keys(facts).filter((field) => facts[field] === null);
    expect(nulls.filter((field) => fieldsOf('Server')[field]?.nullable === false)).toEqual([]);
  }
});
