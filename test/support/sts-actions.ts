import type { Action, ReceivedCall } from './iam-actions.ts';
import { AwsError, element, elements } from './query-answer.ts';
import { wireTime } from './scenario.ts';
import { uniqueId } from './scripted-account.ts';

export const STS_ACTIONS: Readonly<Record<string, Action>> = {
  GetCallerIdentity: ({ callerArn }) =>
    elements({ Arn: callerArn, UserId: uniqueId('AIDA', callerArn), Account: callerArn.split(':')[4] }),
  AssumeRole: assumeRole,
};

const DEFAULT_SESSION_SECONDS = 3600;

function assumeRole(call: ReceivedCall): string {
  const roleArn = call.params['RoleArn'] ?? '';
  const sessionName = call.params['RoleSessionName'] ?? '';
  if (!mayAssume(call, roleArn)) throw new AwsError('AccessDenied', assumeRoleDenied(call.callerArn, roleArn));
  const [, partition, , , accountId, role] = roleArn.split(':');
  const roleName = role?.split('/').at(-1);
  const arn = `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
  const asked = Number(call.params['DurationSeconds'] ?? DEFAULT_SESSION_SECONDS);
  const { sessionSeconds = asked, sessionRefusedAfterMs = 1000 * sessionSeconds } = call.account.scenario;
  const endsAt = Date.now() + 1000 * sessionSeconds;
  const credentials = elements({
    AccessKeyId: call.sessions.openSession(arn, Date.now() + sessionRefusedAfterMs),
    SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    SessionToken: `session of ${arn}`,
    Expiration: wireTime(new Date(endsAt)),
  });
  const assumed = elements({ AssumedRoleId: `${uniqueId('AROA', roleArn)}:${sessionName}`, Arn: arn });
  return element('Credentials', credentials) + element('AssumedRoleUser', assumed);
}

function mayAssume({ sessions, params }: ReceivedCall, roleArn: string): boolean {
  const roles = sessions.scenario.roles;
  if (roles === undefined) return true;
  const role = roles.find((candidate) => candidate.arn === roleArn);
  return role !== undefined && (role.externalId === undefined || role.externalId === params['ExternalId']);
}

/** STS gives no reason, whether the role is missing, its trust policy refuses or the external id is wrong. */
function assumeRoleDenied(callerArn: string, roleArn: string): string {
  return `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
}
