import { placeOf } from '../../controls/by-account.ts';
import { instantOf, renderInstant } from '../../iam/instant.ts';
import { isSample } from '../../inventory/inventory.ts';
import { scoreAccounts, scoreUnits } from '../by-account.ts';
import { renderEvidence, renderWhose } from '../evidence.ts';
import { countOf, decidingRules, troubledExceptions, wordsOfScope } from '../found.ts';
import { type Item, listSections, renderScore, type Score, type Section, scoreOf, statusWords } from '../listing.ts';
import type { Run } from '../run.ts';
import { renderArticle } from './html-control.ts';
import { style } from './html-style.ts';
import { type Markup, markup } from './markup.ts';

/** A run as one page that needs nothing but itself: no script, nothing from elsewhere; light, dark, and on paper. */
export function renderHtml(run: Run): string {
  const sections = listSections(run);
  const title = run.benchmark?.benchmark.title ?? 'iamql check';
  const evidence = renderEvidence(run.evidence, run.judgedAt);
  const body = markup`<header>
<h1>${title}</h1>
<p class="${isSample(run.evidence) ? 'sample' : 'evidence'}">${evidence}</p>
<p class="quiet">Judged ${renderInstant(instantOf(run.judgedAt))} by iamql.</p>
</header>
<main>
${renderSummary(scoreOf(sections))}
${sections.map((section, index) => renderSection(run, section, index))}
${renderAccounts(run)}
<section aria-labelledby="controls">
<h2 id="controls">Each control</h2>
${run.controls.map((control, index) => renderArticle(control, anchorOf(index), run.accounts))}
</section>
${renderExceptions(run)}
</main>`;
  // A page that asks for nothing: should a text ever become an element after all, it cannot load or run anything.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${markup`${title}: ${renderWhose(run.evidence)}`.html}</title>
<style>${style}</style>
</head>
<body>
${body.html}
</body>
</html>
`;
}

const anchorOf = (index: number): string => `control-${index + 1}`;

function renderSummary(score: Score): Markup {
  const tile = (status: string, words: string, count: number): Markup =>
    markup`<div class="${status}"><dt>${words}</dt><dd>${count}</dd></div>
`;
  return markup`<section aria-labelledby="summary">
<h2 id="summary">Summary</h2>
<p>${renderScore(score)}.</p>
<dl class="score">
${tile('PASS', 'Passed', score.PASS)}${tile('FAIL', 'Failed', score.FAIL)}${tile('ERROR', 'Could not be judged', score.ERROR)}${
  score.NOT_JUDGED > 0 ? tile('NOT_JUDGED', 'Left out of this run', score.NOT_JUDGED) : []
}${score.NOT_AUTOMATED > 0 ? tile('NOT_AUTOMATED', 'Not automated', score.NOT_AUTOMATED) : []}${tile('EXCEPTED', 'Findings excepted', score.excepted)}</dl>
</section>`;
}

function renderSection(run: Run, { number, title, items }: Section, index: number): Markup {
  const id = `section-${index + 1}`;
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}">${[number, title].filter((part) => part !== '').join(' ')}</h2>
<div class="wide"><table>
<thead><tr><th scope="col">Verdict</th><th scope="col">No.</th><th scope="col">Control</th><th scope="col">Severity</th><th scope="col">Found</th></tr></thead>
<tbody>
${items.map((item) => renderRow(run, item))}</tbody>
</table></div>
</section>
`;
}

/** How the accounts stand: in each unit, and each by itself. */
function renderAccounts(run: Run): Markup {
  const scores = scoreAccounts(run);
  if (scores.length === 0) return markup``;
  const units = scoreUnits(scores).map(({ unit, accounts, ...counts }) => {
    return [
      unit === '' ? 'in no organization' : unit,
      accounts,
      counts.passed,
      counts.failed,
      counts.notJudged,
      counts.stale,
    ];
  });
  const accounts = scores.map(({ account, passed, failed, notJudged, stale }) => {
    return [placeOf(account), passed, failed, notJudged, stale];
  });
  return markup`<section aria-labelledby="accounts">
<h2 id="accounts">Accounts</h2>
${units.length > 0 ? countsTable(['Unit', 'Accounts', 'Passed all', 'Failed some', 'Not judged by some', 'Stale'], units) : []}
${countsTable(['Account', 'Controls passed', 'Failed', 'Could not be judged', 'Stale'], accounts)}
</section>`;
}

const countsTable = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): Markup =>
  markup`<div class="wide"><table>
<thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([
    name = '',
    ...counts
  ]) => markup`<tr><th scope="row"><bdi>${name}</bdi></th>${counts.map((count) => markup`<td>${count}</td>`)}</tr>
`,
)}</tbody>
</table></div>`;

function renderRow({ controls }: Run, { number, level, title, status, run, reason }: Item): Markup {
  const name = run
    ? markup`<a href="#${anchorOf(controls.indexOf(run))}">${title}</a>`
    : markup`${title}<p class="quiet">${reason ?? ''}</p>`;
  const counts = run ? decidingRules(run).map((rule) => foundWords(countOf(rule, run), rule.excepted.length)) : [];
  return markup`<tr><td class="${status}"><span class="verdict">${statusWords[status]}</span></td><td>${number}${
    level ? markup`<br><span class="quiet level">level ${level}</span>` : ''
  }</td><th scope="row">${name}</th><td>${run?.control.severity ?? ''}</td><td>${[...new Set(counts)].join('; ')}</td></tr>
`;
}

const foundWords = (count: string, excepted: number): string =>
  excepted > 0 ? `${count}, and ${excepted} excepted` : count;

function renderExceptions(run: Run): Markup {
  const troubled = troubledExceptions(run);
  if (troubled.length === 0) return markup``;
  return markup`<section aria-labelledby="exceptions">
<h2 id="exceptions">Exceptions to look at</h2>
<div class="wide"><table>
<thead><tr><th scope="col">What</th><th scope="col">Exception</th><th scope="col">Owner</th><th scope="col">Reason</th></tr></thead>
<tbody>
${troubled.map(
  ([what, exception]) =>
    markup`<tr><td class="trouble">${what}</td><td><bdi>${wordsOfScope(exception)}</bdi></td><td><bdi>${exception.owner}</bdi></td><td><bdi>${exception.reason}</bdi></td></tr>
`,
)}</tbody>
</table></div>
</section>`;
}
