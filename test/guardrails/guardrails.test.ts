import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { renderServiceControlPolicy } from '../../src/guardrails/service-control-policy.ts';
import { judgeFile } from '../../src/iac/judge-file.ts';
import { parseTemplate } from '../../src/iac/template-text.ts';
import { packageRoot } from '../../src/package-root.ts';
import { askTool, hasGuard } from '../support/guardrail-readers.ts';
import { runCli } from '../support/run-cli.ts';

// Beside much else Python takes its time to start.
vi.setConfig({ testTimeout: 90_000 });

const ACCOUNT = 'arn:aws:iam::111122223333';
const TAG = 'iam-access-key';
const bundled = (file: string): string => readFileSync(join(packageRoot, 'guardrails', file), 'utf8');

describe('the service control policy, below which somebody who may do everything', () => {
  const roles = ['Provisioning', 'aws-reserved/sso.amazonaws.com/AWSReservedSSO_Keys_*'];
  const named = renderServiceControlPolicy({ roles });
  const tagged = renderServiceControlPolicy({ roles, tag: `${TAG}=approved` });
  const ofChina = renderServiceControlPolicy({ roles, partition: 'aws-cn' });
  interface Row {
    readonly who: string;
    /** Default aws. */
    readonly partition?: string;
    readonly action: string;
    readonly policy?: string;
    /** The tag of the user. */
    readonly has?: string;
    /** The tag of the request. */
    readonly gives?: string;
    readonly is: boolean;
  }
  const rows: readonly Row[] = [
    { who: 'role/Provisioning', action: 'iam:CreateAccessKey', policy: named, is: true },
    {
      who: 'role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Keys_0a1b',
      action: 'iam:CreateAccessKey',
      policy: named,
      is: true,
    },
    {
      who: 'role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0a1b',
      action: 'iam:CreateAccessKey',
      policy: named,
      is: false,
    },
    { who: 'role/Provisioning2', action: 'iam:CreateAccessKey', policy: named, is: false },
    { who: 'role/x/Provisioning', action: 'iam:CreateAccessKey', policy: named, is: false },
    { who: 'user/Provisioning', action: 'iam:CreateAccessKey', policy: named, is: false },
    { who: 'root', action: 'iam:CreateAccessKey', policy: named, is: false },
    { who: 'user/ana', action: 'iam:CreateAccessKey', policy: named, has: 'approved', is: false },
    { who: 'user/ana', action: 'iam:CreateLoginProfile', policy: named, is: true },
    { who: 'user/ana', action: 'iam:DeleteAccessKey', policy: named, is: true },
    { who: 'user/ana', action: 's3:GetObject', policy: named, is: true },
    { who: 'role/Provisioning', partition: 'aws-cn', action: 'iam:CreateAccessKey', policy: ofChina, is: true },
    { who: 'role/Provisioning', partition: 'aws-cn', action: 'iam:CreateAccessKey', policy: named, is: true },
    { who: 'role/Provisioning', action: 'iam:CreateAccessKey', policy: ofChina, is: false },
    { who: 'root', action: 'iam:CreateAccessKey', is: false },
    { who: 'user/ana', action: 'iam:CreateAccessKey', has: 'approved', is: true },
    { who: 'user/ana', action: 'iam:CreateAccessKey', has: 'Approved', is: false },
    { who: 'user/ana', action: 'iam:CreateAccessKey', is: false },
    { who: 'role/Provisioning', action: 'iam:CreateAccessKey', is: true },
    { who: 'user/ana', action: 'iam:TagUser', gives: 'approved', is: false },
    { who: 'user/ana', action: 'iam:CreateUser', gives: 'approved', is: false },
    { who: 'user/ana', action: 'iam:TagUser', gives: 'no', is: true },
    { who: 'user/ana', action: 'iam:CreateUser', is: true },
    { who: 'role/Provisioning', action: 'iam:TagUser', gives: 'approved', is: true },
  ];

  test('may and may not do what the rows say', async () => {
    const asked = rows.map(({ who, partition = 'aws', action, policy = tagged, has = '', gives = '' }) => ({
      ...{
        policy,
        principal: `${ACCOUNT.replace('aws', partition)}:${who}`,
        action,
        resource: `${ACCOUNT}:user/bruno`,
      },
      // A key that is left out may have any value to this solver. To AWS it is unlike any, as an empty one is here.
      context: { [`aws:ResourceTag/${TAG}`]: has, [`aws:RequestTag/${TAG}`]: gives },
    }));
    const answers = await askTool('allowed', asked);
    expect(rows.map((row, at) => ({ ...row, is: answers[at] }))).toEqual(rows);
  });

  const refused: readonly (readonly [
    name: string,
    choices: Parameters<typeof renderServiceControlPolicy>[0],
    said: RegExp,
  ])[] = [
    ['every role', { roles: ['*'] }, /every role/],
    ['an ARN in place of a name', { roles: [`${ACCOUNT}:role/Provisioning`] }, /the name of a role/],
    ['a policy variable', { roles: ['$' + '{aws:username}'] }, /the name of a role/],
    ['a tag of AWS', { roles: ['R'], tag: 'AWS:x=y' }, /a tag that people may set/],
    ['a tag without a value', { roles: ['R'], tag: 'x' }, /key=value/],
    ['a wildcard for a tag, which would be compared as it is', { roles: ['R'], tag: 'x=*' }, /key=value/],
    [
      'more roles than a policy holds',
      { roles: Array.from({ length: 200 }, (_, n) => `role-number-${n}`) },
      /of 5120 that/,
    ],
  ];
  test.each(refused)('is refused with %s', (_name, choices, said) => {
    expect(() => renderServiceControlPolicy(choices)).toThrow(said);
  });
});

