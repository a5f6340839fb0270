import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { type AwsEndpoint, manyUsers, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';
import { post, serveUrl } from '../support/serve.ts';

const TOKEN = 'a-token-that-is-long-enough';

const opened: AwsEndpoint[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function start(scenario: Scenario): Promise<AwsEndpoint> {
  const endpoint = await startAwsEndpoint(scenario);
  opened.push(endpoint);
  return endpoint;
}

async function serve(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { server, url } = await serveUrl(args, { env });
  onTestFinished(async () => {
    server.kill('SIGTERM');
    await server.ended;
  });
  return url;
}

describe('the live account', () => {
  test('is named, and its report is read once for many requests', async () => {
    const endpoint = await start({ users: manyUsers(50, 5) });
    const { server, url } = await serveUrl([], { env: awsEnv(endpoint.url) });
    expect(endpoint.counts()).toEqual({ GetCallerIdentity: 1 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(url, { query: FOUNDING_TEXT })));
    for (const { body } of answers) {
      expect(body.data.iamUsers).toHaveLength(5);
      expect(body.extensions).toMatchObject({ source: 'live', account: '111122223333' });
      expect(body.extensions.sample).toBeUndefined();
    }
    expect(endpoint.counts()).toEqual({ GetCallerIdentity: 1, GetCredentialReport: 1 });
    server.kill('SIGTERM');
    expect((await server.ended).stderr).toMatch(/^iamql serves the live account 111122223333 at /);
  });

  test('is read again after --refresh', async () => {
    const endpoint = await start({ users: manyUsers(50, 5) });
    const url = await serve(['--refresh', '1s'], awsEnv(endpoint.url));
    expect((await post(url, { query: FOUNDING_TEXT })).body.data.iamUsers).toHaveLength(5);
    endpoint.setScenario({ users: manyUsers(50, 7) });
    await sleep(1_100);
    expect((await post(url, { query: FOUNDING_TEXT })).body.data.iamUsers).toHaveLength(7);
    expect(endpoint.count('GetCredentialReport')).toBe(2);
  });

  test('a hundred requests at once make the calls of one', async () => {
    const users = manyUsers(40, 4).map((user) => ({ ...user, groups: ['all'] }));
    const endpoint = await start({ users, groups: [{ name: 'all' }], latencyMs: 20 });
    const url = await serve([], awsEnv(endpoint.url));
    const query = FOUNDING_TEXT.replace(
      '...AssetFragment',
      'userName accessKeys{accessKeyId lastUsedDate} hasIAMGroup{groupName} sshPublicKeys{status}',
    );
    const alone = await post(url, { query });
    expect(alone.body.errors).toBeUndefined();
    const calls = endpoint.counts();
    endpoint.forgetCalls();
    const other = await serve([], awsEnv(endpoint.url));
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(other, { query })));
    for (const { status, body } of answers) expect([status, body.data]).toEqual([200, alone.body.data]);
    expect(endpoint.counts()).toEqual(calls);
    expect(calls).toMatchObject({ GetCredentialReport: 1, GetAccountAuthorizationDetails: 1, ListAccessKeys: 4 });
  });

  test('is read again when it is older than --max-age, however long --refresh is', async () => {
    const endpoint = await start({ passwordPolicy: { MinimumPasswordLength: 8 } });
    const url = await serve(['--refresh', '1h', '--max-age', '1s'], awsEnv(endpoint.url));
    const query = '{iamPasswordPolicies{minimumPasswordLength}}';
    const lengthNow = async () => (await post(url, { query })).body.data.iamPasswordPolicies[0].minimumPasswordLength;
    expect(await lengthNow()).toBe(8);
    endpoint.setScenario({ passwordPolicy: { MinimumPasswordLength: 20 } });
    await sleep(1_100);
    expect(await lengthNow()).toBe(20);
    expect(endpoint.count('GetAccountPasswordPolicy')).toBe(2);
  });

  test('tells its alias when asked, and access keys with one call for each user', async () => {
    const endpoint = await start({ users: manyUsers(20, 2), aliases: ['prod'] });
    const url = await serve([], awsEnv(endpoint.url));
    const connectors = await post(url, { query: '{ connectors { accountID accountAlias partition } }' });
    expect(connectors.body.data).toEqual({
      connectors: [{ accountID: '111122223333', accountAlias: 'prod', partition: 'aws' }],
    });
    expect(endpoint.counts()).toEqual({ GetCallerIdentity: 1, ListAccountAliases: 1 });
    const query = FOUNDING_TEXT.replace('...AssetFragment', 'a:accessKeys{accessKeyId} b:accessKeys{status}');
    expect((await post(url, { query })).body.errors).toBeUndefined();
    expect(endpoint.count('ListAccessKeys')).toBe(2);
  });

  test('a report that cannot be read is null and an error, and is read again the next time', async () => {
    const denied = { action: 'GetCredentialReport', times: 1, error: { code: 'AccessDenied' } };
    const endpoint = await start({ users: manyUsers(10, 1), faults: [denied] });
    const url = await serve([], awsEnv(endpoint.url));
    const failed = await post(url, { query: FOUNDING_TEXT });
    expect(failed.body.data).toEqual({ iamUsers: null });
    expect(failed.body.errors).toMatchObject([{ path: ['iamUsers'], extensions: { code: 'AccessDenied' } }]);
    expect(failed.body.errors[0].message).toContain('iam:GetCredentialReport denied in account 111122223333');
    expect(JSON.stringify(failed.body)).not.toContain('stack');
    expect((await post(url, { query: FOUNDING_TEXT })).body.data.iamUsers).toHaveLength(1);
  });

  test('credentials that expire later are an error too', async () => {
    const endpoint = await start({ users: manyUsers(10, 1) });
    const url = await serve([], awsEnv(endpoint.url));
    endpoint.setScenario({ faults: [{ action: '*', error: { code: 'ExpiredToken' } }] });
    const { body } = await post(url, { query: FOUNDING_TEXT });
    expect(body.data).toEqual({ iamUsers: null });
    expect(body.errors).toMatchObject([{ extensions: { code: 'ExpiredCredentials' } }]);
  });
});

