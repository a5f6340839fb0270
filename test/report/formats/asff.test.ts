import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderAsff } from '../../../src/report/formats/asff.ts';
import { printable } from '../../../src/report/printable.ts';
import type { Run } from '../../../src/report/run.ts';
import { readAs } from '../../support/format-readers.ts';
import {
  anyRun,
  DENIED,
  errored,
  exception,
  failed,
  fullRun,
  runWithTexts,
  sampleRun,
  severalRun,
  severalUnread,
  withRule,
} from '../example-runs.ts';

const read = (run: Run, region?: string) => JSON.parse(renderAsff(run, region));

describe('renderAsff', () => {
  test('is what BatchImportFindings takes, by the service model of AWS', async () => {
    const nameless = { ...sampleRun, evidence: { ...sampleRun.evidence, account: undefined }, controls: [errored] };
    expect(
      await readAs(
        'asff',
        [fullRun, sampleRun, severalRun, severalUnread, nameless].map((run) => renderAsff(run)),
      ),
    ).toEqual(['', '', '', '', '']);
  });

  test('has a finding for each control, and one for each finding', () => {
    const told = read(fullRun).map((finding: never) => {
      const { Compliance, Workflow, Severity, Resources } = finding;
      return [Compliance['Status'], Workflow['Status'], Severity['Label'], Resources[0]['Id']].join(' ');
    });
    const account = 'AWS::::Account:111122223333';
    const users = ['ana', 'automation/etl', 'bruno'].map(
      (name) => `FAILED NEW LOW arn:aws:iam::111122223333:user/${name}`,
    );
    expect(told).toEqual([
      `NOT_AVAILABLE NEW LOW ${account}`,
      `FAILED NEW LOW ${account}`,
      ...users,
      `FAILED NEW LOW ${account}`,
      ...users,
      `PASSED NEW INFORMATIONAL ${account}`,
      'FAILED SUPPRESSED LOW arn:aws:iam::111122223333:user/automation/etl',
      `PASSED NEW INFORMATIONAL ${account}`,
    ]);
  });

  test('an ERROR is named, and says why', () => {
    expect(read(fullRun)[0]).toMatchObject({
      Title: 'ERROR, could not be judged: The root user has MFA',
      Description: `? of ? IAM users; ${DENIED}`,
      Compliance: {
        Status: 'NOT_AVAILABLE',
        StatusReasons: [{ ReasonCode: 'AccessDenied', Description: DENIED }],
        RelatedRequirements: ['CIS AWS Foundations Benchmark v9.0/1.5'],
      },
    });
  });

  test('an exception is suppressed, with a note, and becomes another finding when it has ended', () => {
    const excepted = read(fullRun).find(
      ({ Workflow }: { Workflow: { Status: string } }) => Workflow.Status === 'SUPPRESSED',
    );
    expect(excepted.Note.Text).toBe(`excepted until 2026-12-31, owner Data platform: ${exception.reason} (OPS-12)`);
    const findings = failed.rules[0]?.findings.slice(1, 2) ?? [];
    const covered = withRule(failed, {
      findings: [],
      excepted: findings.map((finding) => ({ ...finding, exception, further: [] })),
    });
    const [, before] = read({ ...sampleRun, controls: [covered] });
    const [, after] = read({ ...sampleRun, controls: [withRule(failed, { findings })] });
    expect(before.Id).not.toBe(after.Id);
    expect(before.Resources[0].Id).toBe(after.Resources[0].Id);
  });

  test.each([
    ['us-east-1', 'arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default'],
    ['us-gov-west-1', 'arn:aws-us-gov:securityhub:us-gov-west-1:111122223333:product/111122223333/default'],
    ['cn-north-1', 'arn:aws-cn:securityhub:cn-north-1:111122223333:product/111122223333/default'],
  ])('of a Security Hub in %s', (region, arn) => {
    expect(read(sampleRun, region)[0].ProductArn).toBe(arn);
  });

  test('long texts are cut to what Security Hub takes, and two that begin alike stay two', () => {
    const [finding] = failed.rules[0]?.findings ?? [];
    if (!finding) throw new Error('the sample has no finding');
    const findings = ['a', 'b'].map((end) => ({
      ...finding,
      name: '😀'.repeat(2_000),
      identifier: `${'x'.repeat(600)}${end}`,
    }));
    const [, one, other] = read({ ...sampleRun, controls: [withRule(failed, { findings })] });
    expect(one.Id).not.toBe(other.Id);
    for (const text of [one.Id, one.Resources[0].Id]) expect(text.length).toBeLessThanOrEqual(512);
    expect(one.Title.length).toBeLessThanOrEqual(256);
    expect(one.Title.isWellFormed()).toBe(true);
    expect(one.Resources[0].Details.Other.name.length).toBeLessThanOrEqual(1024);
  });

  test('any text is read back as it is shown', () => {
    fc.assert(
      fc.property(anyRun, (texts) => {
        const [name, owner, reason, message] = texts.map(printable);
        const [whole, found, excepted] = read(runWithTexts(texts));
        expect(whole.Description).toBe(`1 of 10 IAM users; ${message}`);
        expect(found.Resources[0].Details.Other.name).toBe(name);
        expect(excepted.Note.Text).toBe(`excepted until 2026-12-31, owner ${owner}: ${reason} (OPS-12)`);
      }),
    );
  });
});
