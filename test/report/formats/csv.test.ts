import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { renderCsv } from '../../../src/report/formats/csv.ts';
import { printable } from '../../../src/report/printable.ts';
import type { Run } from '../../../src/report/run.ts';
import { anyRun, DENIED, fullRun, hostileTexts, runWithTexts, sampleRun } from '../example-runs.ts';

type Row = Readonly<Record<string, string>>;

function read(run: Run): readonly Row[] {
  const { data, errors } = Papa.parse<Row>(renderCsv(run), { header: true, skipEmptyLines: true });
  expect(errors).toEqual([]);
  return data;
}

describe('renderCsv', () => {
  test('has a row for each finding', () => {
    expect(read(sampleRun).map(({ status, name, count }) => [status, name, count])).toEqual([
      ['FAIL', 'ana', '3 of 10 IAM users'],
      ['FAIL', 'etl', '3 of 10 IAM users'],
      ['FAIL', 'bruno', '3 of 10 IAM users'],
    ]);
    expect(read(sampleRun)[2]).toMatchObject({
      control: 'aws-iam-no-initial-access-keys',
      severity: 'low',
      rule: 'stored-check',
      type: 'IAMUser',
      identifier: 'arn:aws:iam::111122223333:user/bruno',
      evidence:
        'access key 2 AKIASAMPLE004EXAMPLE, since 2026-10-05T09:00:00Z; console password: yes; accessKey2Active: true (iam:GetCredentialReport, 2026-11-02T08:15:00Z); accessKey2LastUsedDate: null (iam:GetCredentialReport, 2026-11-02T08:15:00Z)',
      account: '111122223333',
      sample: 'true',
      judgedAt: '2026-11-03T10:20:30.4Z',
    });
  });

  test('has a row for everything without findings, as what it is', () => {
    const rows = read(fullRun).map(({ status, number, name, reason }) => [status, number, name || reason]);
    expect(rows).toEqual([
      ['NOT_AUTOMATED', '1.1', 'only a person can tell whether a phone number is current'],
      ['ERROR', '1.5', DENIED],
      ['FAIL', '1.11', 'ana'],
      ['FAIL', '1.11', 'etl'],
      ['FAIL', '1.11', 'bruno'],
      ['FAIL', '1.12', 'ana'],
      ['FAIL', '1.12', 'etl'],
      ['FAIL', '1.12', 'bruno'],
      ['ERROR', '1.12', DENIED],
      ['PASS', '1.14', ''],
      ['EXCEPTED', '1.14', 'etl'],
      ['PASS', '2.1', ''],
      ['NOT_JUDGED', '2.2', 'it was left out of this run'],
    ]);
    expect(read(fullRun)[10]).toMatchObject({
      parameters: 'maxAgeDays: 45',
      owner: 'Data platform',
      expires: '2026-12-31',
      reason: 'the nightly job moves to a role in December (OPS-12)',
    });
  });

  test('any text is one cell, and none of them a formula', () => {
    fc.assert(
      fc.property(anyRun, (texts) => {
        const csv = renderCsv(runWithTexts(texts));
        expect(csv.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        const [found, excepted, error] = read(runWithTexts(texts)) as [Row, Row, Row];
        const cells = [found['name'], excepted['owner'], excepted['reason'], error['reason']];
        for (const [index, text] of texts.entries()) {
          // An apostrophe in front is all that may have been added.
          expect(cells[index]?.replace(/ \(OPS-12\)$/, '').replace(/^'(?='*[=+\-@＝＋－＠])/, '')).toBe(
            printable(text),
          );
          expect(cells[index]).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
        }
      }),
      { examples: hostileTexts.map((text) => [[text, text, text, text]]) },
    );
  });
});
