import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '../../../src/report/formats/markdown.ts';
import { printable } from '../../../src/report/printable.ts';
import type { Run } from '../../../src/report/run.ts';
import { readAs } from '../../support/format-readers.ts';
import { anyRun, DENIED, failed, fullRun, hostileTexts, runWithTexts, withRule } from '../example-runs.ts';

type Node = DefaultTreeAdapterTypes.Node;

const textOf = (node: Node): string =>
  'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';

/** Every element of that name, in the order of the page. */
function elements(node: Node, name: string): readonly Node[] {
  const below = 'childNodes' in node ? node.childNodes.flatMap((child) => elements(child, name)) : [];
  return node.nodeName === name ? [node, ...below] : below;
}

/** The pages as GitHub's own library renders them. */
const render = async (runs: readonly Run[]): Promise<readonly Node[]> =>
  (await readAs('markdown', runs.map(renderMarkdown))).map((html) => parseFragment(html));

const cellsOf = (page: Node): readonly (readonly string[])[] =>
  elements(page, 'tr').map((row) => [...elements(row, 'th'), ...elements(row, 'td')].map(textOf));

describe('renderMarkdown', () => {
  test('is a table of everything, as GitHub shows it', async () => {
    const [page] = (await render([fullRun])) as [Node];
    expect(elements(page, 'h2').map(textOf)).toEqual(['CIS AWS Foundations Benchmark v9.0']);
    expect(textOf(page)).toContain(
      '2 of 4 judged passed; 1 could not be judged (ERROR); 1 left out of this run; 1 not automated; 1 finding excepted.',
    );
    expect(cellsOf(page).slice(0, 10)).toEqual([
      ['Verdict', 'No.', 'Control', 'Found'],
      ['', '1', 'Identity and Access Management', ''],
      [
        'NOT AUTOMATED',
        '1.1',
        'Maintain current contact details',
        'only a person can tell whether a phone number is current',
      ],
      ['ERROR', '1.5', 'The root user has MFA', '? of ? IAM users'],
      ['FAIL', '1.11', failed.control.title, '3 of 10 IAM users'],
      ['FAIL', '1.12', 'Console passwords are in use', '3 of 10 IAM users'],
      ['PASS', '1.14', 'Access keys are rotated', '0 of 10 IAM users, and 1 excepted'],
      ['', '2', 'Console', ''],
      ['PASS', '2.1', 'CloudShell is restricted', '0 of 10 IAM users'],
      ['NOT JUDGED', '2.2', 'aws-iam-left-out', 'it was left out of this run'],
    ]);
    expect(elements(page, 'h3').map(textOf)).toEqual([
      'ERROR: The root user has MFA',
      `FAIL: ${failed.control.title}`,
      'FAIL: Console passwords are in use',
      'PASS: Access keys are rotated',
    ]);
    expect(elements(page, 'li').map(textOf)).toContain(`Could not be judged: ${DENIED}`);
    expect(cellsOf(page)).toContainEqual([
      'etl',
      '2026-12-31',
      'Data platform',
      'the nightly job moves to a role in December',
    ]);
    expect(
      elements(page, 'li')
        .map(textOf)
        .filter((line) => line.includes('exceptions.yaml')),
    ).toHaveLength(4);
  });

  test('any text is shown as text: no element, link, cell or mention comes of it', async () => {
    const texts = [...hostileTexts.map((text) => [text, text, text, text] as const), ...fc.sample(anyRun, 150)];
    const [plain, ...pages] = await render([
      runWithTexts(['n', 'o', 'r', 'm']),
      ...texts.map((one) => runWithTexts([...one])),
    ]);
    // A place where a line may break is no more than that.
    const isShape = ({ nodeName }: Node): boolean => nodeName !== '#text' && nodeName !== 'wbr';
    const shape = (node: Node): unknown => [
      node.nodeName,
      'childNodes' in node ? node.childNodes.filter(isShape).map(shape) : [],
    ];
    for (const [index, page] of pages.entries()) {
      const [name, owner, reason, message] = (texts[index] ?? []).map(printable);
      expect(shape(page), JSON.stringify(texts[index])).toEqual(shape(plain as Node));
      const codes = elements(page, 'code').map(textOf);
      for (const text of [name, `x${name}`, owner, reason, message]) expect(codes).toContain(text);
    }
  });

  test('fits a comment: rows and details that do not are counted', async () => {
    const [finding] = failed.rules[0]?.findings ?? [];
    if (!finding) throw new Error('the sample has no finding');
    const findings = Array.from({ length: 5_000 }, (_, index) => ({ ...finding, name: `user-${index}` }));
    const many = withRule(failed, { findings, total: 5_000 });
    const markdown = renderMarkdown({ ...fullRun, benchmark: undefined, controls: Array(40).fill(many) });
    expect(markdown.length).toBeLessThan(65_536);
    const [page] = (await readAs('markdown', [markdown])).map((html) => textOf(parseFragment(html)));
    expect(page).toContain('and 4950 more');
    expect(page).toMatch(/The details of \d+ more controls did not fit/);
  });
});
