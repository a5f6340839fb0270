import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateUserCommand } from '@aws-sdk/client-iam';
import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
  TagResourceCommand,
} from '@aws-sdk/client-organizations';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { expect, inject, onTestFinished, test } from 'vitest';
import { iamClient, stsClient } from '../support/aws-clients.ts';
import { runCli } from '../support/run-cli.ts';

/** The management account: no other test names it. */
const MANAGEMENT = '222233334444';

/** The temporary credentials of a role there, which moto gives to anyone. */
async function credentialsOf(accountId: string) {
  const RoleArn = `arn:aws:iam::${accountId}:role/iamql`;
  const { Credentials: given } = await stsClient(inject('motoUrl')).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }),
  );
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
}

test('an organization that another emulator plays is listed, and its accounts are read each by itself', async () => {
  const endpoint = inject('motoUrl');
  const credentials = await credentialsOf(MANAGEMENT);
  const organizations = new OrganizationsClient({ endpoint, region: 'us-east-1', credentials });
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
  const unit = await organizations.send(
    new CreateOrganizationalUnitCommand({ ParentId: root?.Id, Name: 'Production' }),
  );
  const ids: string[] = [];
  for (const [index, name] of ['one', 'two'].entries()) {
    const { CreateAccountStatus: created } = await organizations.send(
      new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }),
    );
    const id = String(created?.AccountId);
    ids.push(id);
    const { sessionToken, ...keys } = await credentialsOf(id);
    const iam = iamClient(endpoint, { credentials: { ...keys, sessionToken } });
    for (let user = 0; user <= index; user += 1) await iam.send(new CreateUserCommand({ UserName: `${name}-${user}` }));
  }
  await organizations.send(
    new MoveAccountCommand({
      AccountId: ids[1],
      SourceParentId: root?.Id,
      DestinationParentId: unit.OrganizationalUnit?.Id,
    }),
  );
  await organizations.send(new TagResourceCommand({ ResourceId: ids[1], Tags: [{ Key: 'env', Value: 'prod' }] }));

  const folder = mkdtempSync(join(tmpdir(), 'iamql-moto-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'connectors.yaml'),
    `organizations: [{name: moto, memberRole: iamql, memberExternalId: x-1, accountTags: true, exclude: ["${MANAGEMENT}"]}]`,
  );
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
  const run = (...args: readonly string[]) => runCli(args, { env, cwd: folder });
  const listed = JSON.parse((await run('connectors', 'list', '--format', 'json')).stdout);
  const byName = new Map(listed.connectors.map((one: { name: string }) => [one.name, one]));
  expect([...byName.keys()].sort()).toEqual(['one', 'two']);
  expect(byName.get('two')).toMatchObject({
    account: ids[1],
    tags: { env: 'prod' },
    organizationalUnits: [{ id: root?.Id }, { name: 'Production' }],
  });
  const { stdout } = await run(
    'query',
    '{iamUsers(options:{sort:[{userName:ASC}]}){userName cloudAccountID}}',
    '--connectors',
    'connectors.yaml',
  );
  expect(JSON.parse(stdout).data.iamUsers).toEqual([
    { userName: 'one-0', cloudAccountID: ids[0] },
    { userName: 'two-0', cloudAccountID: ids[1] },
    { userName: 'two-1', cloudAccountID: ids[1] },
  ]);
});
