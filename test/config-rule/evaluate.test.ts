import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EvaluationSettings, evaluate } from '../../src/config-rule/evaluate.ts';
import { parseInvocation } from '../../src/config-rule/invocation.ts';
import type { Control } from '../../src/controls/control.ts';
import { findControls, foundingControlId } from '../../src/controls/load-controls.ts';
import { runControls } from '../../src/controls/run-controls.ts';
import { scriptedAccount } from '../inventory/live-account.ts';
import type { Fault, Scenario, ScenarioAccessKey, ScenarioUser } from '../support/aws-endpoint.ts';
import { RULE } from '../support/config-rules.ts';
import { lastingFaults } from '../support/lasting-faults.ts';
import { uniqueId } from '../support/scripted-account.ts';

const account = scriptedAccount();
const ACCOUNT = '111122223333';
const CREATED = '2024-03-01T10:20:30Z';
const [founding] = (await findControls([foundingControlId])) as [Control];

const eventOf = (more: object = {}) => ({
  version: '1.0',
  invokingEvent: JSON.stringify({
    awsAccountId: ACCOUNT,
    notificationCreationTime: '2026-11-20T08:00:00.000Z',
    messageType: 'ScheduledNotification',
  }),
  ruleParameters: '{}',
  resultToken: RULE.token,
  configRuleName: RULE.name,
  accountId: ACCOUNT,
  ...more,
});

