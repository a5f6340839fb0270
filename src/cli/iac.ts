import { buffer } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { foundingControlId, loadControls } from '../controls/load-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { readSourceFile } from '../inventory/source-file.ts';
import type { IacRun } from '../report/iac.ts';
import { exitCodeOfVerdicts } from './exit-code.ts';
import { writeResult } from './output.ts';

/** Each format is loaded when it is asked for: a start costs what it uses. */
const renderers = {
  text: async () => (await import('../report/iac.ts')).renderIac,
  json: async () => (await import('../report/iac-json.ts')).renderIacJson,
  sarif: async () => (await import('../report/iac-sarif.ts')).renderIacSarif,
} as const satisfies Record<string, () => Promise<(run: IacRun) => string>>;

interface IacOptions {
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
    .option('--output <file>', 'write the result to a file')
    .action(judgeFiles);
}

async function judgeFiles(files: readonly string[], { format, output }: IacOptions): Promise<void> {
  const control = (await loadControls()).find(({ id }) => id === foundingControlId);
  if (!control) throw new IamqlError('InvalidControl', `the library lacks ${foundingControlId}`);
  const { judgeFile } = await import('../iac/judge-file.ts');
  const judged = [];
  // One after the other: a plan may be large, and what was read of it need not stay.
  for (const file of files) judged.push(judgeFile(file, await read(file)));
  process.exitCode = exitCodeOfVerdicts(judged.map(({ verdict }) => verdict));
  const render = await renderers[format]();
  writeResult(render({ control, files: judged, judgedAt: new Date() }), output);
}

async function read(file: string): Promise<Uint8Array> {
  return file === '-' ? buffer(process.stdin) : readSourceFile(file);
}
