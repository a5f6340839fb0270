import { type Command, Option } from 'commander';
import { foundingControlId, loadControls } from '../controls/load-controls.ts';
import type { JudgedFile } from '../iac/judge-file.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import { readSourceFile } from '../inventory/source-file.ts';
import type { IacRun } from '../report/iac.ts';
import { renderIac } from '../report/iac.ts';
import { type ExceptionOptions, exceptionsOption, openExceptions } from './exceptions.ts';
import { exitCodeOfVerdicts } from './exit-code.ts';
import { writeNote, writeResult } from './output.ts';

/** Each format is loaded when it is asked for: a start costs what it uses. */
const renderers = {
  text: async () => renderIac,
  json: async () => (await import('../report/iac-json.ts')).renderIacJson,
  markdown: async () => (await import('../report/iac-markdown.ts')).renderIacMarkdown,
  junit: async () => (await import('../report/iac-junit.ts')).renderIacJUnit,
  sarif: async () => (await import('../report/iac-sarif.ts')).renderIacSarif,
} as const satisfies Record<string, () => Promise<(run: IacRun) => string>>;

interface IacOptions extends Pick<ExceptionOptions, 'exceptions'> {
  readonly account?: string;
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
    .addOption(exceptionsOption())
    .option('--account <id>', 'the account that the files are deployed to: exceptions are of one')
    .option('--output <file>', 'write the result to a file')
    .action(judgeFiles);
}

async function judgeFiles(files: readonly string[], options: IacOptions): Promise<void> {
  const { format, output, param = [] } = options;
  const given = readParameters(param);
  const control = (await loadControls()).find(({ id }) => id === foundingControlId);
  if (!control) throw new IamqlError('InvalidControl', `the library lacks ${foundingControlId}`);
  const judgedAt = new Date();
  const except = await exceptionsFor(options, instantOf(judgedAt));
  const { judgeFile } = await import('../iac/judge-file.ts');
  const judged: JudgedFile[] = [];
  // One after the other: a plan may be large, and what was read of it need not stay.
  for (const file of files) judged.push(except(judgeFile(file, await readSourceFile(file), given)));
  checkTaken(judged, given);
  process.exitCode = exitCodeOfVerdicts(judged.map(({ verdict }) => verdict));
  for (const { file, unfit = [] } of judged)
    for (const { exception, why } of unfit)
      writeNote(`iamql: ${file}: the exception at ${exception.place} does not cover: ${why}`);
  const render = await renderers[format]();
  writeResult(render({ control, files: judged, judgedAt }), output);
}

/** What sets apart whom somebody has agreed to live with; an exception is of one account, which no file names. */
async function exceptionsFor(
  { exceptions: files, account }: IacOptions,
  now: Instant,
): Promise<(judged: JudgedFile) => JudgedFile> {
  if (files.length === 0 && account === undefined) return (judged) => judged;
  if (files.length === 0 || account === undefined || !/^\d{12}$/.test(account))
    throw new IamqlError(
      'InvalidInput',
      '--exceptions are of one account: say with --account, and 12 digits, which one the files are deployed to',
    );
  const [{ exceptions }, { exceptUsers }] = await Promise.all([
    openExceptions({ exceptions: files }),
    import('../iac/except-users.ts'),
  ]);
  if (!exceptions.some((one) => one.control === foundingControlId && one.account === account))
    writeNote(`iamql: no exception is for ${foundingControlId} and account ${account}: none covers anything`);
  return (judged) => exceptUsers(judged, { exceptions, control: foundingControlId, account, now });
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
