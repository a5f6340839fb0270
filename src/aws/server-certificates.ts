import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { allPages, MOST_ITEMS, PAGES_OF_ACCOUNT, type Tag } from './paging.ts';
import { required } from './required.ts';

export interface ListedServerCertificate {
  readonly arn: string;
  readonly serverCertificateName: string;
  readonly serverCertificateId: string;
  readonly path: string;
  readonly uploadDate: Instant;
  readonly expiration: Instant;
}

const LIST = 'iam:ListServerCertificates';

/** The TLS certificates that are kept in IAM. Source: IAM API Reference, ListServerCertificates. */
export async function listServerCertificates(
  account: AwsAccount,
  tag: Tag,
): Promise<readonly ListedServerCertificate[]> {
  const { ListServerCertificatesCommand } = await import('@aws-sdk/client-iam');
  const members = ['Arn', 'ServerCertificateName', 'ServerCertificateId', 'Path', 'UploadDate', 'Expiration'] as const;
  return allPages(
    account,
    {
      action: LIST,
      items: 'server certificates',
      maxPages: PAGES_OF_ACCOUNT,
      send: (client, from, options) =>
        client.send(new ListServerCertificatesCommand({ MaxItems: MOST_ITEMS, ...from }), options),
      itemsOf: (answer) =>
        answer.ServerCertificateMetadataList?.map((listed) => {
          const certificate = required(LIST, 'a server certificate', listed, ...members);
          return {
            arn: certificate.Arn,
            serverCertificateName: certificate.ServerCertificateName,
            serverCertificateId: certificate.ServerCertificateId,
            path: certificate.Path,
            uploadDate: instantOf(certificate.UploadDate),
            expiration: instantOf(certificate.Expiration),
          };
        }),
    },
    tag,
  );
}
