import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { chromium, type Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { renderHtml } from '../../../src/report/formats/html.ts';
import { printable } from '../../../src/report/printable.ts';
import type { Run } from '../../../src/report/run.ts';
import { hasNoBrowser, launchOptions } from '../../support/explorer-browser.ts';
import { anyRun, DENIED, failed, fullRun, hostileTexts, runWithTexts } from '../example-runs.ts';

type Node = DefaultTreeAdapterTypes.Node;

const textOf = (node: Node): string =>
  'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';

const all = (node: Node): readonly Node[] => [node, ...('childNodes' in node ? node.childNodes.flatMap(all) : [])];

describe('renderHtml', () => {
  test('any text is shown as text: the page has the same elements, and no other attribute', () => {
    const shapeOf = (page: Node): unknown =>
      all(page)
        .filter(({ nodeName }) => nodeName !== '#text')
        .map((node) => [node.nodeName, 'attrs' in node ? node.attrs : []]);
    const plain = shapeOf(parse(renderHtml(runWithTexts(['n', 'o', 'r', 'm']))));
    fc.assert(
      fc.property(anyRun, (texts) => {
        const errors: string[] = [];
        const page = parse(renderHtml(runWithTexts(texts)), { onParseError: ({ code }) => errors.push(code) });
        expect(errors).toEqual([]);
        expect(shapeOf(page)).toEqual(plain);
        const isolated = all(page)
          .filter(({ nodeName }) => nodeName === 'bdi')
          .map(textOf);
        for (const text of texts) expect(isolated).toContain(printable(text));
      }),
      { examples: hostileTexts.map((text) => [[text, text, text, text]]) },
    );
  });

  test('holds no script and names nothing outside of itself', () => {
    const nodes = all(parse(renderHtml(fullRun)));
    expect(nodes.filter(({ nodeName }) => ['script', 'link', 'img', 'iframe', 'form'].includes(nodeName))).toEqual([]);
    const attributes = nodes.flatMap((node) => ('attrs' in node ? node.attrs : []));
    const targets = attributes.filter(
      ({ name }) => ['href', 'src', 'action', 'style'].includes(name) || name.startsWith('on'),
    );
    const ids = new Set(attributes.filter(({ name }) => name === 'id').map(({ value }) => `#${value}`));
    expect(targets.length).toBe(5);
    expect(targets.filter(({ value }) => !ids.has(value))).toEqual([]);
  });
});

describe.skipIf(hasNoBrowser())('the page in a browser, without JavaScript', { timeout: 60_000 }, () => {
  async function open(run: Run, scheme: 'light' | 'dark' = 'light'): Promise<{ page: Page; requests: string[] }> {
    const folder = await mkdtemp(join(tmpdir(), 'iamql-html-'));
    const browser = await chromium.launch(launchOptions);
    onTestFinished(async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    });
    await writeFile(join(folder, 'report.html'), renderHtml(run));
    const context = await browser.newContext({ javaScriptEnabled: false, colorScheme: scheme });
    const page = await context.newPage();
    const url = pathToFileURL(join(folder, 'report.html')).href;
    const requests: string[] = [];
    const complaints: string[] = [];
    context.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(url);
    expect([requests, complaints]).toEqual([[url], []]);
    return { page, requests };
  }

  test('shows the score, every recommendation and every control, and asks nobody for anything', async () => {
    const { page, requests } = await open(fullRun);
    await expect
      .poll(() => page.getByRole('heading', { level: 1 }).textContent())
      .toBe('CIS AWS Foundations Benchmark v9.0');
    const rows = page.getByRole('row').filter({ has: page.getByRole('rowheader') });
    const verdicts = ['NOT AUTOMATED', 'ERROR', 'FAIL', 'FAIL', 'PASS', 'PASS', 'NOT JUDGED'];
    const shown = await rows.locator('.verdict').allTextContents();
    expect(shown).toEqual(verdicts);
    for (const { control, verdict } of fullRun.controls) {
      const article = page.getByRole('article', { name: control.title });
      expect(await article.isVisible()).toBe(true);
      expect(await article.getByRole('heading', { level: 3 }).textContent()).toBe(`${verdict} ${control.title}`);
    }
    const error = page.getByRole('article', { name: 'The root user has MFA' });
    expect(await error.getByText(DENIED).isVisible()).toBe(true);
    expect(await error.getByText('? of ? IAM users', { exact: true }).isVisible()).toBe(true);
    const excepted = page.getByRole('table', { name: 'Excepted, and not counted' });
    expect(await excepted.getByText('Data platform').isVisible()).toBe(true);
    expect(await excepted.getByText('2026-12-31').isVisible()).toBe(true);
    expect(await page.getByRole('heading', { name: 'Exceptions to look at' }).isVisible()).toBe(true);
    await page.getByRole('link', { name: failed.control.title }).click();
    expect(new URL(page.url()).hash).toBe('#control-2');
    expect(requests).toHaveLength(1);
  });

  test('on paper, what was folded away is there too', async () => {
    const { page } = await open(fullRun);
    const query = page.getByText('iamUsers(where:').first();
    expect(await query.isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => query.boundingBox().then((box) => box?.height ?? 0)).toBeGreaterThan(10);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
  });

  test('fits a telephone: nothing of the page itself lies beside the screen', async () => {
    const { page } = await open(fullRun);
    await page.setViewportSize({ width: 360, height: 800 });
    const session = await page.context().newCDPSession(page);
    expect((await session.send('Page.getLayoutMetrics')).cssContentSize.width).toBe(360);
  });

  test('is dark where the reader is, with text that stands out', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await open(fullRun, scheme);
      const luminances = await Promise.all(
        ['color', 'background-color'].map(async (property) => luminance(await styleOf(page, property))),
      );
      const [text = 0, ground = 0] = luminances;
      expect(ground < 0.5).toBe(scheme === 'dark');
      expect(Math.abs(text - ground)).toBeGreaterThan(0.7);
    }
  });
});

/** Without JavaScript in the page itself, the tools of the browser still tell. */
async function styleOf(page: Page, property: string): Promise<string> {
  const session = await page.context().newCDPSession(page);
  await session.send('DOM.enable');
  await session.send('CSS.enable');
  const { root } = await session.send('DOM.getDocument');
  const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'body' });
  const { computedStyle } = await session.send('CSS.getComputedStyleForNode', { nodeId });
  return computedStyle.find(({ name }) => name === property)?.value ?? '';
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
