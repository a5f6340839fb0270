import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountId, acme } from '../connectors/acme.ts';
import { type AwsEndpoint, manyUsers, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

let folder = '';
let endpoint: AwsEndpoint;

const denied = { action: '*', error: { code: 'AccessDenied' } };
/** 1 and 2 fail, 3 passes, 4 is refused, 5 is suspended, 6 has no keys to be asked for. */
const scenarios: readonly Scenario[] = [
  { users: manyUsers(4, 2) },
  { users: manyUsers(3, 1) },
  { users: manyUsers(5, 0) },
  { users: manyUsers(2, 1), faults: [denied] },
  {},
  { users: manyUsers(3, 1), faults: [{ action: 'ListAccessKeys', error: { code: 'AccessDenied' } }] },
];
const organization = acme(6, (n) => ({
  ...(n === 5 ? { state: 'SUSPENDED' } : {}),
  ...(n === 1 ? { tags: { env: 'prod' } } : {}),
  scenario: () => scenarios[n - 1] ?? {},
}));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-check-connectors-'));
  endpoint = await startAwsEndpoint({ organization });
  writeFileSync(join(folder, 'acme.yaml'), 'organizations: [{name: acme, memberRole: iamql, accountTags: true}]\n');
});
afterAll(async () => {
  await endpoint.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What it compares is a value of all accounts. */
const counted = `{id: count-users, title: t, severity: low, connectors: [AWS], assetTypes: [IAMUser], overview: o, why: w,
  remediation: {console: c, cli: c, iac: i}, falsePositives: f,
  rules: [{name: n, title: t, query: "{iamUsersAggregate{count}}", returnPath: count, expect: "eq 0"}]}\n`;

const run = (...args: readonly string[]) =>
  runCli([args[0] as string, '--connectors', 'acme.yaml', ...args.slice(1)], {
    env: awsEnv(endpoint.url),
    cwd: folder,
  });

test('check judges every account, and says of each how it stands', async () => {
  endpoint.forgetCalls();
  const { stdout, code } = await run('check', '--format', 'json');
  // That some could not be judged wins over that others failed.
  expect(code).toBe(2);
  const { accounts, connectors, account, controls } = JSON.parse(stdout);
  expect(account).toBeNull();
  expect(accounts).toEqual([1, 2, 3, 4, 6].map(accountId));
  expect(connectors[1]).toMatchObject({ account: accountId(2), name: 'account 2', organization: 'acme' });
  const [{ verdict, accounts: whole, rules }] = controls;
  expect(verdict).toBe('FAIL');
  expect(whole).toMatchObject({ passed: 1, failed: 3, notJudged: 1, stale: 0 });
  expect(whole.verdicts.map((one: { verdict: string; found: number }) => [one.verdict, one.found])).toEqual([
    ['FAIL', 2],
    ['FAIL', 1],
    ['PASS', 0],
    ['ERROR', 0],
    ['FAIL', 1],
  ]);
  expect(whole.verdicts[3].reasons).toEqual([
    expect.stringMatching(/^account account 4: iam:GetCredentialReport denied/),
  ]);
  expect(rules[0].total).toBeNull();
  expect(rules[0].findings.map((one: { account: string }) => one.account)).toEqual(
    expect.arrayContaining([1, 1, 2, 6].map(accountId)),
  );
  // As many calls as each costs alone: the role, the report, and the keys of whom it finds.
  expect(endpoint.count('AssumeRole')).toBe(5);
  expect(endpoint.count('GetCredentialReport')).toBe(5);
  expect(endpoint.count('ListAccessKeys')).toBe(4);
});

test('text has findings by account and unit, and names who was not judged', async () => {
  const { stdout } = await run('check');
  expect(stdout).toMatch(/^5 accounts\n/);
  expect(stdout).toMatch(
    / {6}accounts: 1 passed, 3 failed, 1 could not be judged\n {6}not judged: account 4\n {6}4 of \? IAM users\n/,
  );
  expect(stdout).toContain('  In account account 2 (111100000002) in acme: Root / Workloads:\n');
  expect(stdout).toContain('could not be judged in full: account account 4: iam:GetCredentialReport denied');
});

test('every format says of each account what it says', async () => {
  const formats: Readonly<Record<string, readonly RegExp[]>> = {
    csv: [/^"PASS".*"111100000003"/m, /^"ERROR".*denied in account 111100000004.*"account 4","acme: Root \/ Sandbox"/m],
    ocsf: [/"status_code":"PASS".*"uid":"111100000003"/, /"status_code":"ERROR".*"uid":"111100000004"/],
    asff: [/"AwsAccountId": "111100000003"/, /"AwsAccountId": "111100000004"/],
    markdown: [/accounts&#58; 1 passed, 3 failed, 1 could not be judged/, /account 2 \(111100000002\)/],
    html: [/accounts: 1 passed, 3 failed, 1 could not be judged/, /account account 4: iam:GetCredentialReport denied/],
    junit: [/account 2 \(111100000002\) in acme/, /<error .*account account 4/],
    sarif: [/aws-iam\/111100000002\//, /"kind": "open"/],
  };
  const { code } = await run('check', ...Object.keys(formats).flatMap((name) => ['--format', name, '--output', name]));
  expect(code).toBe(2);
  for (const [name, texts] of Object.entries(formats)) {
    const written = readFileSync(join(folder, name), 'utf8');
    for (const text of texts) expect(written).toMatch(text);
  }
});

test('accounts are selected; where none can be read nothing passes', async () => {
  const passed = await run('check', '--connector', 'account 3');
  expect(passed.code).toBe(0);
  expect(passed.stdout).toContain('0 of 5 IAM users');
  const tagged = await run('check', '--tag', 'env=prod', '--format', 'json');
  expect(JSON.parse(tagged.stdout).account).toBe(accountId(1));
  const unit = await run('check', '--ou', 'Sandbox');
  expect(unit.stdout).toMatch(/^ERROR {2}/m);
  expect(unit.code).toBe(2);
  const suspended = await run('check', '--connector', 'account 5');
  expect(suspended).toMatchObject({ code: 3, stderr: 'iamql: account account 5 is not read: SUSPENDED\n' });
});

test('query answers for all of them in one order, and pages go on over accounts', async () => {
  const text =
    '{iamUsersConnection(first:5,sort:[{userName:DESC}]){totalCount pageInfo{endCursor} edges{node{userName cloudAccountID connector{accountID}}}}}';
  const args = ['--connector', 'account 1', 'account 2', 'account 3'];
  const first = JSON.parse((await run('query', text, ...args)).stdout).data.iamUsersConnection;
  expect(first.totalCount).toBe(12);
  const after = first.pageInfo.endCursor;
  const next = JSON.parse((await run('query', text.replace('first:5', `first:9,after:"${after}"`), ...args)).stdout);
  const nodes = [...first.edges, ...next.data.iamUsersConnection.edges].map(({ node }) => node);
  const keys = nodes.map(({ userName, cloudAccountID }) => `${userName} ${cloudAccountID}`);
  expect(new Set(keys).size).toBe(12);
  expect(nodes.map(({ userName }) => userName)).toEqual(
    nodes
      .map(({ userName }) => userName)
      .sort()
      .reverse(),
  );
  for (const { cloudAccountID, connector } of nodes) expect(connector.accountID).toBe(cloudAccountID);
});

test('what one account refuses stands beside what the others answer, with its id', async () => {
  const { stdout, code } = await run('query', '{iamUsers(where:{userName_STARTS_WITH:"user"}){userName}}');
  const { errors, data } = JSON.parse(stdout);
  expect(code).toBe(2);
  expect(data.iamUsers.filter((user: unknown) => user !== null)).toHaveLength(15);
  expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'AccessDenied', account: accountId(4) } })]);
});

