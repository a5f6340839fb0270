import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { getCallerIdentity } from '../../src/aws/account.ts';
import { ownKeyIds } from '../../src/aws/remediation/own-keys.ts';
import { callerOf } from '../../src/remediate/caller.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import { openAccount } from './open-account.ts';

test('the keys that somebody works with: that of a role, the one behind it, and those in files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'iamql-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const callerArn = 'arn:aws:iam::111122223333:user/operator';
  const roleArn = 'arn:aws:iam::111122223333:role/Operator';
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
    ...{ arn: 'arn:aws:sts::111122223333:assumed-role/Operator/iamql', sourceArn: callerArn, keyIds: ids },
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
