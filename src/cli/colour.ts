import { styleText } from 'node:util';

const COLOURS = { PASS: 'green', FAIL: 'red', ERROR: 'yellow' } as const;
/**
 * Where a verdict stands: at the beginning of a line, or behind the number of a recommendation. A user may be called PASS; a
 * name is never at the beginning.
 */
const VERDICT = /^( *\d[\d.]* +|)(PASS|FAIL|ERROR)(?= )/gm;

/** Verdicts in colours, where stdout is a terminal that has them and NO_COLOR does not forbid it. */
export const colourVerdicts = (text: string): string =>
  text.replace(VERDICT, (_, before: string, verdict: keyof typeof COLOURS) => {
    return before + styleText(COLOURS[verdict], verdict, { stream: process.stdout });
  });
