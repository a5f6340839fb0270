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
  const [signing, texts] = await Promise.all([account.signingCredentials(), configTexts(refuse)]);
  const inFiles = texts.flatMap((text) => [...text.matchAll(KEY_ID)].map(([, id]) => id as string));
  const inEnvironment = process.env['AWS_ACCESS_KEY_ID'];
  return new Set([
    ...signing.map(({ accessKeyId }) => accessKeyId),
    ...(inEnvironment ? [inEnvironment] : []),
    ...inFiles,
  ]);
}

function refuse(file: string, code: string): never {
  throw new IamqlError('InvalidInput', `cannot read ${file}: ${code}; it may name a key that you work with`);
}

/**
 * Whether a long-term key, of which nothing here tells the id, may have given what signs first of all: a session that a program
 * gave, or that somebody put into the environment or a file. The SDK says so of credentials from there, and of those that
 * a machine has for itself nothing.
 */
export async function isOfUnknownKey(account: AwsAccount): Promise<boolean> {
  const first = (await account.signingCredentials()).at(-1);
  const sources = first && '$source' in first ? Object.keys(first.$source as object) : [];
  return first?.sessionToken !== undefined && sources.some((source) => GIVEN.has(source));
}

const GIVEN: ReadonlySet<string> = new Set([
  'CREDENTIALS_ENV_VARS',
  'CREDENTIALS_PROFILE',
  'CREDENTIALS_PROFILE_PROCESS',
  'CREDENTIALS_PROCESS',
]);

const KEY_ID = /^\s*aws_access_key_id\s*=\s*(\S+)/gim;
