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
 * gave, or that somebody put into the environment or a file. The SDK says where credentials are from; of what it does not say
 * it of, nobody knows.
 */
export async function isOfUnknownKey(account: AwsAccount): Promise<boolean> {
  const first = (await account.signingCredentials()).at(-1);
  if (first?.sessionToken === undefined) return false;
  const source = '$source' in first ? Object.keys(first.$source as object) : [];
  return !source.some((feature) => KEYLESS.test(feature));
}

/** Single sign-on, a sign-in, a web identity, and roles of machines and containers. */
const KEYLESS = /_(SSO|SSO_LEGACY|LOGIN|IMDS|HTTP|WEB_ID|WEB_ID_TOKEN)$/;

const KEY_ID = /^\s*aws_access_key_id\s*=\s*(\S+)/gim;
