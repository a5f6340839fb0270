import type { Asset } from '../iam/assets.ts';
import { ONE_UNREAD, UNREAD } from '../iam/unread.ts';
import type { AccountGraph } from './account-graph.ts';
import { leftOut, standIn } from './owners.ts';

/*
 * What of a user's credentials is known before the user is asked, by the report and by the list of virtual devices: enough to
 * decide most conditions, and stand-ins for the rest. A report that says that there is one does not say which.
 */

const NONE: readonly never[] = [];

/** From whom a virtual device is, to the device: what the account lists, whether or not the user was asked. */
export const VIRTUAL_DEVICES = 'virtualDevices';

/** A password is a login profile, and a user has one at most. */
export function loginProfile(user: Asset): unknown {
  const isEnabled = rowOf(user)?.['passwordEnabled'];
  if (typeof isEnabled !== 'boolean') return UNREAD;
  const facts = { internalName: user['userName'] };
  return isEnabled
    ? [standIn({ type: 'IAMUserLoginProfile', owner: user, field: 'hasIAMUserLoginProfile' }, 'one', facts)]
    : NONE;
}

export function mfaDevices(graph: AccountGraph, user: Asset): unknown {
  const known = virtualDevicesOf(graph, user);
  const isActive = rowOf(user)?.['mfaActive'];
  if (isActive === false) return NONE;
  if (!known && isActive !== true) return UNREAD;
  const of = { type: 'IAMMFADevice', owner: user, field: 'mfaDevices' } as const;
  return [
    ...(known ?? []),
    // Any that is known is at least one.
    ...(isActive === true && !known?.length ? [standIn(of, 'someCertainly')] : []),
    known ? standIn(of, 'anyNumber', leftOut.IAMMFADevice) : UNREAD,
  ];
}

export function mfaSerialNumbers(graph: AccountGraph, user: Asset): unknown {
  const known = virtualDevicesOf(graph, user);
  const isActive = rowOf(user)?.['mfaActive'];
  if (isActive === false) return NONE;
  if (!known && isActive !== true) return UNREAD;
  const serials = (known ?? []).map(({ serialNumber }) => serialNumber);
  return [...serials, ...(serials.length === 0 && isActive === true ? [ONE_UNREAD] : []), UNREAD];
}

/**
 * The report has two slots, shows an active one in each, and says so where a user has more credentials than slots. Of a user without an active
 * one it says nothing (IAM User Guide, "Generate credential reports": N/A), so that there may be others.
 */
export function signingCertificates(user: Asset): unknown {
  const row = rowOf(user);
  if (!row) return UNREAD;
  const slots = [
    { active: row['cert1Active'], changed: row['cert1LastRotated'] },
    { active: row['cert2Active'], changed: row['cert2LastRotated'] },
  ];
  if (slots.some(({ active, changed }) => typeof active !== 'boolean' || changed === UNREAD)) return UNREAD;
  const of = { type: 'IAMSigningCertificate', owner: user, field: 'signingCertificates' } as const;
  const shown = slots.flatMap(({ active, changed }) => {
    if (active) return [standIn(of, 'one', { status: 'Active' })];
    return changed === null ? NONE : [standIn(of, 'one')];
  });
  // A word on more credentials than slots does not say whether these are keys or certificates.
  if (row['additionalCredentialsInfo'] !== null) return [...shown, standIn(of, 'anyNumber')];
  const hidden = shown.length < slots.length ? INACTIVE.map((status) => standIn(of, 'anyNumber', { status })) : NONE;
  return [...shown, ...hidden];
}

/** What a signing certificate may be beside active. Source: IAM API Reference, SigningCertificate. */
const INACTIVE = ['Inactive', 'Expired'];

/** What the account lists of the user; undefined while it was not asked. */
const virtualDevicesOf = (graph: AccountGraph, { arn }: Asset): readonly Asset[] | undefined =>
  graph.isRead('VIRTUAL_MFA_DEVICES') ? graph.relations.of(arn, VIRTUAL_DEVICES) : undefined;

function rowOf(user: Asset): Asset | undefined {
  const row = user['hasIAMUserCredentials'];
  return typeof row === 'object' && row !== null ? (row as Asset) : undefined;
}
