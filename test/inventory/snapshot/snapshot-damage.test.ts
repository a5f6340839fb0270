import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSample } from '../../../src/inventory/snapshot/sample.ts';
import { askInventory } from '../live-account.ts';
import { listOf, reopen, snapshotOf } from './snapshot-of.ts';

type Json = Record<string, unknown>;

const whole = await snapshotOf(openSample().inventory());
const bytes = new TextEncoder().encode(whole);
/** As somebody leaves it who edits snapshots by hand: what the digest would tell, something else has to. */
const unsigned = edited({ header: ({ sha256, ...header }) => header });

interface Edit {
  readonly header?: (header: Json) => Json;
  /** Of one line, by its number in the file. */
  readonly line?: readonly [number: number, edit: (asset: Json) => Json];
}

function edited({ header = (same) => same, line }: Edit, text = whole): string {
  const lines = text.trimEnd().split('\n');
  const objects = lines.map((json, index) => {
    const value = JSON.parse(json) as Json;
    if (index === 0) return header(value);
    return line && index + 1 === line[0] ? line[1](value) : value;
  });
  return `${objects.map((value) => JSON.stringify(value)).join('\n')}\n`;
}

const problem = (text: string | Uint8Array): string => {
  try {
    reopen(text);
    return 'none';
  } catch (error) {
    return `${(error as { kind: string }).kind}: ${(error as Error).message}`;
  }
};

/** The number of the first line of that type. */
const lineOf = (type: string): number =>
  whole.split('\n').findIndex((line) => line.startsWith(`{"__typename":"${type}"`)) + 1;
const lineCount = whole.split('\n').length - 1;
const USER = lineOf('IAMUser');
const KEY = lineOf('IAMAccessKey');

const editLine = (number: number, change: Json): string =>
  edited({ line: [number, (asset) => ({ ...asset, ...change })] }, unsigned);
const dropField = (number: number, name: string): string =>
  edited({ line: [number, ({ [name]: _dropped, ...rest }) => rest] }, unsigned);
const editHeader = (change: Json): string => edited({ header: (header) => ({ ...header, ...change }) }, unsigned);
const withoutLine = (number: number): string =>
  unsigned
    .split('\n')
    .filter((_line, index) => index + 1 !== number)
    .join('\n');

