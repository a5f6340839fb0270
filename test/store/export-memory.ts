import { exportAssets } from '../../src/inventory/snapshot/export-assets.ts';
import { StoreSource } from '../../src/store/store-source.ts';

/*
 * A process of its own, so that what it takes at most is what exporting takes: all users of the accounts that match.
 * Arguments: the store, a connector.
 */
const [store = '', connector = ''] = process.argv.slice(2);
const source = new StoreSource(store, { connectors: [connector], tags: {}, asOf: undefined });
const problems: unknown[] = [];
let lines = 0;
for await (const line of exportAssets(source.inventory(), 'IAMUser', (error) => problems.push(error)))
  lines += Number(line.length > 0);
await source.close();
process.stdout.write(JSON.stringify({ lines, problems: problems.length, maxRssKb: process.resourceUsage().maxRSS }));