describe('starting', () => {
  test.each([
    ['no credentials', 3, /sign in, set AWS_PROFILE/, undefined],
    ['an expired token', 2, /sts:GetCallerIdentity failed: .*sign in again/, 'ExpiredToken'],
    ['credentials that AWS does not know', 2, /sign in again/, 'InvalidClientTokenId'],
  ])('%s: %d, and never the sample', async (_name, exitCode, message, fault) => {
    const endpoint = await start(fault ? { faults: [{ action: '*', error: { code: fault } }] } : {});
    const env = fault ? awsEnv(endpoint.url) : { AWS_ENDPOINT_URL: endpoint.url };
    const { code, stdout, stderr } = await runCli(['serve', '--port', '0'], { env });
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).not.toMatch(/sample/i);
  });

  test('a report file that cannot be trusted: 2', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'iamql-serve-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'report.csv'), 'name,age\n');
    const { code, stderr } = await runCli(['serve', '--port', '0', '--report', join(folder, 'report.csv')]);
    expect(stderr).toContain('not a credential report');
    expect(code).toBe(2);
  });
});

describe('a token', () => {
  test('is asked of every request for data, and the page does not name the account', async () => {
    const url = await serve(['--sample', '--host', '0.0.0.0'], { IAMQL_TOKEN: TOKEN });
    const local = url.replace('0.0.0.0', '127.0.0.1');
    for (const authorization of ['', TOKEN, 'Bearer wrong', `Bearer ${TOKEN}x`, `bearer ${TOKEN.slice(1)}`]) {
      const refused = await post(local, { query: FOUNDING_TEXT }, { authorization });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(refused.body).toEqual({
        errors: [{ message: expect.stringContaining('asks for a token') }],
        extensions: { sample: true },
      });
    }
    const { status, body } = await post(local, { query: FOUNDING_TEXT }, { authorization: `Bearer ${TOKEN}` });
    expect(status).toBe(200);
    expect(body.data.iamUsers).toHaveLength(3);
    const page = await (await fetch(local, { headers: { accept: 'text/html' } })).text();
    expect(page).not.toContain('111122223333');
  });

  test('comes from a file too, and is not short', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'iamql-token-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'token');
    await writeFile(file, `${TOKEN}\n`);
    const url = await serve(['--sample', '--token-file', file], {});
    expect((await post(url, { query: FOUNDING_TEXT })).status).toBe(401);
    expect((await post(url, { query: FOUNDING_TEXT }, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    for (const [content, message] of [
      ['short', 'shorter than 16'],
      ['', 'is empty'],
    ] as const) {
      await writeFile(file, content);
      const refused = await runCli(['serve', '--sample', '--port', '0', '--token-file', file]);
      expect(refused).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining(message) });
    }
  });
});
