import type { RE2JS } from 're2js';
import { IamqlError } from '../iam/error.ts';
import { type Expression, nodesOf } from './expression.ts';

let compilePattern: ((pattern: string) => RE2JS) | undefined;

/**
 * Makes ready what `_MATCHES` needs: RE2's syntax, and time that grows with the length of the text alone, whatever the
 * pattern. The engine is loaded for the questions that need it, which few do.
 *
 * @param check is called with the length of each pattern in characters before it is compiled, and with the size of all so
 *   far in instructions.
 * @throws IamqlError InvalidInput for what RE2 cannot express, such as look-ahead.
 */
export async function preparePatterns(
  expression: Expression,
  check: (count: { readonly length: number; readonly size: number }) => void = () => {},
): Promise<void> {
  const patterns = [...nodesOf(expression)].flatMap((node) => (node.kind === 'matches' ? [node] : []));
  if (patterns.length === 0) return;
  const { RE2JS } = await import('re2js');
  compilePattern = (pattern) => RE2JS.compile(pattern);
  let size = 0;
  for (const { value, field } of patterns) {
    const pattern = String(value);
    check({ length: pattern.length, size });
    size += sizeOf(`${field}_MATCHES`, pattern);
    check({ length: pattern.length, size });
  }
}

/** How many instructions a pattern is compiled to. */
function sizeOf(key: string, pattern: string): number {
  try {
    return compile(pattern).programSize();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const advice = 'RE2 syntax, without look-around and back-references';
    throw new IamqlError(
      'InvalidInput',
      `${key}: ${JSON.stringify(pattern)} is no pattern that can be matched (${advice}): ${reason}`,
      { cause },
    );
  }
}

/** Whether all of a text matches, not only a part of it. @throws Error before `preparePatterns` has seen the pattern. */
export function wholeMatch(pattern: string): (text: unknown) => boolean {
  const compiled = compile(pattern);
  return (text) => compiled.matches(text as string);
}

function compile(pattern: string): RE2JS {
  if (!compilePattern) throw new Error('preparePatterns was not called');
  return compilePattern(pattern);
}
