import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { saveMemory } from '../src/cli/save-memory.ts';
import { openOrMakeStore } from '../src/store/open-store.ts';
import { writeScan } from '../src/store/scans/write-scan.ts';
import { Accounts, rowsIn } from './store-accounts.ts';

export interface Filled {
  readonly rows: number;
  readonly seconds: number;
  /** Of the process that scanned, after the first ten accounts and at the end, in MB. */
  readonly peakAfterTen: number;
  readonly peak: number;
}

const megabytes = (): number => (process.resourceUsage().maxRSS * 1024) / 1e6;

/** Scans accounts one after the other, in a process of its own, whose memory is measured. */
export function fillStore(location: string, file: string, accounts: number): Promise<Filled> {
  const child = fork(fileURLToPath(import.meta.url), [location, file, String(accounts)], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Filled));
    child.once('exit', (code) => reject(new Error(`filling the store ended with ${code}`)));
  });
}

async function fill(location: string, file: string, count: number): Promise<Filled> {
  saveMemory();
  const database = await openOrMakeStore(location);
  const accounts = new Accounts(file);
  const start = performance.now();
  let rows = 0;
  let peakAfterTen = 0;
  for (let number = 0; number < count; number += 1) {
    const scanned = await accounts.read(number);
    await writeScan(database, scanned);
    rows += rowsIn(scanned);
    if (number < 10) peakAfterTen = megabytes();
  }
  await database.close();
  return { rows, seconds: (performance.now() - start) / 1000, peakAfterTen, peak: megabytes() };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const [location = '', file = '', count = ''] = process.argv.slice(2);
  process.send(await fill(location, file, Number(count)), () => process.disconnect());
}
