import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { probedActions } from '../../src/aws/probes.ts';
import { AwsAccess } from '../../src/connectors/access.ts';
import { parseConnectors } from '../../src/connectors/parse-connectors.ts';
import { testConnector } from '../../src/connectors/test-connector.ts';
import { stubAwsEnvironment } from '../aws/open-account.ts';
import { iamClient } from '../support/aws-clients.ts';
import { startMoto } from '../support/moto.ts';

/**
 * A moto that looks at signatures, at the policies of who calls and at the trust policy of a role, its external id among it.
 * It assumes a role that is not there, one that asks for an external id of who names none, and ends no session:
 * for these test/connectors/sessions.test.ts has an endpoint that refuses what AWS refuses.
 */
let moto: Awaited<ReturnType<typeof startMoto>>;
let reader: { readonly arn: string; readonly accessKeyId: string; readonly secretAccessKey: string };

const ACCOUNT = '123456789012';
const root = join(import.meta.dirname, '..', '..');

/** The role of the template that the docs have, with the values of its parameters. */
function templateRole(readerArn: string, externalId: string) {
  const text = readFileSync(join(root, 'docs', 'role', 'iamql-role.cloudformation.yaml'), 'utf8');
  const filled = text
    .replace('!Ref ReaderArn', readerArn)
    .replace('!Ref ExternalId', externalId)
    .replaceAll(/!(Ref|GetAtt) /g, '');
  return parse(filled).Resources.Role.Properties;
}

beforeAll(async () => {
  moto = await startMoto(root);
  const iam = iamClient(moto.url);
  const { User: user } = await iam.send(new CreateUserCommand({ UserName: 'reader' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
  reader = {
    arn: String(user?.Arn),
    accessKeyId: String(key?.AccessKeyId),
    secretAccessKey: String(key?.SecretAccessKey),
  };
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }] };
  await iam.send(
    new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'p', PolicyDocument: JSON.stringify(policy) }),
  );
  const { AssumeRolePolicyDocument: trust, Policies } = templateRole(reader.arn, 'x-1');
  for (const RoleName of ['iamql', 'empty'])
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  const PolicyDocument = JSON.stringify(Policies[0].PolicyDocument);
  await iam.send(new PutRolePolicyCommand({ RoleName: 'iamql', PolicyName: 'iamql', PolicyDocument }));
  // From now on nothing is allowed that no policy allows.
  await fetch(`${moto.url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
}, 60_000);
afterAll(() => moto.close());
afterEach(() => vi.unstubAllEnvs());

function testRole(entry: string, secretAccessKey = reader.secretAccessKey) {
  stubAwsEnvironment({
    AWS_ENDPOINT_URL: moto.url,
    AWS_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_ACCESS_KEY_ID: reader.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  const [connector] = parseConnectors(`accounts: [{${entry}}]`, 'c.yaml').accounts;
  const access = new AwsAccess(new AbortController().signal);
  return testConnector(connector as NonNullable<typeof connector>, access, probedActions);
}

const role = (name: string): string => `roleArn: "arn:aws:iam::${ACCOUNT}:role/${name}"`;

test('the role of the template allows all that a scan calls', async () => {
  const { failure, denied, reader: as } = await testRole(`${role('iamql')}, externalId: x-1`);
  expect(failure).toBeUndefined();
  expect([...denied.keys()]).toEqual([]);
  expect(as).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/iamql/iamql`);
});

test('a role without the policy lacks each of these actions', async () => {
  const { denied, untold } = await testRole(`${role('empty')}, externalId: x-1`);
  expect([...denied.keys(), ...untold.keys()].sort()).toEqual(probedActions);
  expect([...untold.keys()]).toEqual(['iam:GetAccessKeyLastUsed']);
});

test('another external id than the role asks for is refused', async () => {
  const { failure } = await testRole(`${role('iamql')}, externalId: x-2`);
  expect(failure).toMatchObject({
    kind: 'AccessDenied',
    message: expect.stringMatching(/^sts:AssumeRole denied .*external id/) as string,
  });
});

test('a secret that is not the key’s is no access', async () => {
  const { failure } = await testRole(`${role('iamql')}, externalId: x-1`, `${reader.secretAccessKey}x`);
  expect(failure?.kind).toBe('ExpiredCredentials');
});
