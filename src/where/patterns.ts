import type { RE2JS } from 're2js';
import { IamqlError } from '../iam/error.ts';
import { type Expression, nodesOf } from './expression.ts';

let compilePattern: ((pattern: string) => RE2JS) | undefined;

/**
 * Makes ready what `_MATCHES` needs: RE2's syntax, and time that grows with the length of the text alone, whatever the
 * pattern. The engine is loaded for the questions that need it, which few do.
 *
 * @param check is called with each pattern before it is compiled.
 * @throws IamqlError InvalidInput for what RE2 cannot express, such as look-ahead.
 */
export async function preparePatterns(
  expression: Expression,
  check: (pattern: string) => void = () => {},
): Promise<void> {
  const patterns = [...nodesOf(expression)].flatMap((node) => (node.kind === 'matches' ? [node] : []));
  if (patterns.length === 0) return;
  const { RE2JS } = await import('re2js');
  compilePattern = (pattern) => RE2JS.compile(pattern);
  for (const { value } of patterns) check(String(value));
  for (const { value, field } of patterns) checkPattern(`${field}_MATCHES`, String(value));
}

function checkPattern(key: string, pattern: string): void {
  try {
    compile(pattern);
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
