/** What cannot be undone of a command of the AWS CLI, by its name. Source: IAM API Reference, the pages of the actions. */
const known: Readonly<Record<string, string>> = {
  'iam delete-login-profile': 'The console password is deleted, not turned off: the user needs a new one to come back.',
  'iam delete-access-key': 'A deleted access key cannot be brought back.',
  'iam delete-server-certificate':
    'A deleted certificate cannot be brought back, nor its private key. A load balancer or distribution that it is still bound to fails: see first, in every region, that nothing uses it.',
  'iam delete-user': 'A deleted user cannot be brought back: one made later under the same name is another user.',
  'iam delete-role': 'A deleted role cannot be brought back: policies that name it do not know one made later.',
  'iam delete-user-policy': 'An inline policy is deleted for good: keep its text.',
  'iam delete-group-policy': 'An inline policy is deleted for good: keep its text.',
  'iam delete-role-policy': 'An inline policy is deleted for good: keep its text.',
  'iam update-assume-role-policy': 'The trust policy is replaced, and AWS keeps no former one: keep its text.',
  'iam update-account-password-policy':
    'The whole password policy is replaced, and AWS keeps no former one: what the command does not say goes back to the default. It carries every value as it was when this plan was made; if the policy has changed since, plan again.',
  'iam deactivate-mfa-device': 'A device that is taken off has to be enrolled anew.',
  'iam create-access-key': 'The secret of a new key is printed once, and never again.',
};

/** Commands that destroy, of whatever else there is. */
const DESTROYS = /^(?:delete|terminate|purge|revoke)-/;

/** What of these commands cannot be undone, each once. */
export function irreversibleOf(commands: readonly string[]): readonly string[] {
  const named = commands.flatMap((command) => [...command.matchAll(/^\s*aws (\S+) (\S+)/gm)]);
  const said = named.flatMap(([, service = '', name = '']) => {
    const words = known[`${service} ${name}`];
    if (words) return [words];
    return DESTROYS.test(name) ? [`\`aws ${service} ${name}\` cannot be undone.`] : [];
  });
  return [...new Set(said)];
}
