import { describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import { compile } from '../../src/where/evaluate.ts';
import { WhereError } from '../../src/where/read-where.ts';
import { deprecatedRows } from './list-and-relation-rows.ts';
import { readServerWhere, type Written } from './read-server-where.ts';
import { refusedRows } from './refused-rows.ts';
import { servers } from './servers.ts';
import { refusedVariables, variableRows } from './variable-rows.ts';
import { keysWithoutNull, whereRows } from './where-rows.ts';

const read = (asset: Asset, field: string): unknown => asset[field];

async function select(written: Written) {
  const { expression, warnings } = await readServerWhere(written);
  const { certainly, possibly } = compile(expression, read);
  const selectedBy = (isTrue: (asset: Asset) => boolean) =>
    servers.filter(isTrue).map(({ identifier }) => identifier as string);
  const selected = selectedBy(certainly.isTrue);
  // Everything is read here, so there is nothing between the two.
  expect(selectedBy(possibly.isTrue)).toEqual(selected);
  return { selected, warnings };
}

describe.each(whereRows)('%s', (_meaning, rows) => {
  test.each(rows.map(([where, ...selected]) => ({ where, selected })))('$where', async ({ where, selected }) => {
    expect(await select({ where })).toEqual({ selected, warnings: [] });
  });
});

describe.each(Object.entries(deprecatedRows))('deprecated: %s', (_meaning, rows) => {
  test.each(rows.map(([where, ...selected]) => ({ where, selected })))('$where', async ({ where, selected }) => {
    const warning = 'disks_SOME: null is deprecated, and read as "has none", as older texts mean it; write disks: null';
    expect(await select({ where })).toEqual({ selected, warnings: [warning] });
  });
});

describe.each(Object.entries(variableRows))('%s', (_meaning, rows) => {
  test.each(rows)('$where of $declared with $variables', async ({ declared, selected, ...written }) => {
    expect(await select({ ...written, declared: `(${declared})` })).toEqual({ selected, warnings: [] });
  });
});

describe.each(Object.entries(refusedRows))('refused: %s', (_reason, rows) => {
  test.each(rows)('%s', async (where, message) => {
    await expect(select({ where })).rejects.toThrow(message);
  });
});

describe('refused: null that no comparison has a meaning for', () => {
  test.each(keysWithoutNull)('{%s:null}', async (key, field) => {
    const said = field === 'disks' ? differs(field) : comparesWithNothing(field);
    await expect(select({ where: `{${key}:null}` })).rejects.toThrow(`${key}: ${said}`);
  });

  const comparesWithNothing = (field: string): string =>
    `null compares with nothing; write ${field}: null for "has no value", or ${field}_NOT: null for "has one"`;
  const differs = (field: string): string =>
    'null is read differently by published versions of this language; ' +
    `write ${field}: null for "has none", or ${field}_SOME: {} for "has some"`;
});

test.each(refusedVariables)(
  'refused: $where of $declared with $variables',
  async ({ declared, message, ...written }) => {
    await expect(select({ ...written, declared: `(${declared})` })).rejects.toThrow(message);
  },
);

describe('what is refused names the keys and places that lead to it', () => {
  test.each<[where: string, ...path: (string | number)[]]>([
    ['{rank_LT:null}', 'rank_LT'],
    ['{OR:[{},{NOT:{rank_LT:null}}]}', 'OR', 1, 'NOT', 'rank_LT'],
    ['{AND:{rank_LT:null}}', 'AND', 0, 'rank_LT'],
    ['{disks:{image_NOT:{disks_ALL:null}}}', 'disks', 'image_NOT', 'disks_ALL'],
  ])('%s', async (where, ...path) => {
    const error = await select({ where }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WhereError);
    // Which a client is told as BAD_USER_INPUT.
    expect(error).toMatchObject({ kind: 'InvalidInput', path });
  });
});
