import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Recommendation } from '../src/controls/benchmark.ts';
import type { Control } from '../src/controls/control.ts';
import { loadLibrary } from '../src/controls/load-controls.ts';
import { placementsOf } from '../src/controls/placements.ts';
import { packageRoot } from '../src/package-root.ts';

/** docs/benchmarks.md: every control with its numbers in every benchmark, and what no control decides. */
export async function renderBenchmarks(): Promise<string> {
  const { controls, benchmarks } = await loadLibrary();
  return `# The library

<!-- made by \`npm run codegen\` from controls/ -->

\`iamql controls show ID\` prints a control in full, \`iamql check ID\` judges one, \`iamql check --benchmark cis-aws-5.0\` all
of a benchmark.

## Controls

\`i\` marks a rule that is informative: it is judged and printed, and decides nothing.

${table(['control', 'severity', 'holds when', 'rules'], controls.map(controlRow))}
## Their numbers in the CIS AWS Foundations Benchmark

Facts and figures are the benchmark's; every sentence is ours. Only its section about identities is here.

${table(['control', ...benchmarks.map(versionOf)], numberRows(controls, benchmarks))}
## Asked otherwise

Where a benchmark asks for other values than a control's own:

${table(['benchmark', 'number', 'control', 'asks'], benchmarks.flatMap(askedRows))}
## Decided by no control

${table(['benchmark', 'number', 'recommends that', 'why no control decides it'], benchmarks.flatMap(undecidedRows))}`;
}

type Row = readonly string[];

const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

const controlRow = ({ id, severity, title, rules }: Control): Row => [
  `\`${id}\``,
  severity,
  title,
  rules.map(({ name, informative }) => `\`${name}\`${informative ? ' i' : ''}`).join(', '),
];

const versionOf = ({ id }: Benchmark): string => id.replace(/^cis-aws-/, 'v');

/** Controls that no benchmark points at are left out. */
function numberRows(controls: readonly Control[], benchmarks: readonly Benchmark[]): readonly Row[] {
  return controls.flatMap((control) => {
    const placements = new Map(placementsOf(control, benchmarks).map(({ benchmark, numbers }) => [benchmark, numbers]));
    if (placements.size === 0) return [];
    return [[`\`${control.id}\``, ...benchmarks.map(({ id }) => placements.get(id)?.join(', ') ?? '')]];
  });
}

const recommendationsOf = ({ sections }: Benchmark): readonly Recommendation[] =>
  sections.flatMap(({ recommendations }) => recommendations);

const askedRows = (benchmark: Benchmark): readonly Row[] =>
  recommendationsOf(benchmark).flatMap((one) => {
    const asked = one.control === undefined ? [] : Object.entries(one.parameters);
    const values = asked.map(([name, value]) => `\`${name}: ${value}\``).join(', ');
    return asked.length > 0 ? [[versionOf(benchmark), one.number, `\`${one.control}\``, values]] : [];
  });

const undecidedRows = (benchmark: Benchmark): readonly Row[] =>
  recommendationsOf(benchmark).flatMap((one) =>
    one.control === undefined ? [[versionOf(benchmark), one.number, one.title, one.notAutomated]] : [],
  );

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(packageRoot, 'docs', 'benchmarks.md'), await renderBenchmarks());
}
