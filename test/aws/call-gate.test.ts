import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { CALLS_AT_ONCE, CallGate } from '../../src/aws/call-gate.ts';

/** How many of `count` calls run at once, each time that those before have ended. */
async function rounds(gate: CallGate, count: number): Promise<readonly number[]> {
  const running: (() => void)[] = [];
  const all = Array.from({ length: count }, () => gate.pass(() => new Promise<void>((end) => running.push(end))));
  const sizes: number[] = [];
  for (let left = count; left > 0; left -= sizes.at(-1) as number) {
    await turn();
    sizes.push(running.length);
    for (const end of running.splice(0)) end();
  }
  await Promise.all(all);
  return sizes;
}

/** As AWS does to requests that were sent one after the other. */
function throttle(gate: CallGate, times: number): void {
  for (let refused = 0; refused < times; refused++) gate.noteThrottling(performance.now() + 1);
}

describe('the calls of one account', () => {
  test('are no more at once than there may be', async () => {
    expect(await rounds(new CallGate(), 3 * CALLS_AT_ONCE)).toEqual(Array(3).fill(CALLS_AT_ONCE));
  });

  test('halve when AWS throttles, once for all that were under way', async () => {
    const gate = new CallGate();
    const sentAt = performance.now();
    for (let refused = 0; refused < CALLS_AT_ONCE; refused++) gate.noteThrottling(sentAt);
    expect((await rounds(gate, CALLS_AT_ONCE))[0]).toBe(CALLS_AT_ONCE / 2);
  });

  test('are never none', async () => {
    const gate = new CallGate();
    throttle(gate, 20);
    expect((await rounds(gate, 3))[0]).toBe(1);
  });

  test('grow back by one or so for each round, and to no more than before', async () => {
    const gate = new CallGate();
    throttle(gate, 3);
    const sizes = await rounds(gate, 100);
    expect(sizes.slice(0, 6)).toEqual([1, 2, 2, 3, 4, 5]);
    expect(Math.max(...sizes)).toBe(CALLS_AT_ONCE);
  });

  test('leave room when they fail', async () => {
    const gate = new CallGate();
    const failing = Array.from({ length: 20 }, () => gate.pass(() => Promise.reject(new Error('refused'))));
    expect((await Promise.allSettled(failing)).every(({ status }) => status === 'rejected')).toBe(true);
    expect((await rounds(gate, CALLS_AT_ONCE))[0]).toBe(CALLS_AT_ONCE);
  });
});
