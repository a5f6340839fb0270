import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import type { JudgedControl, JudgedFinding, KeptKey } from '../../src/inventory/findings.ts';
import type { Database } from '../../src/store/database/database.ts';
import { scansToJudge } from '../../src/store/findings/judged-scans.ts';
import { type JudgedScan, keepFindings } from '../../src/store/findings/keep-findings.ts';
import { changesOf } from '../../src/store/scans/scan-changes.ts';
import type { ScopeRequest } from '../../src/store/scope.ts';
import { StoreSource } from '../../src/store/store-source.ts';
import { always } from '../../src/where/expression.ts';
import { backends, scan } from './scanned-accounts.ts';

const key = (id: string | null, slot = 1, since = '2026-01-01T00:00:00+00:00'): KeptKey => ({
  accessKeyId: id,
  slot,
  since,
  createDate: null,
});
const exception = { owner: 'ana', expires: '2027-01-01T00:00:00+00:00', reason: 'a drill', ticket: null };
const on = (name: string, more: Partial<JudgedFinding> = {}): JudgedFinding => ({
  ...{ type: 'IAMUser', identifier: `arn:aws:iam::111122223333:user/${name}`, name, key: null, exception: null },
  ...more,
});
const denied = [{ code: 'AccessDenied', message: 'not allowed' }];

/** What one control says of one scan after another, and what each of them changed. */
const lives: Readonly<
  Record<
    string,
    readonly {
      readonly found: readonly JudgedFinding[];
      readonly errors?: typeof denied;
      readonly changes: readonly string[];
    }[]
  >
> = {
  'a finding is opened, resolved and reopened': [
    { found: [on('ana')], changes: ['OPENED ana'] },
    { found: [on('ana')], changes: [] },
    { found: [], changes: ['RESOLVED ana'] },
    { found: [on('ana'), on('bob')], changes: ['REOPENED ana', 'OPENED bob'] },
  ],
  'what could not be judged resolves nothing': [
    { found: [on('ana')], changes: ['OPENED ana'] },
    { found: [], errors: denied, changes: [] },
    { found: [], errors: denied, changes: [] },
    { found: [on('ana')], changes: [] },
  ],
  'what is found beside what could not be read is new': [
    { found: [], errors: denied, changes: [] },
    { found: [on('ana')], errors: denied, changes: ['OPENED ana'] },
    { found: [], changes: ['RESOLVED ana'] },
  ],
  'an exception is a state of its own, and its end brings the finding back': [
    { found: [on('ana', { exception })], changes: ['EXCEPTED ana'] },
    { found: [on('ana', { exception: { ...exception, owner: 'bob' } })], changes: [] },
    { found: [on('ana')], changes: ['REOPENED ana'] },
    { found: [on('ana', { exception })], changes: ['EXCEPTED ana'] },
    { found: [], changes: ['RESOLVED ana'] },
  ],
  'a new key is a new finding': [
    { found: [on('ana', { key: key('AKIA1') })], changes: ['OPENED ana AKIA1'] },
    {
      found: [on('ana', { key: key('AKIA2', 1, '2026-02-01T00:00:00+00:00') })],
      changes: ['RESOLVED ana AKIA1', 'OPENED ana AKIA2'],
    },
  ],
  'one of two keys is gone': [
    {
      found: [on('ana', { key: key('AKIA1') }), on('ana', { key: key('AKIA2', 2) })],
      changes: ['OPENED ana AKIA1', 'OPENED ana AKIA2'],
    },
    { found: [on('ana', { key: key('AKIA2', 2) })], changes: ['RESOLVED ana AKIA1'] },
  ],
  'a key that is named only now is the same key': [
    { found: [on('ana', { key: key(null) })], changes: ['OPENED ana null'] },
    { found: [on('ana', { key: key('AKIA1') })], changes: [] },
    { found: [on('ana', { key: key(null) })], changes: [] },
  ],
  'a name may hold any character': [
    { found: [on('a\u0000\'"\\n%')], changes: ['OPENED a\u0000\'"\\n%'] },
    { found: [], changes: ['RESOLVED a\u0000\'"\\n%'] },
  ],
};

