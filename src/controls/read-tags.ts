import { ask } from '../graphql/ask.ts';
import type { Inventory } from '../inventory/inventory.ts';

export type Tags = readonly { readonly key: string; readonly value: string }[];

const TAGS = 'query Tags($arns: [String!]) { iamUsers(where: { arn_IN: $arns }) { arn tags { key value } } }';
/** A where is bounded; so many at once are within it. */
const AT_ONCE = 500;

interface Row {
  readonly arn: string;
  readonly tags: Tags | null;
}

/** The tags of these users by ARN, as far as they could be read, and why not of all. */
export async function readTags(inventory: Inventory, arns: readonly string[]) {
  const tags = new Map<string, Tags>();
  const errors = new Set<string>();
  for (let start = 0; start < arns.length; start += AT_ONCE) {
    const { result } = await ask(inventory, { text: TAGS, variables: { arns: arns.slice(start, start + AT_ONCE) } });
    for (const row of (result.data?.['iamUsers'] ?? []) as readonly (Row | null)[])
      if (row?.tags) tags.set(row.arn, row.tags);
    for (const { message } of result.errors ?? []) errors.add(message);
  }
  return { tags, errors: [...errors] };
}
