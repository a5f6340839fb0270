import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import type { Field } from '../../src/iam/catalogue.generated.ts';
import { compareCodePoints } from '../../src/iam/code-points.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import { FINDING, findingCatalogue, findingOrder, shownFinding } from '../../src/inventory/finding-type.ts';
import type { FindingRecord, KeptException, KeptKey } from '../../src/inventory/findings.ts';
import { everything } from '../../src/inventory/page.ts';
import { changesOf } from '../../src/store/scans/scan-changes.ts';
import { compile } from '../../src/where/evaluate.ts';
import { always } from '../../src/where/expression.ts';
import { type Operator, operators } from '../../src/where/operators.ts';
import { preparePatterns } from '../../src/where/patterns.ts';
import { readWhere, type WhereInput } from '../../src/where/read-where.ts';
import { START_MS } from '../support/databases.ts';
import { asked, inStore, judge, on, type Shown } from './judged-store.ts';
import { backends } from './scanned-accounts.ts';

/** Texts that a database may take for something else, and others that sort unlike their code points. */
const ODD = [
  ...["'", '"', '\\', '%', '_', '\u0000', '\u0001\u0002', '\u001f', "'); DROP TABLE finding; --", '$1'],
  ...['é', 'Z', 'a', '\u{1f511}', '\uffee', ''],
];

/** A key for every second of them, and with every third an exception, with odd texts in them. */
const held = (
  odd: string,
  index: number,
): { readonly key: KeptKey | null; readonly exception: KeptException | null } => ({
  key:
    index % 2 === 0
      ? null
      : {
          accessKeyId: index % 4 === 1 ? `AKIA${odd}` : null,
          slot: index % 8 === 3 ? null : (index % 3) + 1,
          since: index % 8 === 5 ? null : `2026-01-0${(index % 9) + 1}T00:00:00+00:00`,
          createDate: index % 8 === 7 ? '2026-02-01T00:00:00.5+00:00' : null,
        },
  exception:
    index % 3 === 0
      ? null
      : {
          owner: `${odd} ana`,
          expires: `2027-01-0${(index % 9) + 1}T00:00:00+00:00`,
          reason: odd,
          ticket: index % 3 === 1 ? null : odd,
        },
});

/** What the schema's own JSON would break on. */
const PARAMETERS = { days: 45, isStrict: true, name: `a\u0000\u0001'"\\\\u0000`, names: ['\u0002', 'é'] };

