import type { JudgedFile } from '../iac/judge-file.ts';
import { quoted, renderCase, type TestCase } from './formats/junit-case.ts';
import { wordsOfException } from './found.ts';
import { countOfFile, type IacRun, titleOf, wordsOfIacFinding, wordsOfLine } from './iac.ts';
import { printable } from './printable.ts';

/** Plans and templates as JUnit XML: a test case for each file, and apart what could not be judged in full or is excepted. */
export function renderIacJUnit({ control, files, judgedAt }: IacRun): string {
  const cases = files.flatMap((file) => casesOf(file).map((one) => ({ ...one, classname: control.id })));
  const count = (kind: string): number => cases.filter(({ outcome }) => outcome?.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const timestamp = judgedAt.toISOString().slice(0, 19);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n',
    `  <testsuite name="iamql iac" id="0" package="iamql" hostname="localhost" ${counts} time="0" timestamp="${timestamp}">\n`,
    `    <properties>\n      <property name="control" value=${quoted(control.title)}/>\n    </properties>\n`,
    ...cases.map(renderCase),
    '    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n',
  ].join('');
}

function casesOf(judged: JudgedFile): readonly Omit<TestCase, 'classname'>[] {
  const { file: name, verdict, findings, reasons, excepted = [] } = judged;
  const words = reasons.map(({ message, line }) => printable(`${message}${wordsOfLine(line)}`));
  const inFull = verdict === 'FAIL' ? ' in full' : '';
  const why = {
    kind: 'error',
    message: `could not be judged${inFull}: ${words[0] ?? ''}`,
    text: words.join('\n'),
  } as const;
  const found = findings.map((finding) =>
    [`${titleOf(finding)}${wordsOfLine(finding.line)}`, ...wordsOfIacFinding(finding).map((one) => `  ${one}`)]
      .map(printable)
      .join('\n'),
  );
  const failure = { kind: 'failure', message: `FAIL: ${countOfFile(judged)}`, text: found.join('\n') } as const;
  return [
    ...(verdict === 'PASS' ? [{ name }] : []),
    ...(verdict === 'FAIL' ? [{ name, outcome: failure }] : []),
    ...(verdict === 'ERROR' ? [{ name, outcome: why }] : []),
    ...(verdict === 'FAIL' && reasons.length > 0 ? [{ name: `${name} (the rest of it)`, outcome: why }] : []),
    ...excepted.map(({ exception, ...finding }) => ({
      name: `${name}, ${titleOf(finding)}`,
      outcome: { kind: 'skipped', message: wordsOfException(exception) } as const,
    })),
  ];
}
