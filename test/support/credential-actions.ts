import type { Action, ReceivedCall } from './iam-actions.ts';
import { page } from './paged-answer.ts';
import { AwsError, element, elements } from './query-answer.ts';
import { type ScenarioUser, wireTime } from './scenario.ts';
import { DEFAULT_CREATED } from './scenario-nouns.ts';
import { currentKeys } from './scripted-account.ts';

/** Access keys, and what else a user may sign in or sign with. */
export const CREDENTIAL_ACTIONS: Readonly<Record<string, Action>> = {
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
  UpdateAccessKey: (call) => {
    const status = call.params['Status'];
    if (status !== 'Active' && status !== 'Inactive') throw new AwsError('ValidationError', 'Invalid status.');
    const { key } = keyOfUser(call);
    call.account.replaceKey(key.id, (one) => ({ ...one, status }));
    return '';
  },
  DeleteAccessKey: (call) => {
    call.account.replaceKey(keyOfUser(call).key.id, () => undefined);
    return '';
  },
  ListAccessKeys: ofUser('AccessKeyMetadata', currentKeys, (key, user) => ({
    UserName: user.name,
    AccessKeyId: key.id,
    Status: key.status,
    CreateDate: wireTime(key.createDate),
  })),
  ListSSHPublicKeys: ofUser(
    'SSHPublicKeys',
    ({ sshPublicKeys = [] }) => sshPublicKeys,
    (key, user) => ({
      UserName: user.name,
      SSHPublicKeyId: key.id,
      Status: key.status ?? 'Active',
      UploadDate: wireTime(key.uploadDate ?? DEFAULT_CREATED),
    }),
  ),
  ListSigningCertificates: ofUser(
    'Certificates',
    ({ signingCertificates = [] }) => signingCertificates,
    (certificate, user) => ({
      UserName: user.name,
      CertificateId: certificate.id,
      CertificateBody: certificate.body ?? pem(certificate.id),
      Status: certificate.status ?? 'Active',
      UploadDate: wireTime(certificate.uploadDate ?? DEFAULT_CREATED),
    }),
  ),
  ListServiceSpecificCredentials: listServiceSpecificCredentials,
};

/** Of the user asked for, or of the caller where none is. */
function ofUser<T>(
  name: string,
  itemsOf: (user: ScenarioUser) => readonly T[],
  fields: (item: T, user: ScenarioUser) => Readonly<Record<string, string>>,
): Action {
  return (call) => {
    const user = call.account.userOrCaller(call.params['UserName'], call.callerArn);
    return page(call, itemsOf(user), name, (item) => elements(fields(item, user)));
  };
}

/** AWS knows no key of somebody else (API_UpdateAccessKey). */
function keyOfUser({ account, params, callerArn }: ReceivedCall) {
  const user = account.userOrCaller(params['UserName'], callerArn);
  const owned = account.accessKey(params['AccessKeyId'] ?? '');
  if (owned?.user === user) return owned;
  throw new AwsError('NoSuchEntity', `The Access Key with id ${params['AccessKeyId']} cannot be found.`);
}

/** A key without use has no LastUsedDate at all, and `N/A` for service and region (API_AccessKeyLastUsed). */
function getAccessKeyLastUsed({ account, params }: ReceivedCall): string {
  const id = params['AccessKeyId'] ?? '';
  const owned = account.accessKey(id);
  if (owned === undefined) throw new AwsError('NoSuchEntity', `The Access Key with id ${id} cannot be found.`);
  const { lastUsed } = owned.key;
  const fields = elements({
    LastUsedDate: lastUsed && wireTime(lastUsed.date),
    ServiceName: lastUsed?.service ?? 'N/A',
    Region: lastUsed?.region ?? 'N/A',
  });
  return elements({ UserName: owned.user.name }) + element('AccessKeyLastUsed', fields);
}

function listServiceSpecificCredentials(call: ReceivedCall): string {
  const { account, params, callerArn } = call;
  const service = params['ServiceName'];
  const users = params['AllUsers'] === 'true' ? account.users : [account.userOrCaller(params['UserName'], callerArn)];
  const credentials = users
    .flatMap((user) => (user.serviceSpecificCredentials ?? []).map((credential) => ({ user, credential })))
    .filter(({ credential }) => service === undefined || credential.service === service);
  return page(call, credentials, 'ServiceSpecificCredentials', ({ user, credential }) => {
    const { alias, expirationDate } = credential;
    const generated = alias === undefined ? `${user.name}-at-${account.scenario.accountId}` : undefined;
    return elements({
      UserName: user.name,
      Status: credential.status ?? 'Active',
      ServiceUserName: credential.serviceUserName ?? generated,
      ServiceCredentialAlias: alias,
      CreateDate: wireTime(credential.createDate),
      ExpirationDate: expirationDate && wireTime(expirationDate),
      ServiceSpecificCredentialId: credential.id,
      ServiceName: credential.service,
    });
  });
}

/** Certified by nobody, but of the form that AWS hands out. */
function pem(id: string): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(id).toString('base64')}\n-----END CERTIFICATE-----`;
}