describe('is an error that names the line', () => {
  test.each<[name: string, text: string, expected: RegExp]>([
    ['an empty file', '', /line 1: the file is empty$/],
    ['another kind of JSON', '{"Content":"x"}\n', /line 1: this is not the header of an iamql snapshot$/],
    ['a credential report', 'user,arn\n', /line 1: the line is no JSON/],
    ['a list', '[]\n', /line 1: there is no JSON object$/],
    [
      'another version',
      editHeader({ format: 'iamql-snapshot/2' }),
      /line 1: the format is iamql-snapshot\/2, and this/,
    ],
    ['a header without types', editHeader({ types: undefined }), /line 1: types: /],
    [
      'a time that is none',
      editHeader({ facts: { ACCESS_KEYS: { readAt: 'soon' } } }),
      /line 1: facts\.ACCESS_KEYS\.readAt: /,
    ],
    [
      'a reason that is none',
      editHeader({ unread: [{ type: 'IAMUser', code: 'Bad', message: '' }] }),
      /line 1: unread\.0\.code: /,
    ],
    ['a key of the header that is none', editHeader({ typos: 1 }), /line 1: .*typos/],
    [
      'a type that the header lacks',
      editLine(KEY, { __typename: 'IAMThing' }),
      /line 3: the header has no type "IAMThing"$/,
    ],
    [
      'a type that every object of JavaScript has',
      editLine(KEY, { __typename: 'constructor' }),
      /line 3: the header has no type "constructor"$/,
    ],
    ['a line without a type', dropField(KEY, '__typename'), /line 3: the header has no type "undefined"$/],
    [
      'a field that the header lacks',
      editLine(KEY, { colour: 1 }),
      /line 3: the header has no field "colour" of IAMAccessKey$/,
    ],
    ['no identifier', dropField(KEY, 'identifier'), /line 3: IAMAccessKey has no identifier$/],
    [
      'an identifier twice',
      editLine(KEY + 1, { identifier: 'AKIAI44QH8DHBEXAMPLE' }),
      /line 4: .* stands in line 3 already$/,
    ],
    [
      'a field that is lacking',
      dropField(KEY, 'status'),
      /line 3: IAMAccessKey has no status here, and the header does not/,
    ],
    ['null where there is always a value', editLine(KEY, { status: null }), /line 3: status is null, not String$/],
    ['a number for a text', editLine(KEY, { status: 1 }), /line 3: status is 1, not String$/],
    ['a text for a number', editLine(KEY, { slot: '1' }), /line 3: slot is "1", not Int or null$/],
    ['a text for a boolean', editLine(KEY, { createdDuringUserSetup: 'true' }), /line 3: .* is "true", not Boolean$/],
    [
      'a time without an offset',
      editLine(KEY, { createDate: '2024-06-01T12:03:20' }),
      /line 3: createDate is .*, not DateTime$/,
    ],
    ['a list for one', editLine(KEY, { user: [] }), /line 3: user is \[\], not the identifier of IAMUser$/],
    [
      'one for a list',
      editLine(USER, { accessKeys: 'x' }),
      /accessKeys is "x", not a list, each the identifier of IAMAccessKey or null$/,
    ],
    [
      'a relation to nobody',
      editLine(KEY, { user: 'arn:x' }),
      /line 3: user leads to IAMUser "arn:x", which is not in the file$/,
    ],
    [
      'a relation to many, one of them nobody',
      editLine(USER, { accessKeys: ['AKIAX'] }),
      /leads to IAMAccessKey "AKIAX"/,
    ],
    [
      'an asset that is lacking',
      withoutLine(lineCount),
      new RegExp(`line ${lineCount}: the file ends after 0 of 1 RootUser: it was cut$`),
    ],
    [
      'an asset too many',
      unsigned + (unsigned.split('\n').at(-2) ?? '').replace(':root', ':toor'),
      /: the header counts 1 RootUser, and this is one more$/,
    ],
    [
      'a fact that is there and should not be',
      editHeader({ unread: [{ type: 'IAMUser', fields: ['path'], code: 'AccessDenied', message: 'no' }] }),
      new RegExp(`line ${USER}: path is here, and the header says`),
    ],
    ['an empty line', unsigned.replace('\n', '\n\n'), /line 2: the line is no JSON/],
    [
      'bytes that were not written',
      edited({ line: [USER, (asset) => ({ ...asset, path: '/other/' })] }),
      /line 1: the file is not as it was written/,
    ],
  ])('%s', (_name, text, expected) => {
    expect(problem(text)).toMatch(/^Corrupt: snapshot account\.ndjson, line \d+: /);
    expect(problem(text)).toMatch(expected);
  });

  test('bytes that are no UTF-8', () => {
    const damaged = bytes.slice();
    damaged[whole.indexOf('AKIA')] = 0xff;
    expect(problem(damaged)).toMatch(/line 3: the line is no JSON: it was damaged$/);
  });

  test('a cut at any byte, with and without the digest', () => {
    const unsignedBytes = new TextEncoder().encode(unsigned);
    for (let length = 0; length < bytes.length; length += 97) {
      expect(problem(bytes.slice(0, length))).toMatch(/^Corrupt: snapshot account\.ndjson, line \d+: /);
      // Without its last line break a file holds all the same.
      if (length < unsignedBytes.length - 1) {
        expect(problem(unsignedBytes.slice(0, length))).toMatch(/^Corrupt: snapshot account\.ndjson, line \d+: /);
      }
    }
    expect(problem(bytes.slice(0, -1))).toMatch(/line 1: the file is not as it was written/);
    expect(problem(unsignedBytes.slice(0, -1))).toBe('none');
  });

  test('any other byte anywhere, in the header as well', () => {
    const behind = whole.indexOf('\n') + 1;
    const position = fc.oneof(fc.nat(behind), fc.integer({ min: behind, max: bytes.length - 1 }));
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ difference;
        return problem(damaged).startsWith('Corrupt: snapshot account.ndjson, line ');
      }),
      { numRuns: 150 },
    );
  });
});

