import type { TestedFile } from '../controls/authoring/test-library.ts';
import { renderProblem } from '../yaml/yaml-source.ts';
import { printableLines } from './printable.ts';

/** What came of testing files of a library: every test, then every problem. Ends with a line break. */
export function renderTestedFiles(files: readonly TestedFile[]): string {
  const problems = files.flatMap((file) => file.problems);
  const tests = files.flatMap(({ rows }) => rows).length;
  const lines = [
    ...files.flatMap(renderFile),
    '',
    ...problems.map(renderProblem),
    ...(problems.length > 0 ? [''] : []),
    `${count(files.length, 'file')}, ${count(tests, 'test')}: ${problems.length > 0 ? count(problems.length, 'problem') : 'no problem'}`,
  ];
  return printableLines(`${lines.join('\n')}\n`);
}

function renderFile({ file, control, rows, problems }: TestedFile): readonly string[] {
  const name = control ? `${control.id} (${file})` : file;
  return [`${problems.length > 0 ? 'WRONG' : 'ok   '}  ${name}`, ...rows.map(renderRow)];
}

function renderRow({ name, verdict, found, isAsWritten }: TestedFile['rows'][number]): string {
  const judged =
    verdict === undefined ? 'not run' : [verdict, ...(found.length > 0 ? [found.join(', ')] : [])].join(': ');
  return `    ${isAsWritten ? 'ok   ' : 'WRONG'}  ${name} (${judged})`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
