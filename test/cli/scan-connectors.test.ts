import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { enrollConnectors } from '../../src/store/scans/enrolled.ts';
import { addToRound, endRound } from '../../src/store/scans/rounds.ts';
import { accountId, acme } from '../connectors/acme.ts';
import { type AwsEndpoint, manyUsers, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import type { ScenarioOrganization } from '../support/organization.ts';
import { awsEnv, runCli, startCli } from '../support/run-cli.ts';
import { post, serveUrl } from '../support/serve.ts';
import { backends, makesStores } from '../support/stores.ts';

/** `npm run test:faults` asks for a thousand. */
const ACCOUNTS = Number(process.env['IAMQL_FAULT_ACCOUNTS'] ?? 20);
/** Machines that are shared are slow, and each account takes them some hundredths of a second. */
const timeout = 90_000 + ACCOUNTS * 500;

let folder = '';
const opened: AwsEndpoint[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-scan-connectors-'));
  writeFileSync(join(folder, 'acme.yaml'), 'organizations: [{name: acme, memberRole: iamql}]\n');
});
afterAll(async () => {
  await Promise.all(opened.map((endpoint) => endpoint.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** Every call is throttled for ever in the big organization; in the small one the first, and the others refused, for less waiting. */
const throttled: Scenario = {
  faults: [
    { action: ACCOUNTS > 100 ? '*' : 'GetCallerIdentity', error: { code: 'Throttling' } },
    { action: '*', error: { code: 'AccessDenied' } },
  ],
};
/** What is wrong with some of the accounts, by number. */
const wrong: Readonly<Record<number, Scenario>> = {
  4: throttled,
  5: throttled,
  7: { faults: [{ action: '*', garbage: true }] },
  8: { users: manyUsers(2, 1), faults: [{ action: 'ListAccessKeys', error: { code: 'AccessDenied' } }] },
};
const organizationOf = (count: number): ScenarioOrganization =>
  acme(count, (n) => ({
    ...(n === 6 ? { state: 'SUSPENDED' } : {}),
    scenario: () => wrong[n] ?? { users: manyUsers(2, n % 2) },
  }));
const deniedOf = (...numbers: readonly number[]) =>
  numbers.map((n) => ({
    action: 'AssumeRole',
    params: { RoleArn: `arn:aws:iam::${accountId(n)}:role/iamql` },
    error: { code: 'AccessDenied' },
  }));

async function start(scenario: Scenario): Promise<AwsEndpoint> {
  const endpoint = await startAwsEndpoint(scenario);
  opened.push(endpoint);
  return endpoint;
}

const options = (url: string) => ({ env: awsEnv(url), cwd: folder });
const args = (store: string, ...more: readonly string[]) => [
  ...['scan', '--connectors', 'acme.yaml', '--store', store, '--no-judge', ...more],
];
const scan = (store: string, { url }: AwsEndpoint, ...more: readonly string[]) =>
  runCli(args(store, ...more), options(url));

interface Listed {
  readonly account: string;
}

/** The accounts of all scans that a round has, each of which is whole. */
async function wholeScansOf(store: string, round: number): Promise<readonly string[]> {
  const database = await openStore(store);
  const rows = await database.query<{ connector: string; is_whole: boolean }>(
    `SELECT connector, header->'unread' = '[]' AS is_whole FROM scan WHERE round = $1 ORDER BY connector`,
    [round],
  );
  await database.close();
  expect(rows.filter(({ is_whole }) => !is_whole)).toEqual([]);
  return rows.map(({ connector }) => connector);
}

const good = Array.from({ length: ACCOUNTS }, (_, n) => n + 1)
  .filter((n) => n > 8)
  .map(accountId);

describe.each(backends)('iamql scan --connectors into %s', { timeout }, (backend) => {
  const newStore = makesStores(backend);

  // How a server is told that a process was killed, test/scan/three-workers.test.ts shows; a folder needs not be told.
  const isKilled = backend === 'PGlite';

  test(`ended by ${isKilled ? 'SIGKILL, goes on' : 'SIGINT, begins anew with --new-round'}, and keeps whole scans only`, async () => {
    const store = await newStore();
    const count = 8;
    const aws = await start({
      organization: acme(count, () => ({ scenario: () => ({ users: manyUsers(2, 1) }) })),
      latencyMs: 40,
    });
    const cli = startCli(args(store, '--accounts-at-once', '2'), options(aws.url));
    // In the middle: some are scanned, some are under way.
    while (aws.count('GetCredentialReport') < 4) await sleep(20);
    cli.kill(isKilled ? 'SIGKILL' : 'SIGINT');
    const { code, stderr } = await cli.ended;
    expect(code).toBe(isKilled ? null : 130);
    if (!isKilled) expect(stderr).toContain('iamql: interrupted');
    const scanned = await wholeScansOf(store, 1);
    expect(scanned.length).toBeGreaterThan(0);
    expect(scanned.length).toBeLessThan(count);
    const next = await scan(store, aws, ...(isKilled ? [] : ['--new-round']));
    expect(next.stderr).toMatch(isKilled ? /^iamql: goes on with round 1 of / : /^$/);
    expect(next).toMatchObject({ code: 0, stdout: expect.stringContaining(`${count} scanned whole`) as string });
    const all = Array.from({ length: count }, (_, n) => accountId(n + 1));
    expect(await wholeScansOf(store, isKilled ? 1 : 2)).toEqual(all);
    if (!isKilled) expect(await wholeScansOf(store, 1)).toEqual(scanned);
  });

  // What is asked for does not depend on the database, and a folder is slow here, because each command opens it anew.
  if (isKilled) return;

  test('scans whom it can, and says of the others why not', async () => {
    const store = await newStore();
    const aws = await start({ organization: organizationOf(ACCOUNTS), faults: deniedOf(1, 2, 3) });
    const { stdout, stderr, code } = await scan(store, aws);
    expect(stderr.replace(/^iamql: scanned \d+ of .*\n/gm, '')).toBe('');
    expect(stdout).toMatch(
      new RegExp(`^round 1: ${ACCOUNTS - 1} accounts, ${good.length} scanned whole, 1 in part, 6 not at all, 0 left\n`),
    );
    for (const n of [1, 2, 3])
      expect(stdout).toMatch(new RegExp(`^failed: ${accountId(n)} \\(account ${n}\\): sts:AssumeRole denied`, 'm'));
    for (const n of [4, 5]) expect(stdout).toMatch(new RegExp(`^failed: ${accountId(n)} .*Rate exceeded`, 'm'));
    expect(stdout).toMatch(new RegExp(`^failed: ${accountId(7)} .*answered without an account`, 'm'));
    expect(stdout).toMatch(new RegExp(`^in part: ${accountId(8)} .*iam:ListAccessKeys denied`, 'm'));
    expect(stdout).toContain(`skipped: ${accountId(6)} (account 6): SUSPENDED\n`);
    expect(code).toBe(2);
    const { stdout: listed } = await runCli(['scans', '--store', store, '--format', 'json']);
    const scans: readonly Listed[] = JSON.parse(listed);
    expect(scans.map(({ account }) => account).sort()).toEqual(
      Array.from({ length: ACCOUNTS }, (_, n) => n + 1)
        .filter((n) => n !== 6)
        .map(accountId),
    );
    // What throttles is given one more turn; what is refused is not.
    const asks = (n: number) => aws.calls.filter(({ params }) => params['RoleArn']?.includes(accountId(n))).length;
    expect([asks(1), asks(4)]).toEqual([1, 2]);

    // A day later one more account is there, and the suspended one is gone for good. Who throttled now refuses, which takes no waiting.
    aws.setScenario({ organization: organizationOf(ACCOUNTS + 1), faults: deniedOf(1, 2, 3, 4, 5) });
    const next = await scan(store, aws);
    expect(next.stdout).toContain(`round 2: ${ACCOUNTS} accounts, ${good.length + 1} scanned whole`);

    const { stdout: judged, code: verdict } = await runCli(['check', '--store', store]);
    expect(judged).toMatch(
      /accounts: \d+ passed, \d+ failed, 6 could not be judged\n {6}not judged: account 1, account 2, account 3, account 4, account 5,\s+account 7\n/,
    );
    expect(verdict).toBe(2);
    const ofUnit = ['--store', store, '--ou', 'Production', '--format', 'json'];
    const [unit, unitScans, nowhere, snapshot] = await Promise.all([
      runCli(['check', ...ofUnit]),
      runCli(['scans', ...ofUnit]),
      runCli(['history', '--store', store, '--tag', 'env=nobody']),
      runCli(['snapshot', '--store', store]),
    ]);
    expect(snapshot).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('--connector') as string });
    // 3, 7, 11, ... in both rounds.
    const inUnit = JSON.parse(unitScans.stdout).map(({ account }: Listed) => Number(account.slice(6)) % 4);
    expect(new Set(inUnit)).toEqual(new Set([3]));
    expect(nowhere).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no account of the store fits') as string,
    });
    const placed = JSON.parse(unit.stdout).connectors as readonly {
      readonly organizationalUnits: readonly { name: string }[];
    }[];
    expect(placed.length).toBeGreaterThan(1);
    for (const { organizationalUnits } of placed) expect(organizationalUnits.at(-1)?.name).toBe('Production');
  });

  test('an account that the file names no longer is asked about no longer, but as of before', async () => {
    const store = await newStore();
    const aws = await start({ organization: acme(3) });
    await scan(store, aws);
    const then = new Date().toISOString();
    aws.setScenario({ organization: acme(3, (n) => (n === 2 ? { state: 'SUSPENDED' } : {})) });
    // A part of the file says nothing of the others.
    await scan(store, aws, '--connector', 'account 1');
    const ids = async (...more: readonly string[]) => {
      const { stdout } = await runCli(['query', '--store', store, '{connectors{accountID}}', ...more]);
      return JSON.parse(stdout).data.connectors.map((one: { accountID: string }) => one.accountID);
    };
    expect(await ids()).toEqual([1, 2, 3].map(accountId));
    expect((await scan(store, aws)).stdout).toContain('skipped: 111100000002 (account 2): SUSPENDED');
    expect(await ids()).toEqual([1, 3].map(accountId));
    expect(await ids('--as-of', then)).toEqual([1, 2, 3].map(accountId));
    // Another file, and nobody would hear of those of the first any more.
    writeFileSync(join(folder, 'other.yaml'), 'accounts: [{account: "111122223333"}]\n');
    const other = ['scan', '--connectors', 'other.yaml', '--store', store, '--no-judge'];
    expect((await runCli(other, options(aws.url))).stdout).toMatch(
      /^round 4: 1 accounts, .*\nasked about no longer: 2 accounts that the file names no longer: 111100000001 \(account 1\), 111100000003 \(account 3\)\n$/,
    );
  });

  test.each([
    ['is scanned all the same', false, '3 accounts, 3 scanned whole, 0 in part, 0 not at all, 0 left', 0],
    [
      'is left, where the round has been ended',
      true,
      '3 accounts, 2 scanned whole, 0 in part, 0 not at all, 1 left',
      2,
    ],
  ])(
    'an account that a process with an older file has taken out of the round %s',
    async (_what, isEnded, told, exit) => {
      const store = await newStore();
      const aws = await start({ organization: acme(3) });
      const ofOld = [1, 2].map((n) => ({ id: accountId(n), name: 'x', tags: {}, organization: 'acme', units: [] }));
      aws.onCall = async ({ action }) => {
        if (action !== 'AssumeRole') return;
        aws.onCall = undefined;
        const database = await openStore(store);
        const round = { id: '1', startedAt: new Date(), isGoneOnWith: true };
        await enrollConnectors(database, ofOld, { skipped: [], isAll: true });
        await addToRound(database, round, []);
        if (isEnded) await endRound(database, round);
        await database.close();
      };
      const { stdout, code } = await scan(store, aws, '--accounts-at-once', '1');
      expect(stdout).toMatch(new RegExp(`^round 1: ${told}\n${isEnded ? `left: ${accountId(3)} ` : ''}`));
      expect(code).toBe(exit);
    },
  );

  test('an account that was never read is known, and not clean', async () => {
    const store = await newStore();
    const aws = await start({
      organization: acme(2),
      faults: [{ action: 'AssumeRole', error: { code: 'AccessDenied' } }],
    });
    expect((await scan(store, aws)).code).toBe(2);
    const { stdout, code } = await runCli(['check', '--store', store]);
    expect(stdout).toContain('accounts: 0 passed, 0 failed, 2 could not be judged');
    expect(code).toBe(2);
  });

  test('an organization that cannot be listed retires nobody, and makes the exit code 2', async () => {
    const store = await newStore();
    const aws = await start({ organization: acme(2) });
    await scan(store, aws);
    // One of the two can be listed, and leaves out whom the other had.
    writeFileSync(
      join(folder, 'two.yaml'),
      `accounts: [{account: "111122223333"}]
organizations:
  - {name: acme, memberRole: iamql}
  - {name: part, memberRole: iamql, organizationalUnits: [ou-ab12-11111111], exclude: ["${accountId(2)}"]}\n`,
    );
    aws.setScenario({ organization: acme(2), faults: [{ action: 'ListRoots', error: { code: 'AccessDenied' } }] });
    const { stdout, code } = await runCli(
      ['scan', '--connectors', 'two.yaml', '--store', store, '--no-judge'],
      options(aws.url),
    );
    expect(stdout).toMatch(
      /^round 2: 1 accounts, 1 scanned whole.*\nskipped: 111100000002 .*: excluded\nnot read: 1 account of part .*: 111100000001 .*\norganization acme could not be listed: organizations:ListRoots denied/,
    );
    expect(code).toBe(2);
    // The units say that one is suspended, and who else there is nobody knows.
    const suspended = acme(2, (n) => (n === 2 ? { state: 'SUSPENDED' } : {}));
    aws.setScenario({ organization: suspended, faults: [{ action: 'ListAccounts', error: { code: 'AccessDenied' } }] });
    const part = await scan(store, aws);
    expect(part).toMatchObject({ code: 2, stdout: expect.stringContaining('ListAccounts denied') as string });
    const { stdout: answer } = await runCli(['query', '--store', store, '{connectorsAggregate{count}}']);
    expect(JSON.parse(answer).data.connectorsAggregate.count).toBe(3);
  });

  test.each([
    [
      ['--connectors', 'acme.yaml', '--profile', 'x'],
      '--profile, --role-arn and --external-id and --connectors: the file says which accounts are read, and how',
    ],
    [['--every', '4h'], '--connector, --ou, --new-round and --every need --connectors'],
    [
      ['--connectors', 'acme.yaml', '--accounts-at-once', '65'],
      "option '--accounts-at-once <n>' argument '65' is invalid. it is a number from 1 to 64.",
    ],
  ])('%s is refused', async (more, message) => {
    const { code, stderr } = await runCli(['scan', '--store', 'none', ...more], { cwd: folder });
    expect(stderr).toBe(`iamql: ${message}\n`);
    expect(code).toBe(3);
  });
});

