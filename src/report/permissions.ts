/** The IAM policy that allows just these actions. None of them changes anything, and none can be bound to a resource. */
export function renderPolicy(actions: Iterable<string>): string {
  const statement = { Sid: 'Iamql', Effect: 'Allow', Action: [...new Set(actions)].sort(), Resource: '*' };
  return `${JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2)}\n`;
}
