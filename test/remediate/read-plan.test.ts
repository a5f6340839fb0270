import { beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/iam/digest.ts';
import type { Plan } from '../../src/remediate/plan-shape.ts';
import { checkPlanAge, readPlan } from '../../src/remediate/read-plan.ts';
import { key, remediatedAccount, user } from './remediated-account.ts';

const account = remediatedAccount();
let plan: Plan;
beforeAll(async () => {
  account.start({ users: [user('ana', [key('A')]), user('bob', [key('B')])] });
  plan = await account.plan({ now: new Date('2026-11-25T10:00:00Z'), batchSize: 1 });
});

const read = (value: unknown): Plan => readPlan(typeof value === 'string' ? value : JSON.stringify(value), 'plan.json');
/** As somebody writes it who knows how the digest is made. */
const signed = ({ digest: _, ...rest }: Plan): Plan => ({ ...rest, digest: digestOf(rest) });

test('a plan is read as it was written, whatever the order of its keys', () => {
  expect(read(plan)).toEqual(plan);
  expect(read(Object.fromEntries(Object.entries(plan).toReversed()))).toEqual(plan);
});

describe('refused:', () => {
  const [first, second] = [0, 1];
  const withStep = (more: object): Plan => ({
    ...plan,
    batches: plan.batches.map((batch, index) =>
      index === 0 ? { ...batch, steps: batch.steps.map((step) => ({ ...step, ...more })) } : batch,
    ),
  });
  const rows: readonly (readonly [what: string, value: () => unknown, message: RegExp])[] = [
    ['no JSON', () => 'plan', /^plan.json: it is no JSON/],
    ['no plan', () => ({}), /it is no plan of remediation: format: /],
    ['a plan of another format', () => ({ ...plan, format: 'iamql-remediation-plan/2' }), /format/],
    ['a key that is not known', () => ({ ...plan, force: true }), /[Uu]nrecognized key/],
    ['a key that was used', () => withStep({ evidence: { lastUsed: '2026-01-01T00:00:00Z' } }), /it is no plan/],
    ['another key', () => withStep({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }), /was changed since it was made/],
    ['a longer life', () => ({ ...plan, expiresAt: '2027-11-25T10:00:00Z' }), /was changed since it was made/],
    ['a batch left out', () => ({ ...plan, batches: plan.batches.slice(1) }), /was changed since it was made/],
    ['a batch left out, signed', () => signed({ ...plan, batches: plan.batches.slice(1) }), /not numbered/],
    ['a step of another account, signed', () => signed(withStep({ account: '444455556666' })), /does not fit/],
    ['a delete among what is turned off, signed', () => signed(withStep({ action: 'delete' })), /does not fit/],
    ['a control that was not judged, signed', () => signed(withStep({ control: 'other' })), /does not fit/],
    [
      'a key twice, signed',
      () => signed(withStep({ accessKeyId: plan.batches[second]?.steps[first]?.accessKeyId })),
      /names an access key twice/,
    ],
  ];

  test.each(rows)('%s', (_what, value, message) => {
    expect(() => read(value())).toThrow(message);
  });
});

test.each([
  ['2026-11-25T10:00:00Z', undefined],
  ['2026-11-26T09:59:59Z', undefined],
  ['2026-11-26T10:00:00Z', /has expired/],
  ['2026-11-25T09:57:00Z', undefined],
  ['2026-11-25T09:00:00Z', /from the future/],
])('at %s', (now, message) => {
  const check = () => checkPlanAge(plan, new Date(now));
  if (message) expect(check).toThrow(message);
  else expect(check).not.toThrow();
});

test('a plan that says it lives longer lives for a day', () => {
  const forged = signed({ ...plan, expiresAt: '2036-11-25T10:00:00Z' });
  expect(() => checkPlanAge(read(forged), new Date('2026-11-26T10:00:00Z'))).toThrow(/has expired/);
});
