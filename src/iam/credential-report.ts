import { arnPath, type IamArn } from './arn.ts';
import type { ReportedCredentials, ReportedRoot, ReportedUser } from './assets.ts';
import { credentialsRecord } from './catalogue.generated.ts';
import { parseReportCsv } from './report-csv.ts';
import { ReportRows } from './report-rows.ts';

/**
 * A parsed credential report.
 *
 * Source: the IAM User Guide, "Generate credential reports for your AWS account".
 */
export interface CredentialReport {
  /** Undefined when the report has no rows. */
  readonly account: { readonly partition: string; readonly accountId: string } | undefined;
  readonly users: readonly ReportedUser[];
  /** Undefined where the report has no root row: a filtered copy, or an emulator's. */
  readonly root: ReportedRoot | undefined;
  /** Columns of the catalogue that this report lacks. Older reports have 16. */
  readonly missingColumns: ReadonlySet<string>;
  /** Somebody has more access keys than the report has slots. */
  readonly hasAdditionalKeys: boolean;
}

/**
 * Parses the CSV of a credential report: by header, whatever the order; extra columns are ignored, and those that the
 * report lacks are UNREAD in every row.
 *
 * @throws IamqlError Corrupt, with line and column: no header, a row that is cut or has too many cells, a cell that does
 *   not hold what its column says, rows of two accounts, a user twice.
 */
export function parseCredentialReport(csv: string): CredentialReport {
  const rows = new ReportRows(parseReportCsv(csv));
  const users: ReportedUser[] = [];
  const seen = new Set<string>();
  let root: ReportedRoot | undefined;
  let account: IamArn | undefined;
  let hasAdditionalKeys = false;
  while (rows.next()) {
    const arn = rows.arn();
    account ??= arn;
    if (arn.accountId !== account.accountId) throw rows.wrong('arn', `of account ${account.accountId}, as before`);
    const credentials = credentialsOf(rows);
    hasAdditionalKeys ||= credentials.additionalCredentialsInfo !== null;
    if (seen.size === seen.add(arn.resource).size) throw rows.wrong('arn', 'new: it stands there twice');
    if (arn.resource === 'root') root = rootOf(credentials);
    else users.push(userOf(credentials, arn));
  }
  return { account, users, root, missingColumns: rows.missingColumns, hasAdditionalKeys };
}

/** The catalogue gives each column its type, and the rows check it; the generated literal does not know the types. */
const credentialsOf = (rows: ReportRows): ReportedCredentials =>
  credentialsRecord(rows.user(), rows.arnText(), rows.createDate(), rows) as ReportedCredentials;

function userOf(credentials: ReportedCredentials, arn: IamArn): ReportedUser {
  return {
    __typename: 'IAMUser',
    arn: credentials.arn,
    userName: credentials.userName,
    path: arnPath(arn.resource),
    createDate: credentials.createDate,
    passwordLastUsed: credentials.passwordLastUsed,
    hasIAMUserCredentials: credentials,
  };
}

function rootOf(credentials: ReportedCredentials): ReportedRoot {
  return {
    __typename: 'RootUser',
    arn: credentials.arn,
    createDate: credentials.createDate,
    passwordLastUsed: credentials.passwordLastUsed,
    hasIAMUserCredentials: credentials,
  };
}
