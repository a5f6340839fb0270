import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadControls } from '../../src/controls/load-controls.ts';
import { guardrails } from '../../src/guardrails/guardrail.ts';
import { packageRoot } from '../../src/package-root.ts';
import { renderGuardrail } from '../../src/report/guardrails.ts';
import { runCli } from '../support/run-cli.ts';

describe('iamql guardrails', () => {
  test('prints a policy for the roles that are named, and nothing else', async () => {
    const { code, stdout, stderr } = await runCli(['guardrails', 'scp', '--role', 'Provisioning', 'Rescue']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [statement] = JSON.parse(stdout).Statement;
    expect(statement.Condition).toEqual({
      ArnNotLike: { 'aws:PrincipalArn': ['arn:*:iam::*:role/Provisioning', 'arn:*:iam::*:role/Rescue'] },
    });
  });

  test('makes no policy below which nobody can make a key', async () => {
    const { code, stdout, stderr } = await runCli(['guardrails', 'scp']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/name the roles that may make access keys with --role/);
  });

  const connectors = join(mkdtempSync(join(tmpdir(), 'iamql-connectors-')), 'connectors.yaml');
  afterAll(() => rmSync(dirname(connectors), { recursive: true }));
  const CONNECTORS = `accounts:
  - {account: "111122223333", name: build}
organizations:
  - {name: acme, memberRole: iamql, roleArn: "arn:aws-cn:iam::777788889999:role/lister", organizationalUnits: [ou-ab12-11111111], exclude: ["444455556666"]}
  - {name: other, memberRole: iamql}
`;

  test('prints a policy for an organization of a file of connectors, and says whom it binds', async () => {
    writeFileSync(connectors, CONNECTORS);
    const args = ['--connectors', connectors, '--organization', 'acme', '--role', 'Provisioning'];
    const { code, stdout, stderr } = await runCli(['guardrails', 'scp', ...args]);
    expect(code).toBe(0);
    expect(stdout).toContain('"arn:aws-cn:iam::*:role/Provisioning"');
    expect(stderr.replaceAll(connectors, 'c').split('\n')).toEqual([
      'iamql: for acme (c:4:5): attach it to ou-ab12-11111111',
      'iamql:   aws organizations attach-policy --policy-id <id> --target-id ou-ab12-11111111',
      'iamql: it never binds the management account of acme, which is 777788889999 unless that is a delegated administrator',
      'iamql: it binds 444455556666 too where these are below a target: exclude keeps accounts from being read alone',
      'iamql: the role iamql, which reads the accounts, is not exempt: iamql makes no keys',
      'iamql: it binds account build (111122223333) (c:2:5) only where that is below a target',
      '',
    ]);
  });

  test('prints a stack set over it, in the region where IAM of its partition records', async () => {
    const args = ['--connectors', connectors, '--organization', 'acme'];
    const { stdout, stderr } = await runCli(['guardrails', 'eventbridge', ...args]);
    const { Properties } = parse(stdout).Resources.Accounts;
    expect(Properties.TemplateBody).toBe(readFileSync(join(packageRoot, 'guardrails', 'eventbridge.yaml'), 'utf8'));
    expect(Properties.StackInstancesGroup).toMatchObject([{ Regions: ['cn-north-1'] }]);
    expect(stderr).toContain('no stack set reaches the management account of acme, which is 777788889999 unless');
    expect(stderr).toContain('account build (111122223333)');
  });

  const refused: readonly (readonly [args: string, said: RegExp])[] = [
    ['eventbridge --connectors CONNECTORS', /acme and other: choose with --organization/],
    ['eventbridge --connectors CONNECTORS --organization acne', /no organization "acne"[^\n]*acme/],
    ['eventbridge --organization acme', /name that with --connectors/],
    [
      'scp aws-iam-root-is-not-used --role R',
      /scp does nothing about aws-iam-root-is-not-used: it is for aws-iam-no-init/,
    ],
    ['scp --role R aws-iam-no-initial-access-keys', /is a control: name the control before --role/],
  ];
  test.each(refused)('refuses %s', async (args, said) => {
    const { code, stdout, stderr } = await runCli(['guardrails', ...args.replace('CONNECTORS', connectors).split(' ')]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(said);
  });

  test('is for controls that there are', async () => {
    const known = new Set((await loadControls()).map(({ id }) => id));
    const named = guardrails.flatMap(({ controls = [] }) => controls);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
    expect(named.length).toBeGreaterThan(3);
  });

  test.each([
    ['eventbridge', 'eventbridge.yaml'],
    ['guard', 'access-keys.guard'],
    ['terraform', 'users.tf'],
  ])('prints the file of %s as it comes', async (name, file) => {
    const { code, stdout } = await runCli(['guardrails', name]);
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(join(packageRoot, 'guardrails', file), 'utf8'));
  });

  test.each(guardrails.map((one) => [one.name, one] as const))(
    'says about %s what docs/guardrails.md says',
    async (name, guardrail) => {
      const text = renderGuardrail(guardrail);
      expect(readFileSync(join(packageRoot, 'docs', 'guardrails.md'), 'utf8')).toContain(text);
      if (name === 'scp') expect((await runCli(['guardrails', name, '--about'])).stdout).toBe(text);
    },
  );
});
