import fc from 'fast-check';
import {
  type GraphQLInputType,
  type GraphQLInterfaceType,
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
  isRequiredArgument,
} from 'graphql';
import { usualLimits } from '../../src/graphql/limits.ts';
import { loadSchema } from '../../src/graphql/schema.ts';

const schema = loadSchema();

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
export const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const PUNCTUATORS = [...'!$&()[]{}:=@|', '...'];

/** UTF-16 code units, surrogates without their other half among them, and what lexers trip over. */
export const codeUnits = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        ...['\0', '\uFEFF', '\uD83D', '\uDE00', '\u2028', '\u0085', '\r', '\n', '\r\n'],
        ...String.raw`# " """ \ \u \u{ \u{110000} \uD83D\uDE00 \u0000 , -0 00 1e . .. { } iamUsers`.split(' '),
      ),
    ),
    { maxLength: 60 },
  )
  .map((units) => units.join(''));

export const bytes = fc.uint8Array({ maxLength: 300 }).map((read) => Buffer.from(read).toString('utf8'));

export const names = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.constantFrom(...WORDS),
  fc.constantFrom(...INHERITED, 'AssetFragment'),
);
const token = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PUNCTUATORS) },
  { weight: 5, arbitrary: names },
  fc.string().map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }).map((value) => `"""${value.replaceAll('"""', '\\"""')}"""`),
  fc.oneof(fc.integer(), fc.double(), fc.bigInt()).map(String),
  names.map((variable) => `$${variable}`),
  names.map((fragment) => `...${fragment}`),
  fc.string().map((comment) => `#${comment}\n`),
);
export const tokens = fc
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

function selectionsOf(type: GraphQLObjectType | GraphQLInterfaceType, depth: number): fc.Arbitrary<string> {
  const fields = Object.values(type.getFields()).filter((field) => depth > 0 || isLeafType(getNamedType(field.type)));
  if (fields.length === 0) return fc.constant('__typename');
  return fc
    .uniqueArray(fc.constantFrom(...fields), { minLength: 1, maxLength: 4 })
    .chain((chosen) => fc.tuple(...chosen.map((field) => selectionOf(field, depth))))
    .map((selections) => selections.join(' '));
}

function selectionOf({ name, args, type }: Field, depth: number): fc.Arbitrary<string> {
  const inner = getNamedType(type);
  const hasFields = isObjectType(inner) || isInterfaceType(inner);
  const within = hasFields ? selectionsOf(inner, depth - 1).map((text) => `{${text}}`) : fc.constant('');
  const needed = args.filter(isRequiredArgument);
  return fc.tuple(fc.subarray(args.filter((arg) => !needed.includes(arg))), within).chain(([optional, selections]) => {
    const given = [...needed, ...optional];
    return fc
      .tuple(...given.map((arg) => valuesOf(arg.type, 4).map((value) => `${arg.name}:${value}`)))
      .map((written) => `${name}${written.length > 0 ? `(${written})` : ''}${selections}`);
  });
}

/** Texts that fit the schema. */
export const valid = selectionsOf(schema.getQueryType() as GraphQLObjectType, 3);

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
export const mutantsOf = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(fc.constantFrom(...texts), valid),
      fc.array(edit(token), { maxLength: 2 }),
      fc.array(edit(fc.oneof(token, codeUnits)), { maxLength: 1 }),
    )
    .map(([right, betweenTokens, anywhere]) => {
      const whole = betweenTokens.reduce(edited, right.match(TOKEN) ?? []).join('');
      return anywhere.reduce(edited, whole.split('')).join('');
    });

const OPENINGS = '{ ( [ {iamUsers (where:{ OR:[{ NOT:{ ...{ {accessKeys{user @a(b:['.split(' ');
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** Brackets in brackets, up to a little more than is read, and far more. */
export const nestings = fc.record({
  before: fc.constantFrom('', 'iamUsers', 'iamUsers(where:', 'query($a:', 'query($a:IAMUserWhere='),
  openings: fc.array(fc.constantFrom(...OPENINGS), { minLength: 1, maxLength: 4 }),
  times: fc.oneof(fc.nat(usualLimits.maxDepth + 2), fc.constantFrom(1_000, 20_000)),
  after: fc.constantFrom('', 'arn', 'null', '{arn}'),
  isClosed: fc.boolean(),
});

type Nesting = typeof nestings extends fc.Arbitrary<infer T> ? T : never;

export function nested({ before, openings, times, after, isClosed }: Nesting): string {
  const opened = openings.join('').repeat(times);
  const closed = [...opened].reverse().map((sign) => CLOSING[sign] ?? '');
  return `${before}${opened}${after}${isClosed ? closed.join('') : ''}`;
}

/** Ways to write much of something. */
export const SHAPES: Readonly<Record<string, (count: number) => string>> = {
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
export const ownFragments = (count: number): string => indexed(count, (index) => ` fragment F${index} on IAMUser{arn}`);
