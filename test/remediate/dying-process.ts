import { readFileSync } from 'node:fs';
import type { Journal, Written } from '../../src/remediate/journal.ts';
import { readPlan } from '../../src/remediate/read-plan.ts';
import { applyLive } from './remediated-account.ts';

/** Applies a plan, and is killed right before or right after it writes the line of that number. */
const [planFile = '', journalFile = '', when = '', at = ''] = process.argv.slice(2);

let lines = 0;
function dying(journal: Journal): Journal {
  const append = journal.append.bind(journal);
  journal.append = (written: Written): void => {
    lines += 1;
    if (when === 'before' && lines === Number(at)) process.kill(process.pid, 'SIGKILL');
    append(written);
    if (when === 'after' && lines === Number(at)) process.kill(process.pid, 'SIGKILL');
  };
  return journal;
}

await applyLive(readPlan(readFileSync(planFile, 'utf8'), planFile), { journal: journalFile, around: dying });
process.stdout.write(`ended after ${lines} lines\n`);