test('an organization that cannot be listed is beside every answer; no account means no PASS', async () => {
  const faulty = await startAwsEndpoint({ organization, faults: [{ ...denied, action: 'ListRoots' }] });
  writeFileSync(
    join(folder, 'mixed.yaml'),
    `accounts: [{roleArn: "arn:aws:iam::${accountId(3)}:role/iamql"}]\norganizations: [{name: acme, memberRole: iamql}]\n`,
  );
  const options = { env: awsEnv(faulty.url), cwd: folder };
  const { stdout, code } = await runCli(['check', '--connectors', 'mixed.yaml'], options);
  await faulty.close();
  expect(stdout).toMatch(
    /^ERROR {2}.*\n.*\n {6}accounts: 1 passed, 0 failed, 1 could not be judged\n {6}not judged: organization acme\n/m,
  );
  expect(code).toBe(2);
});

test('what was judged of no account passes in none, whichever the error names', async () => {
  const states: readonly Scenario[] = [
    { faults: [denied] },
    { faults: [{ action: '*', error: { code: 'Throttling' } }] },
  ];
  const refused = await startAwsEndpoint({ organization: acme(2, (n) => ({ scenario: () => states[n - 1] ?? {} })) });
  mkdirSync(join(folder, 'own'), { recursive: true });
  writeFileSync(join(folder, 'own', 'count.yaml'), counted);
  const options = { env: awsEnv(refused.url), cwd: folder };
  for (const id of ['aws-iam-access-keys-are-rotated', 'count-users']) {
    const args = ['check', id, '--controls', 'own', '--connectors', 'acme.yaml', '--format', 'json'];
    const { stdout, stderr } = await runCli(args, options);
    expect(stderr).toBe('');
    const { accounts } = JSON.parse(stdout).controls[0];
    expect(accounts).toMatchObject({ passed: 0, failed: 0, notJudged: 2 });
    // Each has its own reason, and not that of whoever was asked first.
    expect(accounts.verdicts.map(({ reasons }: { reasons: readonly string[] }) => reasons)).toEqual([
      [expect.stringMatching(/^account account 1: .* denied/)],
      [expect.stringMatching(/^account account 2: .*Rate exceeded/)],
    ]);
  }
  await refused.close();
});

