import type { ReceivedCall } from './iam-actions.ts';
import { STS_ACTIONS } from './sts-actions.ts';

/**
 * The sentence AWS answers a call that no policy allows
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
 */
export function accessDeniedMessage(action: string, call: ReceivedCall): string {
  const permission = `${action in STS_ACTIONS ? 'sts' : 'iam'}:${action}`;
  const refused = `User: ${call.callerArn} is not authorized to perform: ${permission} on resource: ${resource(action, call)}`;
  return `${refused} because no identity-based policy allows the ${permission} action`;
}

/** IAM names a user by the word `user` and the name, where other services print an ARN. */
function resource(action: string, { account, params }: ReceivedCall): string {
  const { partition, accountId } = account.scenario;
  if (params['UserName'] !== undefined) return `user ${params['UserName']}`;
  if (params['AccessKeyId'] !== undefined) return `user ${account.accessKey(params['AccessKeyId'])?.user.name ?? ''}`;
  if (params['RoleArn'] !== undefined) return params['RoleArn'];
  if (action === 'ListUsers') return `arn:${partition}:iam::${accountId}:user/`;
  return '*';
}
