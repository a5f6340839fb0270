import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Exception } from '../../src/controls/exception.ts';
import { findControls, foundingControlId } from '../../src/controls/load-controls.ts';
import { exceptUsers } from '../../src/iac/except-users.ts';
import { judgeFile } from '../../src/iac/judge-file.ts';
import { packageRoot } from '../../src/package-root.ts';
import { renderIacJson } from '../../src/report/iac-json.ts';
import { renderIacJUnit } from '../../src/report/iac-junit.ts';
import { renderIacMarkdown } from '../../src/report/iac-markdown.ts';
import { renderIacSarif } from '../../src/report/iac-sarif.ts';
import { readAs } from '../support/format-readers.ts';

const [control] = await findControls([foundingControlId]);
if (!control) throw new Error('the founding control is there');

const template = readFileSync(join(packageRoot, 'test', 'fixtures', 'iac', 'template.yaml'), 'utf8');
const judge = (text: string, file = 'template.yaml') => judgeFile(file, new TextEncoder().encode(text));
/** With a key of which the template does not tell whose it is. */
const doubtful = `${template}  Other: {Type: AWS::IAM::AccessKey, Properties: {UserName: someone}}\n`;

const exception = (more: Partial<Exception> = {}): Exception => ({
  ...{ control: foundingControlId, account: '111122223333', asset: 'alice', key: undefined, reason: 'sealed' },
  ...{ owner: 'ops', expires: '2999-01-01T00:00:00Z', ticket: undefined, place: 'e.yaml:1:1', ...more },
});
const except = (text: string, ...exceptions: readonly Exception[]) =>
  exceptUsers(judge(text), {
    ...{ exceptions, control: foundingControlId, account: '111122223333', now: '2026-01-01T00:00:00Z' },
  });

const rows: readonly (readonly [name: string, with_: Partial<Exception>, is: string, why: RegExp | undefined])[] = [
  ['by name', {}, 'PASS', undefined],
  ['by a pattern', { asset: 'alic*' }, 'PASS', undefined],
  ['of another account', { account: '444455556666' }, 'FAIL', undefined],
  ['of another control', { control: 'other' }, 'FAIL', undefined],
  ['of somebody else', { asset: 'bob' }, 'FAIL', undefined],
  ['that has expired', { expires: '2025-01-01T00:00:00Z' }, 'FAIL', /has expired/],
  ['for one key', { key: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } }, 'FAIL', /for one key/],
  ['by ARN', { asset: 'arn:aws:iam::111122223333:user/alice' }, 'FAIL', /write the IAM name, alice/],
];
test.each(rows)('an exception %s', (_name, more, is, why) => {
  const { verdict, findings, excepted, unfit } = except(template, exception(more));
  expect([verdict, findings.length, excepted.length]).toEqual(is === 'PASS' ? [is, 0, 1] : [is, 1, 0]);
  expect(unfit.map((one) => one.why)).toEqual(why ? [expect.stringMatching(why)] : []);
});

test('what could not be told is covered by no exception', () => {
  const { verdict, excepted } = except(doubtful, exception());
  expect([verdict, excepted.length]).toEqual(['ERROR', 1]);
});

const files = [
  judge(template),
  except(template, exception({ reason: 'sealed <b>|' })),
  judge(doubtful, 'doubtful.yaml'),
  judge('{"format_version":', 'cut.json'),
];
const run = { control, files, judgedAt: new Date('2026-01-02T03:04:05Z') };

test('Markdown has all of it, and nothing of it is markup', () => {
  const text = renderIacMarkdown(run);
  expect(text.match(/^\| \*\*(\w+)\*\* /gm)).toEqual(['| **FAIL** ', '| **PASS** ', '| **FAIL** ', '| **ERROR** ']);
  expect(text).toContain('| <code>Alice (line 8)</code> |');
  expect(text).toContain('| <code>Alice</code> | 2999-01-01 |');
  expect(text).toContain('<code>sealed &#60;b&#62;&#124;</code>');
  expect(text).toContain('- Could not be judged in full: <code>');
});

test('JUnit XML is valid by both schemas, and nothing that is open or excepted passes in it', async () => {
  const xml = renderIacJUnit(run);
  expect(await readAs('junitSchemas', [xml])).toEqual([[]]);
  // What fails and is open beside that is two cases.
  expect(xml).toContain('tests="6" failures="2" errors="2" skipped="1"');
  expect(xml).toContain('>Alice (line 8)\n');
});

test('SARIF is valid, and suppresses what is excepted', async () => {
  const text = renderIacSarif(run);
  expect(await readAs('sarif', [text])).toEqual([[]]);
  const [{ results, invocations }] = JSON.parse(text).runs;
  const short = results.map(({ kind, suppressions, locations }: (typeof results)[number]) => [
    ...[kind, suppressions?.length ?? 0, locations[0].physicalLocation.region.startLine],
  ]);
  expect(short).toEqual([
    ['fail', 0, 8],
    ['fail', 1, 8],
    ['fail', 0, 8],
    ['open', 0, 25],
    ['open', 0, 1],
  ]);
  expect(invocations[0].executionSuccessful).toBe(false);
});

test('JSON has excepted users apart', () => {
  const [, second] = JSON.parse(renderIacJson(run)).files;
  expect([second.verdict, second.found, second.excepted[0].exception.owner]).toEqual(['PASS', 0, 'ops']);
});
