import { expect, test } from 'vitest';
import type { FindingRecord, HistoryDay, KeptJudgement } from '../../src/inventory/findings.ts';
import { renderDays, renderHistory } from '../../src/report/history.ts';
import type { HistoryFormat } from '../../src/report/history-format.ts';

const at = (day: number): string => `2026-03-0${day}T00:00:00+00:00`;

const judgement = (day: number, more: Partial<KeptJudgement>): KeptJudgement => ({
  ...{ scan: String(day), connector: '111122223333', at: at(day), severity: 'LOW', parameters: {} },
  ...{ verdict: 'FAIL', found: 1, excepted: 0, total: 5, errors: [] },
  ...more,
});

const finding: FindingRecord = {
  ...{
    id: 'a',
    control: 'c',
    severity: 'LOW',
    connector: '111122223333',
    accountName: 'main',
    accountID: '111122223333',
  },
  ...{ type: 'IAMUser', identifier: 'arn:aws:iam::111122223333:user/ana', name: '=ana\u001b[2J' },
  key: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', slot: 1, since: at(1), createDate: null },
  ...{ parameters: { maxAgeDays: 90 }, stateSince: at(3) },
  ...{ state: 'EXCEPTED', firstSeen: at(1), lastSeen: at(4), resolvedAt: null, reopenedCount: 2, unjudgedSince: at(5) },
  exception: { owner: 'bob', expires: '2027-01-01T00:00:00+00:00', reason: 'a drill', ticket: null },
};

const history = {
  control: 'c',
  judgements: [
    judgement(5, {
      verdict: 'ERROR',
      found: 0,
      total: null,
      errors: [{ code: 'AccessDenied', message: 'not allowed' }],
    }),
    judgement(4, { excepted: 1, parameters: { maxAgeDays: 90 } }),
  ],
  findings: [
    finding,
    {
      ...finding,
      state: 'RESOLVED',
      key: null,
      name: 'bob',
      resolvedAt: at(4),
      exception: null,
      unjudgedSince: null,
    } as const,
    { ...finding, state: 'RETIRED', key: null, name: 'eve', exception: null, unjudgedSince: null } as const,
  ],
};

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function render(format: HistoryFormat, { control, judgements, findings } = history): Promise<string> {
  const pieces = renderHistory({ control, judgements: each(judgements), findings: each(findings) }, format);
  return (await Array.fromAsync(pieces)).join('');
}

test('a history reads from the newest scan down, and no name commands the terminal', async () => {
  expect(await render('text')).toBe(`c

2026-03-05T00:00:00Z  account 111122223333  scan 5  ERROR  0 found, not judged whole: not allowed
2026-03-04T00:00:00Z  account 111122223333  scan 4  FAIL   1 of 5, 1 excepted, with maxAgeDays=90

EXCEPTED  account main  =ana\\u001b[2J key AKIAIOSFODNN7EXAMPLE  first seen 2026-03-01T00:00:00Z, last seen 2026-03-04T00:00:00Z, reopened 2 times, excepted by bob until 2027-01-01T00:00:00Z, not judged since 2026-03-05T00:00:00Z
RESOLVED  account main  bob  first seen 2026-03-01T00:00:00Z, last seen 2026-03-04T00:00:00Z, resolved 2026-03-04T00:00:00Z, reopened 2 times
RETIRED   account main  eve  first seen 2026-03-01T00:00:00Z, last seen 2026-03-04T00:00:00Z, looked for with maxAgeDays=90 until 2026-03-03T00:00:00Z, reopened 2 times
`);
  expect(await render('text', { ...history, findings: [] })).toMatch(/\n\nIt never found anything\.\n$/);
});

test('as JSON it holds what GraphQL says of a finding', async () => {
  const written = await render('json');
  const { judgements, findings } = JSON.parse(written);
  // It is written piece by piece, as if at once.
  expect(written).toBe(`${JSON.stringify(JSON.parse(written), null, 2)}\n`);
  const empty = { control: 'c', judgements: [], findings: [] };
  expect(await render('json', empty)).toBe(`${JSON.stringify(empty, null, 2)}\n`);
  expect(judgements[0]).toMatchObject({ at: '2026-03-05T00:00:00Z', errors: [{ code: 'AccessDenied' }] });
  expect(findings[0]).toMatchObject({
    key: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', slot: 1, createDate: '2026-03-01T00:00:00Z' },
    exception: { owner: 'bob', expires: '2027-01-01T00:00:00Z' },
    unjudgedSince: '2026-03-05T00:00:00Z',
  });
});

test('as CSV it is safe to open', async () => {
  const [names, first] = (await render('csv')).split('\r\n');
  expect(names?.split(',').length).toBe(18);
  expect(first).toContain(`"'=ana\\u001b[2J"`);
  expect(first).toMatch(/"maxAgeDays=90"$/);
});

test('days are a table of numbers', () => {
  const days: readonly HistoryDay[] = [
    {
      ...{ day: '2026-03-04', open: { HIGH: 1, MEDIUM: 0, LOW: 12 }, excepted: 2 },
      ...{ opened: 13, reopened: 3, resolved: 0, retired: 4, unjudged: 1 },
    },
  ];
  expect(renderDays(days, 'text')).toBe(
    'day         high  medium  low  excepted  opened  reopened  resolved  retired  unjudged\n2026-03-04     1       0   12         2      13         3         0        4         1\n',
  );
  expect(renderDays(days, 'csv')).toContain('"2026-03-04","1","0","12","2","13","3","0","4","1"');
});