test('an account without any of it is known to be the one that was named', async () => {
  writeFileSync(join(folder, 'other.yaml'), `accounts: [{account: "${accountId(1)}"}]\n`);
  const options = { env: awsEnv(endpoint.url), cwd: folder };
  const { stdout, code } = await runCli(['query', '{iamRoles{roleName}}', '--connectors', 'other.yaml'], options);
  expect(JSON.parse(stdout).errors).toMatchObject([{ message: 'the credentials are of account 111122223333' }]);
  expect(code).toBe(3);
});

test('an account of which nothing tells whose it is has no empty list', async () => {
  const nameless = await startAwsEndpoint({
    organization: acme(2, (n) => ({
      scenario: () => (n === 1 ? { faults: [{ ...denied, action: 'GetCallerIdentity' }] } : {}),
    })),
  });
  const options = { env: awsEnv(nameless.url), cwd: folder };
  const [query, check] = await Promise.all([
    runCli(['query', '{iamServerCertificates{arn}}', '--connectors', 'acme.yaml'], options),
    runCli(['check', 'aws-iam-no-expired-certificates', '--connectors', 'acme.yaml'], options),
  ]);
  await nameless.close();
  expect(query.stdout).toMatch(/account account 1: sts:GetCallerIdentity denied/);
  expect(check.stdout).toContain('accounts: 1 passed, 0 failed, 1 could not be judged');
  expect([query.code, check.code]).toEqual([2, 2]);
});

test('a policy of AWS fails the account that uses it, and no other', async () => {
  const arn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const uses = { groups: [{ name: 'g', attachedPolicies: [arn] }], policies: [{ arn, document }] };
  const states: readonly Scenario[] = [uses, { faults: [denied] }, {}, uses];
  const mixed = await startAwsEndpoint({ organization: acme(4, (n) => ({ scenario: () => states[n - 1] ?? {} })) });
  const args = ['check', 'aws-iam-no-full-admin-policies', '--connectors', 'acme.yaml', '--format', 'json'];
  const { stdout, code } = await runCli(args, { env: awsEnv(mixed.url), cwd: folder });
  await mixed.close();
  const { verdicts } = JSON.parse(stdout).controls[0].accounts;
  const told = verdicts.map(({ verdict, found }: { verdict: string; found: number }) => `${verdict} ${found}`);
  expect(told).toEqual(['FAIL 1', 'ERROR 0', 'PASS 0', 'FAIL 1']);
  expect(code).toBe(2);
});

