import type { ReceivedCall } from './iam-actions.ts';
import { accountArn } from './scenario.ts';
import { STS_ACTIONS } from './sts-actions.ts';

/**
 * The sentence AWS answers a call that no policy allows
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
 */
export function accessDeniedMessage(
  action: string,
  call: ReceivedCall,
  service = action in STS_ACTIONS ? 'sts' : 'iam',
): string {
  const permission = `${service}:${action}`;
  const refused = `User: ${call.callerArn} is not authorized to perform: ${permission} on resource: ${resource(action, call)}`;
  return `${refused} because no identity-based policy allows the ${permission} action`;
}

// What a list is denied on ends where the names of its members would begin.
const LISTED: Readonly<Record<string, string>> = {
  ListUsers: 'user/',
  ListVirtualMFADevices: 'mfa/',
  ListServerCertificates: 'server-certificate/',
  ListInstanceProfiles: 'instance-profile/',
  ListSAMLProviders: 'saml-provider/*',
  ListOpenIDConnectProviders: 'oidc-provider/*',
};

const ARNS = ['RoleArn', 'SAMLProviderArn', 'OpenIDConnectProviderArn', 'SerialNumber'];

/** IAM names a user by the word `user` and the name, where other services print an ARN. */
function resource(action: string, { account, params }: ReceivedCall): string {
  if (params['UserName'] !== undefined) return `user ${params['UserName']}`;
  if (params['AccessKeyId'] !== undefined) return `user ${account.accessKey(params['AccessKeyId'])?.user.name ?? ''}`;
  if (params['PolicyArn'] !== undefined) return `policy ${params['PolicyArn']}`;
  if (params['InstanceProfileName'] !== undefined) return `instance profile ${params['InstanceProfileName']}`;
  const arn = ARNS.map((name) => params[name]).find((value) => value !== undefined);
  if (arn !== undefined) return arn;
  const listed = LISTED[action];
  return listed === undefined ? '*' : accountArn(account.scenario, listed);
}
