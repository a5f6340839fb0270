import type { AccessKeyMetadata } from '@aws-sdk/client-iam';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import { allPagesOfUser, type Tag } from './paging.ts';

export interface ListedAccessKey {
  readonly accessKeyId: string;
  readonly status: string;
  readonly createDate: Instant;
}

export interface AccessKeyLastUsed {
  /** Null: never used, or not since AWS began to keep track on 2015-04-22. */
  readonly lastUsedDate: Instant | null;
  readonly lastUsedRegion: string | null;
  readonly lastUsedService: string | null;
}

const LIST = 'iam:ListAccessKeys';
const LAST_USED = 'iam:GetAccessKeyLastUsed';

/**
 * The access keys of one user by creation time; empty when the user is no longer there.
 *
 * Source: IAM API Reference, ListAccessKeys.
 */
export async function listAccessKeys(
  account: AwsAccount,
  userName: string,
  tag: Tag,
): Promise<readonly ListedAccessKey[]> {
  const { ListAccessKeysCommand } = await import('@aws-sdk/client-iam');
  const keys = await allPagesOfUser(
    account,
    {
      action: LIST,
      items: 'access keys',
      send: (client, from, options) => client.send(new ListAccessKeysCommand({ UserName: userName, ...from }), options),
      itemsOf: (answer) => answer.AccessKeyMetadata?.map(listedKey),
    },
    tag,
  );
  return keys.toSorted((a, b) => (a.createDate + a.accessKeyId < b.createDate + b.accessKeyId ? -1 : 1));
}

/** Source: IAM API Reference, GetAccessKeyLastUsed: no date when never used; region and service are then `N/A`. */
export async function getAccessKeyLastUsed(
  account: AwsAccount,
  accessKeyId: string,
  tag: Tag,
): Promise<AccessKeyLastUsed> {
  const { GetAccessKeyLastUsedCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const command = new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId });
  return account.call({ action: LAST_USED, ...tag }, async (options) => {
    const { AccessKeyLastUsed: used } = await client.send(command, options);
    // The SDK reads a page that is not AWS's at all as an empty success; AWS always names a service, if only `N/A`.
    if (!used?.ServiceName) throw answeredWithout(LAST_USED, `the last use of ${accessKeyId}`);
    const isUseWithoutTime = !used.LastUsedDate && used.ServiceName !== 'N/A';
    if (isUseWithoutTime) throw answeredWithout(LAST_USED, `when ${accessKeyId} was last used`);
    return {
      lastUsedDate: used.LastUsedDate ? instantOf(used.LastUsedDate) : null,
      lastUsedRegion: textOf(used.Region),
      lastUsedService: textOf(used.ServiceName),
    };
  });
}

const textOf = (value: string | undefined): string | null => (!value || value === 'N/A' ? null : value);

function listedKey({ AccessKeyId, Status, CreateDate }: AccessKeyMetadata): ListedAccessKey {
  if (!AccessKeyId || !Status || !CreateDate) {
    throw answeredWithout(LIST, 'the id, status or creation time of a key');
  }
  return { accessKeyId: AccessKeyId, status: Status, createDate: instantOf(CreateDate) };
}
