import { describe, expect, test } from 'vitest';
import { setApart, sparedBy } from '../../src/controls/except.ts';
import type { Exception } from '../../src/controls/exception.ts';
import { exceptionsRun, stateOf } from '../../src/controls/exceptions-run.ts';
import type { Finding, FindingKey } from '../../src/controls/finding.ts';
import type { ControlRun, RuleRun } from '../../src/controls/run-control.ts';

const ACCOUNT = '111122223333';
const NOW = '2026-03-01T00:00:00+00:00';
const DAY_MS = 86_400_000;
const CREATED = '2025-01-01T00:00:00+00:00';
const CHANGED = '2025-02-01T00:00:00+00:00';
const LATER = '2026-02-01T00:00:00+00:00';

const key = (accessKeyId: string | undefined, rest: Partial<FindingKey> = {}): FindingKey => ({
  slot: 1,
  since: CREATED,
  accessKeyId,
  createDate: accessKeyId === undefined ? undefined : CREATED,
  lastUsedDate: null,
  unnamed: accessKeyId === undefined ? 'the report has no key ids' : undefined,
  foundUnused: false,
  ...rest,
});
const finding = (name: string, ...keys: readonly FindingKey[]): Finding => ({
  identifier: `arn:aws:iam::${ACCOUNT}:user/${name}`,
  account: ACCOUNT,
  type: 'IAMUser',
  name,
  facts: [],
  keys,
  hasConsolePassword: false,
});
const exception = (rest: Partial<Exception> = {}): Exception => ({
  control: 'c',
  account: ACCOUNT,
  asset: 'ana',
  key: undefined,
  reason: 'r',
  owner: 'o',
  expires: '2026-12-31T00:00:00+00:00',
  ticket: undefined,
  place: 'x.yaml:2:5',
  ...rest,
});
const ofKey = (accessKeyId: string, rest: Partial<Exception> = {}) => exception({ key: { accessKeyId }, ...rest });
const ofSlot = (slot: number, createDate: string) => exception({ key: { slot, createDate } });

const ruleOf = (findings: readonly Finding[], exceptions: readonly Exception[], rest: Partial<RuleRun> = {}) =>
  ({
    ...setApart(findings, exceptions, { control: 'c', now: NOW }),
    rule: { informative: false },
    errors: [],
    ...rest,
  }) as unknown as RuleRun;

function reported(exceptions: readonly Exception[], rules: readonly RuleRun[], account = ACCOUNT) {
  const run = { control: { id: 'c' }, parameters: {}, rules } as unknown as ControlRun;
  return exceptionsRun(exceptions, [run], { accounts: [account], now: NOW, expiringMs: 14 * DAY_MS });
}

