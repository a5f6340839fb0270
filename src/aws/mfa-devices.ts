import type { VirtualMFADevice } from '@aws-sdk/client-iam';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { allPages, allPagesOfUser, MOST_ITEMS, PAGES_OF_ACCOUNT, type Tag } from './paging.ts';
import { instantOrNull, required } from './required.ts';

export interface ListedMfaDevice {
  /** Of a virtual device, its ARN. */
  readonly serialNumber: string;
  readonly enableDate: Instant;
  readonly userName: string;
}

export interface ListedVirtualMfaDevice {
  readonly serialNumber: string;
  /** Null: nobody uses it. */
  readonly enableDate: Instant | null;
  /** Ends with `:root` for the root user's. Null: nobody uses it. */
  readonly userArn: string | null;
}

const LIST = 'iam:ListMFADevices';
const LIST_VIRTUAL = 'iam:ListVirtualMFADevices';

/**
 * The MFA devices of one user, of every kind; empty when the user is no longer there.
 *
 * Source: IAM API Reference, ListMFADevices.
 */
export async function listMfaDevices(
  account: AwsAccount,
  userName: string,
  tag: Tag,
): Promise<readonly ListedMfaDevice[]> {
  const { ListMFADevicesCommand } = await import('@aws-sdk/client-iam');
  return allPagesOfUser(
    account,
    {
      action: LIST,
      items: 'MFA devices',
      send: (client, from, options) => client.send(new ListMFADevicesCommand({ UserName: userName, ...from }), options),
      itemsOf: (answer) =>
        answer.MFADevices?.map((listed) => {
          const device = required(LIST, 'an MFA device', listed, 'SerialNumber', 'EnableDate', 'UserName');
          return {
            serialNumber: device.SerialNumber,
            enableDate: instantOf(device.EnableDate),
            userName: device.UserName,
          };
        }),
    },
    tag,
  );
}

/**
 * The virtual MFA devices of the account, those of the root user and of nobody included.
 *
 * Source: IAM API Reference, ListVirtualMFADevices: without AssignmentStatus it lists assigned and unassigned ones.
 */
export async function listVirtualMfaDevices(account: AwsAccount, tag: Tag): Promise<readonly ListedVirtualMfaDevice[]> {
  const { ListVirtualMFADevicesCommand } = await import('@aws-sdk/client-iam');
  return allPages(
    account,
    {
      action: LIST_VIRTUAL,
      items: 'virtual MFA devices',
      maxPages: PAGES_OF_ACCOUNT,
      send: (client, from, options) =>
        client.send(new ListVirtualMFADevicesCommand({ MaxItems: MOST_ITEMS, ...from }), options),
      itemsOf: (answer) => answer.VirtualMFADevices?.map(virtualDevice),
    },
    tag,
  );
}

function virtualDevice(listed: VirtualMFADevice): ListedVirtualMfaDevice {
  const { SerialNumber, EnableDate, User } = required(LIST_VIRTUAL, 'a virtual MFA device', listed, 'SerialNumber');
  return {
    serialNumber: SerialNumber,
    enableDate: instantOrNull(EnableDate),
    // Only the ARN tells whose it is: AWS names the root user by no user name.
    userArn: User ? required(LIST_VIRTUAL, "a virtual MFA device's user", User, 'Arn').Arn : null,
  };
}
