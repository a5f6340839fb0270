import type { AccessKeyMetadata, ListAccessKeysCommandOutput } from '@aws-sdk/client-iam';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout, awsError, awsErrorName } from './aws-error.ts';
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
        async (options) => pageOf(await client.send(command, options), markers),
        isNoSuchEntity,
      );
      keys.push(...page.keys);
      marker = page.marker;
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
  return account.call({ action: LAST_USED, ...tag }, async (options) => {
    const { AccessKeyLastUsed: used } = await client.send(command, options);
    // The SDK reads a page that is not AWS's at all as an empty success; AWS always names a service, if only `N/A`.
    if (!used?.ServiceName) throw answeredWithout(LAST_USED, `the last use of ${accessKeyId}`);
    return {
      lastUsedDate: used.LastUsedDate ? instantOf(used.LastUsedDate) : null,
      lastUsedRegion: textOf(used.Region),
      lastUsedService: textOf(used.ServiceName),
    };
  });
}

const textOf = (value: string | undefined): string | null => (!value || value === 'N/A' ? null : value);

const isNoSuchEntity = (error: unknown): boolean => /^NoSuchEntity(Exception)?$/.test(awsErrorName(error));

interface Page {
  readonly keys: readonly ListedAccessKey[];
  /** Where the next page starts; undefined after the last. */
  readonly marker: string | undefined;
}

function pageOf(answer: ListAccessKeysCommandOutput, markers: Set<string>): Page {
  if (!answer.AccessKeyMetadata) throw answeredWithout(LIST, 'a list of access keys');
  const marker = answer.IsTruncated ? nextMarker(answer.Marker, markers) : undefined;
  return { keys: answer.AccessKeyMetadata.map(listedKey), marker };
}

function listedKey({ AccessKeyId, Status, CreateDate }: AccessKeyMetadata): ListedAccessKey {
  if (!AccessKeyId || !Status || !CreateDate) {
    throw answeredWithout(LIST, 'the id, status or creation time of a key');
  }
  return { accessKeyId: AccessKeyId, status: Status, createDate: instantOf(CreateDate) };
}

/** A truncated page without a marker, or with one that came before, would lose keys or never end. */
function nextMarker(marker: string | undefined, seen: Set<string>): string {
  if (!marker || seen.has(marker)) throw answeredWithout(LIST, 'a new marker on a page that says there are more');
  if (seen.size >= MAX_PAGES) throw answeredWithout(LIST, `a last page, after ${MAX_PAGES} of them`);
  seen.add(marker);
  return marker;
}
