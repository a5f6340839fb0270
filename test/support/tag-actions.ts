import type { Action, ReceivedCall } from './iam-actions.ts';
import { allProfiles } from './instance-profiles.ts';
import { virtualDevices } from './mfa-actions.ts';
import { page, tagMembers } from './paged-answer.ts';
import { oidcProvider } from './provider-actions.ts';
import { AwsError } from './query-answer.ts';
import type { Tags } from './scenario-nouns.ts';

interface Tagged {
  readonly tags?: Tags;
}

export const TAG_ACTIONS: Readonly<Record<string, Action>> = {
  ListPolicyTags: tagsOf(
    'PolicyArn',
    ({ account }, wanted) => account.scenario.policies?.find(({ arn }) => arn === wanted),
    (arn) => `Policy ${arn} was not found.`,
  ),
  ListServerCertificateTags: tagsOf(
    'ServerCertificateName',
    ({ account }, wanted) => account.scenario.serverCertificates?.find(({ name }) => name === wanted),
    (name) => `The Server Certificate with name ${name} cannot be found.`,
  ),
  ListOpenIDConnectProviderTags: (call) => pageOfTags(call, oidcProvider(call)),
  ListInstanceProfileTags: tagsOf(
    'InstanceProfileName',
    ({ account }, wanted) => allProfiles(account.scenario).find(({ name }) => name === wanted),
    (name) => `Instance Profile ${name} cannot be found.`,
  ),
  // IAM tags virtual devices only.
  ListMFADeviceTags: tagsOf(
    'SerialNumber',
    ({ account }, serial) => virtualDevices(account).find(({ device }) => device.serial === serial)?.device,
    (serial) => `VirtualMFADevice with serial number ${serial} doesn't exist.`,
  ),
};

function tagsOf(
  parameter: string,
  find: (call: ReceivedCall, wanted: string) => Tagged | undefined,
  notFound: (wanted: string) => string,
): Action {
  return (call) => {
    const wanted = call.params[parameter] ?? '';
    const tagged = find(call, wanted);
    if (tagged === undefined) throw new AwsError('NoSuchEntity', notFound(wanted));
    return pageOfTags(call, tagged);
  };
}

function pageOfTags(call: ReceivedCall, { tags }: Tagged): string {
  return page(call, tagMembers(tags), 'Tags', (tag) => tag);
}
