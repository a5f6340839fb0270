import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { IamqlError } from '../../src/iam/error.ts';
import type { Journal } from '../../src/remediate/journal.ts';
import type { Plan } from '../../src/remediate/plan-shape.ts';
import type { AwsCall, AwsEndpoint, ScenarioUser } from '../support/aws-endpoint.ts';
import { DAY_MS, key, OPERATOR, remediatedAccount, USED, user } from './remediated-account.ts';
import { Turns } from './turns.ts';
import { HOLD_DAYS, Witness } from './witness.ts';

const account = remediatedAccount();
const RUNS = Number(process.env['IAMQL_FAULT_ROUNDS'] ?? 8);

/** Each who runs a command signs with a key of their own, so that it can be told who was told what. */
const SIGNERS = ['SIGNER0', 'SIGNER1', 'SIGNER2'] as const;
beforeAll(() => {
  const file = account.newJournal();
  const sections = SIGNERS.map((id) => `[${id}]\naws_access_key_id = ${id}\naws_secret_access_key = x\n`);
  writeFileSync(file, sections.join('\n'));
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = file;
});

const users: readonly ScenarioUser[] = [
  user('ana', [key('A', { slot: 1 }), key('B', { slot: 2, createDate: '2024-05-05T00:00:00Z' })]),
  user('bob', [key('C')]),
  user('cid', [key('D', { status: 'Inactive' })]),
];
const keyIds = users.flatMap(({ accessKeys = [] }) => accessKeys.map(({ id }) => id));
const userNames = users.map(({ name }) => name);

/** What somebody else does to the account, right before so many requests of that kind have come in. */
interface Happening {
  readonly before: string;
  readonly at: number;
  readonly what: { readonly kind: string; readonly id: string };
}
const happening: fc.Arbitrary<Happening> = fc.record({
  before: fc.constantFrom(
    'GetUser',
    'ListAccessKeys',
    'GetAccessKeyLastUsed',
    'GetAccessKeyLastUsed',
    'UpdateAccessKey',
  ),
  at: fc.nat(7),
  what: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('use', 'use', 'turnOff', 'turnOn', 'remove'),
        id: fc.constantFrom(...keyIds),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('makeAnew'), id: fc.constantFrom(...userNames) }) },
  ),
});
/** A run is cut off before or after it writes the line of that number, from 1 on. */
const death = fc.record({ line: fc.integer({ min: 1, max: 7 }), when: fc.constantFrom('before', 'after') });

type Kind = 'apply' | 'delete' | 'undo';
const kindOf = fc.constantFrom<Kind>('apply', 'delete', 'delete', 'undo');
/** Somebody else at the same time, with the same plan; whose journal, and in which order AWS gets what they ask. */
const besideWith = (kind: fc.Arbitrary<Kind>) =>
  fc.record({ kind, journal: fc.constantFrom(0, 1, 1), order: fc.array(fc.nat(7), { minLength: 1, maxLength: 40 }) });
