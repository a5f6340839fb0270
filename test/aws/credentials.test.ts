import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AwsSettings } from '../../src/aws/aws-settings.ts';
import { type AwsEndpoint, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { metadataRequests, startMetadataService } from './metadata-service.ts';
import { NOBODY } from './open-account.ts';

const SCRIPT = fileURLToPath(new URL('ask-account.ts', import.meta.url));
const SIGN_IN = 'sign in, set AWS_PROFILE or pass --profile; or read a file with --report';

let home: string;
let endpoint: AwsEndpoint;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'iamql-home-'));
  endpoint = await startAwsEndpoint({});
});

afterEach(async () => {
  await endpoint.close();
  await rm(home, { recursive: true });
});

async function writeHome(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), text);
}

/** A process of someone who has nothing but this home and these variables. */
async function ask(env: Record<string, string>, settings: AwsSettings = {}) {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT, JSON.stringify(settings)], {
    env: { HOME: home, AWS_ENDPOINT_URL: endpoint.url, AWS_EC2_METADATA_SERVICE_ENDPOINT: NOBODY, ...env },
  });
  return { ...JSON.parse(stdout), stderr };
}

const signers = (): readonly string[] => endpoint.calls.map(({ signedBy }) => signedBy);

describe('none at all is NoCredentials, for which a service that does not answer is asked for a token and without one, and not again', () => {
  test.each([
    ['the metadata address swallows packets', async () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: await silence() })],
    ['the metadata address refuses', async () => ({})],
    ['the metadata service is switched off', async () => ({ AWS_EC2_METADATA_DISABLED: 'true' })],
    ['the credentials of a container are at a dead port', async () => container(NOBODY)],
    [
      'the default profile is named, and there is none',
      async () => ({ AWS_PROFILE: 'default', AWS_EC2_METADATA_SERVICE_ENDPOINT: await silence() }),
    ],
  ])('%s', async (_, env) => {
    const answer = await ask(await env());
    expect(answer).toMatchObject({
      kind: 'NoCredentials',
      message: `iam:ListAccountAliases failed: Could not load credentials from any providers; ${SIGN_IN}`,
      stderr: '',
    });
    expect(metadataRequests()).toBeLessThanOrEqual(2);
    expect(endpoint.calls).toEqual([]);
  });

  const silence = () => startMetadataService(Number.POSITIVE_INFINITY);
});

describe('a profile that is named', () => {
  test.each([
    ['by flag', {}, { profile: 'nope' }],
    ['by AWS_PROFILE', { AWS_PROFILE: 'nope' }, {}],
  ])('%s and does not exist is NoCredentials, whatever else the machine has', async (_, env, settings) => {
    // The SDK would go on to the role of the machine, and so to another account than the one that was asked for.
    const AWS_EC2_METADATA_SERVICE_ENDPOINT = await startMetadataService(0);
    const answer = await ask({ ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT }, settings);
    expect(answer).toMatchObject({
      kind: 'NoCredentials',
      message: `iam:ListAccountAliases failed: Could not resolve credentials using profile: [nope] in configuration/credentials file(s); ${SIGN_IN}`,
      stderr: '',
    });
    expect(endpoint.calls).toEqual([]);
  });

  test('wins over the keys of the environment', async () => {
    await writeHome('.aws/credentials', '[ana]\naws_access_key_id = AKIAEXAMPLEOFANA\naws_secret_access_key = x\n');
    const env = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEOFENV', AWS_SECRET_ACCESS_KEY: 'x' };
    expect(await ask(env, { profile: 'ana' })).toMatchObject({ stderr: '', arn: expect.any(String) });
    expect(signers()).toEqual(['AKIAEXAMPLEOFANA', 'AKIAEXAMPLEOFANA']);
  });

  test('with an SSO session that expired is ExpiredCredentials', async () => {
    await writeHome(
      '.aws/config',
      '[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n[profile sso]\nsso_session = work\nsso_account_id = 111122223333\nsso_role_name = Audit\n',
    );
    const cached = createHash('sha1').update('work').digest('hex');
    const token = { accessToken: 'hunter2', expiresAt: '2024-01-01T00:00:00Z' };
    await writeHome(`.aws/sso/cache/${cached}.json`, JSON.stringify(token));
    expect(await ask({}, { profile: 'sso' })).toMatchObject({
      kind: 'ExpiredCredentials',
      message: expect.stringMatching(
        /^iam:ListAccountAliases failed: .*To refresh this SSO session run 'aws sso login'/,
      ),
    });
  });

  test('with a role to assume that is denied names sts:AssumeRole', async () => {
    const role = 'arn:aws:iam::444455556666:role/Audit';
    await writeHome(
      '.aws/config',
      `[profile audit]\nrole_arn = ${role}\nsource_profile = ana\n[profile ana]\naws_access_key_id = AKIAEXAMPLEOFANA\naws_secret_access_key = x\n`,
    );
    endpoint.setScenario({ roles: [] });
    expect(await ask({}, { profile: 'audit' })).toMatchObject({
      kind: 'AccessDenied',
      message: expect.stringContaining(`sts:AssumeRole denied in account 111122223333 for user auditor; grant `),
    });
  });
});

