import { expect, test } from 'vitest';
import type { FindingRecord, HistoryDay, KeptJudgement } from '../../src/inventory/findings.ts';
import { renderDays, renderHistory } from '../../src/report/history.ts';

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
    judgement(4, { excepted: 1 }),
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
  ],
};

test('a history reads from the newest scan down, and no name commands the terminal', () => {
  expect(renderHistory(history, 'text')).toBe(`c

2026-03-05T00:00:00Z  account 111122223333  scan 5  ERROR  0 found, not judged whole: not allowed
2026-03-04T00:00:00Z  account 111122223333  scan 4  FAIL   1 of 5, 1 excepted

EXCEPTED  account main  =ana\\u001b[2J key AKIAIOSFODNN7EXAMPLE  first seen 2026-03-01T00:00:00Z, last seen 2026-03-04T00:00:00Z, reopened 2 times, excepted by bob until 2027-01-01T00:00:00Z, not judged since 2026-03-05T00:00:00Z
RESOLVED  account main  bob  first seen 2026-03-01T00:00:00Z, last seen 2026-03-04T00:00:00Z, resolved 2026-03-04T00:00:00Z, reopened 2 times
`);
});

test('as JSON it holds what GraphQL says of a finding', () => {
  const { judgements, findings } = JSON.parse(renderHistory(history, 'json'));
  expect(judgements[0]).toMatchObject({ at: '2026-03-05T00:00:00Z', errors: [{ code: 'AccessDenied' }] });
  expect(findings[0]).toMatchObject({
    key: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', slot: 1, createDate: '2026-03-01T00:00:00Z' },
    exception: { owner: 'bob', expires: '2027-01-01T00:00:00Z' },
    unjudgedSince: '2026-03-05T00:00:00Z',
  });
});

test('as CSV it is safe to open', () => {
  const [names, first] = renderHistory(history, 'csv').split('\r\n');
  expect(names?.split(',').length).toBe(17);
  expect(first).toContain(`"'=ana\\u001b[2J"`);
});

test('days are a table of numbers', () => {
  const days: readonly HistoryDay[] = [
    { day: '2026-03-04', open: { HIGH: 1, MEDIUM: 0, LOW: 12 }, opened: 13, resolved: 0, unjudged: 1 },
  ];
  expect(renderDays(days, 'text')).toBe(
    'day         high  medium  low  opened  resolved  unjudged\n2026-03-04     1       0   12      13         0         1\n',
  );
  expect(renderDays(days, 'csv')).toContain('"2026-03-04","1","0","12","13","0","1"');
});
