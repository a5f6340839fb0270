import fc from 'fast-check';
import type { Log, Result, Run as SarifRun } from 'sarif';
import { describe, expect, test } from 'vitest';
import { renderSarif } from '../../../src/report/formats/sarif.ts';
import type { Run } from '../../../src/report/run.ts';
import { readAs } from '../../support/format-readers.ts';
import {
  anyRun,
  DENIED,
  errored,
  exception,
  fullRun,
  hostileRuns,
  passed,
  runWithTexts,
  sampleRun,
  severalRun,
  severalUnread,
} from '../example-runs.ts';

const read = (run: Run): SarifRun => (JSON.parse(renderSarif(run)) as Log).runs[0] as SarifRun;

const short = ({ ruleId, kind, level, suppressions }: Result): unknown =>
  [ruleId, kind, level, ...(suppressions ? [suppressions[0]?.status] : [])].join(' ');

describe('renderSarif', () => {
  test('is valid by the schema of SARIF 2.1.0 that OASIS published', async () => {
    const logs = [fullRun, sampleRun, severalRun, severalUnread, { ...sampleRun, controls: [] }, ...hostileRuns].map(
      renderSarif,
    );
    const broken = renderSarif(fullRun).replace('"kind": "open"', '"kind": "error"').replace('"ruleId"', '"rule_id"');
    const complaints = await readAs('sarif', [broken, ...logs]);
    expect(complaints[0]).toHaveLength(2);
    expect(complaints.slice(1).flat()).toEqual([]);
  });

  test('a result is what somebody has to look at, as what it is', () => {
    const { results = [], invocations } = read(fullRun);
    const founding = 'aws-iam-no-initial-access-keys fail note';
    const passwords = 'aws-iam-no-old-passwords fail note';
    expect(results.map(short)).toEqual([
      'aws-iam-root-mfa open none',
      ...[founding, founding, founding],
      ...[passwords, passwords, passwords],
      'aws-iam-no-old-passwords open none',
      'aws-iam-keys-rotated/maxAgeDays=45 fail note accepted',
    ]);
    expect(results[0]?.message.text).toBe(`ERROR: could not be judged: The root user has MFA: ${DENIED}`);
    expect(results[8]?.suppressions).toEqual([
      {
        kind: 'external',
        status: 'accepted',
        justification: `excepted until 2026-12-31, owner Data platform: ${exception.reason} (OPS-12)`,
      },
    ]);
    expect(invocations?.[0]?.executionSuccessful).toBe(false);
    const told = invocations?.[0]?.toolExecutionNotifications?.map(({ level, message }) => `${level} ${message.text}`);
    expect(told).toContain(`error ERROR 1.5: The root user has MFA: ? of ? IAM users; ${DENIED}`);
    expect(told).toContain('note PASS 2.1: CloudShell is restricted: 0 of 10 IAM users');
    expect(told).toContain(
      'note NOT_AUTOMATED 1.1: Maintain current contact details: only a person can tell whether a phone number is current',
    );
    expect(told?.filter((text) => text.startsWith('warning exception '))).toHaveLength(4);
  });

  test('an execution without ERROR was successful, and one that passed has no result', () => {
    const { results, invocations, tool } = read({ ...sampleRun, controls: [passed] });
    expect(results).toEqual([]);
    expect(invocations?.[0]?.executionSuccessful).toBe(true);
    expect(tool.driver.rules?.[0]?.properties).toMatchObject({ verdict: 'PASS' });
    // What failed and could not be judged in full was not read whole.
    const failed = read({ ...fullRun, controls: fullRun.controls.filter(({ verdict }) => verdict === 'FAIL') });
    expect(failed.invocations?.[0]?.executionSuccessful).toBe(false);
  });

  test('has what code scanning asks for: a location in every result, a rule for it, a fingerprint of its own', () => {
    const { results = [], tool } = read(fullRun);
    for (const { locations, ruleId, ruleIndex } of results) {
      expect(locations?.[0]?.physicalLocation?.artifactLocation?.uri).toMatch(/^aws-iam\/111122223333/);
      expect(locations?.[0]?.physicalLocation?.region?.startLine).toBe(1);
      expect(tool.driver.rules?.[ruleIndex ?? -1]?.id).toBe(ruleId);
    }
    const fingerprints = results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    expect(new Set(fingerprints).size).toBe(results.length);
    for (const rule of tool.driver.rules ?? []) {
      expect(Object.keys(rule)).toEqual(expect.arrayContaining(['shortDescription', 'fullDescription', 'help']));
    }
    expect(results[1]?.locations?.[0]?.logicalLocations?.[0]?.fullyQualifiedName).toBe(
      'arn:aws:iam::111122223333:user/ana',
    );
  });

  test('an account that is not known is still an ERROR', () => {
    const evidence = { ...sampleRun.evidence, account: undefined };
    const { results = [] } = read({ ...sampleRun, evidence, controls: [errored] });
    expect(results.map(short)).toEqual(['aws-iam-root-mfa open none']);
  });

  test('any text is read back as it was', () => {
    fc.assert(
      fc.property(anyRun, (texts) => {
        const [name, owner, reason, message] = texts;
        const { results = [], tool } = read(runWithTexts(texts));
        const [found, excepted] = results;
        expect(found?.properties?.['name']).toBe(name);
        expect(found?.locations?.[0]?.logicalLocations?.[0]?.name).toBe(name);
        const uri = found?.locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '';
        expect(decodeURIComponent(uri.split('/')[3] ?? '')).toBe(name.toWellFormed());
        expect(excepted?.suppressions?.[0]?.justification).toBe(
          `excepted until 2026-12-31, owner ${owner}: ${reason} (OPS-12)`,
        );
        expect(tool.driver.rules).toHaveLength(2);
        expect(results.at(-1)?.message.text).toContain('ERROR: could not be judged');
        expect(message.length > 0).toBe(true);
      }),
    );
  });
});
