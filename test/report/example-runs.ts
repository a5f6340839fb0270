import fc from 'fast-check';
import type { Benchmark } from '../../src/controls/benchmark.ts';
import { withPlaces } from '../../src/controls/by-account.ts';
import type { Exception } from '../../src/controls/exception.ts';
import type { Finding } from '../../src/controls/finding.ts';
import { findControls, foundingControlId } from '../../src/controls/load-controls.ts';
import { type ControlRun, type RuleRun, runControl } from '../../src/controls/run-control.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import type { Run } from '../../src/report/run.ts';

export const judgedAt = new Date('2026-11-03T10:20:30.400Z');

const inventory = openSample().inventory();
const [founding] = await findControls([foundingControlId]);
if (!founding) throw new Error('the founding control is gone');

/** The founding control over the sample: it fails, for three users. */
export const failed: ControlRun = await runControl(inventory, founding);
const evidence = inventory.evidence();

export const sampleRun: Run = { evidence, controls: [failed], judgedAt };

export const exception: Exception = {
  control: foundingControlId,
  account: '111122223333',
  asset: 'etl',
  key: { accessKeyId: 'AKIASAMPLE007EXAMPLE' },
  reason: 'the nightly job moves to a role in December',
  owner: 'Data platform',
  expires: '2026-12-31T00:00:00+00:00',
  ticket: 'OPS-12',
  place: 'exceptions.yaml:3:5',
};

/** A run whose deciding rule had another outcome. */
export function withRule(run: ControlRun, outcome: Partial<RuleRun>, also: Partial<ControlRun> = {}): ControlRun {
  const [deciding, ...informative] = run.rules as [RuleRun, ...RuleRun[]];
  const verdict = outcome.verdict ?? run.verdict;
  return { ...run, verdict, rules: [{ ...deciding, ...outcome }, ...informative], ...also };
}

export const DENIED = 'iam:GetCredentialReport denied in account 111122223333 for role Audit; add it to the role';

const errors = [{ code: 'AccessDenied', message: DENIED }];
const findings = failed.rules[0]?.findings ?? [];
const parameters = { maxAgeDays: { default: 90, description: 'how old a key may be' } };

const named = (id: string, title: string): ControlRun => ({ ...failed, control: { ...founding, id, title } });

/** Nothing could be read. */
export const errored = withRule(named('aws-iam-root-mfa', 'The root user has MFA'), {
  verdict: 'ERROR',
  findings: [],
  total: undefined,
  errors,
});
/** Everything found is excepted. It was asked with another value than its default. */
const excepted = withRule(
  named('aws-iam-keys-rotated', 'Access keys are rotated'),
  {
    verdict: 'PASS',
    findings: [],
    excepted: findings.slice(1, 2).map((finding) => ({ ...finding, exception, further: [] })),
  },
  { parameters: { maxAgeDays: 45 } },
);
const rotated: ControlRun = { ...excepted, control: { ...excepted.control, parameters } };
/** Nothing was found, of all there is. */
export const passed = withRule(named('aws-iam-no-cloudshell', 'CloudShell is restricted'), {
  verdict: 'PASS',
  findings: [],
});
/** Something was found, and something could not be read. */
const partly = withRule(named('aws-iam-no-old-passwords', 'Console passwords are in use'), { errors });

export const benchmark: Benchmark = {
  id: 'cis-aws-9.0',
  title: 'CIS AWS Foundations Benchmark v9.0',
  sections: [
    {
      number: '1',
      title: 'Identity and Access Management',
      recommendations: [
        {
          number: '1.1',
          level: 1,
          control: undefined,
          title: 'Maintain current contact details',
          notAutomated: 'only a person can tell whether a phone number is current',
        },
        { number: '1.5', level: 1, control: errored.control.id, parameters: {} },
        { number: '1.11', level: 1, control: failed.control.id, parameters: {} },
        { number: '1.12', level: 1, control: partly.control.id, parameters: {} },
        { number: '1.14', level: 1, control: rotated.control.id, parameters: { maxAgeDays: 45 } },
      ],
    },
    {
      number: '2',
      title: 'Console',
      recommendations: [
        { number: '2.1', level: 2, control: passed.control.id, parameters: {} },
        { number: '2.2', level: 2, control: 'aws-iam-left-out', parameters: {} },
      ],
    },
  ],
};

const controls = [errored, failed, partly, rotated, passed];

