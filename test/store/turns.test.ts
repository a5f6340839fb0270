import { expect, test } from 'vitest';
import { Turns } from '../../src/store/database/turns.ts';

test('who writes waits for those who look, and who comes later for both, in their order', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const [first, second] = [await turns.look(), await turns.look()];
  const write = turns.write(async () => void seen.push('written'));
  const later = turns.look().then((end) => {
    seen.push('looked');
    end();
  });
  first();
  first();
  await Promise.resolve();
  expect(seen).toEqual([]);
  second();
  await Promise.all([write, later]);
  expect(seen).toEqual(['written', 'looked']);
  await expect(turns.write(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  (await turns.look())();
});
