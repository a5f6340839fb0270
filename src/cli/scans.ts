import type { Command } from 'commander';
import { renderColumns } from '../report/columns.ts';
import { renderDuration } from '../report/duration.ts';
import { printable } from '../report/printable.ts';
import type { ListedScan } from '../store/scans/scan-list.ts';
import { addSelectionOptions, type ConnectorOptions } from './connector-options.ts';
import { writeResult } from './output.ts';
import { addStoreOption, formatOption } from './store-options.ts';

interface ScansOptions extends Omit<ConnectorOptions, 'connectors'> {
  readonly store: string;
  readonly format: 'text' | 'json';
}

export function addScansCommand(program: Command): void {
  const command = program
    .command('scans')
    .summary('list the scans of a store')
    .description('Lists the scans of a store, the newest first, and what each of them could not read.')
    .addOption(formatOption());
  addSelectionOptions(addStoreOption(command)).action(scans);
}

async function scans({ store, connector: connectors, ou: units, tag: tags = {}, format }: ScansOptions): Promise<void> {
  const [{ openStore }, { listScans }] = await Promise.all([
    import('../store/open-store.ts'),
    import('../store/scans/scan-list.ts'),
  ]);
  const database = await openStore(store);
  try {
    const listed = await listScans(database, { connectors, units, tags });
    writeResult(format === 'json' ? renderJson(listed) : renderText(listed), undefined);
  } finally {
    await database.close();
  }
}

/** In a scan that is `partial`, something was refused or failed; what its source does not hold is not that. */
const stateOf = ({ failure, unread }: ListedScan): 'failed' | 'partial' | 'whole' =>
  failure ? 'failed' : unread.some(({ code }) => code !== 'NotCollected') ? 'partial' : 'whole';

function renderText(listed: readonly ListedScan[]): string {
  const rows = listed.map((scan) => [
    scan.number,
    scan.account,
    printable(scan.name),
    `${scan.startedAt.toISOString().slice(0, 19)}Z`,
    renderDuration((scan.endedAt.getTime() - scan.startedAt.getTime()) / 1000),
    stateOf(scan),
    scan.failure ? scan.failure.message : [...new Set(scan.unread.map(({ type }) => type))].sort().join(', '),
  ]);
  return renderColumns([['SCAN', 'ACCOUNT', 'NAME', 'STARTED', 'TOOK', 'STATE', 'NOT READ'], ...rows]);
}

const renderJson = (listed: readonly ListedScan[]): string =>
  `${JSON.stringify(
    listed.map(({ failure, unread, ...scan }) => ({
      ...scan,
      state: stateOf({ failure, unread, ...scan }),
      unread,
      ...(failure ? { failure } : {}),
    })),
    null,
    2,
  )}\n`;
