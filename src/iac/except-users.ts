import { isArn, matchesAsset } from '../controls/asset-pattern.ts';
import { type Exception, hasExpired } from '../controls/exception.ts';
import type { Instant } from '../iam/instant.ts';
import type { IacFinding, JudgedUsers } from './judge-declared.ts';

/** A user who will have both, and with whom somebody has agreed to live. */
export interface ExceptedUser extends IacFinding {
  readonly exception: Exception;
}

/** For what exceptions are taken. */
export interface ExceptionUse {
  /** All of them, of any control and account. */
  readonly exceptions: readonly Exception[];
  /** The id of the control whose findings are foreseen. */
  readonly control: string;
  /** Where the files are deployed. */
  readonly account: string;
  readonly now: Instant;
}

export interface ExceptedUsers {
  readonly excepted: readonly ExceptedUser[];
  /** Exceptions that name somebody who was found, and do not cover: what is missing. */
  readonly unfit: readonly { readonly exception: Exception; readonly why: string }[];
}

/**
 * Sets apart users who are excepted by name. A key that is not made yet has no id, so that an exception for one covers nothing
 * here; what is not known is covered by none, either.
 */
export function exceptUsers<T extends JudgedUsers>(
  judged: T,
  { exceptions, control, account, now }: ExceptionUse,
): T & ExceptedUsers {
  const own = exceptions.filter((one) => one.control === control && one.account === account);
  const excepted: ExceptedUser[] = [];
  const findings: IacFinding[] = [];
  for (const finding of judged.findings) {
    const [exception] = own.filter((one) => whyNotCovered(one, finding, now) === 'covers').sort(firstToEnd);
    if (exception) excepted.push({ ...finding, exception });
    else findings.push(finding);
  }
  const unfit = findings.flatMap((finding) =>
    own.flatMap((exception) => {
      const why = whyNotCovered(exception, finding, now);
      return why === undefined || why === 'covers' ? [] : [{ exception, why }];
    }),
  );
  const isLeft = judged.verdict !== 'FAIL' || findings.length > 0;
  const verdict = isLeft ? judged.verdict : judged.reasons.length > 0 ? 'ERROR' : 'PASS';
  return { ...judged, verdict, findings, excepted, unfit };
}

/** From when it ends the finding counts again. */
const firstToEnd = (a: Exception, b: Exception): number => (a.expires < b.expires ? -1 : a.expires > b.expires ? 1 : 0);

/** Undefined where it is about somebody else. */
function whyNotCovered(exception: Exception, { name }: IacFinding, now: Instant): 'covers' | string | undefined {
  const { asset, key } = exception;
  // Which path a user has, and so which ARN, a file need not say.
  const isNamed =
    name !== undefined && (isArn(asset) ? asset.endsWith(`/${name}`) : matchesAsset(asset, { identifier: name, name }));
  if (!isNamed) return undefined;
  if (hasExpired(exception, now)) return 'it has expired';
  if (key) return 'it is for one key, and one that is not made yet is another: leave key out for what is to be made';
  return isArn(asset) ? `a file does not tell ARNs: write the IAM name, ${name}` : 'covers';
}
