import { suggestionList } from 'graphql/jsutils/suggestionList.js';

/** `; did you mean IAMUser?`, or nothing where no known name is near. A name that was not written to its end is. */
export function meant(name: string, known: Iterable<string>): string {
  const names = [...known];
  const [near = name.length > 2 ? names.find((one) => one.startsWith(name)) : undefined] = suggestionList(name, names);
  return near === undefined ? '' : `; did you mean ${near}?`;
}
