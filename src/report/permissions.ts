/** A part of a policy, under a name of its own. */
export interface Statement {
  readonly sid: string;
  readonly actions: Iterable<string>;
}

/** The IAM policy that allows just these actions. None of those that only read can be bound to a resource. */
export function renderPolicy(statements: readonly Statement[]): string {
  const rendered = statements.map(({ sid, actions }) => ({
    Sid: sid,
    Effect: 'Allow',
    Action: [...new Set(actions)].sort(),
    Resource: '*',
  }));
  return `${JSON.stringify({ Version: '2012-10-17', Statement: rendered }, null, 2)}\n`;
}
