import { Command, CommanderError } from 'commander';
import { IamqlError } from '../iam/error.ts';
import { fileReason } from '../iam/file-error.ts';
import { version } from '../package-version.ts';
import { addCheckCommand } from './check.ts';
import { addConnectorsCommand } from './connectors.ts';
import { addControlsCommand } from './controls.ts';
import { addExceptionsCommand } from './exceptions.ts';
import { exitCodeOfError, exitCodes } from './exit-code.ts';
import { addExportCommand } from './export.ts';
import { addGuardrailsCommand } from './guardrails.ts';
import { addMoreHelp, helpConfiguration } from './help.ts';
import { addHistoryCommand } from './history.ts';
import { addIacCommand } from './iac.ts';
import { writeNote } from './output.ts';
import { addPermissionsCommand } from './permissions.ts';
import { addQueryCommand } from './query.ts';
import { addRemediateCommand } from './remediate.ts';
import { addScanCommand } from './scan.ts';
import { addScansCommand } from './scans.ts';
import { addServeCommand } from './serve.ts';
import { addSnapshotCommand } from './snapshot.ts';
import { withVerifyMode } from './source-options.ts';
import { addStoreCommand } from './store.ts';

// Reading changes nothing, so there is nothing to undo: stop at once, and say so.
process.once('SIGINT', () => {
  writeNote('iamql: interrupted');
  process.exit(exitCodes.interrupted);
});
// A reader that closed its end of the pipe (head, a pager) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  writeNote(`iamql: cannot write to stdout: ${fileReason(error)}`);
  process.exit(exitCodes.couldNotRun);
});
// Notes that nobody can read are lost; the result and the exit code are not.
process.stderr.on('error', () => {});

try {
  await createProgram().parseAsync(withVerifyMode(process.argv));
} catch (error) {
  process.exitCode = explain(error);
  // What the SDK still has running (a credential program that hangs) must not keep an error waiting.
  process.stderr.write('', () => process.exit());
}

function createProgram(): Command {
  const program = new Command('iamql')
    .description('Answers compliance questions about AWS IAM in GraphQL, with evidence.')
    .version(version())
    .configureHelp(helpConfiguration)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'iamql: ')) })
    .exitOverride();
  addCheckCommand(program);
  addQueryCommand(program);
  addServeCommand(program);
  addSnapshotCommand(program);
  addScanCommand(program);
  addScansCommand(program);
  addStoreCommand(program);
  addExportCommand(program);
  addHistoryCommand(program);
  addPermissionsCommand(program);
  addConnectorsCommand(program);
  addIacCommand(program);
  addGuardrailsCommand(program);
  addControlsCommand(program);
  addExceptionsCommand(program);
  addRemediateCommand(program);
  refuseTwice(program);
  addMoreHelp(program);
  return exitOverrideAll(program);
}

/** Of an option that is given twice and holds one value, nobody would know which was judged. */
function refuseTwice(command: Command): void {
  for (const sub of command.commands) refuseTwice(sub);
  for (const option of command.options.filter(({ required }) => required)) {
    let times = 0;
    command.on(`option:${option.name()}`, () => {
      times += 1;
      const isRepeatable = Array.isArray(command.getOptionValue(option.attributeName()));
      if (times > 1 && !isRepeatable) command.error(`error: option '${option.flags}' is given twice`);
    });
  }
}

/** Commander ends the process itself with 1, which here means "failed", unless every command is told otherwise. */
function exitOverrideAll(command: Command): Command {
  for (const sub of command.commands) exitOverrideAll(sub.copyInheritedSettings(command));
  return command.exitOverride();
}

/** One line on stderr, never a stack or a secret; the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.pass : exitCodes.couldNotRun;
  if (error instanceof IamqlError) {
    writeNote(`iamql: ${error.message}`);
    return exitCodeOfError(error.kind);
  }
  writeNote(
    `iamql: internal error: ${error instanceof Error ? error.message : String(error)}; set IAMQL_DEBUG=1 for more`,
  );
  if (process.env['IAMQL_DEBUG'] && error instanceof Error) writeNote(error.stack ?? '');
  return exitCodes.couldNotRun;
}
