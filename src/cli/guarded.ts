import type { Command } from 'commander';
import type { Guarded } from '../guardrails/coverage.ts';
import { IamqlError } from '../iam/error.ts';
import { writeNote } from './output.ts';

/** Whom a guardrail is for. */
export interface GuardedOptions {
  readonly connectors?: string;
  readonly organization?: string;
}

export const addGuardedOptions = (command: Command): Command =>
  command
    .option('--connectors <file>', 'render it for the accounts of a file of connectors (docs/connectors.md)')
    .option('--organization <name>', 'which organization of that file, where it has several');

/** Reads the file, and asks AWS nothing: undefined where none is named. @throws IamqlError InvalidInput */
export async function readGuarded({ connectors, organization: name }: GuardedOptions): Promise<Guarded | undefined> {
  if (connectors === undefined) {
    if (name === undefined) return undefined;
    throw new IamqlError('InvalidInput', '--organization is one of a file of connectors: name that with --connectors');
  }
  // What reads YAML is not loaded by every command.
  const [{ readConnectors }, { meant }] = await Promise.all([
    import('../connectors/read-connectors.ts'),
    import('../yaml/meant.ts'),
  ]);
  const { accounts, organizations } = await readConnectors(connectors);
  const names = organizations.map((one) => one.name);
  const found = organizations.find((one) => one.name === name);
  if (name !== undefined && !found)
    throw new IamqlError(
      'InvalidInput',
      `${connectors} has no organization ${JSON.stringify(name)}${meant(name, names)}`,
    );
  if (name === undefined && organizations.length > 1)
    throw new IamqlError('InvalidInput', `${connectors} has ${names.join(' and ')}: choose with --organization`);
  return { organization: found ?? organizations[0], accounts };
}

export function writeCoverage(lines: readonly string[]): void {
  for (const line of lines) writeNote(`iamql: ${line}`);
}
