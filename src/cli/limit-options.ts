import { type Command, Option } from 'commander';
import { flagOf, type LimitName, type Limits, limitTable, usualLimits } from '../graphql/limits.ts';
import { IamqlError } from '../iam/error.ts';

/** The flags that raise or lower a limit, as commander reads them: under the limit's own name. */
export type LimitOptions = Partial<Limits>;

const names = Object.keys(limitTable) as LimitName[];

/** One flag for each limit. @param isServer whether bodies of HTTP requests are read as well. */
export function addLimitOptions(command: Command, isServer = false): Command {
  command.optionsGroup('What a text may cost:');
  for (const name of names.filter((name) => isServer || name !== 'maxBodyBytes')) {
    const { counts, usual, most } = limitTable[name];
    const flags = `${flagOf(name)} <n>`;
    const option = new Option(flags, counts).default(usual).argParser((text) => readLimit(flags, text, most));
    command.addOption(option);
  }
  return command;
}

export const limitsOf = (options: LimitOptions): Limits =>
  Object.fromEntries(names.map((name) => [name, options[name] ?? usualLimits[name]])) as Limits;

function readLimit(flags: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new IamqlError('InvalidInput', `${flags}: ${JSON.stringify(text)} is not a number from 1 to ${most}`);
}
