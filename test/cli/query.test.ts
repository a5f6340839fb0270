import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import { runCli } from '../support/run-cli.ts';

const SELECTED = ['ana', 'etl', 'bruno'];
const OWN_FRAGMENT = 'fragment AssetFragment on IAsset { internalName }';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iamql-query-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Printed {
  readonly data: { readonly iamUsers: readonly { readonly internalName: string }[] };
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code: string } }[];
  readonly extensions: Record<string, unknown>;
}

const parse = (stdout: string): Printed => JSON.parse(stdout);
const query = (text: string, ...flags: readonly string[]) => runCli(['query', text, '--sample', ...flags]);

describe.concurrent('the forms in which a text is published', () => {
  test.each([
    ['bare, byte for byte', FOUNDING_TEXT],
    ['a selection set', `{ ${FOUNDING_TEXT} }`],
    ['an operation without a name', `query { ${FOUNDING_TEXT} }`],
    ['an operation with a name and its own fragment', `query Q { ${FOUNDING_TEXT} } ${OWN_FRAGMENT}`],
    ['bare, with its own fragment', `${FOUNDING_TEXT} ${OWN_FRAGMENT}`],
    ['after a comment', `# CIS 1.11\n${FOUNDING_TEXT}`],
  ])('%s', async (_form, text) => {
    const { code, stdout, stderr } = await query(text);
    expect(parse(stdout).data.iamUsers.map((user) => user.internalName)).toEqual(SELECTED);
    expect(parse(stdout).extensions).toMatchObject({ sample: true, source: 'sample', account: '111122223333' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('the text comes as an argument, from a file or from stdin, and only once', async () => {
    const file = join(folder, 'founding.graphql');
    await writeFile(file, FOUNDING_TEXT);
    const argument = await query(FOUNDING_TEXT);
    const fromFile = await runCli(['query', '--file', file, '--sample']);
    const fromStdin = await runCli(['query', '--sample'], { stdin: FOUNDING_TEXT });
    expect(parse(fromFile.stdout).data).toEqual(parse(argument.stdout).data);
    expect(parse(fromStdin.stdout).data).toEqual(parse(argument.stdout).data);
    const twice = await query(FOUNDING_TEXT, '--file', file);
    expect(twice).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('given twice') });
    const missing = await runCli(['query', '--file', join(folder, 'none'), '--sample']);
    expect(missing).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('there is no such file') });
  });

  test('variables, one of several operations, and --output', async () => {
    const text =
      'query A($n: String) { iamUsers(where:{userName:$n}) { internalName } } query B { rootUsers { internalName } }';
    const output = join(folder, 'answer.json');
    const flags = ['--operation', 'A', '--variables', '{"n":"carla"}', '--output', output];
    const { code, stdout } = await query(text, ...flags);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const { readFile } = await import('node:fs/promises');
    expect(parse(await readFile(output, 'utf8')).data.iamUsers).toEqual([{ internalName: 'carla' }]);
    const unnamed = await query(text);
    expect(unnamed).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^iamql: 1:\d+: The text has several operations/),
    });
    const wrongName = await query(text, '--operation', 'C');
    expect(wrongName).toMatchObject({ code: 3, stderr: expect.stringContaining('"C"') });
  });
});

const ONE = 'iamUsers(where:{userName:"ana"}){userName}';
const NONE = 'iamUsers(where:{userName:"nobody"}){userName}';
const CONNECTOR = `iamUsers(where:{userName:"ana"}){connector{accountID}}`;

