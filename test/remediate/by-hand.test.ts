import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foundingControlId, loadLibrary } from '../../src/controls/load-controls.ts';
import { runControls } from '../../src/controls/run-controls.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { fillTemplate } from '../../src/remediate/command-template.ts';
import { irreversibleOf } from '../../src/remediate/irreversible.ts';
import { makePlan } from '../../src/remediate/make-plan.ts';
import { renderPlan } from '../../src/report/remediation-plan.ts';
import { complaintsOf } from '../support/aws-commands.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { argumentsOf } from '../support/shell-arguments.ts';
import { remediatedAccount } from './remediated-account.ts';

const account = remediatedAccount();

describe('a template', () => {
  const fill = (template: string, values: Readonly<Record<string, readonly string[] | undefined>>) =>
    fillTemplate(template, values).lines;

  test.each([
    ['a value', 'aws iam get-user --user-name USER', { USER: ['ana'] }, ['aws iam get-user --user-name ana']],
    ['a line for each value', 'aws x KEY_ID', { KEY_ID: ['A1', 'B2'] }, ['aws x A1', 'aws x B2']],
    ['no line where there is none', '# first\naws x KEY_ID\n# then\naws y', { KEY_ID: [] }, ['# then', 'aws y']],
    [
      'inside a word',
      'aws x --arn arn:aws:iam::ACCOUNT:mfa/USER',
      { ACCOUNT: ['1'], USER: ['a b'] },
      ["aws x --arn 'arn:aws:iam::1:mfa/a b'"],
    ],
    ['a name that looks like an option', 'aws x --user-name USER', { USER: ['--all'] }, ['aws x --user-name=--all']],
    ['over two lines', 'aws x \\\n  --user-name USER', { USER: ['ana'] }, ['aws x \\\n  --user-name ana']],
    [
      'in the name of a file, which stays in its folder',
      'aws x > USER.json',
      { USER: ['../a b'] },
      ["aws x > '.._a b.json'"],
    ],
    ['not in quotes', 'aws x --query "USER.Name"', { USER: ['ana'] }, ['aws x --query "USER.Name"']],
    [
      'a text in place',
      'cat > t <<\'JSON\'\n{ "a": "ACCOUNT" }\nJSON',
      { ACCOUNT: ['12'] },
      ['cat > t <<\'JSON\'\n{ "a": "12" }\nJSON'],
    ],
    [
      'what is said for roles, for users too',
      'aws iam delete-role-policy --role-name ROLE --policy-name NAME',
      { ROLE: [], USER: ['ana'], NAME: ['p'] },
      ['aws iam delete-user-policy --user-name ana --policy-name p'],
    ],
  ] as const)('with %s', (_what, template, values, lines) => {
    expect(fill(template, values)).toEqual(lines);
  });

  test('says which words are left to be filled in', () => {
    expect(fillTemplate('aws iam x --user-name USER --code CODE1 --dns DNS', { USER: ['ana'] }).fillIn).toEqual([
      'CODE1',
    ]);
    // A user may be called anything, a word in capital letters included.
    expect(fillTemplate('aws iam x --user-name USER', { USER: ['ADMIN'] }).fillIn).toEqual([]);
  });

  const hostile = fc
    .string({
      unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '-', ';', '&', '#', '(', 'a', 'USER', '~', 'é'),
    })
    .filter((name) => name !== '');

  test('run by a shell is about that name and nothing else', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 30, maxLength: 60 }), (names) => {
        const template =
          'aws iam delete-login-profile --user-name USER\naws iam x --arn arn:aws:iam::ACCOUNT:user/USER';
        const lines = names.flatMap((name) => fillTemplate(template, { USER: [name], ACCOUNT: ['1'] }).lines);
        expect(argumentsOf(lines)).toEqual(
          names.flatMap((name) => [
            [
              'iam',
              'delete-login-profile',
              ...(name.startsWith('-') ? [`--user-name=${name}`] : ['--user-name', name]),
            ],
            ['iam', 'x', '--arn', `arn:aws:iam::1:user/${name}`],
          ]),
        );
      }),
      { numRuns: 20 },
    );
  });
});

test('what cannot be undone is known by the command, and said of what is not known too', () => {
  expect(irreversibleOf(['aws iam get-user --user-name a', 'aws iam detach-user-policy --user-name a'])).toEqual([]);
  expect(irreversibleOf(['aws iam delete-login-profile --user-name a'])[0]).toMatch(/deleted, not turned off/);
  expect(irreversibleOf(['aws iam delete-server-certificate --server-certificate-name a'])[0]).toMatch(/load balancer/);
  expect(irreversibleOf(['aws sso-admin delete-permission-set'])).toEqual([
    '`aws sso-admin delete-permission-set` cannot be undone.',
  ]);
});