describe.each(Object.entries(backends))('many findings, on %s', (_name, open) => {
  let store: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    store = await open();
    const exception = { owner: 'ana', expires: '2027-01-01T00:00:00+00:00', reason: 'a drill', ticket: null };
    const each = ODD.map((name) => on(name));
    // Each state that there is, of controls of each severity.
    await judge(store.database, { b: [each, 'LOW'], a: [[...each, on('gone')]], c: [[on('c')], 'MEDIUM'] });
    await judge(store.database, { b: [each, 'LOW'], a: [each], c: [[], 'MEDIUM', 'denied'] });
    await judge(store.database, { b: [ODD.map((name) => on(name, { exception })), 'LOW'], a: [[on('gone'), ...each]] });
    await judge(store.database, { d: [ODD.map((name, index) => on(name, held(name, index)))] }, PARAMETERS);
    // The same texts are the same findings.
    const again = await judge(
      store.database,
      { d: [ODD.map((name, index) => on(name, held(name, index)))] },
      PARAMETERS,
    );
    expect(await Array.fromAsync(changesOf(store.database, again.id))).toEqual([]);
  }, START_MS);
  afterAll(() => store?.stop());

  const all = () =>
    inStore(store.database, (inventory) =>
      inventory.findings({ where: always, page: { ...everything, sort: findingOrder } }),
    );

  /** All pages of a connection, in order. */
  async function pages(args: string, between: () => Promise<unknown> = async () => {}): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    for (let after = '', isMore = true; isMore; ) {
      const { items } = await asked(
        store.database,
        `{ findingsConnection(first: 7 ${args} ${after}) { pageInfo { hasNextPage endCursor } edges { node { id } } } }`,
      );
      const { edges, pageInfo } = items[0] as { edges: readonly ({ node: Shown } | null)[]; pageInfo: Shown };
      seen.push(...edges.flatMap((edge) => edge?.node['id'] ?? []));
      after = `after: "${pageInfo['endCursor']}"`;
      isMore = pageInfo['hasNextPage'] === true;
      await between();
    }
    return seen;
  }

  test.each([
    ['', ['control', 'connector', 'identifier']],
    ['sort:[{severity:DESC},{name:DESC}]', ['-severity', '-name']],
    ['sort:[{resolvedAt:ASC},{state:ASC}]', ['resolvedAt', 'state']],
    ['sort:[{resolvedAt:DESC},{firstSeen:ASC}]', ['-resolvedAt', 'firstSeen']],
    ['sort:[{reopenedCount:DESC}]', ['-reopenedCount']],
  ])('the pages of one list %s are all of it, in order', async (args, keys) => {
    const { findings } = await all();
    expect(await pages(args)).toEqual([...findings].sort(byKeys(keys)).map(({ id }) => id));
  });

  test('what is new between two pages repeats nothing and hides nothing', async () => {
    const before: readonly unknown[] = (await all()).findings.map(({ id }) => id);
    let count = 0;
    const seen = await pages('', async () => {
      count += 1;
      // Before all that was seen, and behind it.
      await judge(store.database, { [`0 ${count}`]: [[on('new')]], [`z ${count}`]: [[on('new')]] });
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
    const other = await asked(store.database, '{ findingsConnection(sort:[{name:ASC}], after: "x") { totalCount } }');
    expect(other).toMatchObject({ data: null, errors: [expect.stringContaining('after is no cursor of this list')] });
  });

  test('every where selects what it selects in memory, whatever the texts', async () => {
    const { findings } = await all();
    await fc.assert(
      fc.asyncProperty(wheres(findings), async (input) => {
        const where = readWhere(FINDING, input, undefined, findingCatalogue);
        await preparePatterns(where);
        const { certainly } = compile(where, () => UNREAD);
        const expected = findings.filter((one) =>
          certainly.isTrue({ ...shownFinding(one), __typename: FINDING } as unknown as Asset),
        );
        const page = { ...everything, sort: findingOrder, limit: 1000 };
        const found = await inStore(store.database, (inventory) => inventory.findings({ where, page }));
        expect(found.findings).toEqual(expected);
        expect(found.total).toBe(expected.length);
      }),
      { numRuns: 150 },
    );
  });

  test('a control that nobody can have is one that nothing was judged by', async () => {
    const { errors, items } = await asked(store.database, '{findings(where:{control:"\\u0000"}){id}}');
    expect({ errors, items }).toEqual({
      items: [],
      errors: ['account 111122223333: no scan of it was judged by \0'],
    });
  });

  test('both ways of writing mean the same', async () => {
    const flat = '{findings(where:{severity_IN:[HIGH], name_CONTAINS:"a", state:OPEN}){id}}';
    const objects = '{findings(where:{severity:{in:[HIGH]}, name:{contains:"a"}, state:{eq:OPEN}}){id}}';
    const { items } = await asked(store.database, flat);
    expect(items.length).toBeGreaterThan(0);
    expect((await asked(store.database, objects)).items).toEqual(items);
  });

  test.each<[where: string, selects: (finding: ReturnType<typeof shownFinding>) => boolean]>([
    ['key:{accessKeyId:"AKIA\\"", slot:2}', ({ key }) => key?.accessKeyId === 'AKIA"' && key.slot === 2],
    ['key:{accessKeyId_STARTS_WITH:"AKIA$"}', ({ key }) => key?.accessKeyId?.startsWith('AKIA$') === true],
    ['key:{accessKeyId:"AKIA\\u0000"}', ({ key }) => key?.accessKeyId === 'AKIA\0'],
    ['key:{createDate_LT:"2026-01-05T02:00:00+02:00"}', ({ key }) => (key?.createDate ?? '3') < '2026-01-05'],
    ['key:null', ({ key }) => key === null],
    ['key_NOT:{slot_GTE:1}', ({ key }) => !key?.slot],
    ['key:{NOT:{slot:1}}', ({ key }) => key !== null && key.slot !== null && key.slot !== 1],
    ['exception:{owner_ENDS_WITH:" ana"}', ({ exception: e }) => e?.owner.endsWith(' ana') === true],
    ['exception:{reason:"\\u0000", ticket:"\\u0000"}', ({ exception: e }) => e?.reason === '\0' && e.ticket === '\0'],
    ['exception:{some:{reason:{contains:"DROP"}}}', ({ exception: e }) => e?.reason.includes('DROP') === true],
    ['exception_NOT:null', ({ exception }) => exception !== null],
    ['exception:{reason_MATCHES:"[éa%]+"}', ({ exception: e }) => /^[éa%]+$/.test(e?.reason ?? '')],
    ['parameters:{name:"days", value:"45"}', ({ parameters }) => parameters.some(({ value }) => value === '45')],
    [`parameters:{value:${JSON.stringify(JSON.stringify(PARAMETERS.name))}}`, ({ parameters: p }) => p.length > 0],
    ['parameters_NONE:{}', ({ parameters }) => parameters.length === 0],
  ])('{%s} selects what it says', async (where, selects) => {
    const { findings } = await all();
    const expected = findings.filter((one) => selects(shownFinding(one))).map(({ id }) => ({ id }));
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.length).toBeLessThan(findings.length);
    expect((await asked(store.database, `{findings(where:{${where}}){id}}`)).items).toEqual(expected);
  });

  test('a summary sums up what is selected, and as much as by what judgements know themselves', async () => {
    const summary = async (where: string) => {
      const text = `findingsSummary(where:{${where}}){open{high medium low} excepted opened reopened resolved}`;
      return (await asked(store.database, text)).items.at(-1);
    };
    const whole = await summary('control_IN:["a","b","d"]');
    expect(whole).toMatchObject({ reopened: 1 });
    expect(await summary('control_IN:["a","b","d"], name_NOT:"nobody"')).toEqual(whole);
    const { findings } = await all();
    const open = (of: (finding: FindingRecord) => boolean) => ({
      ...{ open: { high: findings.filter((one) => of(one) && one.state === 'OPEN').length, medium: 0, low: 0 } },
      excepted: findings.filter((one) => of(one) && one.state === 'EXCEPTED').length,
    });
    const opened = open(({ control, key }) => control === 'd' && key !== null);
    expect(await summary('control:"d", key_NOT:null')).toMatchObject({ ...opened, opened: opened.open.high });
    expect(await summary('control:"d", exception:{reason:"_"}')).toMatchObject({ excepted: 1, opened: 0 });
    expect(await summary('parameters:{name:"days"}')).toMatchObject(open(({ control }) => control === 'd'));
    expect(await summary('control:"a", name:"gone"')).toMatchObject({ opened: 1, reopened: 1, resolved: 1 });
  });

  test('a summary is of what does not change in a life', async () => {
    expect((await asked(store.database, '{findingsSummary(where:{state:OPEN}){day}}')).errors).toEqual([
      expect.stringContaining('findingsSummary asks for state, which changes'),
    ]);
    const summary = 'findingsSummary(where:{control:"a"}){open{high medium low} excepted opened reopened resolved}';
    const [day] = (await asked(store.database, summary)).items;
    expect(day).toMatchObject({ open: { high: ODD.length + 1, medium: 0, low: 0 }, reopened: 1, resolved: 1 });
  });
});

