import type { Batch, ByHand, ExceptedKey, LeftOut, Plan, Step } from '../remediate/plan-shape.ts';
import { renderDuration } from './duration.ts';
import { printable, printableLines } from './printable.ts';

/** How many lines of a list are shown before they are only counted: the file has them all. */
const MOST = 50;

/** A plan as a person reads it before doing it. Ends with a line break. */
export function renderPlan(plan: Plan): string {
  const { batches, notPlanned, excepted } = plan;
  const ofAction = (action: Batch['action']) => batches.filter((batch) => batch.action === action);
  const isOfSeveral = new Set(plan.controls.map(({ id }) => id)).size > 1;
  const render = (batch: Batch): string => renderBatch(batch, isOfSeveral);
  const sections = [
    renderHead(plan),
    ofAction('deactivate').length > 0
      ? ofAction('deactivate').map(render).join('\n')
      : 'No access key is to be turned off.\n',
    ...(ofAction('delete').length > 0 ? [DELETES, ofAction('delete').map(render).join('\n')] : []),
    ...section('Left out', notPlanned.map(renderLeftOut)),
    ...section('Excepted, and left alone', excepted.map(renderExcepted)),
    ...plan.byHand.map(renderByHand),
    `What the tool cannot rule out:\n${plan.caveats.map((caveat) => `  - ${caveat}`).join('\n')}\n`,
  ];
  return printableLines(sections.join('\n'));
}

function renderHead(plan: Plan): string {
  const { account, partition, source, createdAt, expiresAt, controls, minAgeSeconds } = plan;
  const age = source.reportAgeSeconds;
  const report = source.reportGeneratedAt
    ? `credential report generated ${source.reportGeneratedAt}${age === null ? '' : ` (${renderDuration(age)} before)`}`
    : 'no time of a credential report is known';
  const sample = source.kind === 'sample' ? 'SAMPLE ' : '';
  return [
    `${sample}account ${account} (${partition}); from ${source.kind}; ${report}`,
    `plan of ${createdAt}, until ${expiresAt}; keys younger than ${renderDuration(minAgeSeconds)} are left out`,
    ...controls.flatMap(({ id, parameters, verdict, errors }) => [
      `${verdict}  ${id}${wordsOfParameters(parameters)}`,
      ...errors.slice(0, MOST).map((error) => `      could not be judged in full: ${printable(error)}`),
    ]),
    renderCounts(plan),
    '',
  ].join('\n');
}

function wordsOfParameters(parameters: Plan['controls'][number]['parameters']): string {
  const words = Object.entries(parameters).map(([name, value]) => printable(`${name} ${value}`));
  return words.length > 0 ? ` (${words.join(', ')})` : '';
}

/** How much there is of everything: what is a screen away would be missed. */
function renderCounts({ batches, notPlanned, excepted, byHand }: Plan): string {
  const keysOf = (action: Batch['action']): number =>
    batches.reduce((sum, batch) => sum + (batch.action === action ? batch.steps.length : 0), 0);
  const counts = [
    ['to be turned off', keysOf('deactivate')],
    ['off already', keysOf('delete')],
    ['left out', notPlanned.length],
    ['excepted', excepted.length],
    ['by hand', byHand.length],
  ] as const;
  return counts.map(([what, count]) => `${what}: ${count}`).join(', ');
}

function renderBatch({ number, group, action, steps }: Batch, isOfSeveral: boolean): string {
  const verb = action === 'deactivate' ? 'turn off' : 'delete';
  const keys = `${steps.length} access ${steps.length === 1 ? 'key' : 'keys'}`;
  return [
    `Batch ${number} (${printable(group)}): ${verb} ${keys}`,
    ...steps.map((step) => renderStep(step, isOfSeveral)),
    '',
  ].join('\n');
}

function renderStep({ userName, userId, accessKeyId, evidence, command, control }: Step, isOfSeveral: boolean): string {
  const { userCreated, keyCreated, status, slot, slotChanged } = evidence;
  const where = slot === null ? '' : `, slot ${slot}`;
  const changed = slotChanged === null || slotChanged === keyCreated ? '' : `, last changed ${slotChanged}`;
  return [
    `  ${printable(userName)} (${printable(userId)}, made ${userCreated})`,
    `    ${printable(accessKeyId)}: ${printable(status)}, made ${keyCreated}${changed}, never used${where}${isOfSeveral ? `; ${control}` : ''}`,
    `      ${printable(command)}`,
  ].join('\n');
}

const DELETES =
  'Off already, which the published control would delete. `apply --delete` deletes those that this tool has turned off, and no other:\n';

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - MOST;
  const shown = [...lines.slice(0, MOST), ...(more > 0 ? [`and ${more} more; the plan has them all`] : [])];
  return [`${title}:\n${shown.map((line) => `  ${line}`).join('\n')}\n`];
}

const keyOf = ({ accessKeyId, slot }: LeftOut): string =>
  printable(accessKeyId ?? (slot === null ? 'a key without a slot' : `the key in slot ${slot}`));

const renderLeftOut = (left: LeftOut): string =>
  `${printable(left.userName)}, ${keyOf(left)}: ${printable(left.reason)}`;

const renderExcepted = (excepted: ExceptedKey): string =>
  `${excepted.control}: ${printable(excepted.userName)}${excepted.accessKeyId ? `, ${printable(excepted.accessKeyId)}` : ''}: ${printable(excepted.reason)} (until ${excepted.expires}, owner ${printable(excepted.owner)})`;

function renderByHand({ control, type, name, irreversible, fillIn, commands }: ByHand): string {
  const blanks = fillIn.length > 0 ? [`    fill in: ${fillIn.join(', ')}`] : [];
  return [
    `By hand, for ${control}: ${type} ${printable(name)}`,
    ...irreversible.map((words) => `    CANNOT BE UNDONE: ${words}`),
    ...blanks,
    ...commands.flatMap((command) => command.split('\n')).map((line) => `      ${printable(line)}`),
    '',
  ].join('\n');
}
