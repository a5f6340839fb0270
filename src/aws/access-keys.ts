import type { AccessKeyMetadata } from '@aws-sdk/client-iam';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { awsError, awsErrorName } from './aws-error.ts';
import type { CallLog } from './call-log.ts';

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
/** AWS gives a user a handful of keys; more pages than this is an endpoint that repeats itself. */
const MAX_PAGES = 20;

/**
 * The access keys of one user, all pages, by creation time; empty when the user is no longer there.
 *
 * Source: IAM API Reference, ListAccessKeys. Pages may be short and still truncated.
 */
export async function listAccessKeys(
  account: AwsAccount,
  userName: string,
  tag: { readonly why: string; readonly log: CallLog },
): Promise<readonly ListedAccessKey[]> {
  const { ListAccessKeysCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const keys: ListedAccessKey[] = [];
  const markers = new Set<string>();
  let marker: string | undefined;
  try {
    do {
      const command = new ListAccessKeysCommand({ UserName: userName, ...(marker ? { Marker: marker } : {}) });
      const page = await account.call(
        { action: LIST, ...tag },
        (options) => client.send(command, options),
        isNoSuchEntity,
      );
      if (!page.AccessKeyMetadata) throw new IamqlError('Unexpected', `${LIST} answered without AccessKeyMetadata`);
      keys.push(...page.AccessKeyMetadata.map(listedKey));
      marker = page.IsTruncated ? nextMarker(page.Marker, markers) : undefined;
    } while (marker !== undefined);
  } catch (error) {
    if (isNoSuchEntity(error)) return [];
    throw awsError(LIST, error);
  }
  return keys.sort((a, b) => (a.createDate + a.accessKeyId < b.createDate + b.accessKeyId ? -1 : 1));
}

/** Source: IAM API Reference, GetAccessKeyLastUsed: no date when never used; region and service are then `N/A`. */
export async function getAccessKeyLastUsed(
  account: AwsAccount,
  accessKeyId: string,
  tag: { readonly why: string; readonly log: CallLog },
): Promise<AccessKeyLastUsed> {
  const { GetAccessKeyLastUsedCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const command = new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId });
  const { AccessKeyLastUsed: used } = await account.call({ action: LAST_USED, ...tag }, (options) =>
    client.send(command, options),
  );
  // The SDK reads a page that is not AWS's at all as an empty success; AWS always names a service, if only `N/A`.
  if (!used?.ServiceName) {
    throw new IamqlError('Unexpected', `${LAST_USED} answered without AccessKeyLastUsed for ${accessKeyId}`);
  }
  const text = (value: string | undefined): string | null => (!value || value === 'N/A' ? null : value);
  return {
    lastUsedDate: used.LastUsedDate ? instantOf(used.LastUsedDate) : null,
    lastUsedRegion: text(used.Region),
    lastUsedService: text(used.ServiceName),
  };
}

const isNoSuchEntity = (error: unknown): boolean => /^NoSuchEntity(Exception)?$/.test(awsErrorName(error));

function listedKey({ AccessKeyId, Status, CreateDate }: AccessKeyMetadata): ListedAccessKey {
  if (!AccessKeyId || !Status || !CreateDate) {
    throw new IamqlError('Unexpected', `${LIST} answered a key without id, status or creation time`);
  }
  return { accessKeyId: AccessKeyId, status: Status, createDate: instantOf(CreateDate) };
}

/** A truncated page without a marker, or with one that came before, would lose keys or never end. */
function nextMarker(marker: string | undefined, seen: Set<string>): string {
  if (!marker || seen.has(marker) || seen.size >= MAX_PAGES) {
    throw new IamqlError('Unexpected', `${LIST} answered a truncated page without a new marker`);
  }
  seen.add(marker);
  return marker;
}
