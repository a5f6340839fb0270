const KEY = 'iamql:token';

/** The token lives in sessionStorage only, so closing the tab forgets it. */
export function readToken(): string | null {
  try {
    return window.sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** A browser that forbids storage still works: the token is then asked for again after a reload. */
export function keepToken(token: string | null): void {
  try {
    if (token === null) window.sessionStorage.removeItem(KEY);
    else window.sessionStorage.setItem(KEY, token);
  } catch {
    // Nothing was kept, which is the safe outcome.
  }
}