describe.each(Object.entries(backends))('findings, on %s', (_name, open) => {
  let store: Awaited<ReturnType<typeof open>>;
  let control = 0;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store?.stop());

  test.each(Object.entries(lives))('%s', async (_title, scans) => {
    const id = `control-${++control}`;
    for (const { found, errors = [], changes } of scans) {
      const at = await scanned(store.database);
      const judged = judgedBy(id, found, errors);
      await keepFindings(store.database, at, [judged]);
      expect((await changed(store.database, at)).toSorted()).toEqual([...changes].sort());
      // Once more changes nothing, whatever it says.
      await keepFindings(store.database, at, [judgedBy(id, [on('zoe')], [])]);
      expect((await changed(store.database, at)).toSorted()).toEqual([...changes].sort());
    }
  });

  test('a life is told as of any scan', async () => {
    const scans: JudgedScan[] = [];
    for (const [found, errors] of [
      [[on('ana')], []],
      [[], denied],
      [[], []],
      [[on('ana', { exception })], []],
    ] as const) {
      scans.push(await scanned(store.database));
      await keepFindings(store.database, scans.at(-1) as JudgedScan, [judgedBy('told', found, errors)]);
    }
    const times = scans.map(({ endedAt }) => endedAt.toISOString().replace(/0+Z$/, 'Z').replace(/\.Z$/, 'Z'));
    const told = async (index: number) => {
      const { data } = await findings(
        store.database,
        `where:{control: "told"}, asOf: ${JSON.stringify(scans[index]?.endedAt)}`,
      );
      return data.findings[0];
    };
    const [first, , third] = times;
    expect(await told(0)).toMatchObject({ state: 'OPEN', firstSeen: first, lastSeen: first, unjudgedSince: null });
    expect(await told(1)).toMatchObject({ state: 'OPEN', lastSeen: first, unjudgedSince: times[1], resolvedAt: null });
    expect(await told(2)).toMatchObject({ state: 'RESOLVED', lastSeen: first, resolvedAt: third, reopenedCount: 0 });
    expect(await told(3)).toMatchObject({ state: 'EXCEPTED', firstSeen: first, lastSeen: times[3], resolvedAt: null });
    expect(await told(3)).toMatchObject({ exception: { owner: 'ana', expires: '2027-01-01T00:00:00Z' } });
  });

  test('what is not known stands beside what was found', async () => {
    const at = await scanned(store.database);
    const asked = async (args: string) => (await findings(store.database, args)).errors;
    expect(await asked('where:{control: "unknown"}')).toEqual([
      'NotCollected: account 111122223333: its last scan was not judged; `iamql scan --judge` does it',
    ]);
    await keepFindings(store.database, at, [judgedBy('whole', [], []), judgedBy('part', [on('ana')], denied)]);
    expect(await asked('where:{control: "whole"}')).toEqual([]);
    expect(await asked('where:{control: "part"}')).toEqual([
      'AccessDenied: account 111122223333: part could not be judged whole: not allowed',
    ]);
    expect(await asked('where:{control: "unknown"}')).toEqual([
      'NotCollected: account 111122223333: no scan of it was judged by unknown',
    ]);
    expect(await asked('where:{control: "told"}')).toEqual([
      'NotCollected: account 111122223333: its last scan was not judged by told',
    ]);
    expect(await asked('where:{control: "whole"}, asOf: "2020-01-01"')).toEqual([
      'NotCollected: account 111122223333: it was not scanned',
    ]);
    const old = await findings(store.database, 'where:{control: "whole"}', { maxAgeMs: 0 });
    expect(old.errors).toEqual([expect.stringMatching(/^TooOld: account 111122223333: .* --max-age /)]);
    // What concerns another account or control is not said.
    expect(await asked('where:{connector: "another"}')).toEqual([]);
    expect(await asked('where:{OR:[{control: "part"}{control: "whole"}] severity: LOW}')).toEqual([]);
  });

  test('judgements and days tell what came and went', async () => {
    const before = await days(store.database);
    const kept = [];
    for (const [found, errors] of [
      [[on('ana'), on('bob')], []],
      [[on('bob', { exception })], denied],
      [[on('bob')], []],
    ] as const) {
      kept.push(await scanned(store.database));
      await keepFindings(store.database, kept.at(-1) as JudgedScan, [judgedBy('counted', found, errors)]);
    }
    const source = new StoreSource(store.database, { connectors: undefined, tags: {}, asOf: undefined });
    const told = await Array.fromAsync(source.inventory().judgements('counted', undefined));
    await source.close();
    expect(told.map(({ scan: id, verdict, found, excepted }) => `${id} ${verdict} ${found} ${excepted}`)).toEqual([
      `${kept[2]?.id} FAIL 1 0`,
      `${kept[1]?.id} FAIL 0 1`,
      `${kept[0]?.id} FAIL 2 0`,
    ]);
    // Two are opened, one is excepted and opened again, the other is resolved by the scan that could be judged whole.
    const after = await days(store.database);
    expect(after.open.HIGH - before.open.HIGH).toBe(1);
    const kinds = ['opened', 'reopened', 'resolved', 'retired', 'excepted', 'unjudged'] as const;
    expect(kinds.map((kind) => after[kind] - before[kind])).toEqual([2, 1, 1, 0, 0, 1]);
  });

  test('findings are asked for by what they are', async () => {
    const at = await scanned(store.database);
    await keepFindings(store.database, at, [judgedBy('asked', [on('ana'), on('bob', { exception })], [])]);
    const names = async (args: string) => {
      const { data } = await findings(store.database, `where:{control: "asked", ${args}}`);
      return data.findings.flatMap((one) => one?.['name'] ?? []);
    };
    expect(await names('state: OPEN')).toEqual(['ana']);
    expect(await names('state: EXCEPTED')).toEqual(['bob']);
    expect(await names('state: RESOLVED')).toEqual([]);
    expect(await names('severity: HIGH')).toEqual(['ana', 'bob']);
    expect(await names('severity: LOW')).toEqual([]);
    expect(await names('connector: "111122223333"')).toEqual(['ana', 'bob']);
    expect(await names(`stateSince_GTE: "${at.endedAt.toISOString()}"`)).toEqual(['ana', 'bob']);
    expect(await names(`stateSince_GTE: "${new Date(at.endedAt.getTime() + 1).toISOString()}"`)).toEqual([]);
  });
});

