import type { IAMClient, Tag as SdkTag } from '@aws-sdk/client-iam';
import type { AwsAccount } from './aws-account.ts';
import { allPages, PAGES_OF_ONE, type PagedList, type Tag } from './paging.ts';
import { type ResourceTag, tagsOf } from './required.ts';

/** The tags of a managed policy. Source: IAM API Reference, ListPolicyTags. */
export const listPolicyTags = (account: AwsAccount, policyArn: string, tag: Tag) =>
  listTags(account, 'iam:ListPolicyTags', tag, (sdk, client, from, options) =>
    client.send(new sdk.ListPolicyTagsCommand({ PolicyArn: policyArn, ...from }), options),
  );

/** Source: IAM API Reference, ListServerCertificateTags. */
export const listServerCertificateTags = (account: AwsAccount, serverCertificateName: string, tag: Tag) =>
  listTags(account, 'iam:ListServerCertificateTags', tag, (sdk, client, from, options) =>
    client.send(
      new sdk.ListServerCertificateTagsCommand({ ServerCertificateName: serverCertificateName, ...from }),
      options,
    ),
  );

/** Source: IAM API Reference, ListSAMLProviderTags. */
export const listSamlProviderTags = (account: AwsAccount, samlProviderArn: string, tag: Tag) =>
  listTags(account, 'iam:ListSAMLProviderTags', tag, (sdk, client, from, options) =>
    client.send(new sdk.ListSAMLProviderTagsCommand({ SAMLProviderArn: samlProviderArn, ...from }), options),
  );

/** Source: IAM API Reference, ListInstanceProfileTags. */
export const listInstanceProfileTags = (account: AwsAccount, instanceProfileName: string, tag: Tag) =>
  listTags(account, 'iam:ListInstanceProfileTags', tag, (sdk, client, from, options) =>
    client.send(new sdk.ListInstanceProfileTagsCommand({ InstanceProfileName: instanceProfileName, ...from }), options),
  );

/** The tags of a virtual MFA device, whose serial number is its ARN. Source: IAM API Reference, ListMFADeviceTags. */
export const listMfaDeviceTags = (account: AwsAccount, serialNumber: string, tag: Tag) =>
  listTags(account, 'iam:ListMFADeviceTags', tag, (sdk, client, from, options) =>
    client.send(new sdk.ListMFADeviceTagsCommand({ SerialNumber: serialNumber, ...from }), options),
  );

interface TagsAnswer {
  readonly Tags: SdkTag[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

type SendPage = PagedList<TagsAnswer, ResourceTag>['send'];

/** What no longer has tags because it is gone is an error: an empty list would say that it has none. */
async function listTags(
  account: AwsAccount,
  action: string,
  tag: Tag,
  send: (sdk: typeof import('@aws-sdk/client-iam'), ...page: Parameters<SendPage>) => Promise<TagsAnswer>,
): Promise<readonly ResourceTag[]> {
  const sdk = await import('@aws-sdk/client-iam');
  return allPages(
    account,
    {
      action,
      items: 'tags',
      maxPages: PAGES_OF_ONE,
      send: (client: IAMClient, from, options) => send(sdk, client, from, options),
      itemsOf: (answer) => answer.Tags && tagsOf(action, answer.Tags),
    },
    tag,
  );
}
