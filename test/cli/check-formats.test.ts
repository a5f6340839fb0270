import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

// Removed at the end: of tests that run side by side, one would clean up after another.
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function folderOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iamql-formats-'));
  folders.push(folder);
  return folder;
}

const check = (...args: readonly string[]) => runCli(['check', '--sample', ...args]);

/** How each format begins. */
const beginnings = {
  text: /^SAMPLE account 111122223333/,
  json: /^\{\n {2}"format": "iamql-check\/1"/,
  csv: /^"status","section"/,
  markdown: /^## iamql/,
  html: /^<!doctype html>/,
  junit: /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites/,
  sarif: /^\{\n {2}"\$schema": .*sarif-2\.1\.0/,
  ocsf: /^\{"category_uid":2,/,
  asff: /^\[\n {2}\{\n {4}"SchemaVersion": "2018-10-08"/,
} as const;

describe.concurrent('check --format', () => {
  test.each(Object.entries(beginnings))(
    '%s goes to stdout, with the exit code of the verdict',
    async (format, begins) => {
      const { code, stdout, stderr } = await check('--format', format);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(begins);
      expect(stdout).toContain('ana');
      expect(stdout).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?![\r\n])\p{Cc}/u);
    },
  );

  test('several, each with the --output after it', async () => {
    const folder = await folderOf();
    const files = Object.keys(beginnings).map((format) => [format, join(folder, `out.${format}`)] as const);
    const { code, stdout, stderr } = await check(
      ...files.flatMap(([format, file]) => ['--format', format, '--output', file]),
    );
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: '' });
    for (const [format, file] of files) {
      expect(await readFile(file, 'utf8')).toMatch(beginnings[format as keyof typeof beginnings]);
    }
    expect(await readdir(folder)).toHaveLength(files.length);
  });

  test('one without an --output goes to stdout; an --output before any --format is of text', async () => {
    const folder = await folderOf();
    const [text, xml] = [join(folder, 'check.txt'), join(folder, 'check.xml')];
    const { stdout } = await check('--output', text, '--format', 'json', '--format', 'junit', '--output', xml);
    expect(stdout).toMatch(beginnings.json);
    expect(await readFile(text, 'utf8')).toMatch(beginnings.text);
    expect(await readFile(xml, 'utf8')).toMatch(beginnings.junit);
  });

  test('a file that is there is replaced whole, and nothing is left beside it', async () => {
    const folder = await folderOf();
    const file = join(folder, 'check.csv');
    for (let run = 0; run < 2; run++) await check('--format', 'csv', '--output', file);
    expect(await readdir(folder)).toEqual(['check.csv']);
  });

  test.each([
    ['two for stdout', ['--format', 'json', '--format', 'csv'], '--format json and csv: only one can go to stdout'],
    ['a file given twice', ['--output', 'a', '--format', 'json', '--output', './a'], '--output ./a is given twice'],
    ['a folder that is not there', ['--output', 'none/a.json'], 'cannot write none/a.json: there is no folder none'],
  ])('%s is refused before anything is asked', async (_name, args, message) => {
    // Without credentials: had anything been asked, it would say so.
    const { code, stdout, stderr } = await runCli(['check', ...args]);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });

  test('one that cannot be written ends with 3 and says so; the others are written', async () => {
    const folder = await folderOf();
    const [good, bad, worse] = ['good.json', 'bad.csv', 'worse.html'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([
      mkdir(join(bad, 'in-the-way'), { recursive: true }),
      mkdir(join(worse, 'in-the-way'), { recursive: true }),
    ]);
    const outputs = [
      '--format',
      'csv',
      '--output',
      bad,
      '--format',
      'html',
      '--output',
      worse,
      '--format',
      'json',
      '--output',
      good,
    ];
    const { code, stderr } = await check(...outputs);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^iamql: cannot write .*bad\.csv: .+\niamql: cannot write .*worse\.html: .+\n$/);
    expect(await readFile(good, 'utf8')).toMatch(beginnings.json);
  });

  test.for(Object.keys(beginnings))(
    '%s shows what AWS refused as an ERROR, and nothing as passed',
    async (format, { onTestFinished }) => {
      const faults = [{ action: 'GetCredentialReport', error: { code: 'AccessDenied' } }];
      const endpoint = await startAwsEndpoint({ faults });
      onTestFinished(() => endpoint.close());
      const { code, stdout } = await runCli(['check', '--format', format], { env: awsEnv(endpoint.url) });
      expect(code).toBe(2);
      expect(stdout).toContain('ERROR');
      expect(stdout).not.toMatch(/"PASSED"|: "PASS"|"Pass"|>PASS<|^"?PASS|\*\*PASS/m);
    },
  );
});

/** It runs the sources, of which each has a name. */
const bin = join(packageRoot, 'bin', 'iamql.js');

test('a check as text loads no other format', async () => {
  const hooks = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      if (url.includes('/src/report/')) process.stderr.write(url.split('/src/report/')[1] + '\\n');
      return next(url, context);
    } });`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hooks)}` };
  const loaded = (await runCli(['check', '--sample'], { env, bin })).stderr.trim().split('\n');
  expect(loaded).toContain('text.ts');
  expect(loaded.filter((file) => file.startsWith('formats/') || file === 'json.ts')).toEqual([]);
});

describe('progress', () => {
  const onTerminal = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';

  test('is on a terminal, and gone at the end', async () => {
    const folder = await folderOf();
    const args = ['-c', onTerminal, process.execPath, bin, 'check', '--sample', '--output', join(folder, 'check.txt')];
    const env = { PATH: process.env['PATH'], HOME: folder };
    const error = await promisify(execFile)('python3', args, { env }).catch((failed) => failed);
    expect(error).toMatchObject({ code: 1 });
    expect(error.stdout).toContain('judged 0 of 1 controls, 0 AWS calls so far');
    expect(error.stdout).toContain('judged 1 of 1 controls, 0 AWS calls so far');
    expect(error.stdout.endsWith('\r\u001b[K')).toBe(true);
  });

  test('is nowhere else', async () => {
    expect((await check()).stderr).toBe('');
  });
});