test('where no account is left there is nothing to pass, to answer, to write or to serve', async () => {
  const text = `organizations: [{name: acme, memberRole: iamql, exclude: [${[1, 2, 3, 4, 6].map((n) => `"${accountId(n)}"`).join()}]}]\n`;
  writeFileSync(join(folder, 'none.yaml'), text);
  const selections = [
    [['none.yaml'], 2, 'the connectors leave no account to read'],
    [['acme.yaml', '--tag', 'env=nobody'], 2, 'no account of the connectors fits --connector, --ou and --tag'],
    [['acme.yaml', '--ou', 'Prod'], 3, 'no account is in an organizational unit "Prod"'],
    [['acme.yaml', '--connector', 'nobody'], 3, 'there is no connector "nobody"'],
  ] as const;
  const commands = [['check'], ['query', '{iamUsers{userName}}'], ['export', 'IAMUser'], ['serve', '--port', '0']];
  const asked = selections.flatMap((selection, index) =>
    // Each command once with each way of selecting nothing would be sixteen: two of each do.
    commands.filter((_, n) => (n + index) % 2 === 0 || index === 0).map((command) => [command, selection] as const),
  );
  const ended = await Promise.all(
    asked.map(async ([command, [selection, code, message]]) => {
      const answer = await runCli([...command, '--connectors', ...selection], {
        env: awsEnv(endpoint.url),
        cwd: folder,
      });
      return { command, ...answer, isSaid: answer.stderr.includes(message), expected: code };
    }),
  );
  for (const one of ended) expect(one).toMatchObject({ stdout: '', code: one.expected, isSaid: true });
});

test('an exception counts in its own account alone', async () => {
  const { findings } = JSON.parse((await run('check', '--format', 'json')).stdout).controls[0].rules[0];
  const [finding] = findings.filter((one: { account: string }) => one.account === accountId(2));
  const exception = (account: string) =>
    `exceptions: [{control: aws-iam-no-initial-access-keys, account: "${account}", asset: ${finding.name}, key: {accessKeyId: ${finding.keys[0].accessKeyId}}, reason: r, owner: o, expires: 2999-01-01}]`;
  for (const [account, count] of [
    [accountId(2), 1],
    [accountId(3), 0],
  ] as const) {
    writeFileSync(join(folder, 'e.yaml'), exception(account));
    const { stdout } = await run('check', '--exceptions', 'e.yaml', '--format', 'json');
    expect(JSON.parse(stdout).controls[0].rules[0].excepted).toHaveLength(count);
  }
});

test.each([
  [
    ['--profile', 'x'],
    '--profile, --role-arn and --external-id are for one account: the file of --connectors says how each is reached',
  ],
  [['--sample'], '--sample and --connectors name two sources'],
  [['--as-of', '2026-01-01'], '--as-of needs --store'],
])('--connectors with %s is refused', async (args, message) => {
  expect(await run('check', ...args)).toMatchObject({ code: 3, stderr: `iamql: ${message}\n` });
});

test('a plan of remediation is for one account, which is said before any is judged', async () => {
  endpoint.forgetCalls();
  const args = ['remediate', 'plan', '--connectors', 'acme.yaml'];
  const options = { env: awsEnv(endpoint.url), cwd: folder };
  const ended = await runCli([...args, '--connector', accountId(1), accountId(2)], options);
  const message = `a plan is for one account, and these are 2: name one with --connector, such as ${accountId(1)}`;
  expect(ended).toMatchObject({ code: 3, stdout: '', stderr: `iamql: ${message}\n` });
  expect(endpoint.count('GetCredentialReport')).toBe(0);
  const { stdout } = await runCli([...args, '--connector', accountId(2)], options);
  expect(stdout).toContain(`account ${accountId(2)} (aws); from live`);
});
