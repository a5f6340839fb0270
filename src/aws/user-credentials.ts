import type { ServiceSpecificCredentialMetadata } from '@aws-sdk/client-iam';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { allPages, allPagesOfUser, MOST_ITEMS, PAGES_OF_ACCOUNT, type Tag } from './paging.ts';
import { instantOrNull, required } from './required.ts';

export interface ListedSshPublicKey {
  readonly sshPublicKeyId: string;
  readonly status: string;
  readonly uploadDate: Instant;
}

export interface ListedSigningCertificate {
  readonly certificateId: string;
  /** In PEM. */
  readonly certificateBody: string;
  readonly status: string;
  readonly uploadDate: Instant;
}

/** A password or API key for one AWS service; its secret is never read. */
export interface ListedServiceSpecificCredential {
  readonly serviceSpecificCredentialId: string;
  readonly userName: string;
  /** For example `codecommit.amazonaws.com`, `bedrock.amazonaws.com`. */
  readonly serviceName: string;
  readonly status: string;
  readonly createDate: Instant;
  /** Null: it does not expire. Only API keys can. */
  readonly expirationDate: Instant | null;
  /** Null: an API key has an alias instead. */
  readonly serviceUserName: string | null;
  readonly serviceCredentialAlias: string | null;
}

const LIST_SSH_KEYS = 'iam:ListSSHPublicKeys';
const LIST_CERTIFICATES = 'iam:ListSigningCertificates';
const CERTIFICATE = ['CertificateId', 'CertificateBody', 'Status', 'UploadDate'] as const;
const LIST_SERVICE_SPECIFIC = 'iam:ListServiceSpecificCredentials';

/** The SSH public keys of one user; empty when the user is gone. Source: IAM API Reference, ListSSHPublicKeys. */
export async function listSshPublicKeys(
  account: AwsAccount,
  userName: string,
  tag: Tag,
): Promise<readonly ListedSshPublicKey[]> {
  const { ListSSHPublicKeysCommand } = await import('@aws-sdk/client-iam');
  return allPagesOfUser(
    account,
    {
      action: LIST_SSH_KEYS,
      items: 'SSH public keys',
      send: (client, from, options) =>
        client.send(new ListSSHPublicKeysCommand({ UserName: userName, ...from }), options),
      itemsOf: (answer) =>
        answer.SSHPublicKeys?.map((listed) => {
          const key = required(LIST_SSH_KEYS, 'an SSH public key', listed, 'SSHPublicKeyId', 'Status', 'UploadDate');
          return { sshPublicKeyId: key.SSHPublicKeyId, status: key.Status, uploadDate: instantOf(key.UploadDate) };
        }),
    },
    tag,
  );
}

/** The signing certificates of one user; empty when the user is gone. Source: IAM API Reference, ListSigningCertificates. */
export async function listSigningCertificates(
  account: AwsAccount,
  userName: string,
  tag: Tag,
): Promise<readonly ListedSigningCertificate[]> {
  const { ListSigningCertificatesCommand } = await import('@aws-sdk/client-iam');
  return allPagesOfUser(
    account,
    {
      action: LIST_CERTIFICATES,
      items: 'signing certificates',
      send: (client, from, options) =>
        client.send(new ListSigningCertificatesCommand({ UserName: userName, ...from }), options),
      itemsOf: (answer) =>
        answer.Certificates?.map((listed) => {
          const one = required(LIST_CERTIFICATES, 'a certificate', listed, ...CERTIFICATE);
          return {
            certificateId: one.CertificateId,
            certificateBody: one.CertificateBody,
            status: one.Status,
            uploadDate: instantOf(one.UploadDate),
          };
        }),
    },
    tag,
  );
}

/** The service-specific credentials of all users. Source: IAM API Reference, ListServiceSpecificCredentials. */
export async function listServiceSpecificCredentials(
  account: AwsAccount,
  tag: Tag,
): Promise<readonly ListedServiceSpecificCredential[]> {
  const { ListServiceSpecificCredentialsCommand } = await import('@aws-sdk/client-iam');
  return allPages(
    account,
    {
      action: LIST_SERVICE_SPECIFIC,
      items: 'service-specific credentials',
      maxPages: PAGES_OF_ACCOUNT,
      send: (client, from, options) =>
        client.send(
          new ListServiceSpecificCredentialsCommand({ AllUsers: true, MaxItems: MOST_ITEMS, ...from }),
          options,
        ),
      itemsOf: (answer) => answer.ServiceSpecificCredentials?.map(serviceSpecificCredential),
    },
    tag,
  );
}

function serviceSpecificCredential(listed: ServiceSpecificCredentialMetadata): ListedServiceSpecificCredential {
  const credential = required(
    LIST_SERVICE_SPECIFIC,
    'a service-specific credential',
    listed,
    'ServiceSpecificCredentialId',
    'UserName',
    'ServiceName',
    'Status',
    'CreateDate',
  );
  return {
    serviceSpecificCredentialId: credential.ServiceSpecificCredentialId,
    userName: credential.UserName,
    serviceName: credential.ServiceName,
    status: credential.Status,
    createDate: instantOf(credential.CreateDate),
    expirationDate: instantOrNull(credential.ExpirationDate),
    serviceUserName: credential.ServiceUserName ?? null,
    serviceCredentialAlias: credential.ServiceCredentialAlias ?? null,
  };
}
