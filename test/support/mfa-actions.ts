import type { Action, ReceivedCall } from './iam-actions.ts';
import { page } from './paged-answer.ts';
import { element, elements } from './query-answer.ts';
import { accountArn, rootCreateDate, wireTime } from './scenario.ts';
import { DEFAULT_CREATED, type ScenarioMfaDevice } from './scenario-nouns.ts';
import type { ScriptedAccount } from './scripted-account.ts';
import { userFields } from './user-actions.ts';

interface VirtualDevice {
  readonly device: ScenarioMfaDevice;
  /** The fields of whose it is; undefined: nobody's. */
  readonly owner: (() => string) | undefined;
}

export const MFA_ACTIONS: Readonly<Record<string, Action>> = {
  ListMFADevices: (call) => {
    const user = call.account.userOrCaller(call.params['UserName'], call.callerArn);
    return page(call, user.mfaDevices ?? [], 'MFADevices', (device) =>
      elements({
        UserName: user.name,
        SerialNumber: device.serial,
        EnableDate: wireTime(device.enableDate ?? DEFAULT_CREATED),
      }),
    );
  },
  ListVirtualMFADevices: listVirtualMfaDevices,
};

/** A device is virtual where its serial number is the ARN of one. */
export function virtualDevices(account: ScriptedAccount): readonly VirtualDevice[] {
  const { scenario } = account;
  const ofRoot = scenario.root?.mfaDevices ?? [];
  return [
    ...(scenario.unassignedMfaDevices ?? []).map((device) => ({ device, owner: undefined })),
    ...ofRoot.map((device) => ({ device, owner: () => rootFields(account) })),
    ...account.users.flatMap((user) =>
      (user.mfaDevices ?? []).map((device) => ({ device, owner: () => userFields(scenario, user) })),
    ),
  ].filter(({ device }) => /^arn:[^:]+:iam::\d*:mfa\//.test(device.serial));
}

function listVirtualMfaDevices(call: ReceivedCall): string {
  const status = call.params['AssignmentStatus'] ?? 'Any';
  const devices = virtualDevices(call.account).filter(
    ({ owner }) => status === 'Any' || (status === 'Assigned') === (owner !== undefined),
  );
  return page(call, devices, 'VirtualMFADevices', ({ device, owner }) => {
    const serial = elements({ SerialNumber: device.serial });
    if (owner === undefined) return serial;
    const enabled = elements({ EnableDate: wireTime(device.enableDate ?? DEFAULT_CREATED) });
    return serial + enabled + element('User', owner());
  });
}

/** The root user has the account's id for its own, and neither a name nor a path (API_ListVirtualMFADevices). */
function rootFields({ scenario }: ScriptedAccount): string {
  const used = scenario.root?.passwordLastUsed;
  return elements({
    UserId: scenario.accountId,
    Arn: accountArn(scenario, 'root'),
    CreateDate: wireTime(rootCreateDate(scenario)),
    PasswordLastUsed: used && wireTime(used),
  });
}
