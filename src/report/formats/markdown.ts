import { placeOf, rollUp } from '../../controls/by-account.ts';
import type { ControlRun } from '../../controls/run-control.ts';
import { linesOfRollUp, scoreAccounts, scoreUnits } from '../by-account.ts';
import {
  countOf,
  decidingRules,
  type Found,
  listFound,
  nameOf,
  reasonsOf,
  renderDay,
  troubledExceptions,
  wordsOfAccount,
  wordsOfFinding,
  wordsOfParameters,
  wordsOfScope,
} from '../found.ts';
import { type Item, listSections, renderScore, type Section, scoreOf, statusWords } from '../listing.ts';
import type { Run } from '../run.ts';
import { code, list, plain, table } from './markdown-text.ts';

/** GitHub takes 65,536 characters for a comment. The table comes first; what is left out after it is counted. */
const MOST_CHARACTERS = 60_000;

/** A run for a comment on a pull request: the table of all, then what failed or could not be judged. */
export function renderMarkdown(run: Run): string {
  const sections = listSections(run);
  const head = [
    `## ${plain(run.benchmark?.benchmark.title ?? 'iamql check')}`,
    `${plain(wordsOfAccount(run))}. ${plain(renderScore(scoreOf(sections)))}.`,
    renderTable(sections),
    ...renderAccounts(run),
    ...renderExceptions(run),
  ].join('\n\n');
  const details = run.controls.filter(isToldOf).map((one) => renderControl(run, one));
  const shown: string[] = [];
  let length = head.length;
  for (const detail of details) {
    length += detail.length + 2;
    if (length > MOST_CHARACTERS) break;
    shown.push(detail);
  }
  const left = details.length - shown.length;
  const note =
    left > 0 ? [`The details of ${left} more controls did not fit; the table above has their verdicts.`] : [];
  return `${[head, ...shown, ...note].join('\n\n')}\n`;
}

/** How the accounts stand in each unit, and which of them did not pass everything. */
function renderAccounts(run: Run): readonly string[] {
  const scores = scoreAccounts(run);
  const units = scoreUnits(scores).map(({ unit, accounts, passed, failed, notJudged, stale }) => [
    unit === '' ? 'in no organization' : code(unit),
    ...[accounts, passed, failed, notJudged, stale].map(String),
  ]);
  // Those of which nothing is known first: what is left out is the least to be looked at.
  const open = scores
    .filter(({ failed, notJudged }) => failed + notJudged > 0)
    .sort((a, b) => b.notJudged - a.notJudged || b.failed - a.failed)
    .map(({ account, passed, failed, notJudged, stale }) => [
      code(placeOf(account)),
      ...[passed, failed, notJudged, stale].map(String),
    ]);
  return [
    ...(units.length > 0
      ? [table(['Unit', 'Accounts', 'Passed all', 'Failed some', 'Not judged by some', 'Stale'], units)]
      : []),
    ...(open.length > 0 ? [table(['Account', 'Passed', 'Failed', 'Could not be judged', 'Stale'], open)] : []),
  ];
}

const isToldOf = (run: ControlRun): boolean => run.verdict !== 'PASS' || listFound(run).length > 0;

function renderTable(sections: readonly Section[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = sections.flatMap((section) => [
    ...(sections.length > 1 ? [row(['', plain(section.number), `**${plain(section.title)}**`, ''])] : []),
    ...section.items.map((item) =>
      row([`**${statusWords[item.status]}**`, plain(item.number), plain(item.title), renderCounts(item)]),
    ),
  ]);
  return [row(['Verdict', 'No.', 'Control', 'Found']), row(['---', '---', '---', '---']), ...rows].join('\n');
}

function renderCounts({ run, reason }: Item): string {
  if (!run) return plain(reason ?? '');
  const counts = decidingRules(run).map((rule) => {
    const excepted = rule.excepted.length > 0 ? `, and ${rule.excepted.length} excepted` : '';
    return `${countOf(rule, run)}${excepted}`;
  });
  return plain([...new Set(counts)].join('; '));
}

function renderControl(whole: Run, run: ControlRun): string {
  const { control, verdict } = run;
  const found = listFound(run);
  const counted = found.filter(({ exception }) => !exception);
  const reasons = reasonsOf(run);
  const what = verdict === 'FAIL' ? 'Could not be judged in full' : 'Could not be judged';
  return [
    `### ${statusWords[verdict]}: ${plain(control.title)}`,
    `${code(control.id)}, severity ${control.severity}${wordsOfParameters(run)
      .map((words) => `, ${plain(words)}`)
      .join('')}`,
    ...(whole.accounts ? [linesOfRollUp(rollUp(run, whole.accounts)).map(plain).join('<br>')] : []),
    ...(reasons.length > 0 ? [list(reasons.map((reason) => `${what}: ${code(reason)}`))] : []),
    ...(counted.length > 0 ? [renderFound(whole, counted)] : []),
    ...(found.length > counted.length
      ? [
          renderExcepted(
            whole,
            found.filter(({ exception }) => exception),
          ),
        ]
      : []),
    ...(verdict === 'FAIL' ? [`What to do: ${code(`iamql controls show ${control.id}`)}`] : []),
  ].join('\n\n');
}

const renderFound = (run: Run, found: readonly Found[]): string =>
  table(
    ['Found', 'Evidence'],
    found.map(({ finding }) => [code(nameOf(run, finding)), wordsOfFinding(finding).map(code).join('<br>')]),
  );

const renderExcepted = (run: Run, found: readonly Found[]): string =>
  table(
    ['Excepted, not counted', 'Until', 'Owner', 'Reason'],
    found.flatMap(({ finding, exception }) =>
      exception
        ? [[code(nameOf(run, finding)), renderDay(exception.expires), code(exception.owner), code(exception.reason)]]
        : [],
    ),
  );

function renderExceptions(run: Run): readonly string[] {
  const lines = troubledExceptions(run).map(
    ([what, exception]) => `${plain(what)}: ${code(wordsOfScope(exception))}, owner ${code(exception.owner)}`,
  );
  return lines.length > 0 ? [`Exceptions to look at:`, list(lines)] : [];
}
