/**
 * What a text may cost before anything is done with it. A port that is open is asked by anyone who can reach it, and a
 * parser that recurses is stopped by a few thousand brackets.
 */
export const limits = {
  /** Characters. The longest published check has some 2,000; a where of a thousand conditions some 60,000. */
  maxTextLength: 200_000,
  /** Lexical tokens. A where of a thousand conditions has some 8,000. */
  maxTokens: 20_000,
  /** Brackets open at once, of any kind. The introspection query needs 15. */
  maxDepth: 64,
  /** Fields inside fields, fragments spread out. The introspection query needs 15; each step to many multiplies the answer. */
  maxFieldDepth: 16,
  /** Fragment definitions: validation recurses from each into those that it spreads. No published check has more than two. */
  maxFragments: 100,
  /** Fields after fragments are spread out. The introspection query needs some 250. */
  maxSelections: 2_000,
  /** The same root field under many names is the cheapest way to ask for much. */
  maxAliases: 50,
} as const;

/** Bytes of an HTTP body: the text, escaped, and its variables. */
export const maxBodyBytes = 512 * 1024;
