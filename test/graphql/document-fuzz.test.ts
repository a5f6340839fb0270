import fc from 'fast-check';
import { type DocumentNode, GraphQLError, Kind } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { type Prepared, prepareDocument } from '../../src/graphql/document.ts';
import { usualLimits } from '../../src/graphql/limits.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import {
  bytes,
  codeUnits,
  INHERITED,
  mutantsOf,
  names,
  nested,
  nestings,
  ownFragments,
  SHAPES,
  tokens,
  valid,
} from '../support/graphql-texts.ts';

type Variables = Readonly<Record<string, unknown>>;

const schema = loadSchema();
const prepare = (text: string): Prepared => prepareDocument(schema, text);

const inventory = openSample().inventory();

/** Asks a text of the sample; of several operations, the first. */
async function answer(text: string, variables: Variables = {}) {
  const { document } = prepare(text);
  const operationName = document && firstOperation(document);
  return (await ask(inventory, { text, variables, operationName })).result;
}

const firstOperation = ({ definitions }: DocumentNode): string | undefined =>
  definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)?.name?.value;

/** What a reader of these errors could not use: none at all, or one that says neither where nor of which kind. */
function faultsOf(text: string, errors: readonly unknown[]): readonly string[] {
  if (errors.length === 0) return ['no error, and no answer either'];
  const written = text.replace(/^\uFEFF/, '');
  const lines = written.split(/\r\n|[\n\r]/);
  return errors.flatMap((error) => {
    if (!(error instanceof GraphQLError)) return [`not a GraphQL error: ${error}`];
    const { message, locations = [], nodes = [], extensions } = error;
    const isInside = locations.every(({ line, column }) => {
      const length = lines[line - 1]?.length;
      return length !== undefined && column >= 1 && column <= length + 1;
    });
    return [
      ...(locations.length > 0 ? [] : [`no position: ${message}`]),
      ...(isInside ? [] : [`a position outside of the text: ${message}`]),
      ...(nodes.every(({ loc }) => loc?.source.body === written) ? [] : [`a position in another text: ${message}`]),
      ...(typeof extensions['code'] === 'string' ? [] : [`no code: ${message}`]),
    ];
  });
}

function faultsOfPrepared(text: string): readonly string[] {
  const { document, errors } = prepare(text);
  if (!document) return faultsOf(text, errors);
  return errors ? ['both a document and errors'] : [];
}

async function faultsOfAnswer(text: string, variables?: Variables): Promise<readonly string[]> {
  const { data, errors } = await answer(text, variables);
  if (errors) return faultsOf(text, errors);
  return data ? [] : ['no error, and no data either'];
}

/** Texts to start from. Each is answered as it is. */
const SEEDS: readonly string[] = [
  FOUNDING_TEXT,
  `query Used($where: IAMUserWhere = {userName: "ana"}, $withRoot: Boolean = true) {
  iamUsers(where: $where) { ...AssetFragment ...Own }
  rootUsers @include(if: $withRoot) { arn }
}
fragment Own on IAMUser { arn createDate hasIAMUserCredentials { accessKey1Active accessKey1LastUsedDate } }`,
  String.raw`query A{iamUsers(where:{OR:[{createDate:"2025-03-10T08:00:00Z"},{NOT:{userName:"\u0061na"}}]}){userName}}
query B{connectors{name}}`,
  '# CIS 1.12\r\n{ mine: rootUsers { ... on IAsset @skip(if: false) { identifier } __typename } }\r\n# end\r',
  'iamUsers(where:{path:"""\n  /engineering/\n"""}){userName accessKeys{status slot user{userName}}},rootUsers{arn}',
  'iamUsers{...A} fragment A on IAMUser{...B} fragment B on IAMUser{connector{...AssetFragment}}',
  String.raw`iamUsers(where:{userName:{in:["ana","etl"]},arn_MATCHES:"^arn:.*/\\w+$",accessKeys:{some:{slot:{lt:2}}}}){arn}`,
  'iamUsersConnection(first:2,sort:[{userName:DESC}],where:{NOT:{path_STARTS_WITH:"/x"}}){totalCount edges{cursor}}',
  'iamUsers(options:{limit:1,offset:1,sort:{arn:ASC}}){arn} rootUsersAggregate(where:{accountID:{eq:null}}){count}',
  '{__type(name:"IAMUserWhere"){name inputFields{name type{name ofType{name}}}}}',
];

