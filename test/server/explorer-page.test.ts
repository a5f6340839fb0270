import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import express from 'express';
import { buildSchema, graphql } from 'graphql';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type ExplorerSettings, explorer } from '../../src/server/explorer.ts';
import { buildExplorer, eventually, hasNoBrowser, open, run, text } from '../support/explorer-browser.ts';
import { serveUrl } from '../support/serve.ts';

const TOKEN = 'a-token-only-this-test-knows';
const FRAGMENT = 'fragment AssetFragment on IamUser { name }';
const SETTINGS: ExplorerSettings = {
  title: 'iamql explorer',
  sourceLabel: `Account "<b>one</b>" & it's $& own`,
  isSample: false,
  tokenRequired: false,
  query: 'query {\n  iamUsers(where: { name: "Alice" }) {\n    ...AssetFragment\n  }\n}',
  fragments: FRAGMENT,
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(settings: ExplorerSettings, built?: string): Promise<string> {
  const app = express().use(explorer(settings, built), express.json());
  app.get('/graphql', (_request, response) => void response.json({ from: 'the endpoint' }));
  app.post('/graphql', async (request, response) => {
    const refused = settings.tokenRequired && request.get('authorization') !== `Bearer ${TOKEN}`;
    if (refused) response.status(401).json({ errors: [{ message: 'No valid token.' }] });
    else response.json(await answer(request.body.query));
  });
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Like the real endpoint: knows AssetFragment by itself, accepts a document that brings it, and adds extensions. */
async function answer(query: string) {
  const schema = buildSchema(`
    input Where { name: String }
    type IamUser { name: String! }
    type Query { iamUsers(where: Where): [IamUser!]! }
  `);
  const needsFragment = query.includes('...AssetFragment') && !query.includes('fragment AssetFragment');
  const source = needsFragment ? `${query}\n${FRAGMENT}` : query;
  const rootValue = { iamUsers: ({ where }: { where: { name: string } }) => [{ name: where.name }] };
  return { ...(await graphql({ schema, source, rootValue })), extensions: { verdict: 'FAIL' } };
}

describe('the route', () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  test.each([
    ['a client that takes anything', '/graphql', { accept: '*/*' }],
    ['a client that asks for JSON', '/graphql', { accept: 'application/json' }],
    ['a browser that sends a query', '/graphql?query={a}', html],
  ])('leaves %s to the endpoint', async (_who, path, headers) => {
    const response = await fetch((await serve(SETTINGS)) + path, { headers });
    expect(await response.json()).toEqual({ from: 'the endpoint' });
  });

  test('says how to build the page when it has not been built', async () => {
    const missing = join(tmpdir(), 'no-such-explorer');
    const response = await fetch(`${await serve(SETTINGS, missing)}/graphql`, { headers: html });
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('npm run build');
  });

  test('sends its security headers with a missing asset too', async () => {
    const response = await fetch(`${await serve(SETTINGS)}/explorer/assets/none.js`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe.skipIf(hasNoBrowser())('the page in a browser', { timeout: 60_000 }, () => {
  beforeAll(buildExplorer, 120_000);

  test('opens on the query and runs it, from our own origin only', async () => {
    const origin = await serve({ ...SETTINGS, isSample: true, sourceLabel: 'sample' });
    const { page, complaints } = await open(origin);
    await page.getByText('Sample account: bundled example data, not your AWS account').waitFor();
    await eventually(() => text(page, '.graphiql-query-editor')).toContain('iamUsers(where: { name: "Alice" }) {');
    await run(page);
    await eventually(() => text(page, '.result-window')).toContain('"verdict": "FAIL"');
    expect(await text(page, '.result-window')).toContain('"name": "Alice"');
    // The schema has arrived once its root field is known to the documentation pane.
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('Query', { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('knows the fragments it was told of, and complains of the rest', async () => {
    const query = 'query { iamUsers { nosuch ...AssetFragment } }';
    const { page } = await open(await serve({ ...SETTINGS, query }));
    await eventually(() => markers(page)).toEqual(['Cannot query field "nosuch" on type "IamUser".']);
  });

  test('runs a query whose fragment only the server knows', async () => {
    const { page } = await open(await serve({ ...SETTINGS, fragments: '' }));
    // Waits for the editor to complain, so that the run happens in spite of it and not before it.
    await eventually(() => markers(page)).toContain('Unknown fragment "AssetFragment".');
    await run(page);
    await eventually(() => text(page, '.result-window')).toContain('"name": "Alice"');
  });

  test('drops no click on a run button shown before the editor has loaded', async () => {
    const slowly = async (page: Page) =>
      page.route(/monaco-editor-.*\.js$/, async (route) => {
        await setTimeout(1500);
        await route.continue();
      });
    const { page } = await open(await serve(SETTINGS), slowly);
    await run(page);
    await eventually(() => text(page, '.result-window')).toContain('"name": "Alice"');
  });

  test('shows the source label as text', async () => {
    const { page, complaints } = await open(await serve(SETTINGS));
    expect(await page.locator('.banner-source').textContent()).toBe(SETTINGS.sourceLabel);
    expect(complaints).toEqual([]);
  });

  test('keeps edited tabs, and opens on the default query when there are none', async () => {
    const origin = await serve(SETTINGS);
    const { page } = await open(origin);
    await page.locator('.graphiql-query-editor .monaco-editor').first().click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('# edited');
    await eventually(() => stored(page, 'graphiql:tabState')).toContain('# edited');
    await page.reload();
    await eventually(() => text(page, '.graphiql-query-editor')).toContain('# edited');
    // Before the page's own scripts: the page that goes may still be about to write its tabs down.
    await page.addInitScript("localStorage.removeItem('iamql:graphiql:tabState')");
    await page.reload();
    await eventually(() => text(page, '.graphiql-query-editor')).toContain('iamUsers');
  });

  test('asks for the token, keeps it in the session only and asks again when it is refused', async () => {
    const { page, complaints } = await open(await serve({ ...SETTINGS, tokenRequired: true }));
    await giveToken(page, 'wrong');
    await page.getByText('The server refused that token.').waitFor();
    await giveToken(page, TOKEN);
    await run(page);
    await eventually(() => text(page, '.result-window')).toContain('"name": "Alice"');
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).toContain(TOKEN);
    await eventually(() => stored(page, 'graphiql:queries')).toContain('AssetFragment');
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(TOKEN);
    // The browser itself reports the refused request; nothing else may be wrong.
    expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  });

  test('of `serve --sample` opens on the founding query, runs it, shows who is found and that it is a sample', async () => {
    const { server, url } = await serveUrl(['--sample']);
    onTestFinished(async () => {
      server.kill('SIGTERM');
      await server.ended;
    });
    const html = await fetch(url, { headers: { accept: 'text/html' } });
    expect(html.headers.get('content-security-policy')).toContain("script-src 'self'");
    const { page, complaints } = await open(new URL(url).origin);
    await page.getByText('Sample account: bundled example data, not your AWS account').waitFor();
    await eventually(() => text(page, '.graphiql-query-editor')).toContain('accessKey1Active: true');
    await run(page);
    await eventually(() => text(page, '.result-window')).toContain('"internalName": "ana"');
    // The editor draws only the lines that are in view, so the rest is read from what it holds.
    const answer = JSON.parse(await page.evaluate(ANSWER));
    const names = answer.data.iamUsers.map((user: { internalName: string }) => user.internalName);
    expect(names).toEqual(['ana', 'etl', 'bruno']);
    expect(answer.errors).toBeUndefined();
    expect(answer.extensions).toMatchObject({ sample: true, source: 'sample', account: '111122223333' });
    expect(complaints).toEqual([]);
  });
});

async function markers(page: Page): Promise<string[]> {
  return page.evaluate('(globalThis.__MONACO?.editor.getModelMarkers({}) ?? []).map((marker) => marker.message)');
}

async function stored(page: Page, key: string): Promise<string | null> {
  return page.evaluate(`localStorage.getItem('iamql:${key}')`);
}

async function giveToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Open the explorer' }).click();
}

/** The one text in the page's editors that is an answer. */
const ANSWER = `globalThis.__MONACO.editor.getModels().map((model) => model.getValue())
  .find((value) => value.includes('"iamUsers"'))`;
