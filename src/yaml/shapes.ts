import { z } from 'zod';
import { meant } from './meant.ts';

/*
 * Parts that the shapes of files are made of: each says in words what is expected, and describes itself for people and
 * editors. A message that begins with "is" is said of the key that it is about.
 */

/** What is asked where a value is of another kind, is not there, or was left blank. */
export const kind = (noun: string, description: string) => ({
  error: ({ input }: { readonly input?: unknown }) => {
    if (input === undefined) return 'is missing';
    return input === null ? `is blank: ${withoutLinks(description)}` : `is not ${noun}`;
  },
});

const withoutLinks = (markdown: string): string => markdown.replace(/ \(\[[^\]]*\]\([^)]*\)\)/g, '');

/** @param hint what else to do where it is no text. */
export const text = (description: string, hint = '') =>
  z
    .string(kind(`text${hint}`, description))
    .min(1, 'is not text: it is empty')
    .describe(description);

export const flag = (description: string) => z.boolean(kind('true or false', description)).describe(description);

/** One of a few texts. */
export const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  z
    .enum(values, {
      error: ({ input }) => {
        if (input === undefined) return 'is missing';
        if (input === null) return `is blank: one of ${values.join(', ')}`;
        return `is one of ${values.join(', ')}${meant(String(input), values)}`;
      },
    })
    .describe(description);

/** A map whose keys are all known. @param whole said of what is no map, in place of the usual words. */
export const map = <T extends z.ZodRawShape>(shape: T, description: string, whole = '') =>
  z
    .strictObject(shape, {
      error: (issue) => {
        if (issue.code !== 'unrecognized_keys') return whole || kind('keys and values', description).error(issue);
        const known = Object.keys(shape);
        // A line for each, in the order of the issue's own keys.
        return issue.keys
          .map((key) => `unknown key ${key}; known are ${known.join(', ')}${meant(key, known)}`)
          .join('\n');
      },
    })
    .describe(description);

export const list = <T extends z.ZodType>(item: T, description: string) =>
  z.array(item, kind('a list', description)).describe(description);