test.each(SEEDS)('an answer without errors to %j', async (text) => {
  expect(await answer(text)).not.toHaveProperty('errors');
});

const mutants = mutantsOf(SEEDS);

/** Counts about which a limit may make a difference. */
const NEAR_LIMITS = Object.values(usualLimits).flatMap((limit) => [limit - 1, limit, limit + 1]);
const counts = fc.oneof(fc.nat(150), fc.nat(2_500), fc.constantFrom(...NEAR_LIMITS));

/** Fails with the seed and the smallest text that it has found. The runs are what two slow processors do in seconds. */
function everyText(texts: fc.Arbitrary<string>, numRuns: number): void {
  const hasNoFault = fc.property(texts, (text) => {
    expect(faultsOfPrepared(text)).toEqual([]);
  });
  fc.assert(hasNoFault, { numRuns });
}

async function everyAnswer(texts: fc.Arbitrary<string>, numRuns: number): Promise<void> {
  const hasNoFault = fc.asyncProperty(texts, async (text) => {
    expect(await faultsOfAnswer(text)).toEqual([]);
  });
  await fc.assert(hasNoFault, { numRuns });
}

describe('any text is a document, or errors that say where', () => {
  test('code units', () => everyText(codeUnits, 1_500));
  test('bytes', () => everyText(bytes, 1_500));
  test('tokens', () => everyText(tokens, 1_500));
  test('mutants', () => everyText(mutants, 3_000));

  test('nestings', () => {
    const hasNoFault = fc.property(nestings, (nesting) => {
      expect(faultsOfPrepared(nested(nesting))).toEqual([]);
    });
    fc.assert(hasNoFault, { numRuns: 100 });
  });

  test.each(Object.entries(SHAPES))('much of it: %s', (_name, shape) => {
    const hasNoFault = fc.property(counts, (count) => {
      expect(faultsOfPrepared(shape(count))).toEqual([]);
    });
    fc.assert(hasNoFault, { numRuns: 12 });
  });

  test('what fits the schema is a document', () => {
    const isDocument = fc.property(valid, (text) => {
      expect(prepare(text)).not.toHaveProperty('errors');
    });
    fc.assert(isDocument, { numRuns: 500 });
  });
});

describe('any text has an answer, or errors that say where', () => {
  test('code units', () => everyAnswer(codeUnits, 100));
  test('tokens', () => everyAnswer(tokens, 200));
  test('mutants', () => everyAnswer(mutants, 1_000));
  test('what fits the schema', () => everyAnswer(valid, 500));

  test('an operation, the same whatever another one asks', async () => {
    const other = 'query B($where:IAMUserWhere!){...B of:iamUsers(where:$where){arn}}';
    const answerOf = async (text: string) => {
      const { data, errors } = await answer(text);
      return { data, errors: errors?.map(({ message, locations }) => ({ message, locations })) };
    };
    const isLeftAlone = fc.asyncProperty(valid, valid, async (one, two) => {
      const both = `query A{${one}} ${other} fragment B on Query{${two} or:iamUsers(where:{OR:[$where]}){arn}}`;
      expect(await answerOf(both)).toEqual(await answerOf(`query A{${one}}`));
    });
    await fc.assert(isLeftAlone, { numRuns: 100 });
  });

  test('whatever the variables are', async () => {
    const text = 'query($where:IAMUserWhere,$if:Boolean!=true){iamUsers(where:$where){arn@include(if:$if)userName}}';
    const where = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    const written = fc.dictionary(fc.constantFrom('where', 'if', ...INHERITED), where);
    const hasNoFault = fc.asyncProperty(written, async (variables) => {
      expect(await faultsOfAnswer(text, variables)).toEqual([]);
    });
    await fc.assert(hasNoFault, { numRuns: 500 });
  });

  test.each([100, 1_000, 2_500, 100_000])('a variable of %i objects in one another', async (depth) => {
    let where: unknown = { userName: 'ana' };
    for (let times = 0; times < depth; times++) where = { NOT: where };
    const text = 'query($where:IAMUserWhere){iamUsers(where:$where){arn}}';
    expect(await faultsOfAnswer(text, { where })).toEqual([]);
    expect(await faultsOfAnswer('iamUsers{arn}', { where })).toEqual([]);
  });
});

