import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Journal } from '../../src/remediate/journal.ts';
import { changesOf, environmentOf, key, remediatedAccount, statuses, user } from './remediated-account.ts';

const DYING = fileURLToPath(new URL('./dying-process.ts', import.meta.url));
const account = remediatedAccount();
const users = ['A', 'B'].map((id) => user(id.toLowerCase(), [key(id)]));
/** An intent and an outcome for each key. */
const LINES = 2 * users.length;

async function applyAndDie(plan: string, journal: string, when: string, at: number): Promise<string | null> {
  const child = spawn(process.execPath, [DYING, plan, journal, when, String(at)], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], ...environmentOf(account.endpoint.url) },
  });
  const [, signal] = await once(child, 'close');
  return signal;
}

test('kill -9 between every two steps, then again: each key is turned off once, and the journal agrees', async () => {
  for (let at = 1; at <= LINES; at += 1) {
    for (const when of ['before', 'after']) {
      const endpoint = account.start({ users });
      const plan = await account.plan();
      const journal = account.newJournal();
      const file = `${journal}.plan`;
      writeFileSync(file, JSON.stringify(plan));
      expect(await applyAndDie(file, journal, when, at), `${when} line ${at}`).toBe('SIGKILL');
      expect(Journal.read(journal)).toHaveLength(when === 'before' ? at - 1 : at);
      const applied = await account.apply(plan, { journal, batches: 'all' });
      expect(applied).toMatchObject({ stopped: undefined, left: 0 });
      // Once each: what was sent and not written down as done is found, and not sent again.
      expect(changesOf(endpoint), `${when} line ${at}`).toEqual(['AKIAEXAMPLEA Inactive', 'AKIAEXAMPLEB Inactive']);
      expect(statuses(endpoint)).toEqual({ AKIAEXAMPLEA: 'Inactive', AKIAEXAMPLEB: 'Inactive' });
      const done = Journal.read(journal).filter(({ kind }) => kind === 'done');
      expect(done.map(({ accessKeyId }) => accessKeyId)).toEqual(['AKIAEXAMPLEA', 'AKIAEXAMPLEB']);
      // The outcome of the first or the second key was never written: AWS was asked.
      const isUnwritten = when === 'before' && at % 2 === 0;
      expect(done.map(({ found }) => found)).toEqual([isUnwritten && at === 2, isUnwritten && at === 4]);
    }
  }
}, 180_000);
