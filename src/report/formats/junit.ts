import { placeOf, rollUp } from '../../controls/by-account.ts';
import type { RuleRun } from '../../controls/run-control.ts';
import { splitByAccount, wordsOfRollUp } from '../by-account.ts';
import {
  countOf,
  decidingRules,
  type Found,
  listFound,
  nameOf,
  runId,
  wordsOfAccount,
  wordsOfException,
  wordsOfFinding,
  wordsOfParameters,
} from '../found.ts';
import { type Item, listSections, renderScore, type Score, type Section, scoreOf } from '../listing.ts';
import { printable } from '../printable.ts';
import type { Run } from '../run.ts';
import { quoted, renderCase, type TestCase } from './junit-case.ts';

/**
 * A run as JUnit XML: a suite for each section, a test case for each rule that decides. An exception is a case that was
 * skipped, and what could not be judged one with an error, so that neither hides behind a case that passed. Over several
 * accounts each has suites of its own besides, of what was judged.
 *
 * It is what both published schemas take, of Jenkins and of Ant, which explains what is empty in it, what is no attribute
 * (the name of it all, the message of `skipped`) and in which order things come.
 */
export function renderJUnit(run: Run): string {
  const ofAccounts = run.accounts ? splitByAccount(run) : [];
  const suites = [...suitesOf(run), ...ofAccounts.flatMap(suitesOf)].map((suite, index) => renderSuite(suite, index));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

interface Suite {
  readonly run: Run;
  readonly section: Section;
  readonly score: Score;
}

/** Of one account among several there is nothing to say of what was judged of none. */
function suitesOf(run: Run): readonly Suite[] {
  const sections = listSections(run);
  const score = scoreOf(sections);
  const shown = run.account
    ? sections.map((section) => ({ ...section, items: section.items.filter((item) => item.run) }))
    : sections;
  return shown.filter(({ items }) => !run.account || items.length > 0).map((section) => ({ run, section, score }));
}

function renderSuite({ run, section: { number, title, items }, score }: Suite, index: number): string {
  const cases = items.flatMap((item) => casesOf(run, item));
  const count = (kind: string): number => cases.filter(({ outcome }) => outcome?.kind === kind).length;
  const whole = [number, title].filter((part) => part !== '').join(' ');
  const name = run.account ? `${placeOf(run.account)}: ${whole}` : whole;
  const benchmark = run.benchmark?.benchmark;
  const inside = [benchmark?.id ?? 'iamql', ...(run.account ? [run.account.id] : [])].join('/');
  const place = `id="${index}" package=${quoted(inside)} hostname="localhost"`;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const timestamp = run.judgedAt.toISOString().slice(0, 19);
  const properties = [
    ...(benchmark ? [['benchmark', benchmark.title] as const] : []),
    ['score', renderScore(score)] as const,
    ['account', wordsOfAccount(run)] as const,
  ];
  return [
    `  <testsuite name=${quoted(name)} ${place} ${counts} time="0" timestamp="${timestamp}">\n`,
    '    <properties>\n',
    ...properties.map(([key, value]) => `      <property name="${key}" value=${quoted(value)}/>\n`),
    '    </properties>\n',
    ...cases.map(renderCase),
    '    <system-out/>\n    <system-err/>\n  </testsuite>\n',
  ].join('');
}

function casesOf(whole: Run, { number, title, status, run, reason = '' }: Item): readonly TestCase[] {
  const name = [number, title].filter((part) => part !== '').join(' ');
  if (!run) {
    const word = status === 'NOT_AUTOMATED' ? 'not automated' : 'not judged';
    return [{ classname: number, name, outcome: { kind: 'skipped', message: `${word}: ${reason}` } }];
  }
  const rules = decidingRules(run);
  const asked = wordsOfParameters(run);
  return rules.flatMap((rule) => {
    const ofRule = rules.length > 1 ? `: ${rule.rule.title}` : '';
    const full = `${name}${ofRule}${asked.length > 0 ? ` (${asked.join(', ')})` : ''}`;
    const found = listFound(run).filter((one) => one.rule === rule);
    const accounts = whole.accounts ? `; ${wordsOfRollUp(rollUp(run, whole.accounts))}` : '';
    return casesOfRule(whole, rule, found, `${countOf(rule, run)}${accounts}`).map((one) => ({
      classname: runId(run),
      name: `${full}${one.name}`,
      ...(one.outcome ? { outcome: one.outcome } : {}),
    }));
  });
}

/** A rule that failed and was not judged in full is two cases, because readers differ on a case with two outcomes. */
function casesOfRule(
  run: Run,
  { verdict, errors }: RuleRun,
  found: readonly Found[],
  count: string,
): readonly Omit<TestCase, 'classname'>[] {
  const reasons = [...new Set(errors.map(({ message }) => message))];
  const text = reasons.map(printable).join('\n');
  const counted = found.filter(({ exception }) => !exception).map((one) => renderFound(run, one));
  const failure = { kind: 'failure', message: `FAIL: ${count}`, text: counted.join('\n') } as const;
  return [
    ...(verdict === 'PASS' ? [{ name: '' }] : []),
    ...(verdict === 'FAIL' ? [{ name: '', outcome: failure }] : []),
    ...(verdict === 'ERROR'
      ? [
          {
            name: '',
            outcome: { kind: 'error', message: `ERROR: could not be judged: ${reasons[0] ?? ''}`, text } as const,
          },
        ]
      : []),
    ...(verdict === 'FAIL' && reasons.length > 0
      ? [
          {
            name: ' (the rest of it)',
            outcome: { kind: 'error', message: `could not be judged in full: ${reasons[0]}`, text } as const,
          },
        ]
      : []),
    ...found.flatMap(({ finding, exception }) =>
      exception
        ? [
            {
              name: `, ${nameOf(run, finding)}`,
              outcome: { kind: 'skipped', message: wordsOfException(exception) } as const,
            },
          ]
        : [],
    ),
  ];
}

const renderFound = (run: Run, { finding }: Found): string =>
  [printable(nameOf(run, finding)), ...wordsOfFinding(finding).map((words) => `  ${printable(words)}`)].join('\n');