describe('a snapshot of another version of iamql', () => {
  const without = (type: string, name: string) => (header: Json) => {
    const types = header['types'] as Record<string, { fields: string[] }>;
    const known = types[type] as { fields: string[] };
    return {
      ...header,
      iamql: '0.0.9',
      types: { ...types, [type]: { ...known, fields: known.fields.filter((field) => field !== name) } },
    };
  };
  const older = edited({ header: without('IAMUser', 'path') }, unsigned).replaceAll(
    /(\{"__typename":"IAMUser",.*),"path":"[^"]*"/g,
    '$1',
  );

  test('that did not know a field: what asks for it is an error, and the rest is not', async () => {
    const inventory = reopen(older);
    const message = 'NotCollected the snapshot was taken by iamql 0.0.9, which knew no path of IAMUser; take a new one';
    const { errors } = await askInventory(inventory, 'iamUsers(where:{userName:"ana"}){path}');
    expect(errors.every((error) => error.endsWith(message))).toBe(true);
    const { data, errors: undecided } = await askInventory(inventory, 'iamUsers(where:{path:"/"}){userName}');
    expect(listOf(data).every((one) => one === null)).toBe(true);
    expect(undecided).toHaveLength(10);
    expect(undecided[0]).toMatch(/NotCollected whether .* cannot be told: the snapshot was taken by iamql 0\.0\.9/);
    expect((await askInventory(inventory, 'iamUsers{userName}')).errors).toEqual([]);
    expect((await askInventory(inventory, 'iamUsers(options:{sort:{path:ASC}}){userName}')).errors).toHaveLength(10);
  });

  test('that did not know a type: what asks for it is an error, and no empty list', async () => {
    const header = (known: Json) => {
      const leading = ['Connector', 'IAMUserCredentials', 'IAMMFADevice'];
      const rest = leading.reduce((of, type) => without(type, 'rootUser')(of), known);
      const { RootUser: _unknown, ...types } = rest['types'] as Json;
      return { ...known, types };
    };
    const text = edited({ header }, unsigned)
      .replace(/\n\{"__typename":"RootUser".*/, '')
      .replaceAll(/,"rootUser":(?:"[^"]*"|null)/g, '');
    const { data, errors } = await askInventory(reopen(text), 'rootUsers{arn}');
    expect(data).toEqual({ rootUsers: null });
    expect(errors).toEqual([
      expect.stringMatching(/NotCollected the snapshot was taken by iamql \S+, which knew no RootUser/),
    ]);
  });

  test('that knew more: what this one knows is answered', async () => {
    const newer = edited(
      {
        header: (header) => {
          const types = header['types'] as Record<string, { fields: string[] }>;
          const user = types['IAMUser'] as { fields: string[] };
          const more = {
            ...types,
            IAMUser: { ...user, fields: [...user.fields, 'mood'] },
            IAMMood: { assets: 1, fields: ['identifier'] },
          };
          return { ...header, types: more };
        },
      },
      unsigned,
    ).replaceAll('{"__typename":"IAMUser",', '{"__typename":"IAMUser","mood":"good",');
    const text = `${newer}{"__typename":"IAMMood","identifier":"good"}\n`;
    const sample = openSample().inventory();
    const question = 'iamUsers{userName path accessKeys{status}}';
    expect(await askInventory(reopen(text), question)).toEqual(await askInventory(sample, question));
  });
});