describe.concurrent('--expect', () => {
  test.each([
    ['eq [] of nothing', NONE, ['eq []'], 0, 'PASS'],
    ['eq [] of something', ONE, ['eq []'], 1, 'FAIL'],
    ['neq [] of something', ONE, ['neq []'], 0, 'PASS'],
    ['neq [] of nothing', NONE, ['neq []'], 1, 'FAIL'],
    ['an object in a list', ONE, ['eq [{"userName":"ana"}]'], 0, 'PASS'],
    ['another object', ONE, ['eq [{"userName":"bruno"}]'], 1, 'FAIL'],
    ['several root fields, all of which must hold', `${NONE} other:${ONE}`, ['eq []'], 1, 'FAIL'],
    ['several root fields that all hold', `${NONE} other:${NONE}`, ['eq []'], 0, 'PASS'],
    ['a path', ONE, ['eq ["ana"]', '--return-path', 'userName'], 0, 'PASS'],
    [
      'a path through a relation',
      CONNECTOR,
      ['eq [{"accountID":"111122223333"}]', '--return-path', 'connector'],
      0,
      'PASS',
    ],
    [
      'a path to one distinct asset of many rows',
      'iamUsers{...AssetFragment connector{accountID}}',
      ['eq ["111122223333"]', '--return-path', 'connector.accountID'],
      0,
      'PASS',
    ],
    ['a path through a fragment', 'iamUsers{...AssetFragment}', ['neq []', '--return-path', 'accountID'], 0, 'PASS'],
    ['nothing that is asked of the account', '{ __typename }', ['neq []'], 2, 'ERROR'],
    ['everything skipped', `query { ${ONE.replace('{userName}', '@skip(if:true){userName}')} }`, ['eq []'], 2, 'ERROR'],
  ])('%s: %#', async (_name, text, [expectation = '', ...flags], code, verdict) => {
    const result = await query(text, '--expect', expectation, ...flags);
    expect(parse(result.stdout).extensions['verdict']).toMatchObject({ verdict, expect: expectation });
    expect(result.code).toBe(code);
  });

  test('the verdict is in the answer, with how many of how many', async () => {
    const { code, stdout } = await query(FOUNDING_TEXT, '--expect', 'eq []');
    const verdict = { verdict: 'FAIL', expect: 'eq []', found: 3, total: 10, types: ['IAMUser'] };
    expect(parse(stdout).extensions['verdict']).toEqual(verdict);
    expect(code).toBe(1);
  });

  test.each([
    ['a path that is not there', ONE, ['eq []', '--return-path', 'nosuch'], 'no "nosuch"'],
    ['a path that is not there, of an empty answer', NONE, ['eq []', '--return-path', 'nosuch'], 'no "nosuch"'],
    ['a path that ends too deep', NONE, ['eq []', '--return-path', 'userName.more'], 'no "more"'],
    [
      'a path that one of two root fields lacks',
      `${NONE} rootUsers{arn}`,
      ['eq []', '--return-path', 'userName'],
      'no "userName"',
    ],
    ['an expectation that is none', ONE, ['is []'], 'is not "eq" or "neq"'],
    ['an expectation that is not JSON', ONE, ['eq [}'], 'is not "eq" or "neq" and a JSON value'],
  ])('%s is an error and no verdict', async (_name, text, [expectation = '', ...flags], message) => {
    const result = await query(text, '--expect', expectation, ...flags);
    expect(result).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('--return-path needs --expect', async () => {
    expect(await query(ONE, '--return-path', 'userName')).toMatchObject({ code: 3, stdout: '' });
  });
});

describe.concurrent('texts that cannot be run', () => {
  test.each([
    ['not GraphQL', 'SELECT * FROM users', /^iamql: 1:8: Syntax Error/],
    ['cut, two lines down', 'iamUsers(\n  where:{\n', /^iamql: 3:1: Syntax Error: Expected Name, found <EOF>/],
    ['empty', ' \n', /^iamql: 1:1: The text is empty/],
    [
      'an unknown field, in a bare text',
      'iamUsers{\n  userNme\n}',
      /^iamql: 2:3: Cannot query field "userNme".*Did you mean "userName"/,
    ],
    [
      'an unknown condition',
      'iamUsers(where:{hasIAMUserCredentials:{accessKey1Activ:true}}){arn}',
      /^iamql: 1:40: .*Did you mean "accessKey1Active"/,
    ],
    ['an unknown root field', 'iamUser{arn}', /^iamql: 1:1: .*Did you mean "iamUsers"/],
    ['an unknown fragment', 'iamUsers{...AssetFragmen}', /^iamql: 1:13: Unknown fragment "AssetFragmen"/],
    ['a variable that is missing', 'query($n:String!){iamUsers(where:{userName:$n}){arn}}', /Variable "\$n"/],
  ])('%s', async (_name, text, message) => {
    const { code, stdout, stderr } = await query(text);
    expect(stderr).toMatch(message);
    expect(parse(stdout).data).toBeUndefined();
    expect(code).toBe(3);
    const judged = await query(text, '--expect', 'eq []');
    expect(judged.code).toBe(3);
    expect(judged.stdout).not.toContain('PASS');
  });

  test.each([
    ['nested braces', '{a'.repeat(500_000)],
    ['nested brackets in a where', `iamUsers(where:{AND:${'['.repeat(1_000_000)}`],
    ['a comment', `#${'x'.repeat(1_000_000)}`],
  ])('1 MB of %s ends soon', async (_name, text) => {
    const before = performance.now();
    const { code, stderr } = await runCli(['query', '--sample', '--expect', 'eq []'], { stdin: text });
    expect(code).toBe(3);
    expect(stderr).toMatch(/more than the limit of|The text is empty/);
    expect(stderr.length).toBeLessThan(1000);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('flags that cannot be used', async () => {
    const variables = await query(ONE, '--variables', '[1]');
    expect(variables).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('is not a JSON object') });
    const typo = await query(ONE, '--expct', 'eq []');
    expect(typo).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('Did you mean --expect?') });
  });
});