// These two wait more than they work.
test.concurrent('serve --scan-every answers while it scans, from one folder, and ends in good order', {
  timeout,
}, async () => {
  const aws = await start({ organization: acme(4, () => ({ scenario: () => ({ users: manyUsers(3, 1) }) })) });
  const store = join(folder, 'served');
  const { server, url } = await serveUrl(
    ['--store', store, '--connectors', 'acme.yaml', '--scan-every', '1s'],
    options(aws.url),
  );
  const count = async () =>
    (await post(url, { query: '{iamUsersAggregate{count}}' })).body.data?.iamUsersAggregate?.count;
  // A store that nothing is in yet, or not all, has no count.
  while ((await count()) !== 12) await sleep(100);
  // Rounds follow each other, and every answer is of whole scans.
  await server.waitFor(/round 2: 4 accounts, 4 scanned whole/);
  for (let n = 0; n < 20; n += 1) expect(await count()).toBe(12);
  server.kill('SIGTERM');
  const { code, stderr } = await server.ended;
  expect(stderr).toMatch(/^iamql serves the store .*\n/);
  expect(code).toBe(0);
});

test.concurrent('an account that ends every process that scans it keeps no other waiting, and is given up', {
  timeout,
}, async () => {
  const hang = { faults: [{ action: '*', hang: true }] };
  const aws = await start({ organization: acme(3, (n) => ({ scenario: () => (n === 2 ? hang : {}) })) });
  const store = join(folder, 'poisoned');
  const worker = startCli(args(store), options(aws.url));
  const ofPoisoned = () => aws.calls.filter(({ params }) => params['RoleArn']?.includes(accountId(2))).length;
  while (ofPoisoned() === 0 || aws.count('GetAccessKeyLastUsed') + aws.count('ListAccountAliases') < 2) await sleep(20);
  worker.kill('SIGKILL');
  await worker.ended;
  const database = await openStore(store);
  const [{ begun } = { begun: 0 }] = await database.query<{ begun: number }>(
    'UPDATE round_account SET begun = 5 WHERE connector = $1 RETURNING (SELECT begun FROM round_account WHERE connector = $1)',
    [accountId(2)],
  );
  await database.close();
  // Each beginning that did not end is counted.
  expect(begun).toBe(1);
  const asked = ofPoisoned();
  const { stdout, code } = await scan(store, aws);
  expect(stdout).toMatch(/^round 1: 3 accounts, 2 scanned whole, 0 in part, 1 not at all, 0 left\n/);
  expect(stdout).toMatch(/^failed: 111100000002 \(account 2\): 5 processes ended while they scanned it/m);
  expect(code).toBe(2);
  // Nobody asked it for anything more.
  expect(ofPoisoned()).toBe(asked);
});