/** Conditions on what some finding holds, and on odd texts. */
const wheres = (findings: readonly FindingRecord[]): fc.Arbitrary<WhereInput> =>
  wheresOf(FINDING, findings.map(shownFinding) as unknown as readonly Shown[]);

function wheresOf(type: string, some: readonly Shown[]): fc.Arbitrary<WhereInput> {
  const keys = Object.entries(findingCatalogue[type]?.fields ?? {}).flatMap(([name, field]) =>
    operators.filter((operator) => operator.appliesTo(field)).map((operator) => ({ name, field, operator })),
  );
  const texts = fc.constantFrom(...ODD, ...ODD.map((odd) => `AKIA${odd}`));
  const leaf = fc.constantFrom(...keys).chain(({ name, field, operator }): fc.Arbitrary<WhereInput> => {
    const key = `${name}${operator.suffix}`;
    const values = some.map((one) => one[name]);
    if (field.relation) {
      const related = values.flat().filter((one): one is Shown => one !== null);
      const ofNull = operator.ofNull === 'error' ? [] : [fc.constant({ [key]: null })];
      const below = wheresOf(field.type, related).map((where) => ({ [key]: where }));
      return fc.oneof({ arbitrary: below, weight: 4 }, fc.constant({ [key]: {} }), ...ofNull);
    }
    const isText = ['String', 'ID'].includes(field.type);
    return fc
      .tuple(fc.constantFrom(...values), texts, fc.boolean())
      .map(([own, odd, isOdd]) => conditionOf(name, { operator, field, value: isText && isOdd ? odd : own }));
  });
  return fc.letrec<{ where: WhereInput }>((tie) => ({
    where: fc.oneof(
      { maxDepth: 2 },
      leaf,
      fc.tuple(tie('where'), tie('where')).map(([a, b]) => ({ OR: [a, b] })),
      tie('where').map((one) => ({ NOT: one })),
    ),
  })).where;
}

interface Condition {
  readonly operator: Operator;
  readonly field: Field;
  readonly value: unknown;
}

function conditionOf(name: string, { operator, field, value }: Condition): WhereInput {
  if (value === null) return { [name]: null };
  const part = operator.kind === 'matches' ? '(?s).*a.*' : value;
  return { [`${name}${operator.suffix}`]: operator.argumentType(field).startsWith('[') ? [part] : part };
}

/** In that order; `-` for descending. */
function byKeys(keys: readonly string[]) {
  const ranks = ['LOW', 'MEDIUM', 'HIGH'];
  const read = (finding: FindingRecord, key: string): unknown => {
    const value = (finding as unknown as Shown)[key];
    return key === 'severity' ? ranks.indexOf(String(value)) : value;
  };
  const compare = (x: unknown, y: unknown): number => {
    if (x === y) return 0;
    if (x === null || y === null) return x === null ? 1 : -1;
    return typeof x === 'string' ? compareCodePoints(x, String(y)) : Number(x) - Number(y);
  };
  return (a: FindingRecord, b: FindingRecord): number => {
    for (const key of keys) {
      const [field, sign] = key.startsWith('-') ? [key.slice(1), -1] : [key, 1];
      const compared = compare(read(a, field), read(b, field)) * sign;
      if (compared !== 0) return compared;
    }
    return compareCodePoints(a.id, b.id);
  };
}
