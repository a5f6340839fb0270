import type { Benchmark, Recommendation } from '../controls/benchmark.ts';
import type { Control, Rule } from '../controls/control.ts';
import { renderExpectation } from '../controls/expectation.ts';
import type { Library } from '../controls/load-controls.ts';
import { placementsOf } from '../controls/placements.ts';

/** A control as a person wants to read it. Ends with a line break. */
export function renderControl(control: Control, benchmarks: readonly Benchmark[]): string {
  const { remediation } = control;
  return [
    control.title,
    '='.repeat(control.title.length),
    '',
    row('id', control.id),
    row('severity', control.severity),
    row('covers', `${control.assetTypes.join(', ')} (${control.connectors.join(', ')})`),
    row('also known as', control.aliases.join('\n               ')),
    row('benchmarks', renderPlacements(control, benchmarks).join('\n               ')),
    '',
    ...section('Overview', control.overview),
    ...section('Why', control.why),
    ...section('Parameters', renderParameters(control)),
    ...section('What it is about', control.applicable),
    ...section('What is asked', control.rules.map(renderRule).join('\n\n')),
    ...section('Why the rules differ', control.whyRulesDiffer),
    ...section('Remediation in the console', remediation.console),
    ...section('Remediation from the command line', remediation.cli),
    ...section('Remediation in code', remediation.iac),
    ...section('Service-wide remediation', remediation.serviceWide),
    ...section('Operational rollout', remediation.rollout),
    ...section('False positives', control.falsePositives),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** Each with id, severity and title, and below it where benchmarks point at it. */
export const renderControlList = ({ controls, benchmarks }: Library): string =>
  controls
    .map((control) => {
      const placements = renderPlacements(control, benchmarks);
      const below = placements.length > 0 ? `    ${placements.join(', ')}\n` : '';
      return `${control.id}  ${control.severity}  ${control.title}\n${below}`;
    })
    .join('');

/** A benchmark, section by section, with the controls that it points at. */
export function renderBenchmark({ title, sections }: Benchmark, controls: readonly Control[]): string {
  const byId = new Map(controls.map((control) => [control.id, control]));
  const lines = sections.flatMap(({ number, title: about, recommendations }) => [
    '',
    `${number}  ${about}`,
    ...recommendations.map((one) => `  ${one.number.padEnd(6)} L${one.level}  ${renderRecommendation(one, byId)}`),
  ]);
  return `${[title, ...lines].join('\n')}\n`;
}

function renderRecommendation(recommendation: Recommendation, byId: ReadonlyMap<string, Control>): string {
  if (recommendation.control === undefined) {
    return `not automated  ${recommendation.title}: ${recommendation.notAutomated}`;
  }
  const control = byId.get(recommendation.control);
  const values = Object.entries(recommendation.parameters).map(([name, value]) => ` ${name}=${value}`);
  return `${recommendation.control}${values.join('')}  ${control?.severity}  ${control?.title}`;
}

const renderPlacements = (control: Control, benchmarks: readonly Benchmark[]): readonly string[] =>
  placementsOf(control, benchmarks).map(({ benchmark, numbers }) => `${benchmark} ${numbers.join(' and ')}`);

function renderParameters({ parameters }: Control): string | undefined {
  const lines = Object.entries(parameters).map(
    ([name, { default: usual, description }]) => `${name} (${usual}): ${description}`,
  );
  return lines.length > 0 ? lines.join('\n') : undefined;
}

const row = (name: string, value: string): string => `${name.padEnd(13)}  ${value || 'none'}`;

const section = (title: string, text: string | undefined): readonly string[] =>
  text === undefined ? [] : [title, '-'.repeat(title.length), text.trimEnd(), ''];

function renderRule(rule: Rule): string {
  const kind = rule.informative ? 'informative' : 'decides the verdict';
  const path = rule.returnPath ? `, at ${rule.returnPath}` : '';
  return `${rule.title} (${kind})\n  expect ${renderExpectation(rule.expect)}${path}\n  ${rule.query}`;
}
