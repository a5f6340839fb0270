import { ask } from '../../src/graphql/ask.ts';
import type { JudgedControl, JudgedFinding } from '../../src/inventory/findings.ts';
import type { Database } from '../../src/store/database/database.ts';
import { scansToJudge } from '../../src/store/findings/judged-scans.ts';
import { type JudgedScan, keepFindings } from '../../src/store/findings/keep-findings.ts';
import type { StoreInventory } from '../../src/store/store-inventory.ts';
import { StoreSource } from '../../src/store/store-source.ts';
import { scan } from './scanned-accounts.ts';

/** A finding on a user. */
export const on = (name: string, more: Partial<JudgedFinding> = {}): JudgedFinding => ({
  ...{ type: 'IAMUser', identifier: `arn:aws:iam::111122223333:user/${name}`, name, key: null, exception: null },
  ...more,
});

/** What a control finds, how severe it is, and why that may not be all. */
export type Said = readonly [findings: readonly JudgedFinding[], severity?: string, problem?: string];

/** One more scan of an account, and what controls say of it. */
export async function judge(
  database: Database,
  said: Readonly<Record<string, Said>>,
  parameters: JudgedControl['parameters'] = {},
): Promise<JudgedScan> {
  const { id } = await scan(database, { IAMUser: [{ userName: 'ana' }] });
  const at = (await scansToJudge(database)).find((one) => one.id === id) as JudgedScan;
  const judged = Object.entries(said).map(([control, [findings, severity = 'HIGH', problem]]): JudgedControl => {
    const errors = problem === undefined ? [] : [{ code: 'AccessDenied', message: problem }];
    return { control, severity, parameters, verdict: 'FAIL', total: 1, findings, errors };
  });
  await keepFindings(database, at, judged);
  return at;
}

export async function inStore<T>(database: Database, work: (inventory: StoreInventory) => Promise<T>): Promise<T> {
  const source = new StoreSource(database, { connectors: undefined, tags: {}, asOf: undefined });
  try {
    return await work(source.inventory());
  } finally {
    await source.close();
  }
}

/** An object of an answer. */
export type Shown = Readonly<Record<string, unknown>>;

/** What a text is answered; the lists of its one root field, without what could not be told. */
export async function asked(database: Database, text: string) {
  const { result } = await inStore(database, (inventory) => ask(inventory, { text }));
  const data: Shown | null = JSON.parse(JSON.stringify(result.data ?? null));
  const [value] = Object.values(data ?? {});
  const items = (Array.isArray(value) ? value : [value]).filter((one): one is Shown => one !== null);
  return { data, items, errors: (result.errors ?? []).map(({ message }) => message) };
}
