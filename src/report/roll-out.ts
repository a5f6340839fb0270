import { headOf, markOf } from '../guardrails/earlier-roll-out.ts';
import type { RollOut } from '../guardrails/roll-out.ts';
import type { Words } from '../guardrails/words.ts';
import { printable, printableLines } from './printable.ts';

/** A roll-out as a checklist in Markdown, to be committed and reviewed: no time is in it, so that a diff shows work alone. */
export function renderRollOut(rollOut: RollOut): string {
  const { control, guardrails, open, batches, carried, next, accepted, caveats } = rollOut;
  const sections: readonly (readonly string[])[] = [
    [headOf(control.id), `# Roll-out: ${printable(control.title)}`],
    headLines(rollOut),
    ['## 1. What stops new cases', ...quoted(control.remediation.serviceWide), ...guardrails.flatMap(renderGroup)],
    [
      '## 2. Accounts that nobody can call clean',
      open.length > 0 ? list(open.map(renderItem)) : 'Every account was judged in full.',
    ],
    [
      '## 3. What was found, in batches',
      ...(batches.length > 0
        ? [
            HOW_TO_CLEAR.replaceAll('CONTROL', control.id),
            ...quoted(control.remediation.rollout),
            ...batches.flatMap(renderGroup),
          ]
        : ['Nothing was found in the accounts that were judged.']),
      ...(carried.length > 0
        ? ['### Found before, in accounts that were not judged in full since', list(carried)]
        : []),
    ],
    ['## 4. The next scan', list(next.map(renderItem))],
    ...(accepted.length > 0 ? [['## Accepted for now', list(accepted.map((one) => `- ${renderWords(one)}`))]] : []),
    ...(caveats.length > 0 ? [['## What is not known', list(caveats.map((one) => `- ${code(one)}`))]] : []),
  ];
  return printableLines(`${sections.flat().join('\n\n')}\n`);
}

const HOW_TO_CLEAR =
  'Tell each owner before. For keys that nobody has used `iamql remediate plan CONTROL` plans an account at a time, turns off and can undo; it prints commands for everything else.';

function headLines({
  control,
  parameters,
  isSample,
  counts,
  guardrails,
  open,
  batches,
  next,
}: RollOut): readonly string[] {
  const { passed, failed, notJudged, neverJudged, found, excepted } = counts;
  const items = [
    ...guardrails.flatMap((group) => group.items),
    ...open,
    ...batches.flatMap((group) => group.items),
    ...next,
  ];
  const unowned = items.filter(({ owner }) => owner === undefined).length;
  const values = Object.entries(parameters).map(([name, value]) => `, ${name} ${code(String(value))}`);
  return [
    ...(isSample ? ["**SAMPLE**: of the bundled example data, and nobody's account."] : []),
    `${code(control.id)}, severity ${control.severity}${values.join('')}`,
    list([
      `- accounts: ${passed} passed, ${failed} failed, ${notJudged} could not be judged, ${neverJudged} were never judged`,
      `- found: ${found}, and ${excepted} excepted`,
      `- items without an owner: ${unowned}`,
    ]),
    'A tick of a step stays when this file is rendered anew (`iamql guardrails plan --update`). What was found, and what nobody could judge, is open until a scan says otherwise.',
  ];
}

type Item = RollOut['open'][number];

const renderGroup = ({ title, items }: RollOut['batches'][number]): readonly string[] => [
  `### ${renderWords(title)}`,
  list(items.map(renderItem)),
];

const renderItem = ({ mark, words, owner, isDone }: Item): string =>
  `- [${isDone ? 'x' : ' '}] ${renderWords(words)} · ${owner === undefined ? '**no owner**' : `owner ${code(owner)}`} ${markOf(mark)}`;

const renderWords = (words: Words): string =>
  words.map((part) => (typeof part === 'string' ? part : code(part.name))).join('');

const list = (lines: readonly string[]): string => lines.join('\n');

const quoted = (text: string | undefined): readonly string[] =>
  text === undefined
    ? []
    : [
        text
          .trim()
          .split('\n')
          .map((line) => `> ${line}`.trimEnd())
          .join('\n'),
      ];

/** In a span of code nothing is Markdown, HTML or a mention. Its fence is longer than any in the text. */
function code(text: string): string {
  const shown = printable(text);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = shown === '' || /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}
