/** The columns of a credential report in AWS's order, without `additional_credentials_info`. */
export const COLUMNS: readonly string[] = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_1_last_used_date',
  'access_key_1_last_used_region',
  'access_key_1_last_used_service',
  'access_key_2_active',
  'access_key_2_last_rotated',
  'access_key_2_last_used_date',
  'access_key_2_last_used_region',
  'access_key_2_last_used_service',
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
];

/** The sixteen of reports from before AWS tracked the use of access keys. */
export const OLD_COLUMNS = COLUMNS.filter((column) => !/_last_used_(date|region|service)$/.test(column));

export const ALL_COLUMNS: readonly string[] = [...COLUMNS, 'additional_credentials_info'];

export type Row = Readonly<Record<string, string>>;

/** A user with a console password and nothing else, but for what `cells` say. */
export function userRow(name: string, cells: Row = {}): Row {
  return {
    user: name,
    arn: `arn:aws:iam::111122223333:user/${name}`,
    user_creation_time: '2024-03-01T10:20:30+00:00',
    password_enabled: 'true',
    mfa_active: 'false',
    access_key_1_active: 'false',
    access_key_2_active: 'false',
    cert_1_active: 'false',
    cert_2_active: 'false',
    ...cells,
  };
}

export function rootRow(cells: Row = {}): Row {
  return userRow('<root_account>', { arn: 'arn:aws:iam::111122223333:root', ...cells });
}

/** The cells of slot 1 or 2 with an active key, never used unless `lastUsed` says when. */
export function activeKey(slot: 1 | 2, lastRotated: string, lastUsed = 'N/A'): Row {
  return {
    [`access_key_${slot}_active`]: 'true',
    [`access_key_${slot}_last_rotated`]: lastRotated,
    [`access_key_${slot}_last_used_date`]: lastUsed,
  };
}

/** As AWS writes it: line feeds between rows and none last; a cell that a row does not name is `N/A`. */
export function renderCsv(rows: readonly Row[], columns: readonly string[] = COLUMNS): string {
  const lines = rows.map((row) => columns.map((column) => quoted(row[column] ?? 'N/A')).join(','));
  return [columns.join(','), ...lines].join('\n');
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
