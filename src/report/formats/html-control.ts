import { rollUp } from '../../controls/by-account.ts';
import { renderExpectation } from '../../controls/expectation.ts';
import type { Finding } from '../../controls/finding.ts';
import type { ControlRun, RuleRun } from '../../controls/run-control.ts';
import { linesOfRollUp } from '../by-account.ts';
import { countOf, renderDay, runId, wordsOfFinding, wordsOfParameters } from '../found.ts';
import type { Run } from '../run.ts';
import { lines, type Markup, markup } from './markup.ts';

/** Everything that there is to say of a control: what was found, what could not be read, why it matters, what to do. */
export function renderArticle(run: ControlRun, id: string, accounts: Run['accounts']): Markup {
  const { control, verdict, rules } = run;
  const informative = rules.filter(({ rule }) => rule.informative);
  const asked = wordsOfParameters(run);
  return markup`<article id="${id}" class="${verdict}" aria-labelledby="${id}-title">
<h3 id="${id}-title"><span class="verdict">${verdict}</span> ${control.title}</h3>
<p class="quiet"><bdi>${runId(run)}</bdi>, severity ${control.severity}${asked.length > 0 ? `, ${asked.join(', ')}` : ''}</p>
${accounts ? linesOfRollUp(rollUp(run, accounts)).map((line) => markup`<p>${line}</p>`) : []}
${paragraphs(control.overview)}
${rules.filter(({ rule }) => !rule.informative).map((rule) => renderRule(run, rule))}
${
  informative.length > 0
    ? markup`<h4>Also judged, without changing the verdict</h4>
${informative.map((rule) => renderInformative(run, rule))}`
    : []
}
${verdict === 'PASS' ? [] : renderAdvice(run)}
</article>
`;
}

function renderRule(run: ControlRun, rule: RuleRun): Markup {
  const { verdict, findings, excepted } = rule;
  return markup`<h4>${rule.rule.title}</h4>
<p>${countOf(rule, run)}</p>
${renderReasons(rule, verdict === 'FAIL' ? 'Could not be judged in full' : 'Could not be judged')}
${findings.length > 0 ? renderFound(findings) : []}
${excepted.length > 0 ? renderExcepted(excepted) : []}
<details><summary>The stored query</summary><pre>${lines(rule.rule.query)}</pre><p>expect ${renderExpectation(rule.rule.expect)}</p></details>
`;
}

function renderReasons({ errors }: RuleRun, what: string): Markup {
  const reasons = [...new Set(errors.map(({ message }) => message))];
  if (reasons.length === 0) return markup``;
  return markup`<p class="trouble">${what}:</p>
<ul>
${reasons.map(
  (reason) => markup`<li><bdi>${reason}</bdi></li>
`,
)}</ul>`;
}

const renderFound = (findings: readonly Finding[]): Markup => markup`<div class="wide"><table>
<caption>Found</caption>
<thead><tr><th scope="col">Asset</th><th scope="col">Evidence</th></tr></thead>
<tbody>
${findings.map(
  (finding) => markup`<tr>${cellsOf(finding)}</tr>
`,
)}</tbody>
</table></div>`;

const renderExcepted = (excepted: RuleRun['excepted']): Markup => markup`<div class="wide"><table>
<caption>Excepted, and not counted</caption>
<thead><tr><th scope="col">Asset</th><th scope="col">Evidence</th><th scope="col">Until</th><th scope="col">Owner</th><th scope="col">Reason</th></tr></thead>
<tbody>
${excepted.map(
  ({
    exception,
    ...finding
  }) => markup`<tr>${cellsOf(finding)}<td>${renderDay(exception.expires)}</td><td><bdi>${exception.owner}</bdi></td><td><bdi>${exception.reason}</bdi>${exception.ticket ? markup`<br><bdi>${exception.ticket}</bdi>` : ''}</td></tr>
`,
)}</tbody>
</table></div>`;

const cellsOf = (finding: Finding): Markup =>
  markup`<th scope="row"><bdi>${finding.name}</bdi><br><bdi class="quiet">${finding.identifier}</bdi></th><td><ul>${wordsOfFinding(finding).map((words) => markup`<li><bdi>${words}</bdi></li>`)}</ul></td>`;

function renderInformative(run: ControlRun, rule: RuleRun): Markup {
  const { verdict, findings } = rule;
  const names = findings.map(({ name, place, account }, index) => {
    const whole = place === undefined ? name : `${name} (account ${account})`;
    return markup`${index > 0 ? ', ' : ': '}<bdi>${whole}</bdi>`;
  });
  return markup`<p class="${verdict}"><span class="verdict">${verdict}</span> ${rule.rule.title}: ${countOf(rule, run)}${names}</p>
${renderReasons(rule, 'Not judged')}
`;
}

function renderAdvice({ control }: ControlRun): Markup {
  const { why, remediation, falsePositives } = control;
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['In the console', remediation.console],
    ['From the command line', remediation.cli],
    ['In code', remediation.iac],
    ['Service-wide', remediation.serviceWide],
    ['Rollout', remediation.rollout],
  ];
  return markup`<h4>Why</h4>
${paragraphs(why)}
<details open><summary>What to do</summary>
${texts.map(([title, text]) =>
  text === undefined
    ? markup``
    : markup`<h4>${title}</h4>
<pre>${lines(text.trimEnd())}</pre>
`,
)}</details>
<details open><summary>False positives</summary>
<pre>${lines(falsePositives.trimEnd())}</pre></details>`;
}

/** A control's prose is wrapped where its file is: only an empty line means something. */
const paragraphs = (text: string): readonly Markup[] =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map(
      (paragraph) => markup`<p>${lines(paragraph)}</p>
`,
    );
