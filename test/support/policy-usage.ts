import type { Scenario, ScenarioUser } from './scenario.ts';

/** How many of an account use each managed policy, by its ARN. */
export interface PolicyUsage {
  /** Users, groups and roles that it is attached to. */
  readonly attachments: ReadonlyMap<string, number>;
  /** Users and roles that it bounds. */
  readonly boundaries: ReadonlyMap<string, number>;
}

export function policyUsage(
  users: readonly ScenarioUser[],
  { groups = [], iamRoles = [] }: Pick<Scenario, 'groups' | 'iamRoles'>,
): PolicyUsage {
  const bounded = [...users, ...iamRoles];
  return {
    attachments: counted([...bounded, ...groups].flatMap(({ attachedPolicies }) => [...new Set(attachedPolicies)])),
    boundaries: counted(bounded.flatMap(({ permissionsBoundary }) => permissionsBoundary ?? [])),
  };
}

function counted(arns: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const arn of arns) counts.set(arn, (counts.get(arn) ?? 0) + 1);
  return counts;
}