/** How the function ends, and what AWS Config then says of the rule. */
async function evaluated(
  scenario: Scenario,
  control: Control = founding,
  event: object = eventOf(),
  settings: EvaluationSettings = {},
) {
  account.open(scenario);
  const failure = await evaluate(control, parseInvocation(event), { leftMs: 900_000, ...settings }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const { compliance, standing } = account.configRule();
  return { compliance, standing, failure };
}

/** What `iamql check` judges of the same account. */
async function checked(scenario: Scenario, control: Control = founding) {
  const asked = [{ control, parameters: {} }];
  const [run] = await runControls(account.open(scenario), asked as Parameters<typeof runControls>[1], {});
  if (!run) throw new Error('nothing was judged');
  return run;
}

const key = (id: string, more: Partial<ScenarioAccessKey> = {}): ScenarioAccessKey => ({
  ...{ id: `AKIAEXAMPLE${id.padStart(9, '0')}`, status: 'Active', createDate: CREATED },
  ...more,
});
const USED = { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' };
const user = (name: string, ...accessKeys: readonly ScenarioAccessKey[]): ScenarioUser => ({
  name,
  createDate: CREATED,
  passwordEnabled: true,
  accessKeys,
});
const whole = `AWS::::Account ${ACCOUNT}`;
const resource = (name: string) => `AWS::IAM::User ${uniqueId('AIDA', name)}`;

const ana = user('ana', key('1'));
const bruno = user('bruno', key('2', { lastUsed: USED }));
const faulty = (action: string, more: Partial<Fault> = {}): readonly Fault[] => [
  { action, error: { code: 'AccessDenied' }, ...more },
];

describe('the function of the rule', () => {
  test('says what it finds, takes back what is mended or gone, and leaves nothing clean that it could not read', async () => {
    const both = [`${whole} NON_COMPLIANT`, `${resource('ana')} NON_COMPLIANT`];
    expect(await evaluated({ users: [ana, bruno] })).toMatchObject({ standing: both, failure: undefined });
    const unread = { users: [ana, bruno], faults: faulty('GetCredentialReport') };
    // Nobody has seen that she has no such key any more.
    expect(await evaluated(unread)).toMatchObject({
      standing: [`${resource('ana')} NON_COMPLIANT`],
      failure: expect.stringContaining('iam:GetCredentialReport denied'),
    });
    const clean = { standing: [`${whole} COMPLIANT`], failure: undefined };
    expect(await evaluated({ users: [bruno] })).toMatchObject(clean);
    expect(await evaluated(unread)).toMatchObject({ compliance: 'INSUFFICIENT_DATA', standing: [] });
    expect(await evaluated({ users: [bruno] })).toMatchObject(clean);
    const notReady = { users: [bruno], report: { state: 'never-ready' } } as const;
    expect(await evaluated(notReady, founding, eventOf(), { leftMs: 60_300 })).toMatchObject({
      compliance: 'INSUFFICIENT_DATA',
      failure: expect.stringContaining('interrupted'),
    });
    const tooOld = { users: [bruno], report: { generatedTime: '2024-06-01T00:00:00Z' } };
    await evaluated({ users: [bruno] });
    expect(await evaluated(tooOld, founding, eventOf(), { maxAgeMs: 86_400_000 })).toMatchObject({
      compliance: 'INSUFFICIENT_DATA',
      failure: expect.stringContaining('older than --max-age'),
    });
  });

  test('ends with an error where AWS Config is not told all, and never has more compliant than there is', async () => {
    await evaluated({ users: [ana] });
    const unnamed = await evaluated({
      users: [bruno, user('carla', key('3'))],
      faults: faulty('GetAccountAuthorizationDetails'),
    });
    // Which of those who were found before is found now is not known.
    expect(unnamed).toMatchObject({
      standing: [`${whole} NON_COMPLIANT`, `${resource('ana')} NON_COMPLIANT`],
      failure: expect.stringContaining('iam:GetAccountAuthorizationDetails denied'),
    });
    const unlisted = await evaluated({ users: [bruno], faults: faulty('GetComplianceDetailsByConfigRule') });
    expect(unlisted).toMatchObject({
      compliance: 'NON_COMPLIANT',
      failure: expect.stringContaining('config:GetComplianceDetailsByConfigRule denied'),
    });
    await evaluated({ users: [bruno] });
    const untold = await evaluated({ users: [ana], faults: faulty('PutEvaluations') });
    expect(untold.failure).toContain('config:PutEvaluations denied');
    const goneHalfway = await evaluated({ users: [ana], faults: faulty('GetComplianceDetailsByConfigRule') });
    expect(goneHalfway.compliance).toBe('NON_COMPLIANT');
  });

  test('knows who is found and gone from who is mended', async () => {
    await evaluated({ users: [ana, user('carla', key('3'))] });
    const { standing } = await evaluated({ users: [{ ...ana, deletedSinceReport: true }] });
    expect(standing).toEqual([`${whole} NON_COMPLIANT`]);
  });

  test('tells of hundreds a hundred at a time, and reads what it told page by page', async () => {
    account.configRule().pageSize = 7;
    const many = Array.from({ length: 130 }, (_, n) => user(`user-${n}`, key(String(n))));
    const { standing } = await evaluated({ users: many });
    expect(standing).toHaveLength(131);
    expect(account.counts()['PutEvaluations']).toBe(2);
    expect(await evaluated({ users: [bruno] })).toMatchObject({ standing: [`${whole} COMPLIANT`], failure: undefined });
    account.configRule().pageSize = 100;
  });

  test('takes parameters as the rule has them, and no others', async () => {
    const [rotated] = (await findControls(['aws-iam-access-keys-are-rotated'])) as [Control];
    const scenario = { users: [user('old', key('1', { createDate: '2026-09-01T00:00:00Z', lastUsed: USED }))] };
    const asked = (ruleParameters: string) => evaluated(scenario, rotated, eventOf({ ruleParameters }));
    expect(await asked('{"maxAgeDays":"100000"}')).toMatchObject({ compliance: 'COMPLIANT', failure: undefined });
    expect(await asked('{"maxAgeDays":"1"}')).toMatchObject({ compliance: 'NON_COMPLIANT', failure: undefined });
    await asked('{"maxAgeDays":"100000"}');
    expect(await asked('{"maxAge":"1"}')).toMatchObject({
      compliance: 'INSUFFICIENT_DATA',
      failure: expect.stringContaining('has no parameter maxAge'),
    });
  });

  test('finds nothing that is excepted, until that expires', async () => {
    const exception = { control: founding.id, account: ACCOUNT, asset: 'ana', ticket: undefined };
    const key = { accessKeyId: 'AKIAEXAMPLE000000001' };
    const agreed = { ...exception, key, reason: 'sealed', owner: 'ops', place: 'exceptions.yaml:1:1' };
    const until = (expires: string) =>
      evaluated({ users: [ana] }, founding, eventOf(), { exceptions: [{ ...agreed, expires }] });
    expect(await until('2999-01-01T00:00:00Z')).toMatchObject({ standing: [`${whole} COMPLIANT`], failure: undefined });
    expect(await until('2024-01-01T00:00:00Z')).toMatchObject({ compliance: 'NON_COMPLIANT', failure: undefined });
  });

  test('keeps nothing of a trial by hand', async () => {
    await evaluated({ users: [bruno] });
    const trial = await evaluated(
      { users: [ana] },
      founding,
      eventOf({ resultToken: 'TESTMODE', configRuleName: 'mine' }),
    );
    expect(trial).toMatchObject({ compliance: 'COMPLIANT', failure: undefined });
    expect(account.counts()['PutEvaluations']).toBe(1);
  });

  test('says nothing of another account', async () => {
    const other = await evaluated({ users: [] }, founding, eventOf({ accountId: '444455556666' }));
    expect(other.failure).toContain('the function reads account 111122223333, and the rule is in 444455556666');
    expect(other.standing).not.toContain('AWS::::Account 444455556666 COMPLIANT');
  });

  const wrong: readonly (readonly [name: string, event: unknown, said: RegExp])[] = [
    ['no event', undefined, /the event is no object/],
    [
      'one of a change',
      eventOf({ invokingEvent: '{"messageType":"ConfigurationItemChangeNotification"}' }),
      /periodic/,
    ],
    ['one without a token', eventOf({ resultToken: undefined }), /it has no resultToken/],
    ['one that is no JSON inside', eventOf({ invokingEvent: '{' }), /invokingEvent is no JSON/],
  ];
  test.each(wrong)('refuses %s', (_name, event, said) => {
    expect(() => parseInvocation(event)).toThrow(said);
  });
});

describe('over random accounts', () => {
  const DAY = 24 * 3_600_000;
  const at = (days: number): string => `${new Date(Date.now() - days * DAY).toISOString().slice(0, 19)}Z`;
  const keys = fc.record({
    status: fc.constantFrom('Active', 'Inactive'),
    isUsed: fc.boolean(),
    isNewer: fc.boolean(),
  });
  const users = fc.array(
    fc.record({
      keys: fc.array(keys, { maxLength: 3 }),
      fate: fc.constantFrom('there', 'there', 'gone', 'newer'),
    }),
    { maxLength: 4 },
  );
  const actions = ['GetCredentialReport', 'GenerateCredentialReport', 'ListAccessKeys', 'GetAccessKeyLastUsed'];
  // A call that hangs is ended by the time that the function has, which is tried above.
  const kinds = Object.keys(lastingFaults).filter((name) => name !== 'no answer');
  const faults = fc.array(fc.tuple(fc.constantFrom(...actions), fc.constantFrom(...kinds)), { maxLength: 2 });
  const states = fc.constantFrom('present', 'absent', 'expired');

  const scenarios: fc.Arbitrary<Scenario> = fc.tuple(users, states, faults).map(([people, state, struck]) => ({
    users: people.map(({ keys: own, fate }, n) => ({
      name: `user-${n}`,
      createDate: fate === 'newer' ? at(0.01) : at(40),
      deletedSinceReport: fate === 'gone',
      accessKeys: own.map(({ status, isUsed, isNewer }, k) => ({
        id: `AKIAEXAMPLE00000${n}${k}00`,
        status: status as 'Active' | 'Inactive',
        createDate: isNewer || fate === 'newer' ? at(0.01) : at(39 - k),
        ...(isUsed ? { lastUsed: { ...USED, date: at(30) } } : {}),
      })),
    })),
    report: { state, generatedTime: at(0.1), columns: 'with-additional', pollsUntilReady: 0 },
    faults: struck.map(([action, name]) => ({ action, ...lastingFaults[name] })),
  }));

  test('the rule says what iamql check says, and never that an account is clean which could not be read', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const { verdict, rules } = await checked(scenario);
        const { compliance, standing, failure } = await evaluated(scenario);
        seen.add(verdict);
        if (verdict === 'PASS')
          expect({ standing, failure }).toEqual({ standing: [`${whole} COMPLIANT`], failure: undefined });
        if (verdict === 'FAIL') expect(standing).toContain(`${whole} NON_COMPLIANT`);
        if (verdict === 'ERROR') expect([compliance === 'COMPLIANT', typeof failure]).toEqual([false, 'string']);
        const gone = new Set(scenario.users?.filter((one) => one.deletedSinceReport).map(({ name }) => name));
        const found = rules[0]?.findings.map(({ name }) => name).filter((name) => !gone.has(name)) ?? [];
        if (failure === undefined)
          expect(standing).toEqual(expect.arrayContaining(found.map((name) => `${resource(name)} NON_COMPLIANT`)));
        // What was said of others before is taken back.
        if (verdict === 'FAIL' && failure === undefined && rules[0]?.errors.length === 0)
          expect(standing).toHaveLength(found.length + 1);
      }),
      { numRuns: 40, seed: 20 },
    );
    expect([...seen].sort()).toEqual(['ERROR', 'FAIL', 'PASS']);
  });
});
