import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/iam/digest.ts';
import { changesOf, key, OPERATOR, user } from '../remediate/remediated-account.ts';
import { type AwsEndpoint, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

let folder = '';
let endpoint: AwsEndpoint;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-refused-'));
  const users = [user('ana', [key('A')]), user('bob', [key('B')]), user('off', [key('O', { status: 'Inactive' })])];
  endpoint = await startAwsEndpoint({ callerArn: OPERATOR, users });
});
afterAll(async () => {
  await endpoint.close();
  rmSync(folder, { recursive: true, force: true });
});

const remediate = (...args: readonly string[]) =>
  runCli(['remediate', ...args], { env: awsEnv(endpoint.url), cwd: folder });

describe('refused before anything is sent:', () => {
  let plan: Record<string, unknown> = {};
  beforeAll(async () => {
    await remediate('plan', '--batch-size', '1', '--output', 'plan.json', '--exceptions', writeExceptions());
    plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'));
  });
  const writeExceptions = (): string => {
    const file = join(folder, 'exceptions.yaml');
    writeFileSync(
      file,
      'exceptions:\n  - {control: aws-iam-no-initial-access-keys, account: "111122223333", asset: zoe, key: {accessKeyId: AKIAZOE}, reason: x, owner: y, expires: 2099-01-01}\n',
    );
    return file;
  };
  const signed = (more: object): object => {
    const { digest: _, ...rest } = { ...plan, exceptions: [], ...more } as Record<string, unknown>;
    return { ...rest, digest: digestOf(rest) };
  };
  const [first] = ['aws-iam-no-initial-access-keys'];
  const rows: readonly (readonly [
    what: string,
    plan: () => object,
    args: readonly string[],
    code: number,
    message: RegExp,
  ])[] = [
    ['exceptions that are not named', () => plan, [], 3, /was made with exceptions: name them here too, --exceptions/],
    [
      'other exceptions than those of the plan',
      () => signed({ exceptions: ['of-the-team.yaml'] }),
      ['--exceptions', 'exceptions.yaml'],
      3,
      /name them here too, --exceptions of-the-team.yaml\n$/,
    ],
    [
      'exceptions whose name a shell would run',
      () => signed({ exceptions: ['a; b'] }),
      [],
      3,
      /name them here too, --exceptions 'a; b'\n$/,
    ],
    [
      'another account',
      () => signed({ account: '444455556666', batches: [] }),
      [],
      3,
      /the plan is for account 444455556666 \(aws\), and you are/,
    ],
    ['another partition', () => signed({ partition: 'aws-cn' }), [], 3, /\(aws-cn\), and you are/],
    ['an expired plan', () => signed({ createdAt: '2020-01-01T00:00:00Z' }), [], 2, /has expired/],
    ['a changed plan', () => ({ ...plan, tool: 'x' }), [], 3, /was changed since it was made/],
    [
      'a plan for the sample',
      () => signed({ source: { kind: 'sample', reportGeneratedAt: null, reportAgeSeconds: null } }),
      [],
      3,
      /bundled sample/,
    ],
    [
      'a control that asks something else',
      () => signed({ controls: [{ id: first, definition: 'x', parameters: {}, verdict: 'FAIL', errors: [] }] }),
      [],
      3,
      /asks something else than when/,
    ],
    [
      'a control that there is not',
      () =>
        signed({
          controls: [{ id: 'no-such', definition: 'x', parameters: {}, verdict: 'FAIL', errors: [] }],
          batches: [],
        }),
      [],
      3,
      /there is no control "no-such"/,
    ],
    ['--all and --batch', () => signed({}), ['--all', '--batch', '1'], 3, /name one of them/],
    ['a batch of what is off', () => signed({}), ['--batch', '3'], 3, /needs --delete/],
    [
      '--delete without a journal',
      () => signed({}),
      ['--delete', '--journal', 'none'],
      3,
      /there is no journal none: --journal names the one/,
    ],
    ['a journal in no folder', () => signed({}), ['--journal', 'no/such/file'], 3, /cannot open the journal/],
  ];

  test.each(rows)('%s', async (what, value, args, code, message) => {
    const file = join(folder, `${what.replaceAll(/\W/g, '-')}.json`);
    writeFileSync(file, JSON.stringify(value()));
    endpoint.forgetCalls();
    const ended = await remediate('apply', file, '--yes', ...args);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(code);
    expect(changesOf(endpoint)).toEqual([]);
  });
});

test('undo without a journal, which would say that nothing is off', async () => {
  for (const more of [[], ['--yes']]) {
    const ended = await remediate('undo', '--journal', 'of-somewhere-else.ndjson', ...more);
    expect(ended.stderr).toMatch(/there is no journal of-somewhere-else.ndjson: --journal names the one/);
    expect(ended.code).toBe(3);
  }
  expect(() => readFileSync(join(folder, 'of-somewhere-else.ndjson'))).toThrow('ENOENT');
});

test('a plan is not written over a journal', async () => {
  const file = join(folder, 'kept.ndjson');
  const begun = '{"format":"iamql-journal/1","n":1,"kind":"intent"';
  writeFileSync(file, begun);
  const ended = await remediate('plan', '--output', 'kept.ndjson');
  expect(ended).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('kept.ndjson is a journal') });
  expect(readFileSync(file, 'utf8')).toBe(begun);
});
