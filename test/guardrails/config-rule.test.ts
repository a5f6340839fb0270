import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GenerateCredentialReportCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, describe, expect, inject, test, vi } from 'vitest';
import { writeConfigRule } from '../../src/cli/guardrails-config.ts';
import { evaluate } from '../../src/config-rule/evaluate.ts';
import { foundingControlId, libraryFolder, loadControls } from '../../src/controls/load-controls.ts';
import { groupsOfControl } from '../../src/controls/needed-facts.ts';
import { runControl } from '../../src/controls/run-control.ts';
import { renderConfigRule } from '../../src/guardrails/config-rule.ts';
import type { GuardedOrganization } from '../../src/guardrails/coverage.ts';
import { renderStackSet } from '../../src/guardrails/stack-set.ts';
import { parseTemplate } from '../../src/iac/template-text.ts';
import { packageRoot } from '../../src/package-root.ts';
import { denied, scriptedAccount } from '../inventory/live-account.ts';
import { clean, everyAction } from '../support/asked-account.ts';
import { iamClient, stsClient } from '../support/aws-clients.ts';
import type { ScenarioUser } from '../support/aws-endpoint.ts';
import { RULE } from '../support/config-rules.ts';
import { askTool } from '../support/guardrail-readers.ts';
import { runCli } from '../support/run-cli.ts';

// Beside much else Python takes its time to start.
vi.setConfig({ testTimeout: 90_000 });

const folder = mkdtempSync(join(tmpdir(), 'iamql-rule-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'agreed.yaml'),
  `exceptions:
  - {control: aws-iam-no-initial-access-keys, account: "530987654321", asset: sealed, key: {accessKeyId: AKIAIOSFODNN7EXAMPLE}, reason: sealed, owner: ops, expires: 2099-01-01}
  - {control: aws-iam-console-users-have-mfa, account: "530987654321", asset: sealed, reason: sealed, owner: ops, expires: 2099-01-01}
`,
);
const written = await runCli(['guardrails', 'config', '--output', folder, '--exceptions', join(folder, 'agreed.yaml')]);
const controls = await loadControls();
const text = readFileSync(join(folder, 'template.yaml'), 'utf8');

const acme: GuardedOrganization = { name: 'acme', partition: 'aws', exclude: [], memberRole: 'iamql', place: 'c:1:1' };
const units = ['ou-ab12-11111111', 'ou-ab12-22222222'];
/** What a stack set of it asks for, and its targets. */
const organizations: readonly [Row, Row, Row] = [
  [
    'units without one that is left out',
    { ...acme, organizationalUnits: units, exclude: ['ou-ab12-33333333', '111122223333'] },
    {
      asks: ['CallAs', 'ExcludedAccounts'],
      DeploymentTargets: {
        OrganizationalUnitIds: units,
        Accounts: { Ref: 'ExcludedAccounts' },
        AccountFilterType: 'DIFFERENCE',
      },
    },
  ],
  [
    'units without accounts',
    { ...acme, organizationalUnits: units, exclude: ['111122223333'] },
    {
      asks: ['CallAs'],
      DeploymentTargets: { OrganizationalUnitIds: units, Accounts: ['111122223333'], AccountFilterType: 'DIFFERENCE' },
    },
  ],
  ['all of it', acme, { asks: ['CallAs', 'Root'], DeploymentTargets: { OrganizationalUnitIds: [{ Ref: 'Root' }] } }],
];
type Row = readonly [name: string, organization: GuardedOrganization, expected: object];
const template = readFileSync(join(packageRoot, 'guardrails', 'eventbridge.yaml'), 'utf8');
const stackSetOf = (organization: GuardedOrganization, more: { readonly template?: string }): string =>
  renderStackSet(organization, { name: 'iamql', description: 'A guardrail.', region: 'us-east-1', ...more });

interface Template {
  readonly Resources: {
    readonly Role: { readonly Properties: { readonly Policies: readonly [{ readonly PolicyDocument: Policy }] } };
    readonly ConformancePack: { readonly Properties: { readonly TemplateBody: string } };
  };
}
interface Policy {
  readonly Statement: readonly { readonly Action: readonly string[]; readonly Resource: unknown }[];
}
const templateOf = (yaml: string): Template => parseTemplate(yaml) as Template;
const policyOf = (yaml: string): Policy => templateOf(yaml).Resources.Role.Properties.Policies[0].PolicyDocument;

test('the folder has all that is deployed', () => {
  expect(written).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('template.yaml') });
  const exceptions = JSON.parse(readFileSync(join(folder, 'function', 'exceptions.json'), 'utf8'));
  expect(exceptions).toMatchObject([{ control: 'aws-iam-no-initial-access-keys', asset: 'sealed' }]);
});

