import type { Control, Rule } from '../controls/control.ts';
import { renderExpectation } from '../controls/expectation.ts';

/** A control as a person wants to read it. Ends with a line break. */
export function renderControl(control: Control): string {
  const { remediation } = control;
  return [
    control.title,
    '='.repeat(control.title.length),
    '',
    row('id', control.id),
    row('severity', control.severity),
    row('covers', `${control.assetTypes.join(', ')} (${control.connectors.join(', ')})`),
    row('also known as', control.aliases.join('\n               ')),
    '',
    ...section('Overview', control.overview),
    ...section('Why', control.why),
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

/** One line for each: id, severity, title. */
export function renderControlList(controls: readonly Control[]): string {
  return controls.map(({ id, severity, title }) => `${id}  ${severity}  ${title}\n`).join('');
}

const row = (name: string, value: string): string => `${name.padEnd(13)}  ${value || 'none'}`;

const section = (title: string, text: string | undefined): readonly string[] =>
  text === undefined ? [] : [title, '-'.repeat(title.length), text.trimEnd(), ''];

function renderRule(rule: Rule): string {
  const kind = rule.informative ? 'informative' : 'decides the verdict';
  const path = rule.returnPath ? `, at ${rule.returnPath}` : '';
  return `${rule.title} (${kind})\n  expect ${renderExpectation(rule.expect)}${path}\n  ${rule.query}`;
}
