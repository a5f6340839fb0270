import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEnumType } from 'graphql';
import { loadSchema } from '../src/graphql/schema.ts';
import type { FactGroup } from '../src/iam/assets.generated.ts';
import { catalogue, factGroups } from '../src/iam/catalogue.generated.ts';
import { packageRoot } from '../src/package-root.ts';

const START = '<!-- made by `npm run codegen` from the fact groups in schema/directives.graphql -->';

/** The table of docs/permissions.md: each action, what it gives, and what it costs. */
export function renderActions(): string {
  const groups = loadSchema().getType('FactGroup');
  const costs = new Map(
    isEnumType(groups) ? groups.getValues().map(({ name, description }) => [name, description ?? '']) : [],
  );
  const rows = Object.entries(factGroups).flatMap(([group, { actions }]) =>
    actions.map((action) => `| \`${action}\` | ${givenBy(group as FactGroup)} | ${costs.get(group)} |`),
  );
  return ['| action | gives | calls |', '|---|---|---|', ...rows.sort(), ''].join('\n');
}

/** Types as a whole, and the fields of others. */
function givenBy(group: FactGroup): string {
  const given = Object.entries(catalogue).flatMap(([type, { group: own, also = [], fields }]) => {
    if (own === group) return [`\`${type}\``];
    const names = Object.keys(fields).filter((name) => fields[name]?.fact === group);
    const inPart = Object.keys(fields).filter((name) => fields[name]?.sparing === group);
    const isLive = Object.values(fields).some(({ live = [] }) => live.includes(group));
    return [
      ...(also.includes(group) ? [`some \`${type}\``] : []),
      ...names.map((name) => `\`${type}.${name}\``),
      ...inPart.map((name) => `some of \`${type}.${name}\``),
      ...(isLive ? [`\`${type}\` of users whom the report cannot tell of`] : []),
    ];
  });
  return given.join(', ');
}

/** The page with the table in its place. */
export function withActions(page: string): string {
  const [before = '', rest = ''] = page.split(`${START}\n`);
  return `${before}${START}\n\n${renderActions()}${rest.slice(rest.indexOf('\n\n', 2) + 1)}`;
}

if (process.argv[1] === import.meta.filename) {
  const file = join(packageRoot, 'docs', 'permissions.md');
  writeFileSync(file, withActions(readFileSync(file, 'utf8')));
}