test('cfn-lint has nothing against the template, its pack and stack sets with it, and something against a broken one', async () => {
  // As `aws cloudformation package` writes where the folder of the function went.
  const packaged = text.replace(/Code: function/, 'Code: {S3Bucket: functions, S3Key: abc}');
  const pack = templateOf(text).Resources.ConformancePack.Properties.TemplateBody;
  const [[, excluding], , [, whole]] = organizations;
  const stackSets = [stackSetOf(excluding, {}), stackSetOf(whole, { template })];
  const asked = [packaged, pack, ...stackSets, packaged.replace('nodejs24.x', 'nodejs3.x')];
  const said = await askTool('lint', asked);
  expect(said).toEqual([[], [], [], [], [expect.stringContaining('nodejs3.x')]]);
});

describe('the folder', () => {
  const options = { exceptions: [], maxAge: 86_400_000 };

  test('has to be named', async () => {
    await expect(writeConfigRule(undefined, options)).rejects.toThrow('name a folder for both with --output');
    await expect(writeConfigRule('aws-iam-no-initial-access-key', options)).rejects.toThrow('there is no control');
  });

  test.each(['function/package.json', 'template.yaml'])(
    'is left alone where it has a %s of somebody else',
    async (name) => {
      const others = join(folder, 'others', name.replace('/', '-'));
      mkdirSync(dirname(join(others, name)), { recursive: true });
      writeFileSync(join(others, name), '{"name": "other"}');
      await expect(writeConfigRule(undefined, { ...options, output: others })).rejects.toThrow('name another folder');
      expect(readFileSync(join(others, name), 'utf8')).toBe('{"name": "other"}');
      expect(readdirSync(others)).toHaveLength(1);
    },
  );

  test('is not made for a control that asks what was', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    const founding = readFileSync(join(libraryFolder, 'aws-iam', `${foundingControlId}.yaml`), 'utf8');
    const past = founding.replace(/^(id: ).*$/m, '$1in-the-past').replace(/^aliases:\n( {2}- .*\n)+/m, '');
    writeFileSync(join(own, 'past.yaml'), past.replace('iamUsers(where:', 'iamUsers(asOf:"2026-01-01",where:'));
    const asked = { ...options, controls: [own], output: join(folder, 'past') };
    await expect(writeConfigRule('in-the-past', asked)).rejects.toThrow('in-the-past asks a store');
  });
});

describe('a stack set', () => {
  const targets = (organization: GuardedOrganization) => {
    const { Parameters, Resources } = parseTemplate(stackSetOf(organization, { template })) as {
      readonly Parameters: object;
      readonly Resources: {
        readonly Accounts: { readonly Properties: { readonly StackInstancesGroup: readonly [object] } };
      };
    };
    return { asks: Object.keys(Parameters), ...Resources.Accounts.Properties.StackInstancesGroup[0] };
  };

  test.each(organizations)(
    'of %s reaches whom the file names, and asks for what it does not say',
    (_name, of, expected) => {
      expect(targets(of)).toEqual({ ...expected, Regions: ['us-east-1'] });
    },
  );
});

