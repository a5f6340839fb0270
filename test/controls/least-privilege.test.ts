import { expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { denied, scriptedAccount } from '../inventory/live-account.ts';
import { clean, everyAction, questions } from '../support/asked-account.ts';
import { runCli } from '../support/run-cli.ts';

const account = scriptedAccount();

test.each(Object.entries(questions))('%s: what `permissions` prints is enough', async (_action, question) => {
  const { stdout } = await runCli(['permissions', question.text, ...(question.freshness?.verify ? ['--verify'] : [])]);
  const allowed = actionsOf(stdout);
  const faults = [...everyAction].filter((action) => !allowed.has(action)).map((action) => denied(action));
  const inventory = account.open({ ...(question.scenario ?? clean), faults }, question.freshness);
  const { verdict, errors } = await judge(inventory, question, parseExpectation('eq []'));
  expect([verdict, errors]).toEqual(['PASS', []]);
  expect(Object.keys(account.counts()).filter((action) => !allowed.has(action))).toEqual([]);
});

/** Anybody may ask who they are, whatever the policy. */
function actionsOf(policy: string): ReadonlySet<string> {
  const [statement] = JSON.parse(policy).Statement;
  return new Set([...statement.Action.map((action: string) => action.split(':')[1]), 'GetCallerIdentity']);
}
