import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { IamqlError } from '../iam/error.ts';
import type { Run } from '../report/run.ts';
import { colourVerdicts } from './colour.ts';
import { writeFileWhole, writeNote, writeResult } from './output.ts';

/** Each format is loaded when it is asked for: a start costs what it uses. */
const renderers = {
  text: async () => (await import('../report/text.ts')).renderText,
  json: async () => (await import('../report/json.ts')).renderJson,
  csv: async () => (await import('../report/formats/csv.ts')).renderCsv,
  markdown: async () => (await import('../report/formats/markdown.ts')).renderMarkdown,
  html: async () => (await import('../report/formats/html.ts')).renderHtml,
  junit: async () => (await import('../report/formats/junit.ts')).renderJUnit,
  sarif: async () => (await import('../report/formats/sarif.ts')).renderSarif,
  ocsf: async () => (await import('../report/formats/ocsf.ts')).renderOcsf,
  asff: async () => {
    const { renderAsff } = await import('../report/formats/asff.ts');
    const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
    return (run: Run) => renderAsff(run, AWS_REGION ?? AWS_DEFAULT_REGION);
  },
} as const satisfies Record<string, () => Promise<(run: Run) => string>>;

type Format = keyof typeof renderers;

export const formats = Object.keys(renderers) as readonly Format[];

/** A `--format` or an `--output`, in the order of the command line. */
type Word = { readonly format: Format } | { readonly output: string };

export interface FormatOptions {
  /** Both hold all words: which file is for which format is a matter of their order. */
  readonly format?: readonly Word[];
  readonly output?: readonly Word[];
}

export function addFormatOptions(command: Command): Command {
  const words: Word[] = [];
  const add = (word: Word): readonly Word[] => {
    words.push(word);
    return words;
  };
  return command
    .addOption(
      new Option(
        '--format <format>',
        `how the result is written: ${formats.join(', ')}; repeatable (default: text)`,
      ).argParser((text) => add({ format: readFormat(text) })),
    )
    .addOption(
      new Option('--output <file>', 'write the --format before it to a file; repeatable').argParser((output) =>
        add({ output }),
      ),
    );
}

function readFormat(text: string): Format {
  if (Object.hasOwn(renderers, text)) return text as Format;
  throw new InvalidArgumentError(`Allowed choices are ${formats.join(', ')}.`);
}

/** A format, and where it goes; undefined for stdout. */
export interface Output {
  readonly format: Format;
  readonly file: string | undefined;
}

/**
 * What is written where. Everything that can be known before anything is asked of AWS is refused here.
 *
 * @throws IamqlError InvalidInput
 */
export function outputsOf({ format, output }: FormatOptions): readonly Output[] {
  const outputs = pairWords(format ?? output ?? []);
  const toStdout = outputs.filter(({ file }) => file === undefined).map((one) => one.format);
  if (toStdout.length > 1)
    throw new IamqlError(
      'InvalidInput',
      `--format ${toStdout.join(' and ')}: only one can go to stdout; give each other an --output`,
    );
  const files = outputs.flatMap(({ file }) => file ?? []);
  const twice = files.find((file, index) => files.some((one, at) => at < index && resolve(one) === resolve(file)));
  if (twice !== undefined)
    throw new IamqlError('InvalidInput', `--output ${twice} is given twice: one would replace the other`);
  for (const file of files) checkFolder(file);
  return outputs;
}

/** An `--output` is of the `--format` before it, and of text where there is none. */
function pairWords(words: readonly Word[]): readonly Output[] {
  const outputs: Output[] = [];
  let format: Format = 'text';
  // Of the format that came last, and of text at first, which nobody asked for.
  let isWritten = true;
  for (const word of words) {
    if ('output' in word) {
      outputs.push({ format, file: word.output });
      isWritten = true;
      continue;
    }
    if (!isWritten) outputs.push({ format, file: undefined });
    ({ format } = word);
    isWritten = false;
  }
  if (!isWritten || outputs.length === 0) outputs.push({ format, file: undefined });
  return outputs;
}

function checkFolder(file: string): void {
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new IamqlError('InvalidInput', `cannot write ${file}: there is no folder ${folder}`);
}

/**
 * Writes a run in every format that was asked for. One that cannot be written keeps none of the others from it.
 *
 * @throws IamqlError InvalidInput the last of what went wrong; the others are notes on stderr.
 */
export async function writeOutputs(run: Run, outputs: readonly Output[]): Promise<void> {
  const errors: unknown[] = [];
  // Files first: a reader that closes stdout early ends the process.
  for (const { format, file } of outputs.toSorted((a, b) => Number(!a.file) - Number(!b.file))) {
    const render = await renderers[format]();
    try {
      const text = render(run);
      if (file === undefined) writeResult(text, undefined, format === 'text' ? colourVerdicts : undefined);
      else await writeFileWhole(file, Readable.from([text]));
    } catch (error) {
      errors.push(error);
    }
  }
  for (const error of errors.slice(0, -1))
    writeNote(`iamql: ${error instanceof Error ? error.message : String(error)}`);
  if (errors.length > 0) throw errors.at(-1);
}
