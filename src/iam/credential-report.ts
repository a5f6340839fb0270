import Papa from 'papaparse';
import { arnPath, type IamArn, parseIamArn } from './arn.ts';
import type { ReportedCredentials, ReportedRoot, ReportedUser } from './assets.ts';
import { catalogue, credentialsRecord } from './catalogue.generated.ts';
import { IamqlError } from './error.ts';
import { type Instant, parseInstant } from './instant.ts';
import { UNREAD, type Unread } from './unread.ts';

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
}

/** Reads one cell; undefined when it is not what the column may hold. */
type ReadCell = (cell: string, isRoot: boolean) => string | boolean | null | undefined;
type CellValue = string | boolean | null | Unread;

interface Column {
  readonly name: string;
  readonly field: string;
  /** The cell's position in the row; -1 when the report lacks the column. */
  readonly position: number;
  readonly read: ReadCell;
  readonly expects: string;
}

const NO_VALUE = new Set(['N/A', 'no_information', 'not_supported', '']);
/** What AWS writes for the name of the root user; no IAM user can be called that. */
const ROOT = '<root_account>';
const IDENTITY_COLUMNS = ['user', 'arn', 'user_creation_time'] as const;
/** A column that only reports from 2025 on have; AWS gave no more than two keys to a user before. */
const COLUMNS_WITHOUT_LOSS: ReadonlySet<string> = new Set(['additional_credentials_info']);

const readText: ReadCell = (cell) => (NO_VALUE.has(cell) ? null : cell);
/** Times begin with a digit, and no word for "no value" does: a look at one character spares most look-ups. */
const readInstant: ReadCell = (cell) => {
  const first = cell.charCodeAt(0);
  return first >= 48 && first <= 57 ? parseTime(cell) : NO_VALUE.has(cell) ? null : undefined;
};
/** A date alone is what a cut leaves of a time, and would move it to midnight. */
const parseTime = (cell: string): Instant | undefined => (cell.length > 10 ? parseInstant(cell) : undefined);
/** Any letter case, because spreadsheets write TRUE. Never null: a null here would quietly unselect a user. */
const readBoolean: ReadCell = (cell) => {
  if (cell === 'true') return true;
  if (cell === 'false') return false;
  const lower = cell.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
};
/** Older reports say `not_supported` of the root user's password. */
const readPasswordEnabled: ReadCell = (cell, isRoot) =>
  isRoot && NO_VALUE.has(cell) ? null : readBoolean(cell, isRoot);

/**
 * Parses the CSV of a credential report: by header, whatever the order; extra columns are ignored, and those that the
 * report lacks are UNREAD in every row.
 *
 * @throws IamqlError Corrupt, with line and column: no header, a row that is cut or has too many cells, a cell that does
 *   not hold what its column says, rows of two accounts, a user twice.
 */
export function parseCredentialReport(csv: string): CredentialReport {
  const table = new Table(parseCsv(csv));
  const users: ReportedUser[] = [];
  const seen = new Set<string>();
  let root: ReportedRoot | undefined;
  let account: IamArn | undefined;
  while (table.next()) {
    const arn = table.arn();
    account ??= arn;
    if (arn.accountId !== account.accountId) throw table.wrong('arn', `of account ${account.accountId}, as before`);
    const credentials = credentialsOf(table, arn.resource === 'root');
    if (seen.size === seen.add(credentials.arn).size) throw table.wrong('arn', 'new: it stands there twice');
    if (arn.resource === 'root') root = rootOf(credentials);
    else users.push(userOf(credentials, arn));
  }
  return { account, users, root, missingColumns: table.missingColumns };
}

/** The rows, one after the other, with cells found by column and words for what is wrong with them. */
class Table {
  readonly columns: readonly Column[];
  readonly missingColumns: ReadonlySet<string>;
  row: readonly string[] = [];
  private index = 0;
  private readonly rows: readonly (readonly string[])[];
  private readonly positions: ReadonlyMap<string, number>;
  readonly identity: readonly [user: number, arn: number, createDate: number];

  constructor(rows: readonly (readonly string[])[]) {
    this.rows = rows;
    this.positions = headerPositions(rows[0]);
    this.columns = columnsOf(this.positions);
    this.missingColumns = new Set(this.columns.filter(({ position }) => position < 0).map(({ name }) => name));
    const [user, arn, createDate] = IDENTITY_COLUMNS.map((column) => this.positions.get(column) as number);
    this.identity = [user as number, arn as number, createDate as number];
  }

  next(): boolean {
    const row = this.rows[++this.index];
    if (row && row.length !== this.rows[0]?.length) throw wrongLength(this.rows, this.index);
    if (row) this.row = row;
    return row !== undefined;
  }

  user(): string {
    return this.row[this.identity[0]] as string;
  }