describe('a finding is excepted', () => {
  const PLAIN = finding('ana');
  const KEYED = finding('ana', key('AKIA1'));
  const TWO = finding('ana', key('AKIA1'), key('AKIA2', { slot: 2 }));
  const UNNAMED = finding('ana', key(undefined));
  interface Row {
    readonly name: string;
    readonly of: Finding;
    readonly by: readonly Exception[];
    readonly excepted: boolean;
    /** What is said of the exceptions that do not cover it. */
    readonly said?: RegExp;
  }
  const ROWS: readonly Row[] = [
    { name: 'by its name', of: PLAIN, by: [exception()], excepted: true },
    { name: 'by a pattern', of: PLAIN, by: [exception({ asset: 'an*' })], excepted: true },
    {
      name: 'not by another name',
      of: PLAIN,
      by: [exception({ asset: 'bo' })],
      excepted: false,
      said: /no such asset was found/,
    },
    {
      name: 'not by a name in capitals',
      of: PLAIN,
      by: [exception({ asset: 'Ana' })],
      excepted: false,
      said: /no such asset/,
    },
    { name: 'not for another control', of: PLAIN, by: [exception({ control: 'd' })], excepted: false },
    { name: 'not in another account', of: PLAIN, by: [exception({ account: '999999999999' })], excepted: false },
    { name: 'until it ends', of: PLAIN, by: [exception({ expires: '2026-03-01T00:00:00.001+00:00' })], excepted: true },
    { name: 'not from the moment on when it ends', of: PLAIN, by: [exception({ expires: NOW })], excepted: false },
    {
      name: 'not by a key where it is about none',
      of: PLAIN,
      by: [ofKey('AKIA1')],
      excepted: false,
      said: /is about no access key: leave key out/,
    },
    { name: 'by its key', of: KEYED, by: [ofKey('AKIA1')], excepted: true },
    {
      name: 'not without its key',
      of: KEYED,
      by: [exception()],
      excepted: false,
      said: /name each, key: \{accessKeyId: AKIA1\}$/,
    },
    {
      name: 'not by the key that it replaced',
      of: KEYED,
      by: [ofKey('AKIA0')],
      excepted: false,
      said: /is another key, key: \{accessKeyId: AKIA1\}$/,
    },
    {
      name: 'not by its key in small letters',
      of: KEYED,
      by: [ofKey('akia1')],
      excepted: false,
      said: /is another key/,
    },
    {
      name: 'not by one of two keys',
      of: TWO,
      by: [ofKey('AKIA1')],
      excepted: false,
      said: /is also about key: \{accessKeyId: AKIA2\}$/,
    },
    { name: 'by both keys', of: TWO, by: [ofKey('AKIA1'), ofKey('AKIA2')], excepted: true },
    { name: 'by slot and time', of: KEYED, by: [ofSlot(1, CREATED)], excepted: true },
    {
      name: 'not by a slot that was filled anew',
      of: finding('ana', key('AKIA3', { since: LATER, createDate: LATER })),
      by: [ofSlot(1, CREATED)],
      excepted: false,
      said: /another key, key: \{accessKeyId: AKIA3\}/,
    },
    {
      name: 'by slot and either time',
      of: finding('ana', key('AKIA1', { since: CHANGED })),
      by: [ofSlot(1, CREATED)],
      excepted: true,
    },
    { name: 'not by the other slot', of: KEYED, by: [ofSlot(2, CREATED)], excepted: false, said: /is another key/ },
    { name: 'by slot and time where the key has no name', of: UNNAMED, by: [ofSlot(1, CREATED)], excepted: true },
    {
      name: 'not by an id where the key has no name',
      of: UNNAMED,
      by: [ofKey('AKIA1')],
      excepted: false,
      said: /could not be named \(the report has no key ids\): write key: \{slot: 1, createDate: 2025-01-01T00:00:00Z\}$/,
    },
    {
      name: 'by the id of a third key',
      of: finding('ana', key('AKIA3', { slot: null })),
      by: [ofKey('AKIA3')],
      excepted: true,
    },
  ];

  test.each(ROWS)('$name', ({ of, by, excepted, said }) => {
    const rule = ruleOf([of], by);
    expect([rule.findings.length, rule.excepted.length]).toEqual(excepted ? [0, 1] : [1, 0]);
    const { unfit, orphans } = reported(by, [rule]);
    const whys = [...unfit, ...orphans].map(({ why }) => why);
    if (said) expect(whys.join()).toMatch(said);
    else expect(whys).toEqual([]);
  });

  test('until the first of its keys counts again', () => {
    const first = ofKey('AKIA1', { expires: '2026-05-01T00:00:00+00:00' });
    const [excepted] = ruleOf([TWO], [ofKey('AKIA2'), first]).excepted;
    expect(excepted).toMatchObject({ exception: first, further: [ofKey('AKIA2')] });
  });

  test('until the last that covers it ends', () => {
    const sooner = exception({ expires: '2026-05-01T00:00:00+00:00' });
    const rule = ruleOf([PLAIN], [sooner, exception()]);
    expect(rule.excepted).toEqual([expect.objectContaining({ exception: exception(), further: [] })]);
    expect(reported([sooner, exception()], [rule]).orphans).toEqual([]);
  });

  test('nothing is where nobody knows whose account it is', () => {
    const unknown = { ...PLAIN, account: undefined };
    expect(setApart([unknown], [exception()], { control: 'c', now: NOW }).findings).toEqual([unknown]);
  });
});

