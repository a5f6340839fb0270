import { writeFileSync } from 'node:fs';
import { IamqlError } from '../iam/error.ts';
import { printableLines } from '../report/printable.ts';

/** Writes the result to stdout, or to the file of `--output`. */
export function writeResult(text: string, file: string | undefined): void {
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new IamqlError('InvalidInput', `cannot write ${file}: ${(cause as NodeJS.ErrnoException).code}`, { cause });
  }
}

/** Everything that is not the result. */
export function writeNote(text: string): void {
  process.stderr.write(printableLines(text.endsWith('\n') ? text : `${text}\n`));
}