/** What an operator does: each has a journal of their own, and may be cut off. */
const operation = fc.record({
  operator: fc.constantFrom(0, 0, 0, 1),
  kind: kindOf,
  afterDays: fc.constantFrom(0, 1, 8, HOLD_DAYS, HOLD_DAYS + 1),
  dies: fc.option(death, { freq: 3 }),
  happenings: fc.array(happening, { maxLength: 3 }),
  beside: fc.option(besideWith(kindOf), { freq: 1 }),
});
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
const beginning = fc.record({
  operator: fc.constant(0),
  kind: fc.constant<Kind>('apply'),
  afterDays: fc.constant(0),
  dies: fc.option(death, { freq: 2 }),
  happenings: fc.array(happening, { maxLength: 4 }),
  beside: fc.option(besideWith(fc.constant<Kind>('apply')), { freq: 1 }),
});
const operations: fc.Arbitrary<readonly Operation[]> = fc
  .tuple(beginning, fc.array(operation, { minLength: 1, maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest]);

const alternating = [0, 1, 1, 0, 2, 0, 1];
/** One after the other, by the first operator unless told otherwise, and nothing else happens. */
const story = (...told: readonly Partial<Operation>[]): [readonly Operation[]] => [
  told.map((one) => ({
    ...{ operator: 0, kind: 'apply' as const, afterDays: 0, dies: null, happenings: [], beside: null },
    ...one,
  })),
];
const happens = (kind: string, id: string, before = 'GetCredentialReport', at = 0): Happening => ({
  before,
  at,
  what: { kind, id },
});

/** What chance would seldom bring about, and what a mistake in it would do. */
const stories = [
  // Three keys are turned off, and deleted later.
  story({}, { kind: 'delete', afterDays: HOLD_DAYS }),
  // Not before.
  story({}, { kind: 'delete', afterDays: HOLD_DAYS - 1 }),
  // A crash between the line before and the request: somebody else turns it off.
  story(
    { dies: { line: 1, when: 'after' } },
    { happenings: [happens('turnOff', 'AKIAEXAMPLEA')] },
    { kind: 'delete', afterDays: HOLD_DAYS },
  ),
  // A use that comes in between the control and the last look, and a user who is made anew before it.
  story({ happenings: [happens('use', 'AKIAEXAMPLEA', 'GetAccessKeyLastUsed', 2)] }),
  story({ happenings: [happens('makeAnew', 'bob', 'GetUser', 2)] }),
  // Two with journals of their own, request by request; one who undoes what the other is about to delete; two with one journal.
  story(
    { beside: { kind: 'apply', journal: 1, order: alternating } },
    { kind: 'delete', afterDays: HOLD_DAYS, beside: { kind: 'undo', journal: 1, order: alternating } },
    { afterDays: HOLD_DAYS, beside: { kind: 'apply', journal: 0, order: alternating } },
  ),
  // Turned off by one, on by somebody, off by another: the first must not go by the time of before.
  story(
    {},
    { operator: 1, kind: 'undo', afterDays: 10, happenings: [happens('turnOn', 'AKIAEXAMPLEC')] },
    { operator: 1, afterDays: 8 },
    { kind: 'delete', afterDays: 1 },
  ),
  // Undone, turned off by somebody, and undone again.
  story({}, { kind: 'undo' }, { kind: 'undo', happenings: [happens('turnOff', 'AKIAEXAMPLEC')] }),
];

class Died extends Error {}

/** A journal that ends the run, as a crash does. */
function dying(dies: Operation['dies']): (journal: Journal) => Journal {
  return (journal) => {
    const append = journal.append.bind(journal);
    let written = 0;
    journal.append = (entry) => {
      written += 1;
      const isEnd = dies !== null && written >= dies.line;
      if (isEnd && dies.when === 'before') throw new Died();
      append(entry);
      if (isEnd) throw new Died();
    };
    return journal;
  };
}

function happen(
  { kind, id }: { readonly kind: string; readonly id: string },
  endpoint: AwsEndpoint,
  witness: Witness,
): void {
  const { account: state } = endpoint;
  if (kind === 'use') state.replaceKey(id, (one) => ({ ...one, lastUsed: USED }));
  if (kind === 'turnOff') witness.turn(id, 'Inactive', endpoint);
  if (kind === 'turnOn') witness.turn(id, 'Active', endpoint);
  if (kind === 'remove') state.replaceKey(id, () => undefined);
  const former = state.users.find(({ name }) => name === id);
  // Worse than AWS, where no key of another user has the id of one that was.
  if (kind === 'makeAnew' && former) state.replaceUser(id, { ...former, userId: `AIDAANEW${Math.random()}` });
}

interface Run {
  readonly kind: Kind;
  readonly profile: string;
  readonly journal: string;
  readonly dies: Operation['dies'];
}

const counted = { off: 0, deleted: 0, on: 0, died: 0, refused: 0, beside: 0 };

async function run({ kind, profile, journal, dies }: Run, plan: Plan, witness: Witness): Promise<void> {
  witness.journals.set(profile, journal);
  const clock = () => new Date(witness.nowMs);
  const more = { clock, profile, around: dying(dies) };
  const action = kind === 'delete' ? ('delete' as const) : ('deactivate' as const);
  const setting = { ...more, journal, action, batches: 'all' as const, holdMs: HOLD_DAYS * DAY_MS };
  try {
    await (kind === 'undo' ? account.undo(journal, more) : account.apply(plan, setting));
  } catch (error) {
    const isHeld = error instanceof IamqlError && error.message.includes('another process is at work');
    if (isHeld) counted.refused += 1;
    else if (error instanceof Died) counted.died += 1;
    else throw error;
  }
}

/** The report of a day later holds what happened until then. */
function begin(operation: Operation, endpoint: AwsEndpoint, witness: Witness): void {
  witness.nowMs += operation.afterDays * DAY_MS;
  witness.operation += 1;
  endpoint.onCall = undefined;
  const report = { generatedTime: new Date(witness.nowMs).toISOString() };
  endpoint.setScenario({ callerArn: OPERATOR, users: [...endpoint.account.users], report });
}

test('whatever happens in between, no key that was said to be used is turned off, and none deleted that was not held', async () => {
  await fc.assert(
    fc.asyncProperty(operations, async (all) => {
      // Each user has an id that the witness knows as well.
      const endpoint = account.start({ users: users.map((one) => ({ ...one, userId: `of ${one.name}` })) });
      const journals = [account.newJournal(), account.newJournal()];
      const witness = new Witness();
      for (const one of all) {
        begin(one, endpoint, witness);
        const plan = await account.plan({ now: new Date(witness.nowMs) });
        witness.plan = plan;
        const turns = new Turns(one.beside?.order ?? []);
        const calls = new Map<string, number>();
        endpoint.onCall = async (call: AwsCall) => {
          await turns.wait();
          const before = calls.get(call.action) ?? 0;
          calls.set(call.action, before + 1);
          const due = one.happenings.filter(({ before: action, at }) => action === call.action && at === before);
          for (const { what } of due) happen(what, endpoint, witness);
          witness.see(call, endpoint);
          if (call.action === 'DeleteAccessKey') counted.deleted += 1;
          if (call.action === 'UpdateAccessKey') counted[call.params['Status'] === 'Active' ? 'on' : 'off'] += 1;
        };
        const { operator, kind, dies } = one;
        const journal = journals[operator] as string;
        const runs = [run({ kind, journal, dies, profile: SIGNERS[operator] as string }, plan, witness)];
        if (one.beside) {
          counted.beside += 1;
          turns.running = 2;
          const other = { kind: one.beside.kind, journal: journals[one.beside.journal] as string, dies: null };
          runs.push(run({ ...other, profile: SIGNERS[2] }, plan, witness));
        }
        const ended = runs.map((each) => each.finally(() => (turns.running -= 1)));
        await Promise.all(ended);
      }
      expect(witness.wrong).toEqual([]);
    }),
    { numRuns: stories.length + RUNS, endOnFailure: true, examples: stories },
  );
  // It would be a poor proof if nothing had been done, or nothing cut off, or nobody been there at the same time.
  expect(counted.off).toBeGreaterThan(5);
  expect(counted.deleted).toBeGreaterThan(2);
  expect(counted.on).toBeGreaterThan(0);
  expect(counted.died).toBeGreaterThan(0);
  expect(counted.beside).toBeGreaterThan(2);
  expect(counted.refused).toBeGreaterThan(0);
}, 600_000);
