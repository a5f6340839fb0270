import { matchesAsset } from './asset-pattern.ts';

/** Users who are dealt with before those of the groups behind it: whoever any of its conditions is true of. */
export interface OrderGroup {
  readonly name: string;
  /** Values by the keys of tags; upper and lower case do not matter. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
  /** IAM names or ARNs, in which `*` stands for any characters. */
  readonly users: readonly string[];
}

/** Of a user, what an order asks. */
export interface Orderable {
  readonly arn: string;
  readonly userName: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** What people are likely to have written down: whatever can be reached from outside, then production. */
export const usualOrder: readonly OrderGroup[] = [
  {
    name: 'exposed',
    tags: {
      exposed: ['true', 'yes'],
      exposure: ['internet', 'public', 'external'],
      'internet-facing': ['true', 'yes'],
      public: ['true', 'yes'],
    },
    users: [],
  },
  {
    name: 'production',
    tags: { env: ['prod', 'production'], environment: ['prod', 'production'], stage: ['prod', 'production'] },
    users: [],
  },
];

/** Those whom no group claims. */
const REST = 'the rest';

/** By group, in their order, and within a group by ARN; groups of nobody are left out. */
export function inOrder<T extends Orderable>(
  users: readonly T[],
  groups: readonly OrderGroup[],
): readonly { readonly group: string; readonly users: readonly T[] }[] {
  const sorted = users.toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  const byGroup = Map.groupBy(sorted, (user) => groups.find((group) => isIn(user, group)));
  return [...groups, undefined].flatMap((group) => {
    const found = byGroup.get(group);
    return found ? [{ group: group?.name ?? REST, users: found }] : [];
  });
}

function isIn({ arn, userName, tags }: Orderable, group: OrderGroup): boolean {
  const wanted = Object.entries(group.tags).map(([key, values]) => [lower(key), values.map(lower)] as const);
  return (
    tags.some(({ key, value }) =>
      wanted.some(([name, values]) => name === lower(key) && values.includes(lower(value))),
    ) || group.users.some((pattern) => matchesAsset(pattern, { identifier: arn, name: userName }))
  );
}

const lower = (text: string): string => text.toLowerCase();
