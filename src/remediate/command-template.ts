import { shellOption, shellWord } from '../iam/shell.ts';

/** What stands for words in capital letters: one command for each value, none where there is no value. */
export type Values = Readonly<Record<string, readonly string[] | undefined>>;

export interface FilledTemplate {
  /** Commands and the comments before them, a line each. */
  readonly lines: readonly string[];
  /** Words that nothing is known for. */
  readonly fillIn: readonly string[];
}

/** A word that stands for something: `USER`, `POLICY_ARN`; short ones such as `DNS` are what they are. */
const PLACEHOLDER = /\b[A-Z][A-Z0-9_]{3,}\b/g;
const NOT_FOR_ANYTHING: ReadonlySet<string> = new Set(['JSON']);

/**
 * The commands of a control's remediation, written for one asset. A comment stays with the command behind it, and goes with it.
 *
 * @param isWanted whether a command, as it stands in the template, is about this asset.
 */
export function fillTemplate(
  template: string,
  values: Values,
  isWanted: (command: string) => boolean = () => true,
): FilledTemplate {
  const lines: string[] = [];
  const fillIn = new Set<string>();
  let comments: string[] = [];
  const commands = withHolders(splitCommands(template), values);
  for (const command of commands) {
    if (command.startsWith('#')) {
      comments.push(command);
      continue;
    }
    const filled = isWanted(command) ? fill(command, values) : [];
    if (filled.length > 0) lines.push(...comments, ...filled);
    for (const word of filled.flatMap(placeholdersOf)) if (!isValue(word, values)) fillIn.add(word);
    comments = [];
  }
  return { lines: [...lines, ...comments], fillIn: [...fillIn] };
}

const isValue = (word: string, values: Values): boolean => Object.values(values).some((all) => all?.includes(word));

/** A line that ends with a backslash goes on, and so does a text that is written in place. */
function splitCommands(template: string): readonly string[] {
  const commands: string[] = [];
  let open: string | undefined;
  let end: string | undefined;
  for (const line of template.trimEnd().split('\n')) {
    open = open === undefined ? line : `${open}\n${line}`;
    end ??= /<<'(\w+)'/.exec(line)?.[1];
    const isOpen = end === undefined ? line.endsWith('\\') : line !== end;
    if (isOpen) continue;
    commands.push(open);
    open = undefined;
    end = undefined;
  }
  return open === undefined ? commands : [...commands, open];
}

/** What is said for roles holds for users and groups too: where these are what there is, their commands are added. */
function withHolders(commands: readonly string[], values: Values): readonly string[] {
  return commands.flatMap((command) => {
    if (command.startsWith('#') || !/\bROLE\b/.test(command) || values['ROLE'] === undefined) return [command];
    const others = ['user', 'group']
      .filter((kind) => values[kind.toUpperCase()] !== undefined)
      .map((kind) => command.replace(/\brole\b/g, kind).replace(/\bROLE\b/g, kind.toUpperCase()))
      .filter((other) => !commands.includes(other));
    return [command, ...others];
  });
}

const placeholdersOf = (text: string): readonly string[] => [
  ...new Set((text.match(PLACEHOLDER) ?? []).filter((word) => !NOT_FOR_ANYTHING.has(word))),
];

function fill(command: string, values: Values): readonly string[] {
  const known = placeholdersOf(command).filter((word) => values[word] !== undefined);
  const choices = known.reduce<readonly Readonly<Record<string, string>>[]>(
    (all, word) => all.flatMap((chosen) => (values[word] ?? []).map((value) => ({ ...chosen, [word]: value }))),
    [{}],
  );
  return choices.map((chosen) => fillWords(command, chosen));
}

/** Word by word: whatever a value holds, the word that it is in stays one word. What is in quotes is left as it is. */
function fillWords(command: string, chosen: Readonly<Record<string, string>>): string {
  const [first = '', ...rest] = command.split('\n');
  const isInPlace = /<<'\w+'/.test(first);
  // In a text that is written in place nothing is a word, and only an account stands in one.
  const below = isInPlace ? rest.map((line) => line.replaceAll(/\bACCOUNT\b/g, chosen['ACCOUNT'] ?? 'ACCOUNT')) : [];
  const written = isInPlace ? first : command;
  return [
    written.replace(OPTION_OR_WORD, (whole, option, word) => fillWord(whole, option, word, chosen)),
    ...below,
  ].join('\n');
}

/** A word without quotes, with the option before it where there is one. */
const OPTION_OR_WORD = /(?<=^|\s)(?:(--[a-z][a-z0-9-]*) +)?([^\s"'`$\\|><&;()]+)(?=\s|$)/g;

/** What a command writes or reads here. */
const FILE = /\.(?:json|png)$/;

function fillWord(
  whole: string,
  option: string | undefined,
  word: string,
  chosen: Readonly<Record<string, string>>,
): string {
  const given = (name: string): string => chosen[name] ?? name;
  // No name of IAM has a slash, and a snapshot that somebody made up must not choose the folder that is written in.
  const inFile = (name: string): string => given(name).replaceAll('/', '_');
  const filled = word.replace(PLACEHOLDER, FILE.test(word) ? inFile : given);
  if (filled === word) return whole;
  return option ? shellOption(option, filled) : shellWord(filled);
}
