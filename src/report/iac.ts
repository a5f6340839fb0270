import type { Control } from '../controls/control.ts';
import type { ExceptedUser } from '../iac/except-users.ts';
import type { IacFinding } from '../iac/judge-declared.ts';
import type { JudgedFile } from '../iac/judge-file.ts';
import { wordsOfException } from './found.ts';
import { printable, printableLines } from './printable.ts';

/** A finished `iamql iac`: what each of its formats is rendered from. */
export interface IacRun {
  /** What the files were judged by. */
  readonly control: Control;
  readonly files: readonly JudgedFile[];
  readonly judgedAt: Date;
}

/** How many lines of a sort a file shows before they are only counted. */
const MOST_LINES = 20;

/** Plans and templates as a person reads of them at a terminal. Ends with a line break. */
export function renderIac({ control, files }: IacRun): string {
  const hasFailed = files.some(({ verdict }) => verdict === 'FAIL');
  const parts = [
    `Will a user have both a login profile and an active access key, as ${control.id} finds them afterwards?`,
    ...files.map(renderFile),
    ...(hasFailed
      ? [`What to do: give each user one or the other. In full:\n  iamql controls show ${control.id}`]
      : []),
  ];
  return printableLines(`${parts.join('\n\n')}\n`);
}

export const titleOf = (finding: IacFinding): string =>
  finding.address ?? `user ${finding.name ?? 'with a secret name'}`;

/** What is known of a finding, a line each. */
export const wordsOfIacFinding = ({ address, name, loginProfiles, accessKeys }: IacFinding): readonly string[] => [
  ...(address !== undefined && name !== undefined ? [`name: ${name}`] : []),
  ...loginProfiles.map((part) => `login profile: ${wordsOfPart(part)}`),
  ...accessKeys.map((part) => `access key: ${wordsOfPart(part)}`),
];

const wordsOfPart = ({ address, isMade, by, line }: IacFinding['accessKeys'][number]): string =>
  `${address}${wordsOfLine(line)}, ${isMade ? 'is made' : 'is there already'} (tied by ${by})`;

/** `1 of 3 IAM users`; a question mark for what was not counted, because 0 would look like nothing found. */
export function countOfFile({ verdict, findings, total, excepted = [] }: JudgedFile): string {
  const apart = excepted.length > 0 ? `, and ${excepted.length} excepted` : '';
  return `${verdict === 'ERROR' ? '?' : findings.length} of ${total ?? '?'} IAM users${apart}`;
}

/** Of users of whom a file says nothing new, with half of what is looked for: they are not judged, and not hidden. */
export function wordsOfUntouched({ untouched }: JudgedFile): readonly string[] {
  if (untouched.length === 0) return [];
  const who = untouched.length === 1 ? '1 user has' : `${untouched.length} users have`;
  return [
    `${who} a login profile or an access key already, which this does not change: iamql check judges the account`,
  ];
}

export const wordsOfLine = (line: number | undefined): string => (line === undefined ? '' : ` (line ${line})`);

const toolNames = { terraform: 'Terraform or OpenTofu plan', cloudformation: 'CloudFormation template' } as const;

export const nameOfTool = ({ tool }: JudgedFile): string => (tool ? toolNames[tool] : 'neither plan nor template');

function renderFile(file: JudgedFile): string {
  const { verdict, findings, reasons, excepted = [] } = file;
  const inFull = verdict === 'FAIL' ? ' in full' : '';
  return [
    `${verdict}  ${printable(file.file)}  (${nameOfTool(file)})`,
    `      ${countOfFile(file)}`,
    ...atMost(
      reasons.map(
        ({ message, line }) => `      could not be judged${inFull}: ${printable(message)}${wordsOfLine(line)}`,
      ),
    ),
    ...atMost(wordsOfUntouched(file).map((words) => `      ${words}`)),
    ...atMost(findings.map(renderFinding)),
    ...atMost(excepted.map(renderExcepted)),
  ].join('\n');
}

const renderFinding = (finding: IacFinding): string =>
  [
    `  ${printable(titleOf(finding))}${wordsOfLine(finding.line)}`,
    ...wordsOfIacFinding(finding).map((words) => `    ${printable(words)}`),
  ].join('\n');

const renderExcepted = ({ exception, ...finding }: ExceptedUser): string =>
  `  ${printable(titleOf(finding))}${wordsOfLine(finding.line)}: ${printable(wordsOfException(exception))}`;

function atMost(lines: readonly string[]): readonly string[] {
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `      and ${more} more; --format json has them all`] : lines;
}
