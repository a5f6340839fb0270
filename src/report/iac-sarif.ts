import type { Log, Result } from 'sarif';
import type { IacFinding } from '../iac/judge-declared.ts';
import type { JudgedFile } from '../iac/judge-file.ts';
import { version } from '../package-version.ts';
import { wordsOfException } from './found.ts';
import { countOfFile, type IacRun, titleOf, wordsOfIacFinding } from './iac.ts';
import { printable, printableLines } from './printable.ts';

const levels = { low: 'note', medium: 'warning', high: 'error' } as const;

/**
 * Plans and templates as SARIF 2.1.0: a result for each finding, and one of kind `open` for each file that could not be
 * judged, or not in full. Each points at its file.
 */
export function renderIacSarif({ control, files, judgedAt }: IacRun): string {
  const level = levels[control.severity];
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'iamql', version: version(), rules: [ruleOf(control, level)] } },
        invocations: [
          {
            executionSuccessful: files.every(({ verdict, reasons }) => verdict !== 'ERROR' && reasons.length === 0),
            endTimeUtc: judgedAt.toISOString(),
            toolExecutionNotifications: files.map((file) => ({
              level: file.reasons.length > 0 ? 'error' : 'note',
              descriptor: { id: file.verdict },
              message: { text: `${file.verdict}: ${file.file}: ${countOfFile(file)}` },
            })),
          },
        ],
        results: files.flatMap((file) => resultsOf(file, control)),
      },
    ],
  };
  return printableLines(`${JSON.stringify(log, null, 2)}\n`);
}

function resultsOf(judged: JudgedFile, control: IacRun['control']): readonly Result[] {
  const { file, verdict, findings, reasons, excepted = [] } = judged;
  const at = (kind: 'fail' | 'open', text: string, id: string, name: string, line = 1): Result => ({
    ruleId: control.id,
    ruleIndex: 0,
    kind,
    level: kind === 'fail' ? levels[control.severity] : 'none',
    message: { text },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line } },
        logicalLocations: [{ fullyQualifiedName: name, kind: kind === 'fail' ? 'resource' : 'module' }],
      },
    ],
    partialFingerprints: { 'iamql/v1': `${control.id}|${id}` },
  });
  const found = (finding: IacFinding): Result => {
    const words = [`${titleOf(finding)}: ${control.title}`, ...wordsOfIacFinding(finding)];
    return at('fail', words.map(printable).join('\n'), titleOf(finding), titleOf(finding), lineOf(finding));
  };
  const inFull = verdict === 'FAIL' ? ' in full' : '';
  const why = `ERROR: could not be judged${inFull}: ${reasons.map(({ message }) => printable(message)).join('; ')}`;
  const [firstLine] = reasons.flatMap(({ line }) => line ?? []);
  return [
    ...findings.map(found),
    ...excepted.map(({ exception, ...finding }): Result => {
      const justification = wordsOfException(exception);
      return { ...found(finding), suppressions: [{ kind: 'external', status: 'accepted', justification }] };
    }),
    ...(reasons.length > 0 ? [at('open', why, 'open', file, firstLine)] : []),
  ];
}

/** Of a user whom the file only names, where the first key stands. */
const lineOf = ({ line, accessKeys }: IacFinding): number | undefined => line ?? accessKeys[0]?.line;

const ruleOf = ({ id, title, overview, why }: IacRun['control'], level: 'note' | 'warning' | 'error') => ({
  id,
  shortDescription: { text: title },
  fullDescription: { text: overview },
  help: { text: why },
  defaultConfiguration: { level },
});

/** A path as a relative reference; `-` is stdin. */
const uriOf = (file: string): string =>
  file
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
