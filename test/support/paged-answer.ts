import type { ReceivedCall } from './iam-actions.ts';
import { AwsError, elements, list } from './query-answer.ts';
import type { Tags } from './scenario-nouns.ts';

// MaxItems is 100 unless asked otherwise, 1,000 at most
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html).
const DEFAULT_MAX_ITEMS = 100;
const MOST_ITEMS = 1000;

/** The members of the page that a call asks for, and what says whether there are more. */
export function pageOfMembers<T>(
  call: ReceivedCall,
  items: readonly T[],
): { readonly shown: readonly T[]; readonly more: string } {
  const { params, fault } = call;
  const start = params['Marker'] === undefined ? 0 : offsetOf(params['Marker']);
  const asked = Number(params['MaxItems'] ?? DEFAULT_MAX_ITEMS);
  const size = Math.min(asked, MOST_ITEMS, call.account.scenario.pageSize ?? MOST_ITEMS);
  const shown = fault?.emptyTruncated ? [] : items.slice(start, start + size);
  const next = start + shown.length;
  const marker = fault?.sameMarker ? (params['Marker'] ?? markerOf(start)) : markerOf(next);
  const isTruncated = next < items.length || fault?.emptyTruncated === true || fault?.sameMarker === true;
  return { shown, more: elements({ IsTruncated: String(isTruncated), Marker: isTruncated ? marker : undefined }) };
}

export function page<T>(call: ReceivedCall, items: readonly T[], name: string, render: (item: T) => string): string {
  const { shown, more } = pageOfMembers(call, items);
  return list(name, shown.map(render)) + more;
}

/** Sorted by key, as AWS lists tags. */
export function tagMembers(tags: Tags = {}): readonly string[] {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([key, value]) => elements({ Key: key, Value: value }));
}

export function tagList(tags: Tags | undefined): string {
  return list('Tags', tagMembers(tags));
}

let markersMade = 0;

/** Opaque and never the same twice, like AWS's own. */
function markerOf(offset: number): string {
  markersMade += 1;
  return Buffer.from(`${offset}/${markersMade}`).toString('base64url');
}

function offsetOf(marker: string): number {
  const offset = /^(\d+)\/\d+$/.exec(Buffer.from(marker, 'base64url').toString())?.[1];
  if (offset === undefined) throw new AwsError('ValidationError', 'Invalid Marker.');
  return Number(offset);
}
