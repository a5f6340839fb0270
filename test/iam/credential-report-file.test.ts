import { describe, expect, test } from 'vitest';
import { parseCredentialReport } from '../../src/iam/credential-report.ts';
import { parseReportFile } from '../../src/iam/credential-report-file.ts';
import { renderCsv, rootRow, userRow } from './render-report.ts';

const csv = renderCsv([rootRow(), userRow('zoë', { arn: 'arn:aws:iam::111122223333:user/zoë' })]);
const content = Buffer.from(csv).toString('base64');
const generated = '2026-11-02T08:15:00+00:00';

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
/** `>` of Windows PowerShell writes UTF-16 with its mark. */
const powershell = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, 'utf16le');
/** What `aws iam get-credential-report` prints. */
const answer = (fields: Readonly<Record<string, unknown>>): Uint8Array =>
  bytesOf(JSON.stringify({ Content: content, ReportFormat: 'text/csv', ...fields }, undefined, 4));

describe('the CSV, and when AWS generated it', () => {
  test.each<[name: string, bytes: Uint8Array, generatedAt: string | undefined]>([
    ['a CSV does not say when', bytesOf(csv), undefined],
    ['a CSV with a byte order mark', bytesOf(`\uFEFF${csv}`), undefined],
    ['a CSV as PowerShell redirects it', powershell(csv), undefined],
    ['an answer as PowerShell redirects it', powershell(Buffer.from(answer({})).toString()), undefined],
    ['AWS’s answer with +00:00', answer({ GeneratedTime: '2026-11-02T08:15:00+00:00' }), generated],
    ['AWS’s answer with Z', answer({ GeneratedTime: '2026-11-02T08:15:00Z' }), generated],
    ['AWS’s answer with an offset', answer({ GeneratedTime: '2026-11-02T09:15:00+01:00' }), generated],
    [
      'AWS’s answer with a fraction',
      answer({ GeneratedTime: '2026-11-02T08:15:00.250Z' }),
      '2026-11-02T08:15:00.25+00:00',
    ],
    ['AWS’s answer with a fraction of zeros', answer({ GeneratedTime: '2026-11-02T08:15:00.000000+00:00' }), generated],
    ['AWS’s answer without a time', answer({}), undefined],
    ['an answer with a byte order mark', bytesOf(`\uFEFF${JSON.stringify({ Content: content })}`), undefined],
    ['an answer after a line break', bytesOf(`\n${JSON.stringify({ Content: content })}\n`), undefined],
    ['base64 in lines', answer({ Content: content.replace(/.{76}/g, '$&\n') }), undefined],
  ])('%s', (_, bytes, generatedAt) => {
    expect(parseReportFile(bytes)).toEqual({ csv, generatedAt });
  });
});

describe('refused as Corrupt', () => {
  const noContent = /^the JSON is not an answer of iam:GetCredentialReport: it has no Content in base64$/;
  const noText = /^the credential report is not UTF-8 text$/;
  const noTime = /^GeneratedTime .+ is not an RFC 3339 time$/;
  test.each<[name: string, bytes: Uint8Array, message: RegExp]>([
    [
      'cut JSON',
      answer({ GeneratedTime: generated }).subarray(0, -20),
      /^the file begins like JSON and is not: it may be cut$/,
    ],
    ['a brace alone', bytesOf('{'), /^the file begins like JSON/],
    ['JSON with more after it', Buffer.concat([answer({}), bytesOf('}')]), /^the file begins like JSON/],
    ['JSON without Content', bytesOf('{"GeneratedTime":"2026-11-02T08:15:00Z"}'), noContent],
    ['the answer of another command', bytesOf('{"State":"COMPLETE"}'), noContent],
    ['empty Content', answer({ Content: '' }), noContent],
    ['Content that is null', answer({ Content: null }), noContent],
    ['Content that is the CSV itself', answer({ Content: csv }), noContent],
    ['Content that is not text', answer({ Content: Buffer.from([0xff, 0xfe, 0x00]).toString('base64') }), noText],
    ['a time that is null', answer({ GeneratedTime: null }), noTime],
    ['a time in seconds since 1970', answer({ GeneratedTime: 1793607300 }), noTime],
    ['a time without an offset', answer({ GeneratedTime: '2026-11-02T08:15:00' }), noTime],
    ['UTF-16 with its mark, cut in the middle of a character', powershell(csv).subarray(0, -1), noText],
    ['UTF-16 with its mark and half a pair', Buffer.concat([powershell(csv), Buffer.from([0x3d, 0xd8])]), noText],
    ['UTF-16 with its mark and a NUL', powershell(`${csv}\0`), noText],
    ['UTF-16 without its mark', Buffer.from(renderCsv([rootRow()]), 'utf16le'), noText],
    ['Latin-1', Buffer.from(csv, 'latin1'), noText],
    ['a compressed file', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00]), noText],
    ['text with a NUL', bytesOf(csv.replace('zoë', 'zo\0')), noText],
  ])('%s', (_, bytes, message) => {
    const parse = () => parseReportFile(bytes);
    expect(parse).toThrow(expect.objectContaining({ kind: 'Corrupt', message: expect.stringMatching(message) }));
  });
});

test('Content whose base64 was cut gives a CSV that was cut, which its rows tell', () => {
  const { csv: cut } = parseReportFile(answer({ Content: content.slice(0, content.length - 40) }));
  expect(() => parseCredentialReport(cut)).toThrow(/line 3: .* cells under 22 columns: the file was cut$/);
});

test.each<[name: string, text: string]>([
  ['an empty file', ''],
  ['a JSON list', '[{"Content":"YQ=="}]'],
  ['a web page', '<!doctype html><html></html>'],
])('%s is taken for a CSV, which then has no header', (_, text) => {
  const { csv: taken } = parseReportFile(bytesOf(text));
  expect(() => parseCredentialReport(taken)).toThrow(/is empty|^not a credential report: line 1/);
});
