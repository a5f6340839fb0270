import { describe, expect, test, vi } from 'vitest';
import { readCredentialReport } from '../../src/aws/credential-report.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { type OpenAccount, openAccount } from './open-account.ts';

const HOUR_MS = 3_600_000;
const ALICE = { name: 'alice', createDate: '2024-03-01T10:20:30Z' };

const hoursAgo = (hours: number): string => `${new Date(Date.now() - hours * HOUR_MS).toISOString().slice(0, 19)}Z`;

function read({ account, log, controller }: OpenAccount, request: { maxAgeMs?: number; waitMs?: number } = {}) {
  return readCredentialReport(account, { waitMs: 20_000, signal: controller.signal, log, ...request });
}

/** The calls in order, `Get` and `Generate` for short. */
const callsOf = ({ endpoint }: OpenAccount): string =>
  endpoint.calls.map(({ action }) => action.replace('CredentialReport', '')).join(' ');

describe('the calls it takes', () => {
  const rows: readonly [name: string, report: Scenario['report'], maxAgeHours: number | undefined, calls: string][] = [
    ['there is one', {}, undefined, 'Get'],
    ['there is one, young enough', { generatedTime: hoursAgo(1) }, 2, 'Get'],
    ['there is none', { state: 'absent' }, undefined, 'Get Generate Get Get'],
    ['there is none, and AWS is quick', { state: 'absent', pollsUntilReady: 0 }, undefined, 'Get Generate Get'],
    ['there is none, and AWS is slow', { state: 'absent', pollsUntilReady: 3 }, 4, 'Get Generate Get Get Get Get'],
    ['it expired', { state: 'expired' }, undefined, 'Get Generate Get Get'],
    // Someone else's Generate is as good as ours.
    ['someone else just asked for one', { state: 'in-progress', pollsUntilReady: 2 }, undefined, 'Get Get Get'],
    [
      'it is too old, and AWS builds a new one',
      { generatedTime: hoursAgo(30), generatedAfterGenerate: hoursAgo(0) },
      2,
      'Get Generate Get Get',
    ],
  ];

  test.each(rows)('%s', async (_, report, maxAgeHours, calls) => {
    const open = await openAccount({ users: [ALICE], ...(report ? { report } : {}) });
    const answer = await read(open, maxAgeHours === undefined ? {} : { maxAgeMs: maxAgeHours * HOUR_MS });
    expect(answer.csv).toContain('\nalice,arn:aws:iam::111122223333:user/alice,2024-03-01T10:20:30+00:00,');
    expect(callsOf(open)).toBe(calls);
    expect(open.log.calls.map((call) => call.attempts)).toEqual(calls.split(' ').map(() => 1));
  });

  test('an old report that AWS goes on handing out while it builds is not taken for the new one', async () => {
    const old = { generatedTime: hoursAgo(30) };
    const open = await openAccount({ report: { ...old, generatedAfterGenerate: hoursAgo(0), pollsUntilReady: 1e9 } });
    const reading = read(open, { maxAgeMs: 2 * HOUR_MS });
    await vi.waitUntil(() => open.endpoint.count('GenerateCredentialReport') === 1);
    open.endpoint.setScenario({ report: old });
    await vi.waitUntil(() => open.endpoint.count('GetCredentialReport') === 4, 10_000);
    const generatedTime = hoursAgo(1);
    open.endpoint.setScenario({ report: { generatedTime } });
    expect((await reading).generatedAt).toBe(generatedTime.replace('Z', '+00:00'));
  });

  test('when the report that someone else asked for comes to nothing, it asks itself', async () => {
    const inProgress = { action: 'GetCredentialReport', times: 1, error: { code: 'ReportInProgress' } };
    const open = await openAccount({ report: { state: 'absent', pollsUntilReady: 0 }, faults: [inProgress] });
    await read(open);
    expect(callsOf(open)).toBe('Get Get Generate Get');
  });
});

describe('no report in the end', () => {
  test('never ready is NotReady, within the time to wait', async () => {
    const open = await openAccount({ report: { state: 'never-ready' } });
    await expect(read(open, { waitMs: 1_000 })).rejects.toMatchObject({
      kind: 'NotReady',
      message: 'AWS had not finished the credential report after 1 s; try again, or wait longer with --wait',
    });
    expect(callsOf(open)).toMatch(/^Get Generate( Get){4,5}$/);
  });

  test('an old report whose successor is never ready is NotReady too', async () => {
    const report = { generatedTime: hoursAgo(30), generatedAfterGenerate: hoursAgo(0), pollsUntilReady: 1e9 };
    await expect(read(await openAccount({ report }), { maxAgeMs: HOUR_MS, waitMs: 300 })).rejects.toMatchObject({
      kind: 'NotReady',
    });
  });

  test('AWS keeps to the old one: TooOld says from when it builds another, after one look', async () => {
    const [generatedTime, nextTime] = [hoursAgo(3), hoursAgo(-1)];
    const open = await openAccount({ report: { generatedTime } });
    await expect(read(open, { maxAgeMs: HOUR_MS })).rejects.toMatchObject({
      kind: 'TooOld',
      message: `the credential report of ${generatedTime} is older than --max-age (60 min); AWS builds a new one at most every 4 hours, so not before ${nextTime}`,
    });
    expect(callsOf(open)).toBe('Get Generate Get');
  });
});
