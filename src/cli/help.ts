import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, HelpConfiguration, Option } from 'commander';
import { packageRoot } from '../package-root.ts';

const EXIT_CODES = `
Exit codes: 0 every control passed; 1 at least one failed; 2 at least one could not be judged; 3 could not run;
130 interrupted. docs/cli.md says more.`;

/** Help names a default that there is: commander would name an empty list too. */
export const helpConfiguration: HelpConfiguration = {
  optionDescription({ description, argChoices, defaultValue, defaultValueDescription, required, optional }: Option) {
    const usual = defaultValueDescription ?? (Array.isArray(defaultValue) ? defaultValue.join(', ') : defaultValue);
    const isShown = (required || optional) && usual !== undefined && usual !== '';
    const more = [
      ...(argChoices ? [`choices: ${argChoices.join(', ')}`] : []),
      ...(isShown ? [`default: ${usual}`] : []),
    ];
    return more.length === 0 ? description : `${description} (${more.join('; ')})`;
  },
};

/** Gives the help of every command the examples that docs/cli.md has of it, and the exit codes. */
export function addMoreHelp(program: Command): void {
  addExamples(program, []);
  program.addHelpText('afterAll', EXIT_CODES);
}

function addExamples(command: Command, path: readonly string[]): void {
  // The page is read when help is asked for: no other start waits for it.
  if (path.length > 0) command.addHelpText('after', () => renderExamples(examplesOf(path)));
  for (const sub of command.commands) addExamples(sub, [...path, sub.name()]);
}

const renderExamples = (examples: readonly string[]): string =>
  examples.length === 0 ? '' : `\nExamples:\n${examples.map((line) => `  ${line}\n`).join('')}`.trimEnd();

/** The lines of code in the section of docs/cli.md that is about a command. */
function examplesOf([name = '', ...below]: readonly string[]): readonly string[] {
  const page = readFileSync(join(packageRoot, 'docs', 'cli.md'), 'utf8');
  const [section = ''] = page.split(`\n## ${name}\n`)[1]?.split('\n## ') ?? [];
  const isOf = new RegExp(`\\biamql ${[name, ...below].join(' ')}\\b`);
  return [...section.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line as string).filter((line) => isOf.test(line));
}
