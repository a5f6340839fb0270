import { type GraphQLInterfaceType, type GraphQLObjectType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { FOUNDING_TEXT } from '../support/founding-text.ts';

/** In a process that has built nothing yet. */
async function fresh() {
  const { vi } = await import('vitest');
  vi.resetModules();
  return import('../../src/graphql/schema.ts');
}

const typesOf = (schema: { getTypeMap(): object }): readonly string[] => Object.keys(schema.getTypeMap());

describe('the schema of what a text names', () => {
  test('has the types that the founding check needs, and not all', async () => {
    const { schemaFor, loadSchema } = await fresh();
    const types = typesOf(schemaFor(FOUNDING_TEXT));
    expect(types).toEqual(expect.arrayContaining(['IAMUser', 'IAMUserCredentials', 'IAMUserWhere', 'IAsset']));
    expect(types).not.toContain('IAMRoleWhere');
    expect(types.length).toBeLessThan(typesOf(loadSchema()).length / 3);
  });

  test('has every field as the whole schema has it', async () => {
    const { schemaFor, loadSchema } = await fresh();
    const { catalogue } = await import('../../src/iam/catalogue.generated.ts');
    const everything = Object.entries(catalogue).flatMap(([name, { root, fields }]) => [
      root,
      `${name}Where`,
      ...Object.keys(fields),
    ]);
    const part = schemaFor(everything.join(' '));
    const whole = loadSchema();
    expect(typesOf(part).toSorted()).toEqual(
      typesOf(whole)
        // A text that asks for findings, which are no assets, gets the whole schema.
        .filter((name) => name !== 'FactGroup' && !name.startsWith('Finding'))
        .toSorted(),
    );
    for (const type of Object.values(whole.getTypeMap())) {
      const other = part.getType(type.name);
      if (!('getFields' in type) || !other || !('getFields' in other)) continue;
      const shape = (of: typeof type) =>
        Object.values(of.getFields())
          .filter(({ name }) => !name.startsWith('findings'))
          .map(({ name, type: output }) => `${name}: ${output}`)
          .toSorted();
      expect(shape(other as typeof type), type.name).toEqual(shape(type));
      if (isObjectType(type) && isObjectType(other))
        expect(other.getInterfaces().map(String)).toEqual(type.getInterfaces().map(String));
    }
  });

  test('grows with what is asked, and gives way to the whole for questions about the schema', async () => {
    const { schemaFor, loadSchema } = await fresh();
    const first = schemaFor('iamUsers{userName}');
    expect(schemaFor('iamUsers{arn}')).toBe(first);
    expect(typesOf(schemaFor('iamRoles{arn}'))).toEqual(expect.arrayContaining(['IAMUserWhere', 'IAMRoleWhere']));
    expect(schemaFor('{__schema{types{name}}}')).toBe(loadSchema());
    expect(schemaFor('iamUsers{arn}')).toBe(loadSchema());
  });
});

test('a field that all assets have is described in every type, as the interface describes it', async () => {
  const { loadSchema } = await fresh();
  const schema = loadSchema();
  const common = (schema.getType('IAsset') as GraphQLInterfaceType).getFields();
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const assets = types.filter((type) => type.getInterfaces().some(({ name }) => name === 'IAsset'));
  expect(assets.length).toBeGreaterThan(20);
  for (const type of assets)
    for (const name of Object.keys(common))
      expect(type.getFields()[name]?.description, `${type.name}.${name}`).toEqual(expect.any(String));
  expect((schema.getType('IAMRole') as GraphQLObjectType).getFields()['contentHash']?.description).toBe(
    common['contentHash']?.description,
  );
});
