import type { Asset } from '../../src/iam/assets.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import type { SqlSession } from '../../src/store/database/database.ts';
import { copyValue, createTable, quoted, type Table, tablesOf } from '../../src/store/tables.ts';
import { types } from '../where/server-schema.ts';

const tables = tablesOf(types);

/** The tables of the servers' schema. */
export const serverTables = (): string => tables.map(createTable).join(';\n');

/** Keeps servers and all that they are related to. */
export async function keepServers(session: SqlSession, servers: readonly Asset[]): Promise<void> {
  await session.run(`TRUNCATE ${tables.map(({ name }) => quoted(name)).join(', ')}`);
  const keeping = new Keeping();
  for (const server of servers) keeping.keep(server);
  for (const table of tables) await session.copy(quoted(table.name), keeping.linesOf(table));
}

/** The same assets, each under an identifier of its own, as assets that were scanned are. */
export function identified(assets: readonly Asset[]): readonly Asset[] {
  let count = 0;
  const identify = (asset: Asset): Asset => {
    count += 1;
    const fields = Object.entries(asset).map(([name, value]) => [name, isRelated(value) ? identifyAll(value) : value]);
    return { ...Object.fromEntries(fields), identifier: `${count} a` };
  };
  const identifyAll = (value: Asset | readonly Asset[]) =>
    Array.isArray(value) ? value.map((item) => identify(item)) : identify(value as Asset);
  return assets.map(identify);
}

const isRelated = (value: unknown): value is Asset | readonly Asset[] => {
  const [first] = [value].flat();
  return typeof first === 'object' && first !== null;
};

class Keeping {
  private readonly lines = new Map<string, string[]>();

  keep(asset: Asset): string {
    const table = tables.find(({ type }) => type === asset.__typename) as Table;
    const unread = table.fields.flatMap(([name]) => (asset[name] === UNREAD ? [name] : []));
    const values = table.fields.map(([name, { relation }]) => {
      const value = asset[name];
      if (value === UNREAD) return null;
      return relation && value !== null ? this.related(value as Asset | readonly Asset[]) : value;
    });
    const line = ['here', 1, null, unread.length > 0 ? unread : null, '', ...values].map(copyValue).join('\t');
    this.linesOf(table).push(`${line}\n`);
    return asset['identifier'] as string;
  }

  linesOf({ name }: Table): string[] {
    const lines = this.lines.get(name) ?? [];
    this.lines.set(name, lines);
    return lines;
  }

  private related(value: Asset | readonly Asset[]): string | readonly string[] {
    return Array.isArray(value) ? value.map((item: Asset) => this.keep(item)) : this.keep(value as Asset);
  }
}
