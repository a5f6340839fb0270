import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { regionOfPartition } from '../../src/aws/region.ts';
import { baseline } from '../../src/cli/guardrails-baseline.ts';
import { openLive } from '../../src/cli/source-options.ts';
import type { Control, Parameters } from '../../src/controls/control.ts';
import { findControls, loadControls } from '../../src/controls/load-controls.ts';
import { runControls } from '../../src/controls/run-controls.ts';
import { type BaselineFormat, renderBaseline } from '../../src/guardrails/baseline.ts';
import { passwordPolicyFor } from '../../src/guardrails/baseline-policy.ts';
import { parseTemplate } from '../../src/iac/template-text.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { packageRoot } from '../../src/package-root.ts';
import { stubAwsEnvironment } from '../aws/open-account.ts';
import { EXAMPLE_CREDENTIALS, stsClient } from '../support/aws-clients.ts';
import { startAwsEndpoint } from '../support/aws-endpoint.ts';
import { askTool } from '../support/guardrail-readers.ts';
import { runCli } from '../support/run-cli.ts';

// Beside much else Python takes its time to start.
vi.setConfig({ testTimeout: 90_000 });

const bundled = (file: string): string => readFileSync(join(packageRoot, 'guardrails', file), 'utf8');
const setter = bundled('password-policy.py');
const eventBridge = bundled('eventbridge.yaml');

const controls = (await loadControls()).filter(({ assetTypes }) => assetTypes.includes('IAMPasswordPolicy'));
const asked = (some: readonly Control[], parameters: Readonly<Record<string, Parameters>> = {}) =>
  some.map((control) => ({ control, parameters: parameters[control.id] ?? {} }));
const render = async (format: BaselineFormat, of = asked(controls)): Promise<string> =>
  renderBaseline(format, { ...(await passwordPolicyFor(of)), eventBridge, setter });

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>>;
}
const parsed = (text: string): Template => parseTemplate(text) as Template;
const propertiesOf = (text: string, id: string) => parsed(text).Resources[id]?.Properties ?? {};

let template: string;
let module: string;
beforeAll(async () => {
  [template, module] = (await Promise.all([render('cloudformation'), render('terraform')])) as [string, string];
});

describe('the password policy of a baseline', () => {
  const length = 'aws-iam-password-policy-requires-long-passwords';
  const numbers = 'aws-iam-password-policy-requires-numbers';
  const long = { [length]: { minimumLength: 20 } };
  const rows: readonly (readonly [
    name: string,
    ids: readonly string[],
    parameters: Readonly<Record<string, Parameters>>,
    lines: string,
  ])[] = [
    ['of one control', [length], {}, 'MinimumPasswordLength: 14'],
    ['of one with another value', [length], long, 'MinimumPasswordLength: 20'],
    ['of two', [numbers, length], {}, 'MinimumPasswordLength: 14, RequireNumbers: true'],
  ];
  test.each(rows)('is just what is asked %s', async (_name, ids, parameters, lines) => {
    const text = await render('cloudformation', asked(await findControls(ids), parameters));
    const { ServiceToken, ServiceTimeout, ...values } = propertiesOf(text, 'PasswordPolicy');
    const usual = {
      ...{ MinimumPasswordLength: 8, RequireUppercaseCharacters: false, RequireLowercaseCharacters: false },
      ...{ RequireNumbers: false, RequireSymbols: false, AllowUsersToChangePassword: true, HardExpiry: false },
    };
    const written = lines.split(', ').map((line) => line.split(': '));
    const own = Object.fromEntries(written.map(([name = '', value = '']) => [name, JSON.parse(value)]));
    expect(values).toEqual({ ...usual, ...own });
  });

  test('says with which values of which controls it was made, in comments that nothing breaks out of', async () => {
    const long20 = asked(await findControls([length]), long);
    expect(await render('terraform', long20)).toContain(`#   ${length} {"minimumLength":20}\n`);
    const [control] = await findControls([numbers]);
    const told = { ...control, parameters: { note: { type: 'String', default: 'x\nresource' } } } as unknown as Control;
    expect(await render('cloudformation', asked([told]))).toContain(`#   ${numbers} {"note":"x\\nresource"}\n`);
  });

  test.each([
    ['minimumPasswordLength_LT:31', 'MinimumPasswordLength: 31', 'minimum_password_length        = 31'],
    ['expirePasswords:false', 'MaxPasswordAge: 1095', 'max_password_age               = 1095'],
    ['hardExpiry:false', 'HardExpiry: true', 'hard_expiry                    = true'],
    ['allowUsersToChangePassword:true', 'AllowUsersToChangePassword: false', 'allow_users_to_change_password = false'],
  ])('follows a control whose text changes to %s, in both formats', async (where, yaml, hcl) => {
    const [control] = await findControls([length]);
    const query = `iamPasswordPolicies(where:{${where}}){...AssetFragment}`;
    const changed = { ...control, parameters: {}, rules: [{ ...control?.rules[0], query }] } as Control;
    expect(await render('cloudformation', asked([changed]))).toContain(`${yaml}\n`);
    expect(await render('terraform', asked([changed]))).toContain(`${hcl}\n`);
  });

  test.each([
    [
      'longer than AWS takes',
      { minimumLength: 129 },
      /AWS takes no password policy that .*long-passwords passes: FAIL/,
    ],
    ['of no number', { minimumLength: 14.5 }, /passes: ERROR: .*non-integer/],
  ])('is refused where it is %s', async (_name, parameters, said) => {
    await expect(render('terraform', asked(await findControls([length]), { [length]: parameters }))).rejects.toThrow(
      said,
    );
  });
});

