import { IamqlError } from '../../iam/error.ts';

const URL_OF_SERVER = /^postgres(ql)?:\/\//i;
/** Of one letter it is a drive. */
const URL_OF_ANYTHING = /^[a-z][a-z\d+.-]+:\//i;

/** Where a store is: a server's database, or a folder. */
export const isServer = (location: string): boolean => URL_OF_SERVER.test(location);

/**
 * Another database's URL is no folder, which would be made under its name, and shown with the password in it.
 *
 * @throws IamqlError InvalidInput
 */
export function rejectNoLocation(location: string): void {
  if (location !== '' && (isServer(location) || !URL_OF_ANYTHING.test(location))) return;
  const what = location === '' ? 'nothing' : 'a URL of something else';
  throw new IamqlError('InvalidInput', `--store names ${what}: it takes a folder, or postgres://user@host/database`);
}

/** A location as it may be shown: without the password, and without anything else that may be one. */
export function shownLocation(location: string): string {
  if (!isServer(location)) return location;
  const url = URL.parse(location);
  if (!url) return 'postgres://...';
  const user = url.username === '' ? '' : `${url.username}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}`;
}
