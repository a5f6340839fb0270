import fc from 'fast-check';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { type Prepared, prepareDocument } from '../../src/graphql/document.ts';
import { usualLimits } from '../../src/graphql/limits.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import { MemoryInventory } from '../../src/inventory/memory-inventory.ts';
import { SampleSource } from '../../src/inventory/sample-source.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';

type Variables = Readonly<Record<string, unknown>>;

const schema = loadSchema();
const prepare = (text: string): Prepared => prepareDocument(schema, text);

const inventory = new MemoryInventory(new SampleSource(), { setupSeconds: 10 });

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

const namesOf = (type: GraphQLNamedType): readonly string[] => {
  if (isEnumType(type)) return [type.name, ...type.getValues().map(({ name }) => name)];
  if (isInputObjectType(type)) return [type.name, ...Object.keys(type.getFields())];
  if (!isObjectType(type) && !isInterfaceType(type)) return [type.name];
  const fields = Object.values(type.getFields());
  return [type.name, ...fields.flatMap(({ name, args }) => [name, ...args.map((arg) => arg.name)])];
};

const NAMES = [...new Set(Object.values(schema.getTypeMap()).flatMap(namesOf))];
const WORDS = [
  ...['eq', 'in', 'lt', 'some', 'none', 'contains', 'matches'],
  ...['query', 'mutation', 'subscription', 'fragment', 'on', 'null', 'true', 'type', 'extend', 'skip', 'if'],
];
/** Keys that every object of JavaScript has: a table that is asked for them must not find those. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const PUNCTUATORS = [...'!$&()[]{}:=@|', '...'];

/** UTF-16 code units, surrogates without their other half among them, and what lexers trip over. */
const codeUnits = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        ...['\0', '\uFEFF', '\uD83D', '\uDE00', '\u2028', '\u0085', '\r', '\n', '\r\n', '#', '"', '"""', '\\', ','],
        ...[
          '\\u',
          '\\u{',
          '\\u{110000}',
          '\\uD83D\\uDE00',
          '\\u0000',
          '-0',
          '00',
          '1e',
          '.',
          '..',
          '{',
          '}',
          'iamUsers',
        ],
      ),
    ),
    { maxLength: 60 },
  )
  .map((units) => units.join(''));

const bytes = fc.uint8Array({ maxLength: 300 }).map((read) => Buffer.from(read).toString('utf8'));

const name = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.constantFrom(...WORDS),
  fc.constantFrom(...INHERITED, 'AssetFragment'),
);
const token = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PUNCTUATORS) },
  { weight: 5, arbitrary: name },
  fc.string().map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }).map((value) => `"""${value.replaceAll('"""', '\\"""')}"""`),
  fc.oneof(fc.integer(), fc.double(), fc.bigInt()).map(String),
  name.map((variable) => `$${variable}`),
  name.map((fragment) => `...${fragment}`),
  fc.string().map((comment) => `#${comment}\n`),
);
const tokens = fc
  .tuple(fc.array(token, { maxLength: 80 }), fc.constantFrom(' ', '\n', ','))
  .map(([list, separator]) => list.join(separator));

/** A value that an argument of that type takes; not every one of them means something. */
function valuesOf(type: GraphQLInputType, depth: number): fc.Arbitrary<string> {
  if (isNonNullType(type)) return notNull(type.ofType, depth);
  return fc.oneof({ weight: 9, arbitrary: notNull(type, depth) }, fc.constant('null'));
}

function notNull(type: GraphQLInputType, depth: number): fc.Arbitrary<string> {
  if (isListType(type)) return fc.array(valuesOf(type.ofType, depth), { maxLength: 3 }).map((items) => `[${items}]`);
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map((value) => value.name));
  if (!isInputObjectType(type)) return fc.constantFrom(...(SCALARS[`${type}`] ?? TEXTS));
  return fc
    .uniqueArray(fc.constantFrom(...Object.values(type.getFields())), { maxLength: depth > 0 ? 2 : 0 })
    .chain((keys) => fc.tuple(...keys.map((key) => valuesOf(key.type, depth - 1).map((text) => `${key.name}:${text}`))))
    .map((entries) => `{${entries}}`);
}

