import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Journal } from '../../src/remediate/journal.ts';
import type { Plan } from '../../src/remediate/plan-shape.ts';
import type { AwsCall, AwsEndpoint, ScenarioUser } from '../support/aws-endpoint.ts';
import { DAY_MS, key, remediatedAccount, USED, user } from './remediated-account.ts';

const account = remediatedAccount();
const RUNS = Number(process.env['IAMQL_FAULT_ROUNDS'] ?? 12);
const HOLD_DAYS = 14;

const users: readonly ScenarioUser[] = [
  user('ana', [key('A', { slot: 1 }), key('B', { slot: 2, createDate: '2024-05-05T00:00:00Z' })]),
  user('bob', [key('C')]),
  user('cid', [key('D', { status: 'Inactive' })]),
];
const keyIds = users.flatMap(({ accessKeys = [] }) => accessKeys.map(({ id }) => id));
const userNames = users.map(({ name }) => name);

/** What somebody else does to the account, when so many requests of the run have come in. */
const happening = fc.record({
  at: fc.nat(24),
  what: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('use', 'use', 'turnOff', 'turnOn', 'remove'),
        id: fc.constantFrom(...keyIds),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('makeAnew'), id: fc.constantFrom(...userNames) }) },
  ),
});

/** What an operator does: each has a journal of their own, and may be cut off when so many lines are written. */
const operation = fc.record({
  operator: fc.constantFrom(0, 0, 0, 1),
  kind: fc.constantFrom('apply', 'delete', 'delete', 'undo'),
  afterDays: fc.constantFrom(0, 1, HOLD_DAYS, HOLD_DAYS + 1),
  diesAtLine: fc.option(fc.nat(6), { freq: 3 }),
  happenings: fc.array(happening, { maxLength: 2 }),
});
const beginning = fc.record({
  operator: fc.constant(0),
  kind: fc.constant('apply'),
  afterDays: fc.constant(0),
  diesAtLine: fc.option(fc.nat(6), { freq: 2 }),
  happenings: fc.array(happening, { maxLength: 3 }),
});
const operations = fc
  .tuple(beginning, fc.array(operation, { minLength: 1, maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest]);

const calm = { operator: 0 as const, diesAtLine: null, happenings: [] };
/** Nothing happens in between: three keys are turned off, and deleted later. */
const quiet = [
  { ...calm, kind: 'apply' as const, afterDays: 0 },
  { ...calm, kind: 'delete' as const, afterDays: HOLD_DAYS },
];
const cutOff = [
  { ...calm, kind: 'apply' as const, afterDays: 0, diesAtLine: 3 },
  { ...calm, kind: 'delete' as const, afterDays: HOLD_DAYS },
];

class Died extends Error {}

/** A journal that ends the run before or after it writes a line, as a crash does. */
function dying(line: number | null): (journal: Journal) => Journal {
  return (journal) => {
    const append = journal.append.bind(journal);
    let written = 0;
    journal.append = (entry) => {
      written += 1;
      if (line !== null && written > line && line % 2 === 0) throw new Died();
      append(entry);
      if (line !== null && written > line) throw new Died();
    };
    return journal;
  };
}

/** What AWS has said, and what it was asked to change: whoever sees all requests can tell whether one should not have been sent. */
class Witness {
  readonly wrong: string[] = [];
  nowMs = Date.now();
  plan: Plan | undefined;
  private readonly saidUnused = new Map<string, boolean>();
  private readonly saidUserId = new Map<string, string>();
  private readonly turnedOffAt = new Map<string, number>();

  see({ action, params }: AwsCall, endpoint: AwsEndpoint): void {
    const { AccessKeyId: id = '', UserName: name = '', Status: status } = params;
    const owned = endpoint.account.accessKey(id);
    if (action === 'GetAccessKeyLastUsed') this.saidUnused.set(id, owned?.key.lastUsed === undefined);
    if (action === 'GetUser') this.saidUserId.set(name, userIdOf(endpoint, name));
    if (action === 'UpdateAccessKey' && status === 'Inactive') {
      this.check(id, name, 'deactivate');
      if (owned) this.turnedOffAt.set(id, this.nowMs);
    }
    if (action !== 'DeleteAccessKey') return;
    this.check(id, name, 'delete');
    const since = this.turnedOffAt.get(id);
    if (since === undefined) this.wrong.push(`${id} was deleted, which this tool has not turned off`);
    else if (this.nowMs - since < HOLD_DAYS * DAY_MS) this.wrong.push(`${id} was deleted too early`);
  }

  private check(id: string, name: string, action: string): void {
    if (this.saidUnused.get(id) !== true) this.wrong.push(`${action} of ${id}, which AWS had said was used`);
    const step = this.plan?.batches.flatMap(({ steps }) => steps).find(({ accessKeyId }) => accessKeyId === id);
    if (!step || step.action !== action) this.wrong.push(`${action} of ${id}, which was not planned`);
    if (step?.userId !== this.saidUserId.get(name)) this.wrong.push(`${action} of ${id}, of another user`);
    // The next look is another one.
    this.saidUnused.delete(id);
  }
}

const userIdOf = ({ account: { users: all } }: AwsEndpoint, name: string): string =>
  all.find((one) => one.name === name)?.userId ?? `of ${name}`;

function happen({ kind, id }: { readonly kind: string; readonly id: string }, endpoint: AwsEndpoint): void {
  const { account: state } = endpoint;
  if (kind === 'use') state.replaceKey(id, (one) => ({ ...one, lastUsed: USED }));
  if (kind === 'turnOff') state.replaceKey(id, (one) => ({ ...one, status: 'Inactive' }));
  if (kind === 'turnOn') state.replaceKey(id, (one) => ({ ...one, status: 'Active' }));
  if (kind === 'remove') state.replaceKey(id, () => undefined);
  const former = state.users.find(({ name }) => name === id);
  // Worse than AWS, where no key of another user has the id of one that was.
  if (kind === 'makeAnew' && former) state.replaceUser(id, { ...former, userId: `AIDAANEW${Math.random()}` });
}

test('whatever happens in between, no key that was said to be used is turned off, and none deleted that was not held', async () => {
  const counted = { off: 0, deleted: 0, died: 0 };
  await fc.assert(
    fc.asyncProperty(operations, async (all) => {
      // Each user has an id that the witness knows as well.
      const endpoint = account.start({ users: users.map((one) => ({ ...one, userId: `of ${one.name}` })) });
      const journals = [account.newJournal(), account.newJournal()];
      const witness = new Witness();
      for (const { operator, kind, afterDays, diesAtLine, happenings } of all) {
        witness.nowMs += afterDays * DAY_MS;
        const clock = () => new Date(witness.nowMs);
        const journal = journals[operator] as string;
        endpoint.onCall = undefined;
        const plan = await account.plan({ now: clock() });
        witness.plan = plan;
        let calls = 0;
        endpoint.onCall = (call) => {
          for (const { at, what } of happenings) if (at === calls) happen(what, endpoint);
          calls += 1;
          witness.see(call, endpoint);
          if (call.action === 'UpdateAccessKey') counted.off += 1;
          if (call.action === 'DeleteAccessKey') counted.deleted += 1;
        };
        const around = dying(diesAtLine);
        const action = kind === 'delete' ? 'delete' : 'deactivate';
        const run =
          kind === 'undo'
            ? account.undo(journal, { clock })
            : account.apply(plan, { journal, action, clock, around, batches: 'all', holdMs: HOLD_DAYS * DAY_MS });
        await run.catch((error: unknown) => {
          if (!(error instanceof Died)) throw error;
          counted.died += 1;
        });
      }
      expect(witness.wrong).toEqual([]);
    }),
    { numRuns: RUNS, endOnFailure: true, examples: [[quiet], [cutOff]] },
  );
  // It would be a poor proof if nothing had been done, or nothing cut off.
  expect(counted.off).toBeGreaterThan(5);
  expect(counted.deleted).toBeGreaterThan(2);
  expect(counted.died).toBeGreaterThan(0);
}, 300_000);
