import type { ScenarioMember, ScenarioOrganization } from '../support/organization.ts';

/** Account ids that count up from one that AWS reserves for examples. */
export const accountId = (number: number): string => String(111_100_000_000 + number);

const root = { id: 'r-ab12', name: 'Root' };
const units = [
  { id: 'ou-ab12-11111111', name: 'Workloads', parent: root.id },
  { id: 'ou-ab12-22222222', name: 'Production', parent: 'ou-ab12-11111111' },
  { id: 'ou-ab12-33333333', name: 'Sandbox', parent: root.id },
];

/** An organization of so many accounts, in three units and the root by turns. */
export function acme(
  count: number,
  of: (number: number) => Partial<ScenarioMember> = () => ({}),
): ScenarioOrganization {
  const parents = [root.id, ...units.map(({ id }) => id)];
  const accounts = Array.from({ length: count }, (_, index) => ({
    id: accountId(index + 1),
    name: `account ${index + 1}`,
    parent: parents[index % parents.length] as string,
    ...of(index + 1),
  }));
  return { root, units, accounts };
}
