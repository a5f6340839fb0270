import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { ExplorerSettings } from './explorer-settings.ts';

export type { ExplorerSettings } from './explorer-settings.ts';

/** Monaco sets inline styles, hence 'unsafe-inline' there; everything else is refused unless it is a file of ours. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const NOT_BUILT = 'The explorer page has not been built: `npm run build` makes it. POST /graphql works without it.\n';

/** GET /graphql for browsers that accept HTML and send no `query` parameter, and GET /explorer/* for its assets. */
export function explorer(settings: ExplorerSettings, built: string = builtExplorer()): Router {
  const router = express.Router();
  router.get('/graphql', async (request, response, next) => {
    if (wantsPage(request)) await sendPage(response, built, settings);
    else next();
  });
  router.use('/explorer', secure);
  // File names carry a hash of their contents, so a browser never needs to ask for one again.
  const assets = { immutable: true, maxAge: '1y', index: false, redirect: false } as const;
  router.use('/explorer/assets', express.static(join(built, 'assets'), assets));
  router.use('/explorer', (_request, response) => {
    response.status(404).type('text').send('The explorer has no such file.\n');
  });
  return router;
}

/** Clients that take anything, such as curl, are asking for data, so HTML has to be preferred and not merely allowed. */
function wantsPage(request: Request): boolean {
  return request.query['query'] === undefined && request.accepts('application/json', 'text/html') === 'text/html';
}

async function sendPage(response: Response, built: string, settings: ExplorerSettings): Promise<void> {
  const page = await readPage(join(built, 'explorer.html'));
  // The settings name the account this very process reads, so a page kept from an earlier one would mislead.
  response.set(SECURITY_HEADERS).set('Cache-Control', 'no-store').vary('Accept');
  if (page === undefined) response.status(503).type('text').send(NOT_BUILT);
  else response.type('html').send(withSettings(page, settings));
}

async function readPage(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The replacement is a function because a string one would give `$&` in a query a meaning. */
function withSettings(page: string, settings: ExplorerSettings): string {
  return page.replace('__IAMQL_SETTINGS__', () => escapeAttribute(JSON.stringify(settings)));
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function secure(_request: Request, response: Response, next: NextFunction): void {
  response.set(SECURITY_HEADERS);
  next();
}

/** This code runs from src/ and bundled in dist/, at different depths, so the package root has to be looked for. */
function builtExplorer(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory) {
    directory = dirname(directory);
  }
  return join(directory, 'dist', 'explorer');
}
