import { type IamArn, parseIamArn } from './arn.ts';
import { catalogue, type ReportCells } from './catalogue.generated.ts';
import { IamqlError } from './error.ts';
import { type Instant, parseInstant } from './instant.ts';
import { corrupt, quoteCell, type Rows } from './report-csv.ts';
import { UNREAD, type Unread } from './unread.ts';

/** What AWS writes for the name of the root user; no IAM user can be called that. */
const ROOT = '<root_account>';
const SLASH = 0x2f;
const IDENTITY_COLUMNS = ['user', 'arn', 'user_creation_time'] as const;
/** A column that only reports from 2025 on have; AWS gave no more than two keys to a user before. */
const COLUMNS_WITHOUT_LOSS: ReadonlySet<string> = new Set(['additional_credentials_info']);

const columnNames = Object.values(catalogue.IAMUserCredentials.fields).flatMap(({ column }) => column ?? []);

/**
 * The rows of a report, one after the other: cells are found by column, read as what the column may hold, and anything
 * else is an error with line and column.
 */
export class ReportRows implements ReportCells {
  /** Columns of the catalogue that this report lacks: UNREAD in every row. */
  readonly missingColumns: ReadonlySet<string>;
  private readonly rows: Rows;
  private readonly positions: ReadonlyMap<string, number>;
  /** Where each column of the catalogue stands in a row; -1 where it is lacking. */
  private readonly cellPositions: readonly number[];
  private readonly identity: readonly [user: number, arn: number, createDate: number];
  private row: readonly string[] = [];
  private index = 0;
  private isRoot = false;
  private first: IamArn | undefined;
  private prefix = '';

  /** @throws IamqlError Corrupt when the header is not a credential report's. */
  constructor(rows: Rows) {
    this.rows = rows;
    this.positions = headerPositions(rows[0]);
    this.cellPositions = columnNames.map((name) => this.positions.get(name) ?? -1);
    this.missingColumns = new Set(columnNames.filter((name) => !this.positions.has(name)));
    const [user, arn, createDate] = IDENTITY_COLUMNS.map((column) => this.positions.get(column) as number);
    this.identity = [user as number, arn as number, createDate as number];
  }

  next(): boolean {
    const row = this.rows[++this.index];
    if (row) this.row = row;
    return row !== undefined;
  }

  user(): string {
    return this.row[this.identity[0]] as string;
  }

  arnText(): string {
    return this.row[this.identity[1]] as string;
  }

  arn(): IamArn {
    const text = this.arnText();
    const arn = this.parseArn(text);
    const user = this.user();
    const isUser =
      arn?.resource.startsWith('user/') &&
      text.charCodeAt(text.length - user.length - 1) === SLASH &&
      text.endsWith(user);
    this.isRoot = arn?.resource === 'root' && user === ROOT;
    if (arn && (isUser || this.isRoot)) return arn;
    throw this.wrong('arn', 'the ARN of the IAM user that column user names, or of the root user');
  }

  createDate(): Instant {
    const instant = parseTime(this.row[this.identity[2]] as string);
    if (instant === undefined) throw this.wrong('user_creation_time', 'a time');
    return instant;
  }

  /** Any letter case, because spreadsheets write TRUE. Never null: a null here would quietly unselect a user. */
  boolean(column: number): boolean | Unread {
    const cell = this.row[this.cellPositions[column] as number];
    if (cell === 'true') return true;
    if (cell === 'false') return false;
    if (cell === undefined) return UNREAD;
    const lower = cell.toLowerCase();
    if (lower !== 'true' && lower !== 'false') throw this.wrongCell(column, 'true or false');
    return lower === 'true';
  }

  /** Older reports say `not_supported` of the root user's password; of a user it is as wrong as anything else. */
  nullableBoolean(column: number): boolean | null | Unread {
    const cell = this.row[this.cellPositions[column] as number];
    return this.isRoot && cell !== undefined && isNoValue(cell) ? null : this.boolean(column);
  }

  /** Times begin with a digit, and no word for "no value" does: a look at one character spares most comparisons. */
  nullableDateTime(column: number): Instant | null | Unread {
    const cell = this.row[this.cellPositions[column] as number];
    if (cell === undefined) return UNREAD;
    const first = cell.charCodeAt(0);
    const instant = first >= 48 && first <= 57 ? parseTime(cell) : undefined;
    if (instant === undefined && !isNoValue(cell)) throw this.wrongCell(column, 'a time or N/A');
    return instant ?? null;
  }

  nullableString(column: number): string | null | Unread {
    const cell = this.row[this.cellPositions[column] as number];
    if (cell === undefined) return COLUMNS_WITHOUT_LOSS.has(columnNames[column] as string) ? null : UNREAD;
    return isNoValue(cell) ? null : cell;
  }

  wrong(column: string, expects: string): IamqlError {
    const cell = quoteCell(this.row[this.positions.get(column) as number] as string);
    return corrupt(this.rows, this.index, `${cell} is not ${expects}`, `, column ${column}`);
  }

  private wrongCell(column: number, expects: string): IamqlError {
    return this.wrong(columnNames[column] as string, expects);
  }

  /** All rows begin like the first: comparing that is cheaper than taking each apart. */
  private parseArn(text: string): IamArn | undefined {
    const { first } = this;
    if (first && text.startsWith(this.prefix)) {
      return { partition: first.partition, accountId: first.accountId, resource: text.slice(this.prefix.length) };
    }
    const arn = parseIamArn(text);
    this.first ??= arn;
    if (arn && arn === this.first) this.prefix = text.slice(0, text.length - arn.resource.length);
    return arn;
  }
}

/** Compared rather than looked up: a look-up must hash every cell first. */
const isNoValue = (cell: string): boolean =>
  cell === 'N/A' || cell === '' || cell === 'no_information' || cell === 'not_supported';

/** A date alone is what a cut leaves of a time, and would move it to midnight. */
const parseTime = (cell: string): Instant | undefined => (cell.length > 10 ? parseInstant(cell) : undefined);

function headerPositions(header: readonly string[] | undefined): ReadonlyMap<string, number> {
  if (!header) throw new IamqlError('Corrupt', 'the credential report is empty: not even a header line');
  const positions = new Map(header.map((name, position) => [name.trim(), position]));
  const missing = IDENTITY_COLUMNS.filter((column) => !positions.has(column));
  if (missing.length > 0) {
    const start = quoteCell(header.join(',').slice(0, 60));
    const message = `not a credential report: line 1 has no column ${missing.join(', ')}; it begins ${start}`;
    throw new IamqlError('Corrupt', message);
  }
  if (positions.size === header.length) return positions;
  throw new IamqlError('Corrupt', 'credential report, line 1: a column name stands there twice');
}
