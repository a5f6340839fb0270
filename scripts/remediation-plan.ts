import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../src/package-root.ts';
import { batchShape, byHandShape, leftOutShape, planShape, stepShape } from '../src/remediate/plan-shape.ts';

/** The schema of a plan, for whoever reads one by program. */
export const planSchema = (): string =>
  `${JSON.stringify({ title: 'A plan of `iamql remediate plan`', ...z.toJSONSchema(planShape) }, null, 2)}\n`;

/** The tables of docs/remediation.md, by what stands before their first column. */
const tables = {
  'key of a plan': planShape,
  'key of a batch': batchShape,
  'key of a step': stepShape,
  'key of what is left out': leftOutShape,
  'key of what is done by hand': byHandShape,
};

/** The page with its tables as the shapes have them. */
export const withPlanTables = (page: string): string =>
  Object.entries(tables).reduce((text, [head, { shape }]) => {
    const [before, table] = text.split(`\n| ${head} |`);
    if (before === undefined || table === undefined) throw new Error(`docs/remediation.md has no table "${head}"`);
    const rows = Object.entries(shape).map(([key, one]) => `| \`${key}\` | ${(one as z.ZodType).description ?? ''} |`);
    return `${before}\n${[`| ${head} | holds |`, '|---|---|', ...rows].join('\n')}${table.slice(table.indexOf('\n\n'))}`;
  }, page);

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(packageRoot, 'docs', 'remediation-plan.schema.json'), planSchema());
  const page = join(packageRoot, 'docs', 'remediation.md');
  writeFileSync(page, withPlanTables(readFileSync(page, 'utf8')));
}
