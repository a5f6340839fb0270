import type { JudgedFile } from '../iac/judge-file.ts';
import { code, list, plain, table } from './formats/markdown-text.ts';
import { renderDay } from './found.ts';
import { countOfFile, type IacRun, nameOfTool, titleOf, wordsOfIacFinding, wordsOfLine } from './iac.ts';

/** Plans and templates for a comment on a pull request: the table of all, then what failed or could not be judged. */
export function renderIacMarkdown({ control, files }: IacRun): string {
  const rows = files.map((file) => [
    `**${file.verdict}**`,
    code(file.file),
    plain(nameOfTool(file)),
    plain(countOfFile(file)),
  ]);
  const hasFailed = files.some(({ verdict }) => verdict === 'FAIL');
  const parts = [
    `## ${plain('iamql iac')}`,
    plain(`Will a user have both a login profile and an active access key, as ${control.id} finds them afterwards?`),
    table(['Verdict', 'File', 'Kind', 'Found'], rows),
    ...files.flatMap(renderFile),
    ...(hasFailed ? [`What to do: ${code(`iamql controls show ${control.id}`)}`] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderFile({ file, verdict, findings, reasons, excepted = [] }: JudgedFile): readonly string[] {
  if (findings.length + reasons.length + excepted.length === 0) return [];
  const inFull = verdict === 'FAIL' ? ' in full' : '';
  const why = reasons.map(
    ({ message, line }) => `Could not be judged${inFull}: ${code(`${message}${wordsOfLine(line)}`)}`,
  );
  const found = findings.map((finding) => [
    code(`${titleOf(finding)}${wordsOfLine(finding.line)}`),
    wordsOfIacFinding(finding).map(code).join('<br>'),
  ]);
  const rest = excepted.map(({ exception, ...finding }) => [
    ...[code(titleOf(finding)), renderDay(exception.expires), code(exception.owner), code(exception.reason)],
  ]);
  return [
    `### ${code(file)}`,
    ...(why.length > 0 ? [list(why)] : []),
    ...(found.length > 0 ? [table(['Found', 'Why'], found)] : []),
    ...(rest.length > 0 ? [table(['Excepted, not counted', 'Until', 'Owner', 'Reason'], rest)] : []),
  ];
}
