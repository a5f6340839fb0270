import type { Benchmark } from '../controls/benchmark.ts';
import { countOf, decidingRules } from './found.ts';
import { type Item, renderScore, type Section, scoreOf, statusWords } from './listing.ts';

/** A benchmark, a row for each recommendation, those that nothing decides apart, and the score. */
export function renderTable({ id, title }: Benchmark, sections: readonly Section[]): string {
  const width = Math.max(...sections.flatMap(({ items }) => items.map(({ number }) => number.length)), 1);
  const automated = ({ status }: Item): boolean => status !== 'NOT_AUTOMATED';
  const apart = sections.flatMap(({ items }) => items.filter((item) => !automated(item)));
  return [
    `${title} (${id})`,
    ...sections.flatMap((section) => [
      '',
      [section.number, section.title].filter((part) => part !== '').join(' '),
      ...section.items.filter(automated).map((item) => renderRow(item, width)),
    ]),
    ...(apart.length > 0 ? ['', 'Not automated, so that somebody has to look:'] : []),
    ...apart.map(({ number, title: what, reason }) => `  ${number.padEnd(width)}  ${what}: ${reason}`),
    '',
    `Score: ${renderScore(scoreOf(sections))}`,
  ].join('\n');
}

function renderRow({ number, status, title, run, reason }: Item, width: number): string {
  const head = `  ${number.padEnd(width)}  ${statusWords[status].padEnd(5)}  ${title}`;
  if (!run) return `${head}: ${reason}`;
  const counts = decidingRules(run).map((rule) => {
    const excepted = rule.excepted.length > 0 ? `, and ${rule.excepted.length} excepted` : '';
    return `${countOf(rule, run)}${excepted}`;
  });
  return `${head}  (${[...new Set(counts)].join('; ')})`;
}