describe('what every object of JavaScript has', () => {
  test.each<[place: string, write: (name: string) => string]>([
    ['root field', (key) => `${key}{arn}`],
    ['field', (key) => `iamUsers{${key}}`],
    ['argument', (key) => `iamUsers(${key}:{}){arn}`],
    ['key of a where', (key) => `iamUsers(where:{${key}:{}}){arn}`],
    ['key of a where, with an operator', (key) => `iamUsers(where:{${key}:{eq:"a"}}){arn}`],
    ['operator', (key) => `iamUsers(where:{userName:{${key}:"ana"}}){arn}`],
    ['quantifier', (key) => `iamUsers(where:{accessKeys:{${key}:{}}}){arn}`],
    ['key behind a quantifier', (key) => `iamUsers(where:{accessKeys:{some:{${key}:{}}}}){arn}`],
    ['directive', (key) => `iamUsers@${key}{arn}`],
    ['fragment', (key) => `iamUsers{...${key}}`],
    ['type', (key) => `iamUsers{...on ${key}{arn}}`],
    ['type of a variable', (key) => `query($a:${key}){iamUsers{arn}}`],
    ['variable', (key) => `iamUsers(where:{userName:$${key}}){arn}`],
  ])('is no %s', (_place, write) => {
    for (const text of INHERITED.map(write)) {
      expect(prepare(text), text).toHaveProperty('errors');
      expect(faultsOfPrepared(text)).toEqual([]);
    }
  });

  test.each(INHERITED)('is no key of a where in variables: %s', async (key) => {
    const text = 'query($where:IAMUserWhere){iamUsers(where:$where){arn}}';
    for (const value of [{}, { eq: 'a' }, 'ana']) {
      const { errors } = await answer(text, { where: Object.fromEntries([[key, value]]) });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test.each(INHERITED)('may be what a text calls its own: %s', async (key) => {
    const operation = `query ${key}($${key}:IAMUserWhere){${key}:iamUsers(where:$${key}){...${key}}}`;
    const variables = Object.fromEntries([[key, { userName: 'ana' }]]);
    const { data, errors } = await answer(`${operation} fragment ${key} on IAMUser{userName}`, variables);
    expect(errors).toBeUndefined();
    expect(Object.entries(data ?? {})).toEqual([[key, [{ userName: 'ana' }]]]);
  });
});

/** Texts that once had an error without a position, or with one in a text that nobody wrote. */
describe('an error says where, and of which kind', () => {
  test.each([
    ['more errors than are listed', `iamUsers{${'no '.repeat(101)}}`],
    ['more comparisons of fields than validation makes', `iamUsers{${'arn '.repeat(1_500)}}`],
    ['a field that conflicts with one of AssetFragment', 'iamUsers{identifier:userName ...AssetFragment}'],
    ['AssetFragment, spread only where nothing is asked', 'iamUsers{arn} fragment A on IAMUser{...AssetFragment}'],
    ['AssetFragment as one fragment too many', `iamUsers{...AssetFragment}${ownFragments(100)}`],
  ])('%s', (_name, text) => {
    expect(prepare(text)).toHaveProperty('errors');
    expect(faultsOfPrepared(text)).toEqual([]);
  });

  test('a variable that is null where its default is not', async () => {
    const text = 'query($if:Boolean=true){iamUsers@include(if:$if){arn}}';
    expect(await faultsOfAnswer(text, { if: null })).toEqual([]);
  });
});