describe('the policies that iamql permissions prints', () => {
  const rows: readonly (readonly [asked: readonly string[], action: string, is: boolean])[] = [
    [[], 'iam:GetCredentialReport', true],
    [[], 'iam:UpdateAccessKey', false],
    [[], 'iam:CreateAccessKey', false],
    [[], 'iam:PassRole', false],
    [[], 's3:GetObject', false],
    [['--remediate'], 'iam:UpdateAccessKey', true],
    [['--remediate'], 'iam:DeleteAccessKey', true],
    [['--remediate'], 'iam:CreateAccessKey', false],
    [['--remediate'], 'iam:DeleteUser', false],
  ];

  test('allow what they are for, and nothing that changes more', async () => {
    const [plain, remediating] = await Promise.all(
      [[], ['--remediate']].map(async (flags) => (await runCli(['permissions', ...flags])).stdout),
    );
    const asked = rows.map(([flags, action]) => ({
      identity: (flags.length > 0 ? remediating : plain) ?? '',
      ...{ principal: `${ACCOUNT}:role/Audit`, action, resource: `${ACCOUNT}:user/bruno`, context: {} },
    }));
    const answers = await askTool('allowed', asked);
    expect(rows.map(([flags, action], at) => [flags, action, answers[at]])).toEqual(rows);
  });
});

