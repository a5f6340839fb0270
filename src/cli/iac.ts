import { buffer } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { foundingControlId, loadControls } from '../controls/load-controls.ts';
import type { JudgedFile } from '../iac/judge-file.ts';
import { IamqlError } from '../iam/error.ts';
import { readSourceFile } from '../inventory/source-file.ts';
import type { IacRun } from '../report/iac.ts';
import { exitCodeOfVerdicts } from './exit-code.ts';
import { writeNote, writeResult } from './output.ts';

/** Each format is loaded when it is asked for: a start costs what it uses. */
const renderers = {
  text: async () => (await import('../report/iac.ts')).renderIac,
  json: async () => (await import('../report/iac-json.ts')).renderIacJson,
  sarif: async () => (await import('../report/iac-sarif.ts')).renderIacSarif,
} as const satisfies Record<string, () => Promise<(run: IacRun) => string>>;

interface IacOptions {
  readonly param?: readonly string[];
  readonly format: keyof typeof renderers;
  readonly output?: string;
}

export function addIacCommand(program: Command): void {
  program
    .command('iac')
    .summary('judge plans and templates before they are deployed')
    .description(
      'Judges Terraform or OpenTofu plans (`terraform show -json`) and CloudFormation templates: will a user have both a login profile and an access key?',
    )
    .argument('<file...>', 'plans and templates; - for stdin')
    .addOption(
      new Option('--format <format>', 'how the result is written').choices(Object.keys(renderers)).default('text'),
    )
    .option(
      '--param <name=value>',
      'a value for a parameter of a template, as the deployment gives it; repeatable',
      collect,
    )
    .option('--output <file>', 'write the result to a file')
    .action(judgeFiles);
}

async function judgeFiles(files: readonly string[], { format, output, param = [] }: IacOptions): Promise<void> {
  const given = readParameters(param);
  const control = (await loadControls()).find(({ id }) => id === foundingControlId);
  if (!control) throw new IamqlError('InvalidControl', `the library lacks ${foundingControlId}`);
  const { judgeFile } = await import('../iac/judge-file.ts');
  const judged = [];
  // One after the other: a plan may be large, and what was read of it need not stay.
  for (const file of files) judged.push(judgeFile(file, await read(file), given));
  checkTaken(judged, given);
  process.exitCode = exitCodeOfVerdicts(judged.map(({ verdict }) => verdict));
  const render = await renderers[format]();
  writeResult(render({ control, files: judged, judgedAt: new Date() }), output);
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** @throws IamqlError InvalidInput */
function readParameters(written: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const text of written) {
    const [, name, value = ''] = /^(\w+)=([\s\S]*)$/.exec(text) ?? [];
    if (name === undefined) throw new IamqlError('InvalidInput', `--param ${text}: write it as NAME=VALUE`);
    if (values.has(name)) throw new IamqlError('InvalidInput', `--param ${name} is given twice`);
    values.set(name, value);
  }
  return values;
}

/** What no template declares is a slip of the pen; of a file that cannot be read nobody knows what it declares. */
function checkTaken(files: readonly JudgedFile[], given: ReadonlyMap<string, string>): void {
  for (const { file, parameters } of files)
    for (const { name, why } of parameters?.notTaken ?? [])
      writeNote(`iamql: ${file}: --param ${name} tells nothing: ${why}`);
  if (files.some(({ code }) => code === 'Corrupt')) return;
  const declared = new Set(files.flatMap(({ parameters }) => parameters?.declared ?? []));
  const unknown = [...given.keys()].find((name) => !declared.has(name));
  if (unknown !== undefined)
    throw new IamqlError('InvalidInput', `--param ${unknown}: no template here has such a parameter`);
}

async function read(file: string): Promise<Uint8Array> {
  return file === '-' ? buffer(process.stdin) : readSourceFile(file);
}