describe('the password policy', () => {
  const passwordControls = ['requires-long-passwords', 'requires-symbols', 'prevents-reuse', 'expires-passwords'].map(
    (name) => `aws-iam-password-policy-${name}`,
  );
  async function commandFor(scenario: Scenario, controls: readonly string[]) {
    account.start({ users: [], ...scenario });
    const { byHand } = await account.plan({ controls });
    expect(byHand).toHaveLength(1);
    const command = byHand[0]?.commands.find((line) => line.includes('update-account-password-policy')) ?? '';
    return { byHand: byHand[0], options: argumentsOf([command])[0]?.slice(2) ?? [] };
  }

  test('is one command for all that is asked, and carries every value that stays', async () => {
    const passwordPolicy = {
      ...{ MinimumPasswordLength: 20, RequireNumbers: true, AllowUsersToChangePassword: true },
      ...{ MaxPasswordAge: 180, HardExpiry: true, PasswordReusePrevention: 5 },
    };
    const { byHand, options } = await commandFor({ passwordPolicy }, passwordControls);
    expect(options).toEqual([
      ...['--minimum-password-length', '20', '--max-password-age', '90', '--password-reuse-prevention', '24'],
      ...['--no-require-uppercase-characters', '--no-require-lowercase-characters', '--require-numbers'],
      ...['--require-symbols', '--allow-users-to-change-password', '--hard-expiry'],
    ]);
    expect(byHand?.irreversible).toEqual([
      expect.stringContaining('The whole password policy is replaced'),
      expect.stringContaining('only an administrator can change them'),
    ]);
  });

  test('of an account that never set one says what the default was', async () => {
    const { byHand, options } = await commandFor({}, ['aws-iam-password-policy-requires-long-passwords']);
    expect(options).toEqual([
      ...['--minimum-password-length', '14', '--no-require-uppercase-characters', '--no-require-lowercase-characters'],
      ...['--no-require-numbers', '--no-require-symbols', '--no-allow-users-to-change-password', '--no-hard-expiry'],
    ]);
    expect(byHand?.commands.join('\n')).toContain("AWS's default so far");
  });
});

describe('over the sample, of every control', async () => {
  const now = new Date('2026-11-25T10:00:00Z');
  const { controls } = await loadLibrary();
  const inventory = openSample(undefined).inventory();
  const runs = await runControls(
    inventory,
    controls.map((control) => ({ control, parameters: {} })),
  );
  const settings = { minAgeMs: 0, batchSize: 10, order: [], exceptions: [], exceptionFiles: [], tool: '0.0.0' };
  const plan = await makePlan(inventory, runs, { now, ...settings });

  test('each asset that was found is planned for, left out or for people', () => {
    const planned = new Set([
      ...plan.batches.flatMap(({ steps }) => steps.map(({ arn }) => arn)),
      ...plan.notPlanned.map(({ arn }) => arn),
      ...plan.byHand.map(({ asset }) => asset),
    ]);
    const found = runs.flatMap(({ rules }) =>
      rules.filter(({ rule }) => !rule.informative).flatMap((rule) => rule.findings),
    );
    expect(found.length).toBeGreaterThan(40);
    for (const { identifier } of found) expect(planned).toContain(identifier);
  });

  test('every command is one that the AWS CLI takes, and none is left with a word that is known', async () => {
    const commands = plan.byHand.flatMap((one) => one.commands.filter((line) => !line.startsWith('#')));
    expect(commands.length).toBeGreaterThan(60);
    expect(commands.filter((line) => line.includes('update-account-password-policy'))).toHaveLength(1);
    expect(await complaintsOf(commands)).toEqual([]);
    expect(commands.filter((line) => /\b(?:USER|ROLE|ACCOUNT)\b/.test(line))).toEqual([]);
    expect(plan.byHand.filter(({ commands: lines }) => lines.length === 0)).toEqual([]);
  });

  test('no key that is to be turned off is to be replaced by hand too', () => {
    const ids = plan.batches.flatMap(({ steps }) => steps.map(({ accessKeyId }) => accessKeyId));
    const commands = plan.byHand.flatMap((one) => one.commands).join('\n');
    expect(ids.filter((id) => commands.includes(id))).toEqual([]);
  });

  test('what cannot be undone is read before the commands', () => {
    const text = renderPlan(plan);
    for (const one of plan.byHand.filter(({ irreversible }) => irreversible.length > 0)) {
      const begin = text.indexOf(`By hand, for ${one.control}: ${one.type} ${one.name}`);
      const warning = text.indexOf('CANNOT BE UNDONE', begin);
      expect(begin).toBeGreaterThan(0);
      expect(warning).toBeLessThan(text.indexOf('      aws ', begin));
    }
    expect(text).toContain(foundingControlId);
  });
});
