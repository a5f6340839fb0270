import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

export interface Limit {
  /** What is counted, as an error says it. */
  readonly counts: string;
  readonly usual: number;
  /** What it may be raised to: beyond, a parser that recurses would run out of stack. */
  readonly most: number;
  /** Why it is what it is. */
  readonly why: string;
}

/**
 * What a text may cost before anything is done with it. A port that is open is asked by anyone who can reach it, and a
 * parser that recurses is stopped by a few thousand brackets. Each has a flag of its name: `--max-tokens`.
 */
export const limitTable = {
  maxTextLength: {
    counts: 'characters',
    usual: 200_000,
    most: 100_000_000,
    why: 'the longest published check has some 2,000, a where of a thousand conditions some 60,000',
  },
  maxTokens: {
    counts: 'tokens',
    usual: 20_000,
    most: 10_000_000,
    why: 'a where of a thousand conditions has some 8,000',
  },
  maxDepth: {
    counts: 'brackets open at once',
    usual: 64,
    most: 500,
    why: 'the introspection query needs 15',
  },
  maxFieldDepth: {
    counts: 'fields inside fields',
    usual: 16,
    most: 100,
    why: 'the introspection query needs 15, and each step to many multiplies the answer',
  },
  maxFragments: {
    counts: 'fragments',
    usual: 100,
    most: 1_000,
    why: 'no published check has more than two, and validation recurses from each into those that it spreads',
  },
  maxSelections: {
    counts: 'selected fields',
    usual: 2_000,
    most: 1_000_000,
    why: 'the introspection query needs some 250 when its fragments are spread out',
  },
  maxAliases: {
    counts: 'aliases',
    usual: 50,
    most: 10_000,
    why: 'the same root field under many names is the cheapest way to ask for much',
  },
  maxRelated: {
    counts: 'assets behind two relations or more',
    usual: 2_000_000,
    most: 1_000_000_000,
    why: 'relations lead round in circles, and each step to many multiplies the answer: a text of a hundred characters would fill any memory',
  },
  maxWhereDepth: {
    counts: 'conditions inside conditions',
    usual: 30,
    most: 200,
    why: 'published checks have up to 6',
  },
  maxWhereNodes: {
    counts: 'conditions in a where',
    usual: 2_000,
    most: 1_000_000,
    why: 'each is evaluated for every asset, and published checks have up to 20',
  },
  maxPatternLength: {
    counts: 'characters in a pattern',
    usual: 1_000,
    most: 100_000,
    why: 'a pattern is matched in time that grows with its length times that of the text',
  },
  maxPatternSize: {
    counts: 'instructions in its patterns',
    usual: 5_000,
    most: 100_000,
    why: 'a repetition such as `{900}` stands for many instructions, each of which costs memory and time',
  },
  maxBodyBytes: {
    counts: 'bytes in an HTTP body',
    usual: 512 * 1024,
    most: 1024 * 1024 * 1024,
    why: 'a text as long as it may be, escaped, and as much again for its variables',
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof limitTable;
export type Limits = Readonly<Record<LimitName, number>>;

export const usualLimits = Object.fromEntries(
  Object.entries(limitTable).map(([name, { usual }]) => [name, usual]),
) as Limits;

/** The flag that raises a limit: `maxTokens` is `--max-tokens`. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** @param has who has them: the text, unless it is something else. @throws GraphQLError when there are more than the limit. */
export function checkLimit(
  name: LimitName,
  count: number,
  limits: Limits,
  where: GraphQLErrorOptions,
  has = 'The text has',
): void {
  const limit = limits[name];
  if (count <= limit) return;
  const number = (value: number): string => value.toLocaleString('en-US');
  const over = `${number(count - limit)} more than the limit of ${number(limit)}`;
  throw new GraphQLError(
    `${has} ${number(count)} ${limitTable[name].counts}, ${over}; ${flagOf(name)} raises it.`,
    where,
  );
}
