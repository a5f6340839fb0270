import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/controls/finding.ts';
import { findControls } from '../../src/controls/load-controls.ts';
import { type ControlRun, type RuleRun, runControl } from '../../src/controls/run-control.ts';
import type { Evidence } from '../../src/inventory/inventory.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { renderJson } from '../../src/report/json.ts';
import { printable } from '../../src/report/printable.ts';
import { renderText } from '../../src/report/text.ts';
import { anyRun, benchmark, failed, fullRun, runWithTexts, withRule } from './example-runs.ts';

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
  Told by iam:GetCredentialReport, generated 2026-11-02T08:15:00Z.

  What to do: ask each owner whether anything needs the key; if not, turn it off as shown, and
  delete it once nobody missed it. In full:
    iamql controls show aws-iam-no-initial-access-keys
  In batches, looked at again and written down: iamql remediate plan aws-iam-no-initial-access-keys

  Also judged, without changing the verdict:
    FAIL  The same, of users with a console password (the CIS audit by command line)
          2 of 10 IAM users: ana, bruno
    FAIL  A key made during user setup, never used, active or not, of users with a console password (the CIS audit by console); setup: the first 10 s
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

  test.each([
    ['found unused, and used after all', true, '; used since the report: 2026-10-31T22:14:00Z\n      in use: rotate'],
    ['found for another reason', false, '; last used 2026-10-31T22:14:00Z\n'],
  ])('a key that was %s', (_name, foundUnused, words) => {
    const findings = (run.rules[0]?.findings ?? []).map((one) => ({
      ...one,
      keys: one.keys.map((key) => ({ ...key, foundUnused, lastUsedDate: '2026-10-31T22:14:00+00:00' })),
    }));
    const text = withOutcome({ findings });
    expect(text).toContain(words);
    expect(text).not.toContain('update-access-key');
    expect(text.includes('ask each owner')).toBe(foundUnused);
    expect(text).toMatch(/^ +(What to do: )?iamql controls show aws-iam-no-initial-access-keys$/m);
  });

  test('what else was found is shown beside the keys, and counted where it is much', () => {
    const fact = { field: 'policyName', value: 'x', source: 'iam:GetAccountAuthorizationDetails', at: undefined };
    const [first] = run.rules[0]?.findings ?? [];
    const facts = Array.from({ length: 12 }, (_, index) => ({ ...fact, value: `p${index}`, isGenerated: false }));
    const text = withOutcome({ findings: [{ ...(first as Finding), facts: [...(first?.facts ?? []), ...facts] }] });
    const shown = facts.slice(0, 10).map(({ value }) => `    policyName: "${value}"\n`);
    expect(text).toContain(`${shown.join('')}    and 2 more facts; --format json has them all\n`);
    expect(text).toContain('access key 1 AKIAIOSFODNN7EXAMPLE');
    expect(text).not.toContain('accessKey1Active');
  });

  test('findings beyond twenty are counted where several controls are judged', () => {
    const [one] = run.rules[0]?.findings ?? [];
    const findings = Array.from({ length: 23 }, (_, index) => ({ ...(one as Finding), name: `u${index}` }));
    const many = withRule(run, { findings });
    const several = renderText({ evidence, controls: [many, run], judgedAt });
    expect(several.match(/^ {2}u\d+ /gm)).toHaveLength(20);
    expect(several).toContain('\n  and 3 more; checked alone, or with --format json, it shows them all\n');
    expect(renderText({ evidence, controls: [many], judgedAt }).match(/^ {2}u\d+ /gm)).toHaveLength(23);
  });

  test('each of several rules says what it is about', () => {
    const [stored] = run.rules as [RuleRun];
    const rules = [stored, { ...stored, rule: { ...stored.rule, title: 'Another rule' }, findings: [] }];
    const text = renderText({ evidence, controls: [{ ...run, rules }], judgedAt });
    expect(text).toContain(`      ${stored.rule.title}: 3 of 10 IAM users\n`);
    expect(text).toContain('Z.\n\n      Another rule: 0 of 10 IAM users\n');
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
    expect(text).toContain('      0 of 10 IAM users, as of 2026-11-02T08:15:00Z (iam:GetCredentialReport)\n');
    expect(text).not.toContain('What to do');
  });

  test('PASS is as old as the oldest answer that it rests on, whichever that is', () => {
    const report = { source: 'iam:GetCredentialReport', isGenerated: true, at: undefined };
    const roles = { source: 'iam:GetAccountAuthorizationDetails', isGenerated: false, at: '2026-11-03T10:20:28+00:00' };
    const users = { source: 'iam:ListUsers', isGenerated: false, at: '2026-11-03T10:20:29+00:00' };
    const passed = { verdict: 'PASS' as const, findings: [], total: 10 };
    expect(withOutcome({ ...passed, restsOn: [users, roles] })).toContain(
      ' IAM users, as of 2026-11-03T10:20:28Z (iam:GetAccountAuthorizationDetails)\n',
    );
    expect(withOutcome({ ...passed, restsOn: [users, report] })).toContain(' users, as of the time of the report\n');
    expect(withOutcome({ ...passed, restsOn: [] })).toContain(' IAM users\n');
  });

  test('what was found by the report and is no longer so is said', () => {
    const ana = { identifier: 'arn:aws:iam::111122223333:user/ana', name: 'ana', reasons: ['a', 'b'] };
    const text = withOutcome({ verdict: 'PASS', findings: [], total: 10, withdrawn: [ana] });
    expect(text).toContain('\n\n  Found by the report, and no longer so:\n    ana: a; b\n');
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

  test('what kept every rule from being judged is said once, with nothing of the others', () => {
    const denied = { code: 'AccessDenied', message: 'iam:GetCredentialReport denied' };
    const outcome = { verdict: 'ERROR', findings: [], total: undefined, errors: [denied] } as const;
    const text = withOutcome(outcome, outcome);
    expect(text.match(/denied/g)).toHaveLength(1);
    expect(text).not.toContain('Also judged');
    const apart = withOutcome(outcome, { ...outcome, errors: [{ ...denied, message: 'throttled' }] });
    expect(apart.match(/not judged: throttled/g)).toHaveLength(2);
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

describe('a benchmark', () => {
  const text = renderText(fullRun);

  test('is a table by section: verdict, title, how many of how many, and the score', () => {
    const start = text.indexOf(benchmark.title);
    expect(text.slice(start, text.indexOf('\n\n', text.indexOf('Score:')))).toBe(TABLE);
  });

  test('shows in full what is not simply a PASS', () => {
    const shown = [...text.matchAll(/^(PASS|FAIL|ERROR) {2}(\S+.*)$/gm)].map(([, verdict, id]) => `${verdict} ${id}`);
    expect(shown).toEqual([
      'ERROR aws-iam-root-mfa',
      'FAIL aws-iam-no-initial-access-keys',
      'FAIL aws-iam-no-old-passwords',
      'PASS aws-iam-keys-rotated with 1 exception',
    ]);
  });

  test('shows what is excepted, by whom, until when and why, and no command against it', () => {
    expect(text).toContain(`      0 of 10 IAM users, as of 2026-11-02T08:15:00Z (iam:GetCredentialReport)

  Excepted, and not counted: 1
    etl  console password: no
      access key 1 AKIASAMPLE007EXAMPLE, since 2024-02-02T02:05:00Z (1005 d 8 h)
      excepted until 2026-12-31, owner Data platform: the nightly job moves to a role in December (OPS-12)
`);
  });

  test('prints a parameter, and its default where that is another', () => {
    expect(text).toContain('      Access keys are rotated\n      maxAgeDays: 45 (by default 90)\n');
  });

  test('ends with the exceptions that somebody has to look at', () => {
    expect(text.slice(text.indexOf('Exceptions to look at:'))).toBe(TROUBLED);
  });

  test('counts a control that was named beside it', () => {
    const run = { ...fullRun, controls: [...fullRun.controls, withRule(failed, {})] };
    expect(renderText(run)).toMatch(/\nBeside the benchmark\n {8}FAIL {3}IAM users have .*\n\nNot automated/);
    expect(renderText(run)).toContain('Score: 2 of 5 judged passed; 1 could not be judged (ERROR)');
  });
});

const TABLE = `CIS AWS Foundations Benchmark v9.0 (cis-aws-9.0)

1 Identity and Access Management
  1.5   ERROR  The root user has MFA  (? of ? IAM users)
  1.11  FAIL   IAM users have no access key that was made for them at setup and never used  (3 of 10 IAM users)
  1.12  FAIL   Console passwords are in use  (3 of 10 IAM users)
  1.14  PASS   Access keys are rotated  (0 of 10 IAM users, and 1 excepted)

2 Console
  2.1   PASS   CloudShell is restricted  (0 of 10 IAM users)
  2.2   NOT JUDGED  aws-iam-left-out: it was left out of this run

Not automated, so that somebody has to look:
  1.1   Maintain current contact details: only a person can tell whether a phone number is current

Score: 2 of 4 judged passed; 1 could not be judged (ERROR); 1 left out of this run; 1 not automated; 1 finding excepted`;

const TROUBLED = `Exceptions to look at:
  exceptions.yaml:9:5: exception for carla of aws-iam-no-initial-access-keys (owner Data platform) expired 2026-10-01 and no longer counts
  exceptions.yaml:3:5: exception for etl of aws-iam-no-initial-access-keys (owner Data platform) expires 2026-11-10, in 6 d 13 h
  exceptions.yaml:21:5: exception for etl of aws-iam-no-initial-access-keys (owner Data platform) does not cover what it names: the finding is about access keys
  exceptions.yaml:15:5: exception for nobody of aws-iam-no-initial-access-keys (owner Data platform) covers nothing: nothing was found on it
`;

test('no text of a file becomes a line or a command of the terminal', () => {
  fc.assert(
    fc.property(anyRun, (texts) => {
      const text = renderText(runWithTexts(texts));
      expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      for (const [index, word] of texts.entries()) expect(text, String(index)).toContain(printable(word));
      expect(text.split('\n')).toHaveLength(renderText(runWithTexts(['n', 'o', 'r', 'm'])).split('\n').length);
    }),
  );
});
