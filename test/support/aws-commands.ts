import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/package-root.ts';
import { motoPython } from './moto-environment.ts';
import { argumentsOf } from './shell-arguments.ts';

const SCRIPT = fileURLToPath(new URL('aws_commands.py', import.meta.url));

/**
 * What is wrong with commands of the AWS CLI, by AWS's own models of its APIs, which the CLI makes its options of: no such
 * service, command or option, an option that is lacking, a value that cannot be.
 */
export async function complaintsOf(commands: readonly string[]): Promise<readonly string[]> {
  const asked = commands.filter((command) => command.startsWith('aws ')).map((one) => one.replace(/ > \S+$/, ''));
  const running = promisify(execFile)(await motoPython(packageRoot), [SCRIPT], { maxBuffer: 2 ** 26 });
  running.child.stdin?.end(JSON.stringify(argumentsOf(asked)));
  const answers: readonly (readonly string[])[] = JSON.parse((await running).stdout);
  if (answers.length !== asked.length) throw new Error(`${asked.length} commands, ${answers.length} answers`);
  return answers.flatMap((all, index) => all.map((one) => `${asked[index]}: ${one}`));
}
