import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderOcsf } from '../../../src/report/formats/ocsf.ts';
import type { Run } from '../../../src/report/run.ts';
import { readAs } from '../../support/format-readers.ts';
import {
  anyRun,
  DENIED,
  fullRun,
  hostileRuns,
  judgedAt,
  runWithTexts,
  sampleRun,
  severalRun,
  severalUnread,
} from '../example-runs.ts';

const read = (run: Run) =>
  renderOcsf(run)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('renderOcsf', () => {
  test('each line is a Compliance Finding by the compiled schema of the version that it names', async () => {
    const lines = [fullRun, sampleRun, severalRun, severalUnread, ...hostileRuns].map(renderOcsf);
    const broken = renderOcsf(fullRun)
      .replace('"status_code"', '"statusCode"')
      .replace('"status_id":2', '"status_id":7');
    const complaints = await readAs('ocsf', [broken, ...lines]);
    expect(complaints[0]).toHaveLength(2);
    expect(complaints.slice(1).flat()).toEqual([]);
  });

  test('says of each control what it says of the account, and of each finding what it says of the asset', () => {
    const told = read(fullRun).map(({ status_code, status, compliance, severity, resources }) =>
      [status_code, compliance.status, status, severity, ...(compliance.requirements ?? []), resources[0].name].join(
        ' ',
      ),
    );
    expect(told).toEqual([
      'NOT_AUTOMATED Not automated  Informational 1.1 111122223333',
      'ERROR Warning New Low 1.5 111122223333',
      'FAIL Fail New Low 1.11 111122223333',
      'FAIL Fail New Low 1.11 ana',
      'FAIL Fail New Low 1.11 etl',
      'FAIL Fail New Low 1.11 bruno',
      'FAIL Fail New Low 1.12 111122223333',
      'FAIL Fail New Low 1.12 ana',
      'FAIL Fail New Low 1.12 etl',
      'FAIL Fail New Low 1.12 bruno',
      'PASS Pass  Informational 1.14 111122223333',
      'EXCEPTED Fail Suppressed Low 1.14 etl',
      'PASS Pass  Informational 2.1 111122223333',
      'NOT_JUDGED Not judged  Informational 2.2 111122223333',
    ]);
  });

  test('an ERROR is no Pass, and says why', () => {
    const [, error] = read(fullRun);
    expect(error).toMatchObject({
      class_uid: 2003,
      time: judgedAt.getTime(),
      status_code: 'ERROR',
      status_detail: `? of ? IAM users; ${DENIED}`,
      compliance: { status_id: 2, standards: ['CIS AWS Foundations Benchmark v9.0'] },
      metadata: { product: { name: 'iamql' } },
      cloud: { provider: 'AWS', account: { uid: '111122223333' } },
    });
    const ids = read(fullRun).map(({ finding_info }) => finding_info.uid);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('an exception says by whom, until when and why', () => {
    const excepted = read(fullRun).find(({ status_code }) => status_code === 'EXCEPTED');
    expect(excepted.status_detail).toBe(
      'excepted until 2026-12-31, owner Data platform: the nightly job moves to a role in December (OPS-12)',
    );
    expect(excepted.compliance.control).toBe('Access keys are rotated, maxAgeDays: 45');
  });

  test('the events of an account without a benchmark', () => {
    expect(read(sampleRun)).toHaveLength(4);
    expect(read(sampleRun)[1].resources[0]).toMatchObject({
      uid: 'arn:aws:iam::111122223333:user/ana',
      type: 'IAMUser',
      data: {
        facts: [
          { field: 'accessKey1Active', value: true },
          { field: 'accessKey1LastUsedDate', value: null },
        ],
      },
    });
  });

  test('any text is one line and read back as it was', () => {
    fc.assert(
      fc.property(anyRun, (texts) => {
        const [name, owner, reason, message] = texts;
        const [whole, found, excepted, error] = read(runWithTexts(texts));
        expect(whole.status_detail).toBe(`1 of 10 IAM users; ${message}`);
        expect(found.resources[0].name).toBe(name);
        expect(excepted.status_detail).toBe(`excepted until 2026-12-31, owner ${owner}: ${reason} (OPS-12)`);
        expect(error.status_detail).toBe(`? of 10 IAM users; ${message}`);
      }),
    );
  });
});