test("moto's AWS Config takes the rule of the pack, and none that is broken", async () => {
  const pack = parseTemplate(templateOf(text).Resources.ConformancePack.Properties.TemplateBody) as {
    readonly Resources: { readonly Rule: { readonly Properties: object } };
  };
  // As AWS Config fills in the parameters.
  const filled = JSON.stringify(pack.Resources.Rule.Properties).replace('{"Ref":"Frequency"}', '"One_Hour"');
  const asked = [filled, filled.replace('ScheduledNotification', 'Sometimes'), filled.replace('One_Hour', 'Monthly')];
  const [whole, ...broken] = await askTool(
    'rule',
    asked.map((one) => JSON.parse(one)),
  );
  expect(whole).toBe('');
  expect(broken).toEqual([expect.stringContaining('Sometimes'), expect.stringContaining('Monthly')]);
});

describe('the role of the function', () => {
  const log = 'arn:aws:logs:us-east-1:111122223333:log-group:judge:*';
  const rules = 'arn:aws:config:us-east-1:111122223333:config-rule';
  const rows: readonly (readonly [action: string, resource: string, is: boolean])[] = [
    ['iam:GetCredentialReport', '*', true],
    ['iam:ListAccessKeys', 'arn:aws:iam::111122223333:user/ana', true],
    ['config:PutEvaluations', '*', true],
    ['config:GetComplianceDetailsByConfigRule', `${rules}/config-rule-abcdef`, true],
    [
      'config:GetComplianceDetailsByConfigRule',
      `${rules.replace('111122223333', '444455556666')}/config-rule-a`,
      false,
    ],
    ['config:DeleteConfigRule', `${rules}/config-rule-abcdef`, false],
    ['logs:PutLogEvents', `${log}`.replace('*', 'log-stream:a'), true],
    ['logs:PutLogEvents', log.replace('judge', 'other'), false],
    ['logs:CreateLogGroup', log, false],
    ['iam:UpdateAccessKey', 'arn:aws:iam::111122223333:user/ana', false],
    ['iam:CreateAccessKey', 'arn:aws:iam::111122223333:user/ana', false],
    ['iam:ListUserPolicies', 'arn:aws:iam::111122223333:user/ana', false],
    ['sts:AssumeRole', 'arn:aws:iam::111122223333:role/Admin', false],
    ['s3:GetObject', 'arn:aws:s3:::b/k', false],
  ];

  test('may do what its rows say, and nothing that changes IAM', async () => {
    const values: Readonly<Record<string, string>> = {
      'AWS::Partition': 'aws',
      'AWS::Region': 'us-east-1',
      'AWS::AccountId': '111122223333',
    };
    // As CloudFormation fills it in.
    const identity = JSON.stringify(policyOf(text), (_key, value) => {
      if (value?.['Fn::GetAtt']) return log;
      return value?.['Fn::Sub']?.replace(/\$\{([^}]+)\}/g, (_all: string, name: string) => values[name]) ?? value;
    });
    const principal = 'arn:aws:sts::111122223333:assumed-role/judge/function';
    const answers = await askTool(
      'allowed',
      rows.map(([action, resource]) => ({ identity, principal, action, resource, context: {} })),
    );
    expect(rows.map(([action, resource], at) => [action, resource, answers[at]])).toEqual(rows);
  });

  const account = scriptedAccount();
  /** Something for most controls about users to find. */
  const zoe: ScenarioUser = {
    ...{ name: 'zoe', createDate: '2024-03-01T10:20:30Z', passwordEnabled: true },
    accessKeys: [{ id: 'AKIAEXAMPLE000000009', status: 'Active', createDate: '2024-03-01T10:20:33Z' }],
    inlinePolicies: { all: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } },
  };
  test.each(controls.map((control) => [control.id, control] as const))(
    'may do all that judging %s takes, and the function calls nothing else',
    async (id, control) => {
      const { title, assetTypes } = control;
      const groups = await groupsOfControl(control);
      const policy = policyOf(
        renderConfigRule({ id, title, assetTypes, groups, parameters: {}, maxAgeMs: 1, version: '1' }),
      );
      const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action.map((one) => one.split(':')[1])));
      // Anybody may ask who they are, whatever the policy.
      allowed.add('GetCallerIdentity');
      const faults = [...everyAction].filter((action) => !allowed.has(action)).map((action) => denied(action));
      account.open({ ...clean, users: [...(clean.users ?? []), zoe], faults });
      const invocation = { resultToken: RULE.token, ruleName: RULE.name, isTest: false, parameters: {} };
      const put = await evaluate(control, { ...invocation, accountId: '111122223333', triggeredAt: Date.now() });
      const { verdict } = await runControl(account.another(), control);
      const said = verdict === 'PASS' ? 'COMPLIANT' : 'NON_COMPLIANT';
      expect([verdict, put.find(({ type }) => type === 'AWS::::Account')?.compliance]).toEqual([verdict, said]);
      expect(Object.keys(account.counts()).filter((action) => !allowed.has(action))).toEqual([]);
    },
  );
});

