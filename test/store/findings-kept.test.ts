import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expire } from '../../src/store/scans/retention.ts';
import { START_MS } from '../support/databases.ts';
import { asked, judge, on, type Shown } from './judged-store.ts';
import { backends } from './scanned-accounts.ts';

const exception = { owner: 'ana', expires: '2027-01-01T00:00:00+00:00', reason: 'a drill', ticket: null };

describe.each(Object.entries(backends))('what is kept of findings, on %s', (_name, open) => {
  let store: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    store = await open();
  }, START_MS);
  afterAll(() => store?.stop());

  test('with other values of its parameters a control finds other findings', async () => {
    const states = async () => {
      const text = '{findings(where:{control:"aged"}){name state parameters{value} reopenedCount exception{owner}}}';
      const { items } = await asked(store.database, text);
      return items
        .map(({ name, state, parameters, reopenedCount, exception: excepted }) => {
          const [{ value }] = parameters as [Shown];
          return `${name} ${value} ${state} ${reopenedCount}${excepted ? ' excepted' : ''}`;
        })
        .sort();
    };
    const bob = on('bob', { exception });
    await judge(store.database, { aged: [[on('ana'), bob]] }, { maxAgeDays: 90 });
    expect(await states()).toEqual(['ana 90 OPEN 0', 'bob 90 EXCEPTED 0 excepted']);
    // An exception is of a control and an asset, whatever the values.
    const { id } = await judge(store.database, { aged: [[on('ana'), bob, on('eve')]] }, { maxAgeDays: 45 });
    const at45 = ['ana 45 OPEN 0', 'bob 45 EXCEPTED 0 excepted', 'eve 45 OPEN 0'];
    expect(await states()).toEqual([...at45, 'ana 90 RETIRED 0', 'bob 90 RETIRED 0'].sort());
    const rows = await store.database.query('SELECT changes FROM judgement WHERE scan = $1', [id]);
    expect(rows).toEqual([
      { changes: { open: 1, excepted: 0, opened: 2, reopened: 0, resolved: 0, retired: 2, set_apart: 1 } },
    ]);
    // Asked as before, they come back. What is not judged whole resolves nothing, and retires all the same.
    await judge(store.database, { aged: [[on('ana')], 'HIGH', 'denied'] }, { maxAgeDays: 90 });
    expect(await states()).toEqual([
      ...['ana 45 RETIRED 0', 'ana 90 OPEN 1', 'bob 45 RETIRED 0', 'bob 90 RETIRED 0', 'eve 45 RETIRED 0'],
    ]);
  });

  test('retention keeps what is open and what is summed up, and lets go of what is gone', async () => {
    const ofDay = (scan: { readonly endedAt: Date }, ms = 0) => new Date(scan.endedAt.getTime() + ms);
    const first = await judge(store.database, { kept: [[on('ana'), on('bob'), on('eve')]] });
    await judge(store.database, { kept: [[on('ana'), on('eve')]] });
    await judge(store.database, { kept: [[on('ana'), on('eve')]] });
    const cut = ofDay(await judge(store.database, { kept: [[on('ana'), on('eve')]] }), 1);
    await judge(store.database, { kept: [[on('ana')]] });
    const summary = '{findingsSummary(where:{control:"kept"}){day open{high} opened resolved}}';
    const before = await asked(store.database, summary);
    expect(before.items.at(-1)).toMatchObject({ open: { high: 1 }, opened: 3, resolved: 2 });
    // Of the judgements before that time, one changed nothing and was followed by another.
    expect((await expire(store.database, cut)).judgements).toBe(1);
    expect((await asked(store.database, '{findings(where:{control:"kept"}){name state firstSeen}}')).items).toEqual([
      { name: 'ana', state: 'OPEN', firstSeen: expect.stringContaining(ofDay(first).toISOString().slice(0, 19)) },
      { name: 'eve', state: 'RESOLVED', firstSeen: expect.stringContaining(ofDay(first).toISOString().slice(0, 19)) },
    ]);
    // As of the time from which on everything is kept, it is as it was.
    const then = `{findings(where:{control:"kept"} asOf:"${cut.toISOString()}"){name state}}`;
    expect((await asked(store.database, then)).items).toEqual([
      { name: 'ana', state: 'OPEN' },
      { name: 'eve', state: 'OPEN' },
    ]);
    expect(await asked(store.database, summary)).toEqual(before);
    // Of findings that are there no more nobody knows what they were called.
    const named = (more: string) =>
      asked(store.database, `{findingsSummary(where:{control:"kept", name_NOT:"ana"}${more}){opened resolved}}`);
    expect(await named('')).toMatchObject({
      items: [{ opened: 1, resolved: 1 }],
      errors: [expect.stringMatching(/^findings were deleted with --keep, .* up to \d{4}-\d\d-\d\d there may/)],
    });
    expect((await named(', since:"2100-01-01"')).errors).toEqual([]);
    expect(await expire(store.database, cut)).toMatchObject({ scans: 0, rows: 0, findings: 0, judgements: 0 });
    // What was let go of is new when it comes back.
    await judge(store.database, { kept: [[on('ana'), on('bob')]] });
    const back = await asked(store.database, '{findings(where:{control:"kept", name:"bob"}){state reopenedCount}}');
    expect(back.items).toEqual([{ state: 'OPEN', reopenedCount: 0 }]);
  });
});
