import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/controls/finding.ts';
import { findControls } from '../../src/controls/load-controls.ts';
import { type ControlRun, type RuleRun, runControl } from '../../src/controls/run-control.ts';
import type { Evidence } from '../../src/inventory/inventory.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderEvidence, renderText } from '../../src/report/text.ts';

const judgedAt = new Date('2026-11-03T10:20:30.400Z');

let run: ControlRun;
let evidence: Evidence;
beforeAll(async () => {
  const inventory = openSample().inventory();
  const [control] = await findControls(['aws-iam-no-initial-access-keys']);
  if (!control) throw new Error('the founding control is gone');
  run = await runControl(inventory, control);
  evidence = inventory.evidence();
});

const SAMPLE = `SAMPLE account 111122223333: bundled example data, not your account; credential report generated 2026-11-02T08:15:00Z (1 d 2 h ago)

FAIL  aws-iam-no-initial-access-keys
      IAM users have no access key that was made for them at setup and never used
      3 of 10 IAM users

  ana  console password: yes
    access key 1 AKIAIOSFODNN7EXAMPLE, since 2025-03-10T08:00:04Z (603 d 2 h)
      aws iam update-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive
  etl  console password: no
    access key 1 AKIASAMPLE007EXAMPLE, since 2024-02-02T02:05:00Z (1005 d 8 h)
      aws iam update-access-key --user-name etl --access-key-id AKIASAMPLE007EXAMPLE --status Inactive
  bruno  console password: yes
    access key 2 AKIASAMPLE004EXAMPLE, since 2026-10-05T09:00:00Z (29 d 1 h)
      aws iam update-access-key --user-name bruno --access-key-id AKIASAMPLE004EXAMPLE --status Inactive

  What to do: ask each owner whether anything needs the key; if not, turn it off as shown, and
  delete it once nobody missed it. In full: iamql controls show aws-iam-no-initial-access-keys

  Also judged, without changing the verdict:
    FAIL  The same, of users with a console password (the CIS audit by command line)
          2 of 10 IAM users: ana, bruno
    FAIL  A key made during user setup, never used, active or not, of users with a console password (the CIS audit by console)
          2 of 10 IAM users: ana, carla
    Why they differ: The stored check asks of every user and of any age of key; the CIS audit by
    command line leaves out users without a console password; the CIS audit by console leaves out
    keys made later than the user, and counts inactive ones.
`;