/** Every outcome that there is: a benchmark of seven recommendations, and exceptions of every fate. */
export const fullRun: Run = {
  evidence,
  judgedAt,
  controls,
  benchmark: { benchmark, runOf: ({ control }) => controls.find((run) => run.control.id === control) },
  exceptions: {
    expired: [{ ...exception, asset: 'carla', expires: '2026-10-01T00:00:00+00:00', place: 'exceptions.yaml:9:5' }],
    expiring: [{ ...exception, expires: '2026-11-10T00:00:00+00:00' }],
    orphans: [
      {
        ...exception,
        asset: 'nobody',
        key: undefined,
        ticket: undefined,
        place: 'exceptions.yaml:15:5',
        why: 'nothing was found on it',
      },
    ],
    unfit: [{ ...exception, key: undefined, place: 'exceptions.yaml:21:5', why: 'the finding is about access keys' }],
  },
};

const accountIds = ['111122223333', '444455556666', '777788889999'] as const;
const ofAccount = (account: string, code: string) => ({ code, message: `account ${account}: ${code}`, account });
const accounts = [
  { id: accountIds[0], name: 'build', organization: 'acme', units: [{ id: 'r-1', name: 'Root' }], tags: {} },
  {
    id: accountIds[1],
    name: 'prod',
    organization: 'acme',
    units: [
      { id: 'r-1', name: 'Root' },
      { id: 'ou-1', name: 'Prod' },
    ],
    tags: {},
  },
  { id: accountIds[2], name: accountIds[2], organization: undefined, units: [], tags: {} },
  {
    id: 'organization other',
    name: 'organization other',
    isOrganization: true as const,
    organization: 'other',
    units: [],
    tags: {},
  },
];
const overAll = (outcome: Partial<RuleRun>, run = failed): ControlRun =>
  withPlaces(withRule(run, { findings: [], total: undefined, isByAccount: true, ...outcome }), accounts);

/** The first account fails, the second is stale, the third passes, and one organization could not be listed. */
export const severalRun: Run = {
  evidence: { source: 'live', account: undefined, accounts: accounts.map(({ id }) => id), credentialReport: undefined },
  judgedAt,
  accounts,
  controls: [
    overAll({
      verdict: 'FAIL',
      findings: findings.map((finding) => ({ ...finding, account: accountIds[0] })),
      errors: [{ ...ofAccount(accountIds[1], 'TooOld'), stale: true }, ofAccount('organization other', 'AccessDenied')],
    }),
  ],
};

/** Nothing could be read of any of them. */
export const severalUnread: Run = {
  ...severalRun,
  controls: [overAll({ verdict: 'ERROR', errors: accounts.map(({ id }) => ofAccount(id, 'AccessDenied')) })],
};

/** What a report file may hold as a name, and what each format has to say of it without taking it for its own syntax. */
export const hostileTexts: readonly string[] = [
  '<script>alert(1)</script>',
  '&lt; & &amp;',
  `"double" 'single'`,
  'two\nlines\r\n',
  'pipe | pipe',
  ']]>',
  '<![CDATA[',
  '--><!--',
  '=HYPERLINK("http://127.0.0.1","x")',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '`code` ``two`` *bold* _it_ [a](http://127.0.0.1) ![i](x)',
  '@octocat #1 www.example.com a@b.example',
  '\\| \\',
  '# heading',
  '1. item',
  '\u202egnp.exe',
  '\u001b[31mred\u0007\u0000',
  '\ud800 lone',
  '\ufffe\uffff',
  '  spaces  ',
  'Zoë 李 😀',
  ';,',
  '%0a%%',
];

/** Any text, and more often what hurts. */
const anyText = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc
    .array(fc.constantFrom(...'<>&"\'|`*_[]()\\\n\r\t=+-@#~!;:/. %{}a\u2028\u202e\u0000'), { minLength: 1 })
    .map((units) => units.join('')),
);

/** A run in which a name, an owner, a reason and an error are these. */
export function runWithTexts([name, owner, reason, message]: readonly [string, string, string, string]): Run {
  const [finding] = findings as [Finding];
  const found: Finding = { ...finding, name, identifier: `arn:aws:iam::111122223333:user/${name}` };
  const one = { ...exception, owner, reason };
  const bad = [{ code: 'AccessDenied', message }];
  return {
    ...sampleRun,
    controls: [
      withRule(failed, {
        findings: [found],
        excepted: [{ ...found, name: `x${name}`, exception: one, further: [] }],
        errors: bad,
      }),
      withRule(named('aws-iam-other', 'Other'), { verdict: 'ERROR', findings: [], errors: bad }),
    ],
    exceptions: { expired: [one], expiring: [], orphans: [], unfit: [] },
  };
}

export const anyRun = fc.tuple(anyText, anyText, anyText, anyText);

/** A run for each text that hurts. */
export const hostileRuns: readonly Run[] = hostileTexts.flatMap((text) => {
  const one = runWithTexts([text, text, text, text]);
  const named = accounts.map((account) => ({
    ...account,
    name: text,
    units: account.units.map((unit) => ({ ...unit, name: text })),
  }));
  return [one, { ...severalRun, accounts: named, controls: one.controls.map((control) => withPlaces(control, named)) }];
});