/** Names, and patterns: none, some that are none, and one that takes for ever where matching goes back. */
const TEXTS = ['ana', '', '/', '(', 'a*', '[a', '^(a+)+$', '\\d{1,2000}', '(?<=x)', '\\p{L}', '\0'].map((text) =>
  JSON.stringify(text),
);

const SCALARS: Readonly<Record<string, readonly string[]>> = {
  Boolean: ['true', 'false'],
  DateTime: ['"2025-03-10T08:00:00Z"', '"2026-01-01"'],
  Int: ['-1', '0', '1', '2147483647'],
};

type Field = ReturnType<GraphQLObjectType['getFields']>[string];

function selectionsOf(type: GraphQLObjectType, depth: number): fc.Arbitrary<string> {
  const fields = Object.values(type.getFields()).filter((field) => depth > 0 || isLeafType(getNamedType(field.type)));
  if (fields.length === 0) return fc.constant('__typename');
  return fc
    .uniqueArray(fc.constantFrom(...fields), { minLength: 1, maxLength: 4 })
    .chain((chosen) => fc.tuple(...chosen.map((field) => selectionOf(field, depth))))
    .map((selections) => selections.join(' '));
}

function selectionOf({ name, args, type }: Field, depth: number): fc.Arbitrary<string> {
  const inner = getNamedType(type);
  const within = isObjectType(inner) ? selectionsOf(inner, depth - 1).map((text) => `{${text}}`) : fc.constant('');
  return fc
    .tuple(fc.subarray([...args]), within)
    .chain(([given, selections]) =>
      fc
        .tuple(...given.map((arg) => valuesOf(arg.type, 4).map((value) => `${arg.name}:${value}`)))
        .map((written) => `${name}${written.length > 0 ? `(${written})` : ''}${selections}`),
    );
}

/** Texts that fit the schema. */
const valid = selectionsOf(schema.getQueryType() as GraphQLObjectType, 3);

interface Edit {
  readonly kind: 'delete' | 'duplicate' | 'move' | 'insert';
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly inserted: readonly string[];
}

const edit = (parts: fc.Arbitrary<string>): fc.Arbitrary<Edit> =>
  fc.record({
    kind: fc.constantFrom<Edit['kind'][]>('delete', 'duplicate', 'move', 'insert'),
    from: fc.nat(1_000),
    to: fc.nat(1_000),
    length: fc.integer({ min: 1, max: 12 }),
    inserted: fc.array(parts, { minLength: 1, maxLength: 3 }),
  });

function edited(parts: readonly string[], { kind, from, to, length, inserted }: Edit): readonly string[] {
  const start = from % (parts.length + 1);
  const slice = parts.slice(start, start + length);
  const rest = parts.toSpliced(start, length);
  const place = to % (rest.length + 1);
  switch (kind) {
    case 'delete':
      return rest;
    case 'duplicate':
      return parts.toSpliced(place, 0, ...slice);
    case 'move':
      return rest.toSpliced(place, 0, ...slice);
    case 'insert':
      return parts.toSpliced(place, 0, ...inserted);
  }
}

const TOKEN = /"""[\s\S]*?"""|"[^"\n]*"|\.\.\.|\w+|\s+|[\s\S]/g;

/** A text that was right, cut and joined again between its tokens, which may leave it so, or anywhere. */
const mutants = fc
  .tuple(
    fc.oneof(fc.constantFrom(...SEEDS), valid),
    fc.array(edit(token), { maxLength: 2 }),
    fc.array(edit(fc.oneof(token, codeUnits)), { maxLength: 1 }),
  )
  .map(([seed, betweenTokens, anywhere]) => {
    const whole = betweenTokens.reduce(edited, seed.match(TOKEN) ?? []).join('');
    return anywhere.reduce(edited, whole.split('')).join('');
  });

const OPENINGS = [
  '{',
  '(',
  '[',
  '{iamUsers',
  '(where:{',
  'OR:[{',
  'NOT:{',
  '...on IAMUser{',
  '{accessKeys{user',
  '@a(b:[',
];
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** Brackets in brackets, up to a little more than is read, and far more. */
const nestings = fc.record({
  before: fc.constantFrom('', 'iamUsers', 'iamUsers(where:', 'query($a:', 'query($a:IAMUserWhere='),
  openings: fc.array(fc.constantFrom(...OPENINGS), { minLength: 1, maxLength: 4 }),
  times: fc.oneof(fc.nat(usualLimits.maxDepth + 2), fc.constantFrom(1_000, 20_000)),
  after: fc.constantFrom('', 'arn', 'null', '{arn}'),
  isClosed: fc.boolean(),
});