describe('a credential_process', () => {
  const writeProcess = async (script: string): Promise<void> => {
    await writeHome('process.mjs', script);
    const command = `"${process.execPath}" "${join(home, 'process.mjs')}" --password hunter2`;
    await writeHome('.aws/config', `[profile slow]\ncredential_process = ${command}\n`);
  };

  test('may take 4 s, and is run once for both services', async () => {
    await writeProcess(`
      import { appendFileSync } from 'node:fs';
      appendFileSync(${JSON.stringify(join(home, 'runs'))}, 'run ');
      const keys = { Version: 1, AccessKeyId: 'AKIAEXAMPLEOFSLOW', SecretAccessKey: 'x' };
      setTimeout(() => console.log(JSON.stringify(keys)), 4_000);
    `);
    const answer = await ask({}, { profile: 'slow' });
    expect(answer).toMatchObject({ arn: expect.any(String), stderr: '' });
    expect(signers()).toEqual(['AKIAEXAMPLEOFSLOW', 'AKIAEXAMPLEOFSLOW']);
    expect(await readFile(join(home, 'runs'), 'utf8')).toBe('run ');
  });

  test('that fails is told without its command line', async () => {
    await writeProcess('process.exit(1);');
    const answer = await ask({}, { profile: 'slow' });
    expect(answer).toMatchObject({
      kind: 'NoCredentials',
      message: `iam:ListAccountAliases failed: the credential_process of the profile failed; ${SIGN_IN}`,
    });
  });

  test('that never ends is given up', async () => {
    await writeProcess('setInterval(() => {}, 1_000); setTimeout(() => process.exit(), 1_500);');
    const answer = await ask({}, { profile: 'slow', timeouts: { credentialsMs: 300 } });
    expect(answer).toMatchObject({
      kind: 'NoCredentials',
      message: expect.stringContaining('no credentials came within 0.3 s'),
    });
  });
});

describe("the machine's own credentials", () => {
  test('of an instance, when nothing else is there', async () => {
    const AWS_EC2_METADATA_SERVICE_ENDPOINT = await startMetadataService(300);
    expect(await ask({ AWS_EC2_METADATA_SERVICE_ENDPOINT })).toMatchObject({ arn: expect.any(String) });
    expect(signers()).toEqual(['ASIAEXAMPLEOFINSTANCE', 'ASIAEXAMPLEOFINSTANCE']);
  });

  test('of a container, which get more time', async () => {
    expect(await ask(container(await startMetadataService(800)))).toMatchObject({ arn: expect.any(String) });
  });
});

function container(url: string): Record<string, string> {
  return { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/container` };
}
