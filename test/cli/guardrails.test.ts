import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