type Nesting = typeof nestings extends fc.Arbitrary<infer T> ? T : never;

function nested({ before, openings, times, after, isClosed }: Nesting): string {
  const opened = openings.join('').repeat(times);
  const closed = [...opened].reverse().map((sign) => CLOSING[sign] ?? '');
  return `${before}${opened}${after}${isClosed ? closed.join('') : ''}`;
}

/** Ways to write much of something. */
const SHAPES: Readonly<Record<string, (count: number) => string>> = {
  characters: (count) => `iamUsers{arn}${' '.repeat(count)}`,
  lines: (count) => `${'\n'.repeat(count)}iamUsers{${'no '.repeat(100)}}`,
  comments: (count) => `${'#\n'.repeat(count)}iamUsers{arn}`,
  'a name': (count) => `iamUsers{a${'a'.repeat(count)}}`,
  'a string': (count) => `iamUsers(where:{userName:"${'a'.repeat(count)}"}){arn}`,
  'a block string': (count) => `iamUsers(where:{userName:"""${'\n a'.repeat(count)}"""}){arn}`,
  'a number': (count) => `iamUsers(where:{userName:1${'0'.repeat(count)}}){arn}`,
  'a fraction of a second': (count) => `iamUsers(where:{createDate:"2026-01-01T00:00:00.0${'0'.repeat(count)}"}){arn}`,
  'the same field': (count) => `iamUsers{${'arn '.repeat(count)}}`,
  'the same field, each in a fragment': (count) => `iamUsers{${'...{arn} '.repeat(count)}}`,
  'fields that are not there': (count) => `iamUsers{${'no '.repeat(count)}}`,
  aliases: (count) => `${indexed(count, (index) => `a${index}:rootUsers{arn}`)}iamUsers{arn}`,
  'aliases of different fields': (count) => `iamUsers{${'a:arn a:userName '.repeat(count)}}`,
  conditions: (count) => `iamUsers(where:{OR:[${'{userName:"a"}'.repeat(count)}]}){arn}`,
  'conditions that are not there': (count) => `iamUsers(where:{OR:[${'{no:1}'.repeat(count)}]}){arn}`,
  directives: (count) => `iamUsers ${'@skip(if:true)'.repeat(count)}{arn}`,
  fragments: (count) => `iamUsers{${indexed(count, (index) => `...F${index}`)}arn}${ownFragments(count)}`,
  'fragments beside AssetFragment': (count) => `iamUsers{...AssetFragment}${ownFragments(count)}`,
  'spreads of itself': (count) => `iamUsers{...A} fragment A on IAMUser{arn ${'...A '.repeat(count)}}`,
  operations: (count) => `${indexed(count, (index) => `query A${index}{iamUsers{arn}}`)}query B{rootUsers{arn}}`,
  mutations: (count) => `mutation{a}${'mutation A{iamUsers{arn}}'.repeat(count)}`,
  variables: (count) => `query(${indexed(count, (index) => `$a${index}:Int`)}$a:Int){iamUsers{arn}}`,
  'operations that share a variable': (count) =>
    `${indexed(count, (index) => `query A${index}($v:String){...A}`)}query B($v:String){...A}` +
    ` fragment A on Query{iamUsers(where:{OR:[${'{userName:$v}'.repeat(500)}]}){arn}}`,
};

const indexed = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${write(index)} `).join('');
const ownFragments = (count: number): string => indexed(count, (index) => ` fragment F${index} on IAMUser{arn}`);

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
    fc.assert(hasNoFault, { numRuns: 200 });
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
    await fc.assert(isLeftAlone, { numRuns: 200 });
  });

  test('whatever the variables are', async () => {
    const text = 'query($where:IAMUserWhere,$if:Boolean!=true){iamUsers(where:$where){arn@include(if:$if)userName}}';
    const where = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 3 }),
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
