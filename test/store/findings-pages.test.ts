import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import type { Field } from '../../src/iam/catalogue.generated.ts';
import { compareCodePoints } from '../../src/iam/code-points.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import { FINDING, findingCatalogue, findingOrder } from '../../src/inventory/finding-type.ts';
import type { FindingRecord } from '../../src/inventory/findings.ts';
import { everything } from '../../src/inventory/page.ts';
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
const FIELDS = Object.entries(findingCatalogue[FINDING]?.fields ?? {});

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
          certainly.isTrue({ ...one, __typename: FINDING } as unknown as Asset),
        );
        const page = { ...everything, sort: findingOrder, limit: 1000 };
        const found = await inStore(store.database, (inventory) => inventory.findings({ where, page }));
        expect(found.findings).toEqual(expected);
        expect(found.total).toBe(expected.length);
      }),
      { numRuns: 60 },
    );
  });

  test('both ways of writing mean the same', async () => {
    const flat = '{findings(where:{severity_IN:[HIGH], name_CONTAINS:"a", state:OPEN}){id}}';
    const objects = '{findings(where:{severity:{in:[HIGH]}, name:{contains:"a"}, state:{eq:OPEN}}){id}}';
    const { items } = await asked(store.database, flat);
    expect(items.length).toBeGreaterThan(0);
    expect((await asked(store.database, objects)).items).toEqual(items);
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
function wheres(findings: readonly FindingRecord[]): fc.Arbitrary<WhereInput> {
  const keys = FIELDS.flatMap(([name, field]) =>
    operators.filter((operator) => operator.appliesTo(field)).map((operator) => ({ name, field, operator })),
  );
  const texts = fc.constantFrom(...ODD);
  const leaf = fc
    .tuple(fc.constantFrom(...keys), fc.constantFrom(...findings), texts, fc.boolean())
    .map(([{ name, field, operator }, finding, odd, isOdd]) => {
      const isText = ['String', 'ID'].includes(field.type);
      const value = isText && isOdd ? odd : (finding as unknown as Shown)[name];
      return conditionOf(name, { operator, field, value });
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
