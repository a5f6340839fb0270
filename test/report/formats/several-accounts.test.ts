import { expect, test } from 'vitest';
import { renderAsff } from '../../../src/report/formats/asff.ts';
import { renderCsv } from '../../../src/report/formats/csv.ts';
import { renderHtml } from '../../../src/report/formats/html.ts';
import { renderJUnit } from '../../../src/report/formats/junit.ts';
import { renderMarkdown } from '../../../src/report/formats/markdown.ts';
import { renderOcsf } from '../../../src/report/formats/ocsf.ts';
import { renderSarif } from '../../../src/report/formats/sarif.ts';
import { renderJson } from '../../../src/report/json.ts';
import type { Run } from '../../../src/report/run.ts';
import { renderText } from '../../../src/report/text.ts';
import { hostileRuns, severalRun, severalUnread } from '../example-runs.ts';

/** How each format writes that something passed, and what it says of each account. */
const formats: Readonly<Record<string, readonly [render: (run: Run) => string, pass: RegExp, ...told: RegExp[]]>> = {
  text: [
    renderText,
    /^PASS|[1-9]\d* passed/m,
    / {6}accounts: 1 passed, 1 failed, 2 could not be judged \(1 of all stale\)\n {6}not judged: prod, organization other\n {6}stale: prod\n/,
    / {2}In account build \(111122223333\) in acme: Root:\n {4}ana/,
    /^By unit:\n {2}ACCOUNTS {2}PASSED ALL .*\n {2}1 +1 +0 +0 +0 +in no organization\n {2}1 +0 +1 +0 +0 +acme: Root\n {2}1 +0 +0 +1 +1 +acme: Root \/ Prod\n/m,
  ],
  json: [
    renderJson,
    /"PASS"/,
    /"account": "111122223333",\s+"name": "build",\s+"verdict": "FAIL"/,
    /"name": "prod",\s+"verdict": "ERROR",\s+"stale": true/,
    /"account": "777788889999",\s+"name": "777788889999",\s+"verdict": "PASS"/,
  ],
  csv: [
    renderCsv,
    /^"PASS"/m,
    /^"FAIL".*"111122223333".*"build","acme: Root",""\r$/m,
    /^"ERROR".*"prod","acme: Root \/ Prod","true"\r$/m,
    /^"PASS".*"777788889999"/m,
    /^"ERROR".*"organization other"/m,
  ],
  markdown: [
    renderMarkdown,
    /PASS|[1-9]\d* passed/,
    /not judged&#58; prod, organization other<br>stale&#58; prod/,
    /<code>acme&#58; Root \/ Prod<\/code> \| 1 \| 0 \| 0 \| 1 \| 1 \|/,
    /<code>account build \(111122223333\) in acme&#58; Root<\/code> \| 0 \| 1 \| 0 \| 0 \|/,
  ],
  html: [
    renderHtml,
    /class="PASS"><span|[1-9]\d* passed/,
    /<p>not judged: prod, organization other<\/p><p>stale: prod<\/p>/,
    /<bdi>account prod \(444455556666\) in acme: Root \/ Prod<\/bdi><\/th><td>0<\/td><td>0<\/td><td>1<\/td><td>1<\/td>/,
    /<bdi>account 777788889999<\/bdi><\/th><td>1<\/td><td>0<\/td>/,
  ],
  junit: [
    renderJUnit,
    /<testcase [^>]*\/>|[1-9]\d* passed/,
    /<testsuite name="account prod \(444455556666\) in acme: Root \/ Prod: Controls" .* failures="0" errors="1"/,
    /<testsuite name="account build \(111122223333\) in acme: Root: Controls" .* failures="1" errors="0"/,
    /<testsuite name="account 777788889999: Controls" .* tests="1" failures="0" errors="0"/,
    /message="FAIL: 3 of \? IAM users; accounts: 1 passed, 1 failed, 2 could not be judged \(1 of all stale\)"/,
  ],
  sarif: [
    renderSarif,
    /"PASS"|[1-9]\d* (controls )?passed/,
    /"account": "444455556666",\s+"name": "prod",\s+"verdict": "ERROR",\s+"stale": true/,
    /"text": "account prod .*: 0 controls passed, 0 failed, 1 could not be judged, 1 stale"/,
    /"kind": "open",(?:.*\n){3}.*account prod \(444455556666\) in acme: Root \/ Prod could not be judged/,
    /"uri": "aws-iam\/444455556666"/,
  ],
  ocsf: [
    renderOcsf,
    /"status_code":"PASS"/,
    /"status_code":"ERROR".*"account":\{"uid":"444455556666","name":"prod".*"org":\{"name":"acme","ou_name":"Prod","ou_uid":"ou-1"\}/,
    /"status_code":"PASS".*"uid":"777788889999"/,
  ],
  asff: [
    renderAsff,
    /"PASSED"/,
    /"AwsAccountId": "444455556666",\s+"AwsAccountName": "prod"/,
    /"AwsAccountId": "000000000000",\s+"AwsAccountName": "organization other"/,
    /"AwsAccountId": "777788889999",(?:.*\n)*?.*"Status": "PASSED"/,
  ],
};

test('text says once why an account could not be judged, however many controls there are', () => {
  const text = renderText({ ...severalUnread, controls: [0, 1, 2].flatMap(() => severalUnread.controls) });
  expect(text.match(/could not be judged: account 444455556666/g)).toHaveLength(3);
  expect(text.match(/account 777788889999: AccessDenied/g)).toHaveLength(1);
  expect(text).toMatch(
    /^Could not be judged, or not in full:\n(?: {2}account .*\n)*? {2}account prod \(444455556666\) in acme: Root \/ Prod, 3 of 3 controls: account 444455556666: AccessDenied\n/m,
  );
});

test('an organization that could not be listed is called one', () => {
  const text = renderText({ ...severalUnread, controls: [0, 1].flatMap(() => severalUnread.controls) });
  expect(text).toMatch(/^ {2}organization other, 2 of 2 controls: /m);
  expect(text).not.toContain('account organization other in');
});

test('names of accounts and units stay text', () => {
  for (const run of hostileRuns) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is not to be there.
    expect(renderText(run)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    expect(renderHtml(run)).not.toMatch(/<script|<!\[CDATA/);
    expect(renderMarkdown(run)).not.toMatch(/<script|\n# heading|@octocat/);
  }
});

test.each(Object.entries(formats))(
  '%s says of each account how it stands, and passes none that was not judged',
  (_name, format) => {
    const [render, pass, ...told] = format;
    const whole = render(severalRun);
    for (const words of told) expect(whole).toMatch(words);
    expect(render(severalUnread)).not.toMatch(pass);
    // What passes is recognised where something does.
    expect(whole).toMatch(pass);
  },
);
