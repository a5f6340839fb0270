const URL_OF_SERVER = /^postgres(ql)?:\/\//;

/** Where a store is: a server's database, or a folder. */
export const isServer = (location: string): boolean => URL_OF_SERVER.test(location);

/** A location as it may be shown: without the password, and without anything else that may be one. */
export function shownLocation(location: string): string {
  if (!isServer(location)) return location;
  const url = URL.parse(location);
  if (!url) return 'postgres://...';
  const user = url.username === '' ? '' : `${url.username}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}`;
}
