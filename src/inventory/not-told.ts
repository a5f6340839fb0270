import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';

/** The report lacks the column, or the field is none of a report's at all. */
export function notInReport(field: string, column?: string): IamqlError {
  const named = column ? `no column ${column}, so ${field} is` : `no ${field}: it is`;
  return new IamqlError(
    'NotCollected',
    `the credential report has ${named} unknown; get a report in today's format from AWS`,
  );
}

/** An answer of AWS that was read does not hold the fact. */
export function notAnswered(field: string, of: unknown): IamqlError {
  return new IamqlError(
    'NotCollected',
    `AWS answered without the ${field} of ${of}, so it is unknown; ask again later`,
  );
}

export function noRootRow(): IamqlError {
  const message =
    'the credential report has no row of the root user (<root_account>), so nothing can be said of root; get a whole report from AWS, which has it first';
  return new IamqlError('NotCollected', message);
}

/** What stands beside the findings of a report that is not whole. */
export function isFiltered(): IamqlError {
  const message =
    'the credential report has no row of the root user, so rows were taken out of it: users that it does not show may exist; get the whole report, or pass --accept-filtered';
  return new IamqlError('Corrupt', message);
}

/** Why an asset is neither selected nor passed over. */
export function notDecided(identifier: unknown, why: IamqlError): IamqlError {
  return why.reworded(`whether ${identifier} matches cannot be told: ${why.message}`);
}

/** Why some of what an owner has may be missing. */
export function notListed(type: AssetTypeName, owner: unknown, why: IamqlError): IamqlError {
  return why.reworded(`which ${catalogue[type].many} of ${owner} match cannot be told: ${why.message}`);
}

/** To count them would cost more calls than the question did. */
export function notCounted(type: AssetTypeName): IamqlError {
  return new IamqlError('NotCollected', `the ${catalogue[type].many} of some were not asked for`);
}

/** What went wrong for several reasons at once is said once. */
export const onceEach = (errors: readonly IamqlError[]): readonly IamqlError[] => [
  ...new Map(errors.map((error) => [error.message, error])).values(),
];

/** A missing row is no row without findings. */
export function newerThanReport(arn: unknown): IamqlError {
  const message = `${arn} is newer than the credential report, which alone tells this; ask again once AWS has a newer one`;
  return new IamqlError('NotCollected', message);
}

/** Nobody has said who the others are. */
export function notAllReported(users: number, reported: number): IamqlError {
  const message = `the account has ${users} users, and the credential report ${reported}: those whom it does not show were not judged; iam:ListUsers (--verify) or iam:GetAccountAuthorizationDetails lists them`;
  return new IamqlError('NotCollected', message);
}

/** Of what is true now this field alone cannot be told by any call. */
export function changedSinceReport(field: string, arn: unknown): IamqlError {
  const message = `${field} of ${arn} changed since the credential report, which alone tells it; ask again once AWS has a newer one`;
  return new IamqlError('NotCollected', message);
}

/** A file that does not say how old it is cannot say what was long ago. */
export function unknownAge(): never {
  const message =
    'how long ago anything was depends on when the facts were read, which is not known; pass --generated-at';
  throw new IamqlError('NotCollected', message);
}