describe('the template of a baseline', () => {
  test('is one that cfn-lint has nothing against, where it has something against a broken one', async () => {
    const [whole, broken] = await askTool('lint', [template, template.replace('Handler: index', 'Handlers: index')]);
    expect(whole).toEqual([]);
    expect(broken?.join()).toContain('Handlers');
  });

  test('holds the role of iamql permissions and the rule of eventbridge, and gives its function no more than it needs', async () => {
    const { Resources } = parsed(template);
    expect(Resources).toMatchObject(parsed(eventBridge).Resources);
    const regions = ['aws', 'aws-us-gov', 'aws-cn'].map((partition) => regionOfPartition(partition, undefined));
    expect(template).toContain(`- [${regions.join(', ')}]`);
    expect(eventBridge).toContain(`${regions.slice(0, 2).join(', ')} or ${regions[2]}.`);
    const printed = (await runCli(['permissions'])).stdout;
    const documentOf = (id: string) =>
      (Resources[id]?.Properties['Policies'] as readonly { readonly PolicyDocument: object }[] | undefined)?.[0]
        ?.PolicyDocument;
    expect(documentOf('Role')).toEqual(JSON.parse(printed));
    const log = 'arn:aws:logs:us-east-1:111122223333:log-group:setter:*';
    const policy = JSON.stringify(documentOf('PasswordPolicySetterRole')).replace(
      '{"Fn::GetAtt":["PasswordPolicySetterLog","Arn"]}',
      JSON.stringify(log),
    );
    const rows: readonly (readonly [action: string, resource: string, is: boolean])[] = [
      ['iam:UpdateAccountPasswordPolicy', 'arn:aws:iam::111122223333:*', true],
      ['iam:DeleteAccountPasswordPolicy', 'arn:aws:iam::111122223333:*', false],
      ['iam:GetAccountPasswordPolicy', 'arn:aws:iam::111122223333:*', false],
      ['iam:CreateAccessKey', 'arn:aws:iam::111122223333:user/bruno', false],
      ['logs:PutLogEvents', `${log.slice(0, -1)}log-stream:a`, true],
      ['logs:PutLogEvents', 'arn:aws:logs:us-east-1:111122223333:log-group:another:log-stream:a', false],
      ['logs:DeleteLogGroup', log, false],
    ];
    const requests = rows.map(([action, resource]) => ({
      ...{ identity: policy, principal: 'arn:aws:iam::111122223333:role/setter', action, resource, context: {} },
    }));
    const answers = await askTool('allowed', requests);
    expect(rows.map(([action, resource], at) => [action, resource, answers[at]])).toEqual(rows);
  });
});

