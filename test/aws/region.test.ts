import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListAccountAliasesCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from 'vitest';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import type { AwsSettings } from '../../src/aws/aws-settings.ts';
import { stubAwsEnvironment } from './open-account.ts';

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function writeConfig(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iamql-region-'));
  folders.push(folder);
  await writeFile(join(folder, 'config'), text);
  return join(folder, 'config');
}

/** The host names that the SDK would call, IAM's and STS's; each call ends before anything is sent. */
async function hosts(settings: AwsSettings = {}): Promise<readonly (string | undefined)[]> {
  const account = new AwsAccount(settings, new AbortController().signal);
  const iam = await account.iamClient();
  const sts = await account.stsClient();
  const called: string[] = [];
  const stopped = new Error('stopped');
  const noteHost = (args: object) => {
    const { hostname, port } = (args as { request: { hostname: string; port?: number } }).request;
    called.push(port ? `${hostname}:${port}` : hostname);
    return Promise.reject(stopped);
  };
  iam.middlewareStack.add(() => noteHost, { step: 'build' });
  sts.middlewareStack.add(() => noteHost, { step: 'build' });
  await expect(iam.send(new ListAccountAliasesCommand({}))).rejects.toBe(stopped);
  await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toBe(stopped);
  return called;
}

const KEYS = 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n';
const CONFIG = `[default]\nregion = eu-central-1\n${KEYS}[profile china]\nregion = cn-north-1\n${KEYS}[profile bare]\n${KEYS}`;

const rows: readonly [env: Record<string, string>, settings: AwsSettings, iam: string, sts: string][] = [
  [{}, {}, 'iam.amazonaws.com', 'sts.us-east-1.amazonaws.com'],
  [{ AWS_REGION: 'eu-west-1' }, {}, 'iam.amazonaws.com', 'sts.eu-west-1.amazonaws.com'],
  [{ AWS_REGION: 'cn-north-1' }, {}, 'iam.cn-north-1.amazonaws.com.cn', 'sts.cn-north-1.amazonaws.com.cn'],
  [{ AWS_REGION: 'us-gov-west-1' }, {}, 'iam.us-gov.amazonaws.com', 'sts.us-gov-west-1.amazonaws.com'],
  [{ AWS_REGION: 'eusc-de-east-1' }, {}, 'iam.eusc-de-east-1.amazonaws.eu', 'sts.eusc-de-east-1.amazonaws.eu'],
  [{ AWS_DEFAULT_REGION: 'cn-north-1' }, {}, 'iam.cn-north-1.amazonaws.com.cn', 'sts.cn-north-1.amazonaws.com.cn'],
  [
    { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'cn-north-1' },
    {},
    'iam.amazonaws.com',
    'sts.eu-west-1.amazonaws.com',
  ],
  [{ AWS_REGION: '', AWS_DEFAULT_REGION: '' }, {}, 'iam.amazonaws.com', 'sts.us-east-1.amazonaws.com'],
  [{ CONFIG }, {}, 'iam.amazonaws.com', 'sts.eu-central-1.amazonaws.com'],
  [{ CONFIG }, { profile: 'china' }, 'iam.cn-north-1.amazonaws.com.cn', 'sts.cn-north-1.amazonaws.com.cn'],
  [{ CONFIG, AWS_PROFILE: 'china' }, {}, 'iam.cn-north-1.amazonaws.com.cn', 'sts.cn-north-1.amazonaws.com.cn'],
  // The AWS CLI, too, takes the environment's before the profile's.
  [
    { CONFIG, AWS_DEFAULT_REGION: 'eu-west-1' },
    { profile: 'china' },
    'iam.amazonaws.com',
    'sts.eu-west-1.amazonaws.com',
  ],
  [{ CONFIG }, { profile: 'bare' }, 'iam.amazonaws.com', 'sts.us-east-1.amazonaws.com'],
  [{ AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, {}, '127.0.0.1:4566', '127.0.0.1:4566'],
  [{ AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:1' }, {}, '127.0.0.1:1', 'sts.us-east-1.amazonaws.com'],
];

test.each(rows)('%o %o', async ({ CONFIG: config, ...env }, settings, iam, sts) => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };
  stubAwsEnvironment({ ...env, ...(config ? { AWS_CONFIG_FILE: await writeConfig(config) } : keys) });
  expect(await hosts(settings)).toEqual([iam, sts]);
});

test('a region that cannot be one is told, and not another taken', async () => {
  stubAwsEnvironment({ AWS_REGION: 'eu west 1' });
  await expect(hosts()).rejects.toMatchObject({ kind: 'InvalidInput', message: expect.stringContaining('eu west 1') });
});
