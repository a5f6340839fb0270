import { IamqlError } from '../../iam/error.ts';
import type { AwsAccount } from '../aws-account.ts';
import { configTexts } from '../config-files.ts';

/**
 * The ids of the access keys that the caller may be working with: those that sign, that of the environment, and those in
 * AWS's files on this machine, because one of them may have given the session or the role whose key signs.
 *
 * @throws IamqlError InvalidInput for a file that is there and cannot be read: it may hold such a key.
 */
export async function ownKeyIds(account: AwsAccount): Promise<ReadonlySet<string>> {
  const [signing, texts] = await Promise.all([account.signingKeyIds(), configTexts(refuse)]);
  const inFiles = texts.flatMap((text) => [...text.matchAll(KEY_ID)].map(([, id]) => id as string));
  const inEnvironment = process.env['AWS_ACCESS_KEY_ID'];
  return new Set([...signing, ...(inEnvironment ? [inEnvironment] : []), ...inFiles]);
}

function refuse(file: string, code: string): never {
  throw new IamqlError('InvalidInput', `cannot read ${file}: ${code}; it may name a key that you work with`);
}

const KEY_ID = /^\s*aws_access_key_id\s*=\s*(\S+)/gim;