describe('renderText', () => {
  test('the sample, whole', () => {
    expect(renderText({ evidence, controls: [run], judgedAt })).toBe(SAMPLE);
  });

  /** The sample's run with another outcome of its deciding rule. */
  function withOutcome(outcome: Partial<RuleRun>, rule: Partial<RuleRun> = {}): string {
    const [stored, ...informative] = run.rules as [RuleRun, ...RuleRun[]];
    const rules = [{ ...stored, ...outcome }, ...informative.map((one) => ({ ...one, ...rule }))];
    return renderText({ evidence, controls: [{ ...run, verdict: outcome.verdict ?? 'FAIL', rules }], judgedAt });
  }

  test('a key of something else than an IAM user comes without a command for users', () => {
    const findings = (run.rules[0]?.findings ?? []).map((one): Finding => ({ ...one, type: 'IAMGroup' }));
    const text = withOutcome({ findings });
    expect(text).toContain('access key 1 AKIAIOSFODNN7EXAMPLE');
    expect(text).not.toContain('aws iam');
  });

  test('a pass that rests on exceptions says so first', () => {
    const [first, second] = run.rules[0]?.findings ?? [];
    const exception = { owner: 'ops', reason: 'sealed', expires: '2027-01-01T00:00:00+00:00' };
    const excepted = [first, second].map((one) => ({
      ...one,
      exception,
      further: [],
    })) as unknown as RuleRun['excepted'];
    expect(withOutcome({ verdict: 'PASS', findings: [], excepted })).toMatch(/^PASS {2}\S+ with 2 exceptions$/m);
  });

  test('PASS says out of how many, as of when, and nothing to do', () => {
    const text = withOutcome({ verdict: 'PASS', findings: [], total: 10 });
    expect(text).toContain('PASS  aws-iam');
    expect(text).toContain('      0 of 10 IAM users, as of the time of the report\n');
    expect(text).not.toContain('What to do');
  });

  test('ERROR never says 0: what was not counted is a question mark', () => {
    const errors = [{ code: 'AccessDenied', message: 'iam:GetCredentialReport denied' }];
    const text = withOutcome({ verdict: 'ERROR', findings: [], total: undefined, errors });
    expect(text).toContain('      ? of ? IAM users\n      could not be judged: iam:GetCredentialReport denied\n');
    expect(text).not.toContain('What to do');
    expect(withOutcome({ verdict: 'ERROR', findings: [], errors })).toContain('      ? of 10 IAM users\n');
  });

  test('an informative rule that could not be judged says what it needs, each reason once', () => {
    const need = { code: 'NotCollected', message: 'needs iam:ListAccessKeys' };
    const text = withOutcome({}, { verdict: 'ERROR', findings: [], errors: [need, need] });
    expect(text).toMatch(/ {4}ERROR {2}The same, of users.*\n {10}not judged: needs iam:ListAccessKeys\n {4}ERROR/);
  });

  test('an informative rule names ten users and counts the rest', () => {
    const one = run.rules[0]?.findings[0] as Finding;
    const findings = Array.from({ length: 13 }, (_, index) => ({ ...one, name: `u${index}` }));
    expect(withOutcome({}, { findings })).toContain(
      '13 of 10 IAM users: u0, u1, u2, u3, u4, u5, u6, u7, u8, u9, and 3 more\n',
    );
  });

  test('a reason that all findings share is said once', () => {
    const stored = run.rules[0]?.findings ?? [];
    const unnamed = (reason: (index: number) => string) =>
      stored.map((finding, index) => ({
        ...finding,
        keys: finding.keys.map((key) => ({
          ...key,
          accessKeyId: undefined,
          createDate: undefined,
          unnamed: reason(index),
        })),
      }));
    const shared = withOutcome({ findings: unnamed(() => 'denied') });
    expect(shared.match(/denied/g)).toHaveLength(1);
    expect(shared).toContain('  Key ids: denied.');
    expect(shared).toContain('aws iam list-access-keys --user-name ana\n');
    expect(
      withOutcome({ findings: unnamed((index) => `reason ${index}`) }).match(/no key id: reason \d/g),
    ).toHaveLength(3);
  });

  test('long sentences are broken between words, at 100 columns', () => {
    const whyRulesDiffer = `${'seven77 '.repeat(40)}end`;
    const text = renderText({
      evidence,
      controls: [{ ...run, control: { ...run.control, whyRulesDiffer } }],
      judgedAt,
    });
    const lines = text.slice(text.indexOf('    Why they differ')).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.every((line) => line.startsWith('    ') && line.length <= 100 && !line.endsWith(' '))).toBe(true);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(`Why they differ: ${whyRulesDiffer}`);
  });
});

describe('renderEvidence', () => {
  const generatedAt = '2026-11-03T06:20:30+00:00';
  test.each<[name: string, evidence: Evidence, line: string]>([
    [
      'a live account',
      { source: 'live', account: '1', credentialReport: { generatedAt } },
      'account 1; credential report generated 2026-11-03T06:20:30Z (4 h ago)',
    ],
    [
      'a report file',
      { source: 'report', account: '1', credentialReport: { generatedAt } },
      'account 1; credential report file generated 2026-11-03T06:20:30Z (4 h ago)',
    ],
    [
      'a bare CSV',
      { source: 'report', account: '1', credentialReport: { generatedAt: undefined } },
      'account 1; credential report file of unknown age (--generated-at tells)',
    ],
    [
      'nothing that could be read',
      { source: 'live', account: undefined, credentialReport: undefined },
      'account unknown; no credential report was read',
    ],
  ])('%s', (_name, given, line) => {
    expect(renderEvidence(given, judgedAt)).toBe(line);
  });
});

test('renderJson tells apart what is null, false and not known', () => {
  const [stored] = run.rules as [RuleRun];
  const findings = stored.findings.map((finding, index) => ({
    ...finding,
    hasConsolePassword: [true, null, undefined][index],
  }));
  const rules = [{ ...stored, verdict: 'ERROR' as const, total: undefined, findings }];
  const json = JSON.parse(renderJson({ evidence, controls: [{ ...run, rules }], judgedAt }));
  expect(json).toMatchObject({ judgedAt: '2026-11-03T10:20:30.4Z', sample: true });
  const [rule] = json.controls[0].rules;
  expect(rule).toMatchObject({ verdict: 'ERROR', found: 3, total: null });
  expect(
    rule.findings.map((finding: object) => Object.entries(finding).find(([name]) => name === 'hasConsolePassword')),
  ).toEqual([['hasConsolePassword', true], ['hasConsolePassword', null], undefined]);
  expect(rule.findings[0].keys[0]).toMatchObject({ lastUsedDate: null, createDate: '2025-03-10T08:00:04Z' });
});