describe('the function as it is deployed', () => {
  const CALL = `const [file, event] = process.argv.slice(2);
    const { handler } = await import(file);
    try { console.log(JSON.stringify(await handler(JSON.parse(event)))); } catch (error) { console.log(error.message); }`;

  /** In a process that has nothing but what AWS Lambda gives it. */
  async function call(env: Readonly<Record<string, string>>, accountId: string): Promise<string> {
    const script = join(folder, 'call.mjs');
    writeFileSync(script, CALL);
    const event = {
      invokingEvent: '{"messageType":"ScheduledNotification","notificationCreationTime":"2026-11-20T08:00:00.000Z"}',
      ...{ resultToken: 'TESTMODE', configRuleName: 'mine', accountId, ruleParameters: '{}' },
    };
    const arguments_ = [script, join(folder, 'function', 'index.mjs'), JSON.stringify(event)];
    return (await promisify(execFile)(process.execPath, arguments_, { env, cwd: folder })).stdout.trim();
  }

  test("says of an account of moto what iamql check says, and moto's AWS Config takes it", async () => {
    const accountId = '530987654321';
    const url = inject('motoUrl');
    const RoleArn = `arn:aws:iam::${accountId}:role/Judge`;
    const { Credentials: given } = await stsClient(url).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'a' }));
    const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
      ...[given?.AccessKeyId, given?.SecretAccessKey, given?.SessionToken],
    ];
    const iam = iamClient(url, { credentials: { accessKeyId, secretAccessKey, sessionToken } });
    const env = {
      ...{ AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: accessKeyId },
      ...{ AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken },
    };
    const UserName = 'ana';
    const { User } = await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    expect(await runCli(['check'], { env })).toMatchObject({ code: 1 });
    expect(JSON.parse(await call(env, accountId))).toMatchObject([
      { type: 'AWS::::Account', id: accountId, compliance: 'NON_COMPLIANT' },
      {
        ...{ type: 'AWS::IAM::User', id: User?.UserId, compliance: 'NON_COMPLIANT' },
        annotation: `ana, access key ${AccessKey?.AccessKeyId}`,
      },
    ]);
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: AccessKey?.AccessKeyId }));
    await iam.send(new GenerateCredentialReportCommand({}));
    expect(await runCli(['check'], { env })).toMatchObject({ code: 0 });
    expect(JSON.parse(await call(env, accountId))).toEqual([
      { type: 'AWS::::Account', id: accountId, compliance: 'COMPLIANT', annotation: '0 of 1 IAM users' },
    ]);
  });

  test('says nothing of an account that does not answer', async () => {
    const env = {
      AWS_ENDPOINT_URL: inject('motoUrl'),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    };
    expect(await call(env, '111122223333')).toMatch(/credentials/i);
  });
});