describe('what is reported', () => {
  const places = (list: readonly Exception[]): readonly string[] => list.map(({ asset }) => asset);
  const bo = exception({ asset: 'bo' });
  const unread = { errors: [{ code: 'AccessDenied', message: 'denied' }] };

  test.each([
    ['an orphan', [bo], {}, ACCOUNT, ['bo']],
    ['no orphan of another account', [exception({ account: '999999999999' })], {}, ACCOUNT, []],
    ['no orphan of another control', [exception({ control: 'd' })], {}, ACCOUNT, []],
    ['no orphan where not all could be read', [bo], unread, ACCOUNT, []],
    [
      'an orphan where only what informs could not be read',
      [bo],
      { ...unread, rule: { informative: true } },
      ACCOUNT,
      ['bo'],
    ],
    ['no orphan where the account is not known', [bo], {}, undefined, []],
  ] as const)('%s', (_name, exceptions, rest, account, orphans) => {
    const rules = [ruleOf([], exceptions, rest as Partial<RuleRun>)];
    const run = { control: { id: 'c' }, parameters: {}, rules } as unknown as ControlRun;
    const clock = { now: NOW, expiringMs: DAY_MS, accounts: account === undefined ? [] : [account] };
    expect(places(exceptionsRun(exceptions, [run], clock).orphans)).toEqual(orphans);
  });

  test('an orphan says with which values was asked: with others it may cover something', () => {
    const rules = [ruleOf([], [bo])];
    const runs = [10, 90].map((days) => ({ control: { id: 'c' }, parameters: { days, all: true }, rules }));
    const clock = { now: NOW, expiringMs: DAY_MS, accounts: [ACCOUNT] };
    expect(exceptionsRun([bo], runs as unknown as ControlRun[], clock).orphans).toEqual([
      { ...bo, why: 'no such asset was found, asked with days: 10, all: true and with days: 90, all: true' },
    ]);
  });

  test('one that has expired is not an orphan as well', () => {
    const expired = exception({ expires: NOW });
    expect(reported([expired], [ruleOf([finding('ana')], [expired])])).toEqual({
      expired: [expired],
      expiring: [],
      orphans: [],
      unfit: [],
    });
  });

  test.each([
    ['2026-03-01T00:00:00+00:00', 'expired'],
    ['2026-03-01T00:00:01+00:00', 'expiring'],
    ['2026-03-15T00:00:00+00:00', 'expiring'],
    ['2026-03-15T00:00:01+00:00', 'valid'],
  ])('%s is %s on 1 March', (expires, state) => {
    expect(stateOf(exception({ expires }), { now: NOW, expiringMs: 14 * DAY_MS })).toBe(state);
  });
});

describe('spared is', () => {
  const spares = (one: Exception, of: FindingKey) => sparedBy(finding('ana'), of, [one], { control: 'c', now: NOW });
  test.each([
    ['a key without a slot that was made then', ofSlot(2, CREATED), key('AKIA1', { slot: null, since: null }), true],
    ['no key without a slot that was made later', ofSlot(2, CHANGED), key('AKIA1', { slot: null, since: null }), false],
    ['no key of another slot', ofSlot(2, CREATED), key('AKIA1'), false],
    ['a key that is the asset', exception({ asset: 'AKIA1' }), key('AKIA1'), true],
    ['no other key than the asset', exception({ asset: 'AKIA2' }), key('AKIA1'), false],
  ])('%s', (_what, one, of, isSpared) => {
    expect(spares(one, of)).toBe(isSpared ? one : undefined);
  });
});
