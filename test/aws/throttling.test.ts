import { expect, test, vi } from 'vitest';
import { listMfaDevices } from '../../src/aws/mfa-devices.ts';
import { manyUsers } from '../support/aws-endpoint.ts';
import { type OpenAccount, openAccount } from './open-account.ts';

const users = manyUsers(300, 0);
/** Long enough for calls to meet at the endpoint. */
const scenario = { users, latencyMs: 10 };

const readAll = ({ account, tag }: OpenAccount, from: number, count: number) =>
  Promise.all(users.slice(from, from + count).map(({ name }) => listMfaDevices(account, name, tag)));

test('after AWS has throttled, fewer calls are under way at once, and none is lost', async () => {
  const open = await openAccount(scenario);
  const { endpoint, log } = open;
  await readAll(open, 0, 60);
  const before = endpoint.peakInFlight;
  endpoint.setScenario({ ...scenario, faults: [{ action: '*', error: { code: 'Throttling' }, times: 6 }] });
  await readAll(open, 60, 8);
  endpoint.setScenario(scenario);
  endpoint.forgetCalls();
  await readAll(open, 68, 12);
  expect(endpoint.peakInFlight).toBeLessThan(before);
  expect(log.calls).toHaveLength(60 + 8 + 12);
  expect(log.calls.every(({ failed }) => !failed)).toBe(true);
  // What was throttled was asked again, and is counted.
  const attempts = log.calls.reduce((sum, call) => sum + call.attempts, 0);
  expect(attempts).toBe(log.calls.length + 6);
});

test('an account that allows few calls a second is read to its end', async () => {
  const open = await openAccount({ ...scenario, callsPerSecond: 20 });
  await readAll(open, 0, 60);
  expect(open.log.calls).toHaveLength(60);
  expect(open.log.calls.some(({ attempts }) => attempts > 1)).toBe(true);
});

test('a role is assumed by a call that has the only turn there is', async () => {
  const roleArn = 'arn:aws:iam::111122223333:role/Audit';
  const open = await openAccount({ users, roles: [{ arn: roleArn }] }, { roleArn });
  vi.stubEnv('AWS_MAX_ATTEMPTS', '6');
  await readAll(open, 0, 40);
  expect(open.endpoint.count('ListMFADevices')).toBe(40);
});
