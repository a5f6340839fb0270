import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { getCallerIdentity } from '../../src/aws/account.ts';
import type { AwsSettings } from '../../src/aws/aws-settings.ts';
import { ownKeyIds } from '../../src/aws/remediation/own-keys.ts';
import { callerOf, unknownOriginOf } from '../../src/remediate/caller.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import { startMetadataService } from './metadata-service.ts';
import { openAccount } from './open-account.ts';

const callerArn = 'arn:aws:iam::111122223333:user/operator';
const roleArn = 'arn:aws:iam::111122223333:role/Operator';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

test('the keys that somebody works with: that of a role, the one behind it, and those in files', async () => {
  const { account, log, tag } = await openAccount({ callerArn }, { roleArn });
  const file = join(folder, 'credentials');
  writeFileSync(
    file,
    '[a]\naws_access_key_id = AKIAINFILEEXAMPLE\naws_secret_access_key=x\n[b]\n  AWS_ACCESS_KEY_ID=AKIAOTHEREXAMPLE\n',
  );
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  const ids = await ownKeyIds(account);
  expect([...ids].filter((id) => !id.startsWith('ASIA')).toSorted()).toEqual([
    'AKIAINFILEEXAMPLE',
    EXAMPLE_CREDENTIALS.accessKeyId,
    'AKIAOTHEREXAMPLE',
  ]);
  expect([...ids].filter((id) => id.startsWith('ASIA'))).toHaveLength(1);
  expect(await callerOf(account, await getCallerIdentity(account, tag), log)).toEqual({
    ...{ arn: 'arn:aws:sts::111122223333:assumed-role/Operator/iamql', sourceArns: [callerArn], keyIds: ids },
  });
});

test('a file of AWS that cannot be read may name such a key', async () => {
  const { account } = await openAccount({});
  // A folder cannot be read as a file, whoever runs this.
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', tmpdir());
  await expect(ownKeyIds(account)).rejects.toMatchObject({
    kind: 'InvalidInput',
    message: expect.stringContaining('it may name a key that you work with'),
  });
});

/** Who runs it with a profile, whose credentials a program gives. */
async function callerWith(config: string, given: object, settings: AwsSettings = { profile: 'operator' }) {
  const { account, log, tag } = await openAccount({ callerArn }, settings);
  const answer = JSON.stringify({ Version: 1, SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', ...given });
  const program = join(folder, 'program.mjs');
  writeFileSync(program, `process.stdout.write(${JSON.stringify(answer)});`);
  // The SDK reads a file once.
  const file = join(folder, `config-${config.length}`);
  writeFileSync(file, config.replace('PROGRAM', `"${process.execPath}" "${program}"`));
  vi.stubEnv('AWS_CONFIG_FILE', file);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
  const caller = await callerOf(account, await getCallerIdentity(account, tag), log);
  return { caller, origin: await unknownOriginOf(account, caller), account };
}

const behind = `[profile operator]\nrole_arn = ${roleArn}\nsource_profile = base\n[profile base]\ncredential_process = PROGRAM\n`;
const ROLE = 'arn:aws:sts::111122223333:assumed-role/Operator/';

test('the key of a program, which is in no file', async () => {
  const config = '[profile operator]\ncredential_process = PROGRAM\n';
  const { caller, origin } = await callerWith(config, { AccessKeyId: 'AKIAOFPROGRAMEXAMPLE' });
  expect([...caller.keyIds]).toEqual(['AKIAOFPROGRAMEXAMPLE']);
  expect({ ...caller, origin }).toMatchObject({ arn: callerArn, sourceArns: [], origin: undefined });
});

test('the key of a program behind the role of a profile, and whose it is', async () => {
  const { caller, origin } = await callerWith(behind, { AccessKeyId: 'AKIAOFPROGRAMEXAMPLE' });
  expect([...caller.keyIds]).toContain('AKIAOFPROGRAMEXAMPLE');
  expect({ ...caller, origin }).toMatchObject({ arn: expect.stringContaining(ROLE), origin: undefined });
  expect(caller.sourceArns).toEqual([callerArn]);
});

test('behind the default profile, which nobody has to name, and a role of --role-arn', async () => {
  const unnamed = behind.replace('[profile operator]', '[default]');
  const second = 'arn:aws:iam::111122223333:role/Second';
  const { caller } = await callerWith(unnamed, { AccessKeyId: 'AKIAOFPROGRAMEXAMPLE' }, { roleArn: second });
  expect(caller.arn).toContain('/Second/');
  expect(caller.sourceArns).toEqual([expect.stringContaining(ROLE), callerArn]);
  expect([...caller.keyIds]).toContain('AKIAOFPROGRAMEXAMPLE');
});

test('behind two roles of profiles', async () => {
  const two = `[profile second]\nrole_arn = arn:aws:iam::111122223333:role/Second\nsource_profile = operator\n${behind}`;
  const { caller } = await callerWith(two, { AccessKeyId: 'AKIAOFPROGRAMEXAMPLE' }, { profile: 'second' });
  expect(caller).toMatchObject({ arn: expect.stringContaining('/Second/'), sourceArns: [callerArn] });
  expect([...caller.keyIds]).toContain('AKIAOFPROGRAMEXAMPLE');
});

test('of a session that a program gives nobody knows who began it, but where it is of a user', async () => {
  const session = { AccessKeyId: 'ASIAOFPROGRAMEXAMPLE', SessionToken: 'a session' };
  const ofUser = await callerWith(behind, session);
  expect([ofUser.caller.sourceArns, ofUser.origin]).toEqual([[callerArn], undefined]);
  const ofRole = `${ROLE}somebody`;
  const asRole = { ...ofUser.caller, sourceArns: [ofRole] };
  expect(await unknownOriginOf(ofUser.account, asRole)).toBe(ofRole);
  const inFile = `[profile operator]\naws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = x\naws_session_token = x\n`;
  const ofFile = await callerWith(inFile, {});
  expect(await unknownOriginOf(ofFile.account, { ...ofFile.caller, arn: ofRole })).toBe(ofRole);
});

test.each([
  ['an instance', 'AWS_EC2_METADATA_SERVICE_ENDPOINT', '', undefined],
  ['a container', 'AWS_CONTAINER_CREDENTIALS_FULL_URI', '/container', undefined],
  ['the environment', 'AWS_SESSION_TOKEN', 'a session', `${ROLE}somebody`],
])('no key began the session of %s, or one may have', async (_of, variable, value, origin) => {
  const { account } = await openAccount({ callerArn });
  const isGiven = variable === 'AWS_SESSION_TOKEN';
  vi.stubEnv(variable, isGiven ? value : `${await startMetadataService(0)}${value}`);
  if (!isGiven) for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
  const caller = { arn: `${ROLE}somebody`, sourceArns: [], keyIds: new Set<string>() };
  expect(await unknownOriginOf(account, caller)).toBe(origin);
});
