import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadLibrary } from '../../src/controls/load-controls.ts';
import { deleteKeyCommand, keyStatusCommand } from '../../src/iam/shell.ts';
import { fillTemplate, type Values } from '../../src/remediate/command-template.ts';
import { complaintsOf } from '../support/aws-commands.ts';

const { controls } = await loadLibrary();
const cliOf = (id: string): string => controls.find((control) => control.id === id)?.remediation.cli ?? '';

const NAME = ['p'];
const valuesByType: Readonly<Record<string, Values>> = {
  IAMUser: { USER: ['ana'], NAME },
  IAMGroup: { GROUP: ['ops'], USER: [], NAME },
  IAMRole: { ROLE: ['r'], NAME },
};

test('every command of every control, and those of the steps, is one that the AWS CLI takes', async () => {
  const templates = controls.flatMap(({ remediation: { cli }, assetTypes }) => {
    const holders = assetTypes.includes('IAMPolicy') ? ['IAMUser', 'IAMGroup', 'IAMRole'] : assetTypes;
    const known = holders.map((type) => ({ ROLE: [], ...valuesByType[type] }));
    return [{}, ...known].flatMap((values) => fillTemplate(cli, values).lines);
  });
  const ofSteps = [
    keyStatusCommand('-ana', 'AKIAIOSFODNN7EXAMPLE', 'Inactive'),
    keyStatusCommand('ana', 'AKIAIOSFODNN7EXAMPLE', 'Active'),
    deleteKeyCommand('ana', 'AKIAIOSFODNN7EXAMPLE'),
  ];
  const commands = [...new Set([...templates, ...ofSteps])];
  expect(commands.filter((line) => line.startsWith('aws ')).length).toBeGreaterThan(80);
  expect(await complaintsOf(commands)).toEqual([]);
  const wrong = [
    'aws iam update-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE --status Off',
    'aws iam delete-access-key --user-id ana',
    'aws iam update-account-password-policy --max-password-age 0 --no-hard-expiry',
    'aws iam disable-access-key',
  ];
  expect((await complaintsOf(wrong)).map((one) => one.slice(one.indexOf(': ') + 2))).toEqual([
    "--status Off: is none of ['Active', 'Inactive', 'Expired']",
    ...['iam delete-access-key has no --user-id', 'ana is no option', 'iam delete-access-key lacks AccessKeyId'],
    ...['--max-password-age 0: is too much or too little', 'iam has no disable-access-key'],
  ]);
}, 60_000);

/** Runs commands in a shell where `aws` prints the text of what is asked for, and what is made of which text. */
function runWithTexts(commands: readonly string[]): readonly string[] {
  const cwd = mkdtempSync(join(tmpdir(), 'iamql-commands-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const aws = `aws() {
    case "$2" in
      get-*) echo "text of $4 $6" ;;
      create-policy) echo "$4 has the $(cat "\${6#file://}")" >&3 ;;
      delete-*-policy) echo "$4 $6 is gone" >&3 ;;
    esac
  }`;
  const script = `exec 3>&1 >/dev/null\n${aws}\n${commands.join('\n')}\n`;
  return execFileSync('sh', ['-s'], { input: script, cwd }).toString('utf8').trimEnd().split('\n');
}

test('inline policies that are made managed ones keep each its own text', () => {
  const lines = fillTemplate(cliOf('aws-iam-no-inline-policies'), {
    USER: ['ana'],
    NAME: ['p1', 'p2'],
    ROLE: [],
    ACCOUNT: ['1'],
  }).lines;
  expect(runWithTexts(lines)).toEqual([
    'ana-p1 has the text of ana p1',
    'ana-p2 has the text of ana p2',
    'ana p1 is gone',
    'ana p2 is gone',
  ]);
});

test('what is kept of one asset is not written over by the next', () => {
  for (const { id, remediation } of controls) {
    const filled = ['one', 'two'].map((name) =>
      fillTemplate(remediation.cli, { ROLE: [name], USER: [name], NAME: ['p'] }).lines.join('\n'),
    );
    const [first, second] = filled.map((text) =>
      [...text.matchAll(/(?:> |--outfile )(\S+)/gm)].map(([, file]) => file),
    );
    expect(
      first?.filter((file) => second?.includes(file) && file !== 'trust.json'),
      id,
    ).toEqual([]);
  }
});
