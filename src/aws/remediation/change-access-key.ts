import type { AwsAccount } from '../aws-account.ts';
import { answeredWithout } from '../aws-error.ts';
import { isNoSuchEntity, type Tag, unlessGone } from '../paging.ts';

/*
 * The calls by which iamql changes something in AWS: these two, and no other. Each is sent once, because whoever sends one
 * again must have looked again first.
 */

/** A key, and whose it is: AWS refuses a key of somebody else. */
export interface KeyOfUser {
  readonly userName: string;
  readonly accessKeyId: string;
}

/** `gone`: AWS knows no such key of that user. */
export type Changed = 'changed' | 'gone';

/**
 * Turns a key off, or on again. AWS knows no condition for it: what has changed since the key was last looked at, it does
 * not say.
 *
 * Source: IAM API Reference, UpdateAccessKey.
 */
export async function updateAccessKey(
  account: AwsAccount,
  { userName, accessKeyId }: KeyOfUser,
  status: 'Active' | 'Inactive',
  tag: Tag,
): Promise<Changed> {
  const { UpdateAccessKeyCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClientOnce();
  const command = new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId, Status: status });
  return send(account, 'iam:UpdateAccessKey', tag, (options) => client.send(command, options));
}

/** Deletes a key for good. Source: IAM API Reference, DeleteAccessKey. */
export async function deleteAccessKey(
  account: AwsAccount,
  { userName, accessKeyId }: KeyOfUser,
  tag: Tag,
): Promise<Changed> {
  const { DeleteAccessKeyCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClientOnce();
  const command = new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId });
  return send(account, 'iam:DeleteAccessKey', tag, (options) => client.send(command, options));
}

interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

/** Neither has a result, and the SDK takes any page for an answer; AWS numbers each of its own. */
function send(
  account: AwsAccount,
  action: string,
  tag: Tag,
  request: (options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Changed> {
  const sent = account.call(
    { action, ...tag },
    async (options): Promise<Changed> => {
      const { $metadata } = await request(options);
      if (!$metadata.requestId) throw answeredWithout(action, 'the id of the request');
      return 'changed';
    },
    isNoSuchEntity,
  );
  return unlessGone(sent, 'gone');
}
