import { createHash, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether only this machine can reach that address. */
export const isLoopback = (host: string): boolean =>
  LOOPBACK.has(host) || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/**
 * Answers only requests that were meant for this server. A web page can make a browser ask 127.0.0.1 under a name of its
 * own (DNS rebinding), and then read the answer; the Host header still says that name.
 */
export function checkHost(allowed: readonly string[]): RequestHandler {
  const names = new Set([...LOOPBACK, ...allowed]);
  return (request, response, next) => {
    const host = request.headers.host?.replace(/:\d+$/, '').toLowerCase() ?? '';
    if (names.has(host)) return next();
    refuse(
      response,
      421,
      `This server does not answer for the host ${JSON.stringify(host)}; --allow-host names others.`,
    );
  };
}

/** Asks for `Authorization: Bearer TOKEN`. Digests are compared, so that the time it takes tells nothing of the token. */
export function checkToken(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request: Request, _response: Response, next: NextFunction) => next();
  const expected = digest(`Bearer ${token}`);
  return (request, response, next) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return next();
    response.setHeader('WWW-Authenticate', 'Bearer');
    refuse(response, 401, 'This server asks for a token: Authorization: Bearer TOKEN.');
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** An error in the form that GraphQL clients read. */
export function refuse(response: Response, status: number, message: string): void {
  response.status(status).json({ errors: [{ message }] });
}
