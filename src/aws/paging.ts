import type { IAMClient } from '@aws-sdk/client-iam';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout, awsErrorName } from './aws-error.ts';
import type { CallTag } from './running-call.ts';

/** Why a call is made, and where it is noted. */
export type Tag = Omit<CallTag, 'action'>;

/** A list that AWS hands out in pages: how a page is asked for, and what it holds. */
export interface PagedList<Answer extends PageEnd, Item> {
  /** The IAM action. */
  readonly action: string;
  /** The items in a word of ours, for messages: `access keys`. */
  readonly items: string;
  readonly maxPages: number;
  /** @param from where the page starts; empty for the first. */
  readonly send: (client: IAMClient, from: { readonly Marker?: string }, options: SendOptions) => Promise<Answer>;
  /** Undefined where the answer has no list at all: then it is none of AWS's. */
  readonly itemsOf: (answer: Answer) => readonly Item[] | undefined;
}

interface PageEnd {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/** For lists of one owner: AWS gives a user a handful of each credential, and a resource 50 tags at most. */
export const PAGES_OF_ONE = 20;
/**
 * For lists of an account: IAM's quotas let an account have some tens of thousands of entities, and the pages of real
 * accounts hold a hundred or more each. What has not ended by then repeats itself under new markers.
 */
export const PAGES_OF_ACCOUNT = 2_000;
/** The most items that AWS puts on a page; 100 unless asked otherwise. */
export const MOST_ITEMS = 1_000;

/**
 * Reads a list to its end.
 *
 * Source: IAM API Reference, for example ListUsers: pages may be shorter than asked, even empty, and still truncated, so
 * that IsTruncated alone tells the last one.
 *
 * @throws IamqlError for what AWS refuses, for an answer without a list, for a marker that is lacking or came before, and
 *   for more pages than there can be. An error that `isExpected` knows is thrown on as it came.
 */
export async function allPages<Answer extends PageEnd, Item>(
  account: AwsAccount,
  list: PagedList<Answer, Item>,
  tag: Tag,
  isExpected?: (error: unknown) => boolean,
): Promise<readonly Item[]> {
  const client = await account.iamClient();
  const items: Item[] = [];
  const markers = new Set<string>();
  let from: { readonly Marker?: string } | undefined = {};
  while (from) {
    const start: { readonly Marker?: string } = from;
    // The page is looked at inside the call, so that the log says of a page that is none that the call failed.
    const page = await account.call(
      { action: list.action, ...tag },
      async (options) => pageOf(list, await list.send(client, start, options), markers),
      isExpected,
    );
    for (const item of page.items) items.push(item);
    from = page.next;
  }
  return items;
}

/** The same of a list that one user owns; empty when that user is no longer there. */
export async function allPagesOfUser<Answer extends PageEnd, Item>(
  account: AwsAccount,
  list: Omit<PagedList<Answer, Item>, 'maxPages'>,
  tag: Tag,
): Promise<readonly Item[]> {
  return unlessGone(allPages(account, { ...list, maxPages: PAGES_OF_ONE }, tag, isNoSuchEntity), []);
}

/** AWS knows nobody and nothing of the name that was asked. */
export const isNoSuchEntity = (error: unknown): boolean => /^NoSuchEntity(Exception)?$/.test(awsErrorName(error));

/** What a reading gives, or `gone` where AWS says that there is no such thing. */
export async function unlessGone<T, G>(reading: Promise<T>, gone: G): Promise<T | G> {
  try {
    return await reading;
  } catch (error) {
    if (isNoSuchEntity(error)) return gone;
    throw error;
  }
}

function pageOf<Answer extends PageEnd, Item>(list: PagedList<Answer, Item>, answer: Answer, markers: Set<string>) {
  const items = list.itemsOf(answer);
  if (!items) throw answeredWithout(list.action, `a list of ${list.items}`);
  // AWS sends both; of an answer without IsTruncated, a marker says as much.
  const isTruncated = answer.IsTruncated ?? Boolean(answer.Marker);
  return { items, next: isTruncated ? { Marker: nextMarker(list, answer.Marker, markers) } : undefined };
}

/** A truncated page without a marker, or with one that came before, would lose items or never end. */
function nextMarker(
  { action, maxPages }: { readonly action: string; readonly maxPages: number },
  marker: string | undefined,
  seen: Set<string>,
): string {
  if (!marker || seen.has(marker)) throw answeredWithout(action, 'a new marker on a page that says there are more');
  seen.add(marker);
  if (seen.size >= maxPages) throw answeredWithout(action, `a last page, after ${maxPages} of them`);
  return marker;
}