/** One more scan of the account, the newest that is to be judged. */
async function scanned(database: Database): Promise<JudgedScan> {
  const { id } = await scan(database, { IAMUser: [{ userName: 'ana' }] });
  const scans = await scansToJudge(database);
  return scans.find((one) => one.id === id) as JudgedScan;
}

const judgedBy = (
  control: string,
  findings: readonly JudgedFinding[],
  errors: typeof denied | readonly [],
): JudgedControl => ({
  ...{ control, severity: 'HIGH', parameters: {}, total: 1, findings, errors },
  verdict: findings.length > 0 ? 'FAIL' : errors.length > 0 ? 'ERROR' : 'PASS',
});

const changed = async (database: Database, { id }: JudgedScan): Promise<readonly string[]> =>
  (await Array.fromAsync(changesOf(database, id))).map(
    (one) => `${one.change} ${one.name}${one.key ? ` ${one.key.accessKeyId}` : ''}`,
  );

interface Findings {
  readonly findings: readonly (Readonly<Record<string, unknown>> | null)[];
}

async function findings(database: Database, args: string, scope: Partial<ScopeRequest> = {}) {
  const source = new StoreSource(database, { connectors: undefined, tags: {}, asOf: undefined, ...scope });
  const text = `{ findings(${args}) { name state firstSeen lastSeen resolvedAt reopenedCount unjudgedSince exception { owner expires } } }`;
  const { result } = await ask(source.inventory(), { text });
  await source.close();
  const errors = (result.errors ?? []).map(({ message, extensions }) => `${extensions['code']}: ${message}`);
  return { data: JSON.parse(JSON.stringify(result.data ?? null)) as Findings, errors };
}

/** All days of the store as one: a test may run around midnight. */
async function days(database: Database) {
  const source = new StoreSource(database, { connectors: undefined, tags: {}, asOf: undefined });
  const { days: all } = await source.inventory().findingsSummary({ where: always });
  await source.close();
  const sum = (of: 'opened' | 'reopened' | 'resolved' | 'retired' | 'unjudged'): number =>
    all.reduce((total, day) => total + day[of], 0);
  return {
    open: all.at(-1)?.open ?? { HIGH: 0 },
    opened: sum('opened'),
    reopened: sum('reopened'),
    retired: sum('retired'),
    excepted: all.at(-1)?.excepted ?? 0,
    resolved: sum('resolved'),
    unjudged: sum('unjudged'),
  };
}