  arn(): IamArn {
    const text = this.row[this.identity[1]] as string;
    const arn = parseIamArn(text);
    const isUser = arn?.resource.startsWith('user/') && text.endsWith(`/${this.user()}`);
    if (arn && (isUser || (arn.resource === 'root' && this.user() === ROOT))) return arn;
    throw this.wrong('arn', 'the ARN of the IAM user that column user names, or of the root user');
  }

  createDate(): Instant {
    const instant = parseTime(this.row[this.identity[2]] as string);
    if (instant === undefined) throw this.wrong('user_creation_time', 'a time');
    return instant;
  }

  cell(index: number, isRoot: boolean): CellValue {
    const column = this.columns[index] as Column;
    if (column.position < 0) return COLUMNS_WITHOUT_LOSS.has(column.name) ? null : UNREAD;
    const value = column.read(this.row[column.position] as string, isRoot);
    if (value === undefined) throw this.wrong(column.name, column.expects);
    return value;
  }

  wrong(column: string, expects: string): IamqlError {
    const cell = quote(this.row[this.positions.get(column) as number] as string);
    const place = `line ${lineOf(this.rows, this.index)}, column ${column}`;
    return new IamqlError('Corrupt', `credential report, ${place}: ${cell} is not ${expects}`);
  }
}

function credentialsOf(table: Table, isRoot: boolean): ReportedCredentials {
  const arn = table.row[table.identity[1]] as string;
  const record = credentialsRecord(table.user(), arn, table.createDate(), (column) => table.cell(column, isRoot));
  // The catalogue gives each column its type, and `cell` has just checked it.
  return record as ReportedCredentials;
}

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
    hasIAMUserCredentials: credentials,
  };
}

function columnsOf(positions: ReadonlyMap<string, number>): readonly Column[] {
  return Object.entries(catalogue.IAMUserCredentials.fields).flatMap(([field, { column, type }]) =>
    column ? [{ name: column, field, position: positions.get(column) ?? -1, ...cellReader(column, type) }] : [],
  );
}

function cellReader(column: string, type: string): { readonly read: ReadCell; readonly expects: string } {
  if (column === 'password_enabled') return { read: readPasswordEnabled, expects: 'true or false' };
  if (type === 'Boolean') return { read: readBoolean, expects: 'true or false' };
  return type === 'DateTime' ? { read: readInstant, expects: 'a time or N/A' } : { read: readText, expects: 'text' };
}

function headerPositions(header: readonly string[] | undefined): ReadonlyMap<string, number> {
  if (!header) throw new IamqlError('Corrupt', 'the credential report is empty: not even a header line');
  const positions = new Map(header.map((name, position) => [name.trim(), position]));
  const missing = IDENTITY_COLUMNS.filter((column) => !positions.has(column));
  if (missing.length > 0) {
    const start = quote(header.join(',').slice(0, 60));
    throw new IamqlError(
      'Corrupt',
      `not a credential report: line 1 has no column ${missing.join(', ')}; it begins ${start}`,
    );
  }
  if (positions.size !== header.length) {
    throw new IamqlError('Corrupt', 'credential report, line 1: a column name stands there twice');
  }
  return positions;
}

/** Cells as text, without the byte order mark and the empty lines at the end that spreadsheets leave. */
function parseCsv(csv: string): readonly (readonly string[])[] {
  const text = csv.charCodeAt(0) === 0xfeff ? csv.slice(1) : csv;
  const unix = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const { data, errors } = Papa.parse<string[]>(unix, { delimiter: ',', newline: '\n' });
  const problem = errors[0];
  if (problem) {
    const line = lineOf(data, problem.row ?? 0);
    throw new IamqlError(
      'Corrupt',
      `credential report, line ${line}: ${problem.message.toLowerCase()}; the file may be cut`,
    );
  }
  let end = data.length;
  while (end > 0 && data[end - 1]?.length === 1 && data[end - 1]?.[0] === '') end--;
  return end === data.length ? data : data.slice(0, end);
}

function wrongLength(rows: readonly (readonly string[])[], index: number): IamqlError {
  const cells = rows[index]?.length ?? 0;
  const columns = rows[0]?.length ?? 0;
  const cut = cells < columns && index === rows.length - 1 ? ': the file was cut' : '';
  return new IamqlError(
    'Corrupt',
    `credential report, line ${lineOf(rows, index)}: ${cells} cells under ${columns} columns${cut}`,
  );
}

/** The line, from 1, that a row begins at. Quoted cells may hold line breaks of their own. */
function lineOf(rows: readonly (readonly string[])[], index: number): number {
  const breaks = rows.slice(0, index).map((row) => row.reduce((sum, cell) => sum + cell.split('\n').length - 1, 1));
  return breaks.reduce((sum, lines) => sum + lines, 1);
}

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
