import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Journal, type Written } from '../../src/remediate/journal.ts';
import { settledSteps, statesOf } from '../../src/remediate/journal-state.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-journal-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = (kind: Written['kind'], more: Partial<Written> = {}): Written => ({
  kind,
  at: '2026-11-25T10:00:00Z',
  action: 'deactivate',
  account: '111122223333',
  userName: 'ana',
  userId: 'AIDAEXAMPLE',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  keyCreated: '2024-03-05T00:00:00Z',
  plan: 'plan-1',
  by: 'arn:aws:iam::111122223333:user/operator',
  found: false,
  reason: null,
  ...more,
});

async function write(name: string, ...all: readonly Written[]): Promise<string> {
  const file = join(folder, name);
  const journal = await Journal.open(file);
  for (const one of all) journal.append(one);
  journal.close();
  return file;
}

test('what is appended is read back, by this process and the next', async () => {
  const file = await write('plain', written('intent'));
  const next = await Journal.open(file);
  expect(next.entries.map(({ n, kind }) => [n, kind])).toEqual([[1, 'intent']]);
  next.append(written('done', { reason: 'a "reason"\nof two lines' }));
  next.close();
  expect(Journal.read(file)[1]).toMatchObject({ n: 2, kind: 'done', reason: 'a "reason"\nof two lines' });
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('one that is not there holds nothing, and reading makes none', () => {
  expect(Journal.read(join(folder, 'none'))).toEqual([]);
  expect(() => statSync(join(folder, 'none'))).toThrow('ENOENT');
});

test('one process at a time has it', async () => {
  const file = await write('locked');
  const held = await Journal.open(file);
  symlinkSync(file, `${file}-by-another-name`);
  for (const name of [file, `${file}-by-another-name`])
    await expect(Journal.open(name)).rejects.toThrow(/another process is at work with the journal/);
  held.close();
  (await Journal.open(file)).close();
});

test('one process at a time has it, by the name of a link that was there before it', async () => {
  const file = join(folder, 'made-through-a-link');
  symlinkSync(file, `${file}-by-another-name`);
  const held = await Journal.open(`${file}-by-another-name`);
  for (const name of [file, `${file}-by-another-name`])
    await expect(Journal.open(name)).rejects.toThrow(/another process is at work with the journal/);
  held.close();
});

test.each(['{', '{"format":"iamql-journal/1","n":2', 'x'])(
  'what a crash has left of a line is dropped: %s',
  async (rest) => {
    const file = await write(`torn-${rest.length}-${rest[0]?.charCodeAt(0)}`, written('intent'));
    appendFileSync(file, rest);
    expect(Journal.read(file)).toHaveLength(1);
    const journal = await Journal.open(file);
    journal.append(written('done'));
    journal.close();
    expect(Journal.read(file).map(({ kind }) => kind)).toEqual(['intent', 'done']);
  },
);

describe('a line that somebody has changed is noticed:', () => {
  const lines = (text: string): readonly string[] => text.split('\n');
  const changes: readonly (readonly [what: string, change: (text: string) => string])[] = [
    ['one is taken out', (text) => lines(text).toSpliced(1, 1).join('\n')],
    [
      'two are swapped',
      (text) =>
        lines(text)
          .with(0, lines(text)[1] ?? '')
          .with(1, lines(text)[0] ?? '')
          .join('\n'),
    ],
    ['another user', (text) => text.replace('"ana"', '"bob"')],
    ['an earlier time', (text) => text.replace('2026-11-25', '2020-11-25')],
    ['no JSON', (text) => `nonsense\n${text}`],
    ['another key', (text) => text.replace('"n":1', '"m":1')],
    ['the last line, which none follows', (text) => text.replace(/2026-11-25(?=[^\n]*\n$)/, '2020-11-25')],
    ['a line of somebody else at the end', (text) => `${text}${lines(text)[0]}\n`],
  ];

  test.each(changes)('%s', async (what, change) => {
    const file = await write(`changed-${what}`, written('intent'), written('done'), written('skipped'));
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    expect(() => Journal.read(file)).toThrow(/:\d: this line, or the one before it, is not as iamql wrote it/);
    await expect(Journal.open(file)).rejects.toThrow(/is not as iamql wrote it/);
    // And nobody is kept from it for that.
    await expect(Journal.open(file)).rejects.toThrow(/is not as iamql wrote it/);
  });
});

test.each([
  ['a file that is no journal, of one line that has no end', '{"Version":"2012-10-17"}'],
  ['a file that is no journal', 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n'],
  ['half a line of a file that is none', '{"format":"other'],
])('%s is refused, and left as it was', async (_what, text) => {
  const file = join(folder, `alien-${text.length}`);
  writeFileSync(file, text);
  await expect(Journal.open(file)).rejects.toThrow(/:1: this line.* is not as iamql wrote it/);
  expect(() => Journal.read(file)).toThrow(/:1: this line.* is not as iamql wrote it/);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test.each(['{"format":"iamql-jour', '{', '\0\0\0\0'])(
  'what a crash has left of the first line is dropped: %j',
  async (rest) => {
    const file = join(folder, `first-${rest.length}`);
    writeFileSync(file, rest);
    expect(Journal.read(file)).toEqual([]);
    (await Journal.open(file)).close();
    expect(readFileSync(file, 'utf8')).toBe('');
  },
);

test('nothing but an ordinary file is one: what is written elsewhere is gone', async () => {
  await expect(Journal.open('/dev/null')).rejects.toThrow(/the journal \/dev\/null is no ordinary file/);
});

test('it cannot be a folder, nor in one that there is not', async () => {
  await expect(Journal.open(folder)).rejects.toThrow(/cannot open the journal/);
  await expect(Journal.open(join(folder, 'no', 'such'))).rejects.toThrow(/cannot open the journal/);
});

test('the last that happened counts, and an intent without outcome stays open', async () => {
  const other = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE' };
  const file = await write(
    'states',
    written('intent'),
    written('done'),
    written('intent', { action: 'reactivate', plan: null }),
    written('void', { action: 'reactivate', plan: null }),
    written('intent', other),
    written('skipped', { accessKeyId: 'AKIASKIPPEDEXAMPLE' }),
    written('done', { account: '444455556666', accessKeyId: 'AKIAELSEWHEREEXAMPLE' }),
  );
  const states = statesOf(Journal.read(file), '111122223333');
  expect([...states.keys()]).toEqual(['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE']);
  expect(states.get('AKIAIOSFODNN7EXAMPLE')).toMatchObject({ last: { action: 'deactivate' }, open: undefined });
  expect(states.get('AKIAI44QH8DHBEXAMPLE')).toMatchObject({ last: undefined, open: { kind: 'intent' } });
  expect([...settledSteps(Journal.read(file), 'plan-1').keys()]).toEqual([
    'deactivate AKIAIOSFODNN7EXAMPLE',
    'deactivate AKIASKIPPEDEXAMPLE',
    'deactivate AKIAELSEWHEREEXAMPLE',
  ]);
});