describe('the template with the EventBridge rule', () => {
  const text = bundled('eventbridge.yaml');

  test('is one that cfn-lint has nothing against, where it has something against a broken one', async () => {
    const [whole, broken] = await askTool('lint', [text, text.replace('State: ENABLED', 'State: SLEEPING')]);
    expect(whole).toEqual([]);
    expect(broken?.join()).toContain('SLEEPING');
  });

  test('takes calls that made credentials, and no others', async () => {
    const { Resources } = parseTemplate(text) as {
      Resources: { NewCredentialsRule: { Properties: { EventPattern: unknown } } };
    };
    const pattern = Resources.NewCredentialsRule.Properties.EventPattern;
    const event = (eventName: string, more: object = {}) => ({
      source: 'aws.iam',
      'detail-type': 'AWS API Call via CloudTrail',
      detail: { eventSource: 'iam.amazonaws.com', eventName, ...more },
    });
    const turned = (status: string) =>
      event('UpdateAccessKey', { requestParameters: { userName: 'ana', accessKeyId: 'AKIAEXAMPLEA', status } });
    const events = [
      // Who makes one for themselves names nobody.
      event('CreateAccessKey', { requestParameters: null }),
      event('CreateAccessKey', { requestParameters: { userName: 'ana' } }),
      event('CreateLoginProfile', { requestParameters: { userName: 'ana', passwordResetRequired: true } }),
      turned('Active'),
      turned('Inactive'),
      event('CreateAccessKey', { errorCode: 'AccessDenied' }),
      event('DeleteAccessKey'),
    ];
    const asked = events.map((one) => ({ pattern, event: one }));
    expect(await askTool('matches', asked)).toEqual([true, true, true, true, false, false, false]);
  });
});

describe('the module of Terraform', () => {
  const text = bundled('users.tf');

  test('is HCL that refuses users with both, and makes what it is asked for by name', async () => {
    const [read] = await askTool('hcl', [text]);
    expect(read).toMatchObject({
      variable: [
        {
          '"users"': {
            validation: [{ condition: expect.stringContaining('!(user.console && user.access_key)') }],
          },
        },
      ],
      resource: [
        { '"aws_iam_user"': { '"this"': { name: expect.stringContaining('each.key') } } },
        { '"aws_iam_user_login_profile"': { '"this"': { for_each: expect.stringContaining('if user.console') } } },
        { '"aws_iam_access_key"': { '"this"': { for_each: expect.stringContaining('if user.access_key') } } },
      ],
    });
    await expect(askTool('hcl', [text.replace('validation {', 'validation [')])).rejects.toThrow(/Unexpected/);
  });
});

describe.skipIf(!(await hasGuard()))('the rules of CloudFormation Guard', () => {
  const alice = 'Alice: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: x}}}';
  const bot = 'Bot: {Type: AWS::IAM::User}';
  const key = (owner: string, more = ''): string =>
    `Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: ${owner}${more}}}`;
  const rows: readonly (readonly [lines: readonly string[], guard: string, iac: string])[] = [
    [[alice, key('!Ref Alice')], 'FAIL', 'FAIL'],
    [[alice, bot, key('!Ref Bot')], 'PASS', 'PASS'],
    [[alice, bot, key('!Ref Alice'), key('!Ref Bot').replace('Key', 'Other')], 'FAIL', 'FAIL'],
    [[alice, key('!Ref Alice', ', Status: Inactive')], 'SKIP', 'PASS'],
    [[alice], 'SKIP', 'PASS'],
    [[bot, key('!Ref Bot')], 'SKIP', 'PASS'],
    [[alice, key('bob')], 'FAIL', 'ERROR'],
    // A parameter may be the name of any user.
    [[alice, bot, key('!Ref Who')], 'FAIL', 'ERROR'],
    [[alice.replace('{Login', '{UserName: !Ref Who, Login'), key('!Ref Who')], 'FAIL', 'FAIL'],
    [[alice, key('!Ref Alice', ', Status: !Ref On')], 'FAIL', 'ERROR'],
  ];

  test('say what iamql iac says, and FAIL where it says ERROR beside a login profile', async () => {
    const templates = rows.map(([lines]) => ['Resources:', ...lines.map((line) => `  ${line}`)].join('\n'));
    const asked = templates.map((text) => ({ template: parseTemplate(text), rules: bundled('access-keys.guard') }));
    const verdicts = await askTool('guard', asked);
    const judged = templates.map((text) => judgeFile('t', new TextEncoder().encode(text)).verdict);
    expect(rows.map(([lines], at) => [lines, verdicts[at], judged[at]])).toEqual(rows);
  });
});
