import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { planOf } from '../iac/plan.ts';
import { runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'iamql-iac-'));
afterAll(() => rmSync(folder, { recursive: true }));
const template = join(packageRoot, 'test', 'fixtures', 'iac', 'template.yaml');

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const alice = { address: 'aws_iam_user.alice', values: { name: 'alice' } };
const key = { address: 'aws_iam_access_key.alice', values: { user: 'alice' } };
const clean = write('clean.json', planOf([alice, key]));
const doubtful = write('doubtful.json', planOf([{ ...alice, actions: ['no-op'] }, key]));
const cut = write('cut.json', '{"format_version":"1.2","planned_values":{');

describe('iamql iac', () => {
  test('names the user and the resources of a template that makes both, and ends with 1', async () => {
    const { code, stdout, stderr } = await runCli(['iac', template, clean]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(
      stdout,
    ).toBe(`Will a user have both a login profile and an active access key, as aws-iam-no-initial-access-keys finds them afterwards?

FAIL  ${template}  (CloudFormation template)
      1 of 2 IAM users
  Alice (line 8)
    name: alice
    login profile: Alice.LoginProfile (line 12), is made (tied by property)
    access key: AliceKey (line 15), is made (tied by Ref)

PASS  ${clean}  (Terraform or OpenTofu plan)
      0 of 1 IAM users

What to do: give each user one or the other. In full:
  iamql controls show aws-iam-no-initial-access-keys
`);
  });

  test('ends with 2 where a file cannot be judged or trusted, even if another fails, and says so in JSON', async () => {
    const { code, stdout } = await runCli(['iac', template, doubtful, cut, '--format', 'json']);
    expect(code).toBe(2);
    const { format, files } = JSON.parse(stdout);
    expect(format).toBe('iamql-iac/1');
    const short = ({ verdict, found, total, errors }: (typeof files)[number]) => [
      ...[verdict, found, total],
      ...errors.map((error: { code: string }) => error.code),
    ];
    // A template says where; a plan is one line that a program wrote.
    const [{ line, loginProfiles, accessKeys }] = files[0].findings;
    expect([line, loginProfiles[0].line, accessKeys[0].line]).toEqual([8, 12, 15]);
    expect(files[1].errors[0].line).toBeNull();
    expect(files.map(short)).toEqual([
      ['FAIL', 1, 2],
      ['ERROR', 0, 1, 'NotCollected'],
      ['ERROR', 0, null, 'Corrupt'],
    ]);
  });

  test('reads stdin, and writes SARIF that points at each file', async () => {
    const output = join(folder, 'iac.sarif');
    const args = ['iac', '-', doubtful, '--format', 'sarif', '--output', output];
    const { code } = await runCli(args, { stdin: readFileSync(template, 'utf8') });
    expect(code).toBe(2);
    const text = readFileSync(output, 'utf8');
    const { results = [] } = (JSON.parse(text) as Log).runs[0] ?? {};
    const place = ({ kind, locations }: (typeof results)[number]) => [
      kind,
      locations?.[0]?.physicalLocation?.artifactLocation?.uri,
      locations?.[0]?.physicalLocation?.region?.startLine,
    ];
    expect(results.map(place)).toEqual([
      ['fail', '-', 8],
      ['open', doubtful, 1],
    ]);
  });

  const exceptions = write(
    'exceptions.yaml',
    'exceptions: [{control: aws-iam-no-initial-access-keys, account: "111122223333", asset: alice, reason: sealed, owner: ops, expires: 2999-01-01}]',
  );

  test('passes with whom somebody has agreed to live with', async () => {
    const args = ['iac', template, '--exceptions', exceptions, '--account', '111122223333'];
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '0 of 2 IAM users, and 1 excepted\n  Alice (line 8): excepted until 2999-01-01, owner ops: sealed\n',
    );
  });

  test('says that exceptions of another account cover nothing', async () => {
    const args = ['iac', clean, '--exceptions', exceptions, '--account', '444455556666'];
    expect(await runCli(args)).toMatchObject({
      code: 0,
      stderr:
        'iamql: no exception is for aws-iam-no-initial-access-keys and account 444455556666: none covers anything\n',
    });
  });

  test.each([
    ['no file', ['iac'], /missing required argument 'file'/],
    ['a file that is not there', ['iac', 'nowhere.json'], /cannot open nowhere.json: there is no such file/],
    [
      'a parameter that nobody has',
      ['iac', template, clean, '--param', 'Env=dev'],
      /no template here has such a parameter/,
    ],
    ['exceptions of no account', ['iac', template, '--exceptions', exceptions], /say with --account/],
    ['another format', ['iac', template, '--format', 'xml'], /Allowed choices are text, json, markdown, junit, sarif/],
  ])('ends with 3 with %s', async (_name, args, said) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(said);
  });
});