describe('the module of a baseline', () => {
  test('is HCL whose references lead somewhere', async () => {
    const [read] = await askTool('hcl', [module]);
    const blocks = (kind: string) =>
      ((read?.[kind] ?? []) as readonly Record<string, Record<string, unknown>>[]).flatMap((block) =>
        Object.entries(block),
      );
    const unquoted = (text: string): string => JSON.parse(text);
    const typed = (kind: string) =>
      blocks(kind).flatMap(([type, named]) => Object.keys(named).map((name) => `${unquoted(type)}.${unquoted(name)}`));
    const there = [
      ...blocks('variable').map(([name]) => `var.${unquoted(name)}`),
      ...typed('data').map((name) => `data.${name}`),
      ...typed('resource'),
    ];
    const used = [...module.matchAll(/(?<![\w."])(?:var\.\w+|(?:data\.)?aws_\w+\.\w+)/g)].map(([name]) => name);
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !there.includes(name))).toEqual([]);
    expect(typed('resource')).toContain('aws_iam_account_password_policy.this');
  });

  test('has the values, the actions and the rule of the template', async () => {
    const { ServiceToken, ServiceTimeout, ...values } = propertiesOf(template, 'PasswordPolicy');
    const [block = ''] = /(?<=aws_iam_account_password_policy" "this" \{\n)[^}]+/.exec(module) ?? [];
    const pascal = (name: string): string =>
      name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const lines = block
      .trim()
      .split('\n')
      .map((line) => line.split('=').map((part) => part.trim()));
    expect(Object.fromEntries(lines.map(([name = '', value = '']) => [pascal(name), JSON.parse(value)]))).toEqual(
      values,
    );
    const actionsIn = (text: string) => [...text.matchAll(/\biam:(?:Get|List|Generate)\w+/g)].map(([action]) => action);
    expect(actionsIn(module)).toEqual(actionsIn(template));
    const jsonOf = (name: string): unknown => {
      const [, hcl = ''] = new RegExp(`${name} += jsonencode\\((\\{[^]*?\\n {2}\\})\\)`).exec(module) ?? [];
      return JSON.parse(
        hcl
          .replace(/^( *)(?:"([^"]+)"|(\w+)) += /gm, (_, indent, quoted, bare) => `${indent}"${quoted ?? bare}": `)
          .replace(/: (aws_[\w.]+)$/gm, ': "$1"')
          .replace(/(?<=["\]}\w])\n(?= *")/g, ',\n'),
      );
    };
    expect(jsonOf('event_pattern')).toEqual(propertiesOf(eventBridge, 'NewCredentialsRule')['EventPattern']);
    const policy = propertiesOf(eventBridge, 'NewCredentialsPolicy')['PolicyDocument'];
    const named = JSON.stringify(policy)
      .replace('{"Ref":"NewCredentials"}', '"aws_sns_topic.new_credentials.arn"')
      .replace('{"Fn::GetAtt":["NewCredentialsRule","Arn"]}', '"aws_cloudwatch_event_rule.new_credentials.arn"');
    expect(jsonOf('policy')).toEqual(JSON.parse(named));
  });
});

describe('the function that sets the policy for CloudFormation', () => {
  /** Another account than any other test's. */
  const ROLE = 'arn:aws:iam::777788889999:role/Audit';

  /** Where CloudFormation waits for the answer of a function, and what it got. */
  async function listen(failures = 0) {
    const got: { readonly type: string | undefined; readonly answer: Record<string, unknown> }[] = [];
    let left = failures;
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      left -= 1;
      if (left < 0)
        got.push({ type: request.headers['content-type'], answer: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(left < 0 ? 200 : 500).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, got };
  }

  /** The code of the template, with what CloudFormation makes of its properties: texts. */
  const invocation = (url: string, endpoint: string, event: object = {}, more: object = {}) => ({
    code: (propertiesOf(template, 'PasswordPolicySetter')['Code'] as { readonly ZipFile: string }).ZipFile,
    environment: {
      ...{ AWS_ENDPOINT_URL: endpoint, AWS_DEFAULT_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId },
      ...{ AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey, ...more },
    },
    event: {
      ...{ RequestType: 'Create', ResponseURL: url, StackId: 's', RequestId: 'r', LogicalResourceId: 'PasswordPolicy' },
      ResourceProperties: Object.fromEntries(
        Object.entries(propertiesOf(template, 'PasswordPolicy')).map(([name, value]) => [name, String(value)]),
      ),
      ...event,
    },
  });

  test('sets one that the controls pass, and leaves it when the stack goes', async () => {
    const moto = inject('motoUrl');
    const sts = await stsClient(moto).send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'test' }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = sts.Credentials ?? {};
    const session = {
      ...{ AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey, AWS_SESSION_TOKEN: SessionToken },
    };
    const verdicts = async () => {
      stubAwsEnvironment({ ...invocation('', moto).environment, AWS_REGION: 'us-east-1' });
      const { source } = await openLive({ roleArn: ROLE, wait: 10_000 });
      const runs = await runControls(openAccount(source, { setupSeconds: 10 }).inventory(), asked(controls));
      return new Set(runs.map(({ verdict }) => verdict));
    };
    expect(await verdicts()).toEqual(new Set(['FAIL']));
    const { url, got } = await listen(1);
    await askTool('invoke', [
      invocation(url, moto, {}, session),
      invocation(url, moto, { RequestType: 'Delete' }, session),
    ]);
    expect(got.map(({ type, answer }) => [type, answer['Status'], answer['PhysicalResourceId']])).toEqual([
      ['', 'SUCCESS', 'account-password-policy'],
      ['', 'SUCCESS', 'account-password-policy'],
    ]);
    expect(await verdicts()).toEqual(new Set(['PASS']));
  });

  test('says FAILED and why where AWS refuses, so that no stack looks done that is not', async () => {
    const endpoint = await startAwsEndpoint({
      faults: [{ action: 'UpdateAccountPasswordPolicy', times: 5, error: { code: 'AccessDenied' } }],
    });
    onTestFinished(() => endpoint.close());
    const { url, got } = await listen();
    await askTool('invoke', [
      invocation(url, endpoint.url),
      invocation(url, endpoint.url, { RequestType: 'Update' }),
      invocation(url, endpoint.url, { ResourceProperties: { MinimumPasswordLength: 'long' } }),
    ]);
    expect(got.map(({ answer }) => `${answer['Status']} ${answer['Reason']}`)).toEqual([
      expect.stringMatching(/^FAILED ClientError: .*AccessDenied.*UpdateAccountPasswordPolicy/),
      expect.stringMatching(/^FAILED ClientError: .*InvalidAction/),
      expect.stringMatching(/^FAILED ValueError: .*'long'/),
    ]);
    // A role that was just made is refused at first: five times. Anything else is an answer.
    expect(endpoint.count('UpdateAccountPasswordPolicy')).toBe(6);
  });
});

test('iamql guardrails baseline makes it for the controls that are named', async () => {
  const text = await baseline([], { format: 'terraform', benchmark: 'cis-aws-6.0', param: ['minimumLength=18'] });
  expect(text).toContain('minimum_password_length        = 18\n');
  expect(text).not.toContain('max_password_age');
  expect(await baseline([], { format: 'cloudformation' })).toBe(template);
  const other = baseline(['aws-iam-console-users-have-mfa'], { format: 'terraform' });
  await expect(other).rejects.toThrow(/not about the password policy/);
  await expect(baseline([], {})).rejects.toThrow(/--format terraform or --format cloudformation/);
});
