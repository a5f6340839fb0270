import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHROMIUM = '/usr/bin/chromium';

/** It asks nobody for anything by itself. */
export const launchOptions = {
  executablePath: CHROMIUM,
  args: [
    ...['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--disable-quic', '--no-first-run'],
    ...['--disable-component-update', '--disable-sync'],
  ],
};

/** Where there is no browser the page is not tried, and says so; in CI, which installs one, that is a failure. */
export function hasNoBrowser(): boolean {
  if (existsSync(CHROMIUM) || process.env['CI']) return false;
  console.warn(`No ${CHROMIUM}: pages are not tried in a browser.`);
  return true;
}

/** The editor, its workers and the schema arrive one after the other, each in its own time. */
export function eventually<T>(probe: () => Promise<T>) {
  return expect.poll(probe, { timeout: 20_000 });
}

export async function buildExplorer(): Promise<void> {
  if (existsSync(join(ROOT, 'dist/explorer/explorer.html'))) return;
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  // Vitest sets NODE_ENV to test, which would bundle React's development build.
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [vite, 'build'], { cwd: ROOT, env });
}

export async function open(origin: string, prepare?: (page: Page) => Promise<unknown>) {
  const profile = await mkdtemp(join(tmpdir(), 'iamql-explorer-'));
  const viewport = { width: 1280, height: 800 };
  const context = await chromium.launchPersistentContext(profile, { ...launchOptions, viewport });
  onTestFinished(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  });
  const page = await context.newPage();
  const complaints = await watch(context, page, origin);
  await prepare?.(page);
  await page.goto(`${origin}/graphql`);
  return { page, complaints };
}

/** Collects what must not happen: script errors, policy violations and requests that leave our origin. */
async function watch(context: BrowserContext, page: Page, origin: string): Promise<string[]> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    const local = request.url().startsWith(`${origin}/`) || request.url().startsWith('data:');
    if (!local) complaints.push(`request: ${request.url()}`);
  });
  await page.exposeFunction('reportViolation', (what: string) => complaints.push(`policy: ${what}`));
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    reportViolation(event.violatedDirective + ' ' + event.blockedURI))`);
  return complaints;
}

/** Monaco draws spaces as no-break spaces. */
export async function text(page: Page, pane: string): Promise<string | undefined> {
  return (await page.locator(`${pane} .view-lines`).first().textContent())?.replaceAll('\u00a0', ' ');
}

export async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Execute query/ }).click();
}
