import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { findControls } from '../../src/controls/load-controls.ts';
import { combine, runControl } from '../../src/controls/run-control.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { ReportSource } from '../../src/inventory/report-source.ts';
import { renderCredentialReport, type ScenarioUser } from '../support/aws-endpoint.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';

const createDate = '2025-01-01T00:00:00Z';
const lastUsed = { date: '2025-02-01T00:00:00Z', region: 'us-east-1', service: 's3' };
const unused = { id: 'AKIAEXAMPLE1', status: 'Active', createDate } as const;
const used = { ...unused, lastUsed };
const FINE: ScenarioUser = { name: 'fine', createDate, accessKeys: [used] };
const BAD: ScenarioUser = { name: 'bad', createDate, accessKeys: [unused] };
/** Has a third key, of which the report tells nothing more. */
const UNDECIDED: ScenarioUser = { name: 'undecided', createDate, accessKeys: [used, used, unused] };

async function inventoryOf(users: readonly ScenarioUser[]): Promise<Inventory> {
  const folder = await mkdtemp(join(tmpdir(), 'iamql-judge-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.csv');
  await writeFile(file, renderCredentialReport({ users, report: { columns: 'with-additional' } }));
  const settings = { generatedAt: undefined, maxAgeMs: undefined, acceptFiltered: false };
  return openAccount(new ReportSource({ file, ...settings }), { setupSeconds: 10 }).inventory();
}

interface Row {
  readonly name: string;
  readonly users: readonly ScenarioUser[];
  readonly text?: string;
  readonly expectation?: string;
  readonly path?: string;
  /** Verdict, findings, errors, and how many assets there are. */
  readonly judged: readonly [verdict: string, findings: number, errors: number, total: number | undefined];
}

const ANY = 'iamUsers{userName}';
const ROWS: readonly Row[] = [
  { name: 'nothing found', users: [FINE], judged: ['PASS', 0, 0, 1] },
  { name: 'something found', users: [FINE, BAD], judged: ['FAIL', 1, 0, 2] },
  { name: 'nothing found, one not decided', users: [FINE, UNDECIDED], judged: ['ERROR', 0, 1, 2] },
  { name: 'something found, one not decided', users: [BAD, UNDECIDED], judged: ['FAIL', 1, 1, 2] },
  { name: 'neq [] of what may not be all', users: [BAD, UNDECIDED], expectation: 'neq []', judged: ['ERROR', 0, 1, 2] },
  { name: 'neq [] of something', users: [FINE], text: ANY, expectation: 'neq []', judged: ['PASS', 0, 0, 1] },
  { name: 'neq [] of nothing', users: [], text: ANY, expectation: 'neq []', judged: ['FAIL', 0, 0, 0] },
  {
    name: 'something found, of which the text asks for none',
    users: [BAD],
    text: 'iamUsers(options:{limit:0}){arn}',
    judged: ['ERROR', 0, 1, 1],
  },
  {
    name: 'something found, before where the text begins',
    users: [BAD, FINE],
    text: 'iamUsers(options:{offset:2}){arn}',
    judged: ['ERROR', 0, 1, 2],
  },
  {
    name: 'something found, of which the text asks for some',
    users: [BAD, FINE],
    text: 'iamUsers(options:{limit:1}){arn}',
    judged: ['FAIL', 1, 1, 2],
  },
  {
    name: 'something found, on a page of a connection that holds none',
    users: [BAD],
    text: 'iamUsersConnection(first:0){edges{cursor}}',
    path: 'edges',
    judged: ['ERROR', 0, 1, 1],
  },
  {
    name: 'one scalar of all, of which the text asks for some',
    users: [BAD, FINE],
    text: 'iamUsers(options:{limit:1}){userName}',
    expectation: 'neq "fine"',
    path: 'userName',
    judged: ['ERROR', 0, 1, 2],
  },
  {
    name: 'nothing found, with a limit',
    users: [FINE],
    text: 'iamUsers(where:{userName:"x"},options:{limit:1}){arn}',
    judged: ['PASS', 0, 0, 1],
  },
  {
    name: 'two root fields, both fine',
    users: [FINE],
    text: `${FOUNDING_TEXT} b:${FOUNDING_TEXT}`,
    judged: ['PASS', 0, 0, 1],
  },
  {
    name: 'two root fields, the second not',
    users: [FINE],
    text: `${FOUNDING_TEXT} b:${ANY}`,
    judged: ['FAIL', 1, 0, 1],
  },
  { name: 'two types', users: [FINE], text: `${FOUNDING_TEXT} rootUsers{arn}`, judged: ['FAIL', 1, 0, 2] },
  {
    name: 'one root field found something, the other could not be read',
    users: [BAD],
    text: `${FOUNDING_TEXT} connectors{accountAlias}`,
    judged: ['FAIL', 2, 1, 2],
  },
  {
    name: 'the one asset not decided',
    users: [FINE],
    text: 'connectors(where:{accountAlias:"x"}){accountID}',
    judged: ['ERROR', 0, 1, 1],
  },
  {
    name: 'everything skipped',
    users: [BAD],
    text: `{ ${ANY.replace('{', '@skip(if:true){')} }`,
    judged: ['ERROR', 0, 1, undefined],
  },
  { name: 'nothing of the account', users: [BAD], text: '{ __typename }', judged: ['ERROR', 0, 1, undefined] },
  { name: 'not GraphQL', users: [FINE], text: 'iamUsers(', judged: ['ERROR', 0, 1, undefined] },
  {
    name: 'a return path',
    users: [BAD],
    text: ANY,
    expectation: 'eq ["bad"]',
    path: 'userName',
    judged: ['PASS', 0, 0, 1],
  },
  { name: 'eq [] at a return path', users: [BAD], text: ANY, path: 'userName', judged: ['FAIL', 1, 0, 1] },
];

describe('judge', () => {
  test.each(ROWS)('$name: $judged', async ({ users, text = FOUNDING_TEXT, expectation = 'eq []', path, judged }) => {
    const inventory = await inventoryOf(users);
    const { verdict, findings, errors, total } = await judge(inventory, { text }, parseExpectation(expectation), path);
    expect([verdict, findings.length, errors.length, total]).toEqual(judged);
  });
});

// What an exception for each finding would not change.
test.each([
  ['its findings', ANY, 'eq []', '', false],
  ['a value', 'iamUsersAggregate{count}', 'eq []', '', true],
  ['a value beside findings', `${ANY} iamUsersAggregate{count}`, 'eq []', '', true],
  ['what its return path leads to', ANY, 'eq []', 'userName', false],
  ['another expectation', ANY, 'eq [{"userName":"fine"}]', '', true],
])('fails by %s', async (_name, text, expectation, path, isBeyond) => {
  const inventory = await inventoryOf([FINE, BAD]);
  const { verdict, failsBeyondFindings } = await judge(inventory, { text }, parseExpectation(expectation), path);
  expect({ verdict, failsBeyondFindings }).toEqual({ verdict: 'FAIL', failsBeyondFindings: isBeyond });
});

describe('runControl', () => {
  const run = async (users: readonly ScenarioUser[]) => {
    const [control] = await findControls(['aws-iam-no-initial-access-keys']);
    if (!control) throw new Error('the founding control is gone');
    return runControl(await inventoryOf(users), control);
  };

  test('an informative rule that fails or cannot be judged changes nothing', async () => {
    // An inactive key of a user with a password, changed after the setup: only the console audit asks of it.
    const inactive = { ...unused, status: 'Inactive', lastRotated: '2025-01-03T00:00:00Z' } as const;
    const { verdict, rules } = await run([{ ...FINE, passwordEnabled: true, accessKeys: [inactive] }]);
    expect(rules.map((rule) => rule.verdict)).toEqual(['PASS', 'PASS', 'ERROR']);
    expect(verdict).toBe('PASS');
    const setup = await run([{ ...FINE, passwordEnabled: true, accessKeys: [{ ...unused, status: 'Inactive' }] }]);
    expect(setup.rules.map((rule) => rule.verdict)).toEqual(['PASS', 'PASS', 'FAIL']);
    expect(setup.verdict).toBe('PASS');
  });

  test.each([
    ['slot 1', [unused, used], [1]],
    ['slot 2', [used, unused], [2]],
    ['both slots', [unused, unused], [1, 2]],
  ])('a finding is about %s, and says which facts decided', async (_name, accessKeys, slots) => {
    const { rules } = await run([{ ...BAD, accessKeys }]);
    const [finding] = rules[0]?.findings ?? [];
    expect(finding?.keys.map(({ slot }) => slot)).toEqual(slots);
    expect(finding?.keys.map(({ since }) => since)).toEqual(slots.map(() => '2025-01-01T00:00:00+00:00'));
    const told = { source: 'iam:GetCredentialReport', at: undefined, isGenerated: true };
    expect(finding?.facts).toEqual(
      slots.flatMap((slot) => [
        { field: `accessKey${slot}Active`, value: true, ...told },
        { field: `accessKey${slot}LastUsedDate`, value: null, ...told },
      ]),
    );
    expect(finding).toMatchObject({ name: 'bad', type: 'IAMUser', hasConsolePassword: false });
    expect(finding?.keys[0]?.unnamed).toContain('iam:ListAccessKeys');
  });

  test.each([
    [[], 'ERROR'],
    [['PASS'], 'PASS'],
    [['PASS', 'ERROR'], 'ERROR'],
    [['ERROR', 'FAIL'], 'FAIL'],
  ] as const)('%j is %s', (verdicts, combined) => {
    expect(combine(verdicts)).toBe(combined);
  });
});
