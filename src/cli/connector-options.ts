import type { Command } from 'commander';
import type { AwsAccess } from '../connectors/access.ts';
import type { Enrollment } from '../connectors/connector.ts';
import { IamqlError } from '../iam/error.ts';

/** Which accounts of a file of connectors. */
export interface ConnectorOptions {
  readonly connectors?: string | undefined;
  readonly connector?: readonly string[];
  readonly ou?: readonly string[];
  readonly tag?: Readonly<Record<string, string>>;
}

/** @param usual the file that is read where none is named; undefined for none. */
export function addConnectorOptions(command: Command, usual?: string): Command {
  return addSelectionOptions(
    command.option('--connectors <file>', 'the accounts of a file of connectors (docs/connectors.md)', usual),
  );
}

/** Which of the accounts that there are. */
export const addSelectionOptions = (command: Command): Command =>
  command
    .option('--connector <name...>', 'only these accounts, by id or name')
    .option('--ou <unit...>', 'only accounts in these organizational units, by id or name')
    .option('--tag <key=value>', 'only accounts with this tag; may be repeated', collectTags);

export interface EnrolledAccounts {
  /** What was asked for. */
  readonly enrollment: Enrollment;
  /** Nothing that the file names was left out. */
  readonly isEverything: boolean;
  readonly access: AwsAccess;
}

/** Reads the file, and asks its organizations who is in them. */
export async function enrollAccounts(
  options: ConnectorOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<EnrolledAccounts> {
  return (await beginEnrollment(options, signal)).all;
}

/** The same for who can begin with the accounts that are known first. Of a selection all are waited for. */
export async function beginEnrollment(
  { connectors: file, connector, ou, tag }: ConnectorOptions,
  signal: AbortSignal,
): Promise<{ readonly first: EnrolledAccounts; readonly all: Promise<EnrolledAccounts> }> {
  if (file === undefined) throw new IamqlError('InvalidInput', '--connectors names no file');
  const [{ readConnectors }, { AwsAccess: Access }, { enroll }, { isEverything, select }] = await Promise.all([
    import('../connectors/read-connectors.ts'),
    import('../connectors/access.ts'),
    import('../connectors/enroll.ts'),
    import('../connectors/select.ts'),
  ]);
  const access = new Access(signal);
  const selection = { connectors: connector, units: ou, tags: tag };
  const isWhole = isEverything(selection);
  const enrolling = enroll(await readConnectors(file), access);
  const selected = async (enrollment: Promise<Enrollment>): Promise<EnrolledAccounts> => ({
    enrollment: select(await enrollment, selection),
    isEverything: isWhole,
    access,
  });
  const all = selected(enrolling.all);
  // Who is interrupted before asks for it no more.
  all.catch(() => {});
  return { first: await (isWhole ? selected(enrolling.first) : all), all };
}

/** Reads one `--tag key=value`, beside those before it. @throws IamqlError InvalidInput */
export function collectTags(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new IamqlError('InvalidInput', `--tag ${JSON.stringify(text)} is not key=value`);
  return { ...before, [key]: value };
}
