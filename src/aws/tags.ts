import type { Tag as SdkTag } from '@aws-sdk/client-iam';
import type { AwsAccount } from './aws-account.ts';
import { allPages, PAGES_OF_ONE, type PagedList, type Tag } from './paging.ts';
import { type ResourceTag, tagsOf } from './required.ts';

// Each names the command that it imports: a bundle of the command line then holds these commands and no other.

/** The tags of a managed policy. Source: IAM API Reference, ListPolicyTags. */
export async function listPolicyTags(account: AwsAccount, policyArn: string, tag: Tag) {
  const { ListPolicyTagsCommand: Command } = await import('@aws-sdk/client-iam');
  return listTags(account, 'iam:ListPolicyTags', tag, (client, from, options) =>
    client.send(new Command({ PolicyArn: policyArn, ...from }), options),
  );
}

/** Source: IAM API Reference, ListServerCertificateTags. */
export async function listServerCertificateTags(account: AwsAccount, serverCertificateName: string, tag: Tag) {
  const { ListServerCertificateTagsCommand: Command } = await import('@aws-sdk/client-iam');
  return listTags(account, 'iam:ListServerCertificateTags', tag, (client, from, options) =>
    client.send(new Command({ ServerCertificateName: serverCertificateName, ...from }), options),
  );
}

/** Source: IAM API Reference, ListInstanceProfileTags. */
export async function listInstanceProfileTags(account: AwsAccount, instanceProfileName: string, tag: Tag) {
  const { ListInstanceProfileTagsCommand: Command } = await import('@aws-sdk/client-iam');
  return listTags(account, 'iam:ListInstanceProfileTags', tag, (client, from, options) =>
    client.send(new Command({ InstanceProfileName: instanceProfileName, ...from }), options),
  );
}

/** The tags of a virtual MFA device, whose serial number is its ARN. Source: IAM API Reference, ListMFADeviceTags. */
export async function listMfaDeviceTags(account: AwsAccount, serialNumber: string, tag: Tag) {
  const { ListMFADeviceTagsCommand: Command } = await import('@aws-sdk/client-iam');
  return listTags(account, 'iam:ListMFADeviceTags', tag, (client, from, options) =>
    client.send(new Command({ SerialNumber: serialNumber, ...from }), options),
  );
}

interface TagsAnswer {
  readonly Tags: SdkTag[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/** What no longer has tags because it is gone is an error: an empty list would say that it has none. */
function listTags(
  account: AwsAccount,
  action: string,
  tag: Tag,
  send: PagedList<TagsAnswer, ResourceTag>['send'],
): Promise<readonly ResourceTag[]> {
  const itemsOf = (answer: TagsAnswer) => answer.Tags && tagsOf(action, answer.Tags);
  return allPages(account, { action, items: 'tags', maxPages: PAGES_OF_ONE, send, itemsOf }, tag);
}
