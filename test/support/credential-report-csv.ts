import {
  type ReportColumns,
  type ResolvedScenario,
  resolveScenario,
  rootCreateDate,
  rootHasMfa,
  type Scenario,
  type ScenarioAccessKey,
  type ScenarioRoot,
  type ScenarioUser,
  userArn,
} from './scenario.ts';
import { DEFAULT_CREATED, type ScenarioSigningCertificate } from './scenario-nouns.ts';

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html lists the columns in this order.
const FULL_COLUMNS: readonly string[] = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...keyColumns(1),
  ...keyColumns(2),
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
];

const COLUMNS: Readonly<Record<ReportColumns, readonly string[]>> = {
  // Reports from before AWS tracked the use of access keys (2015-04-22).
  old16: FULL_COLUMNS.filter((column) => !column.includes('key_1_last_used') && !column.includes('key_2_last_used')),
  full22: FULL_COLUMNS,
  'with-additional': [...FULL_COLUMNS, 'additional_credentials_info'],
};

type Row = Readonly<Record<string, string>>;

/** How one report writes times, and which facts are too new for it. */
interface Clock {
  readonly write: (time: string) => string;
  readonly includes: (time: string) => boolean;
}

const rendered = new WeakMap<Scenario, Map<string, string>>();

/**
 * AWS's CSV: the root row first, users sorted without regard to case, LF between rows and none after the last. The
 * sentinels are AWS's: `N/A` where there is no credential or no use, `no_information` for a password never used.
 * The same scenario object is rendered once per time, so thousands of users cost one rendering.
 */
export function renderCredentialReport(scenario: Scenario, generatedTime = scenario.report?.generatedTime): string {
  const byTime = rendered.get(scenario) ?? new Map<string, string>();
  rendered.set(scenario, byTime);
  const known = byTime.get(generatedTime ?? '');
  if (known !== undefined) return known;
  const csv = renderRows(resolveScenario(scenario), generatedTime);
  byTime.set(generatedTime ?? '', csv);
  return csv;
}

function renderRows(scenario: ResolvedScenario, generatedTime: string | undefined): string {
  const clock = reportClock(generatedTime, scenario.report?.timeSuffix ?? '+00:00');
  const columns = COLUMNS[scenario.report?.columns ?? 'full22'];
  const users = scenario.users
    .filter((user) => clock.includes(user.createDate))
    .map((user) => ({ sortKey: user.name.toLowerCase(), row: userRow(scenario, user, clock) }))
    .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
  const root = scenario.root === null ? [] : [rootRow(scenario, scenario.root ?? {}, clock)];
  const rows = [...root, ...users.map((user) => user.row)];
  return [columns.join(','), ...rows.map((row) => columns.map((name) => quote(row[name] ?? '')).join(','))].join('\n');
}

function userRow(scenario: ResolvedScenario, user: ScenarioUser, clock: Clock): Row {
  const keys = (user.accessKeys ?? []).filter((key) => clock.includes(key.createDate));
  const hasPassword = user.passwordEnabledInReport ?? user.passwordEnabled ?? false;
  return {
    user: user.name,
    arn: userArn(scenario, user),
    user_creation_time: clock.write(user.createDate),
    password_enabled: String(hasPassword),
    password_last_used: hasPassword ? timeOr(user.passwordLastUsed, 'no_information', clock) : 'N/A',
    password_last_changed: hasPassword ? clock.write(user.passwordLastChanged ?? user.createDate) : 'N/A',
    password_next_rotation: hasPassword ? timeOr(user.passwordNextRotation, 'N/A', clock) : 'N/A',
    mfa_active: String(user.mfaActive ?? (user.mfaDevices ?? []).length > 0),
    ...slotCells(keys, clock),
    ...certificateCells(user.signingCertificates, clock),
    additional_credentials_info: user.additionalCredentialsInfo ?? additionalInfo(keys, user.signingCertificates),
  };
}

function rootRow(scenario: ResolvedScenario, root: ScenarioRoot, clock: Clock): Row {
  const createDate = rootCreateDate(scenario);
  const isOld = scenario.report?.columns === 'old16';
  const enabled = root.passwordEnabled ?? (isOld ? 'not_supported' : true);
  const unchanged = enabled === true ? clock.write(createDate) : enabled === false ? 'N/A' : 'not_supported';
  return {
    user: '<root_account>',
    arn: `arn:${scenario.partition}:iam::${scenario.accountId}:root`,
    user_creation_time: clock.write(createDate),
    password_enabled: String(enabled),
    password_last_used: timeOr(root.passwordLastUsed, enabled === false ? 'N/A' : 'no_information', clock),
    password_last_changed: root.passwordLastChanged ? clock.write(root.passwordLastChanged) : unchanged,
    password_next_rotation: 'not_supported',
    mfa_active: String(rootHasMfa(scenario)),
    ...slotCells(root.accessKeys ?? [], clock),
    ...certificateCells(root.signingCertificates, clock),
    additional_credentials_info: 'N/A',
  };
}

function slotCells(keys: readonly ScenarioAccessKey[], clock: Clock): Row {
  const [first, second] = inSlots(keys);
  return { ...keyCells(1, first, clock), ...keyCells(2, second, clock) };
}

/** Certificates fill the slots in the order of the list. */
/** AWS writes N/A of one that is not active (IAM User Guide, "Generate credential reports"). */
function certificateCells(certificates: readonly ScenarioSigningCertificate[] = [], clock: Clock): Row {
  const [first, second] = certificates
    .map(({ status = 'Active', uploadDate = DEFAULT_CREATED }) => ({ status, uploadDate }))
    .filter(({ uploadDate }) => clock.includes(uploadDate));
  return {
    cert_1_active: String(first?.status === 'Active'),
    cert_1_last_rotated: first?.status === 'Active' ? clock.write(first.uploadDate) : 'N/A',
    cert_2_active: String(second?.status === 'Active'),
    cert_2_last_rotated: second?.status === 'Active' ? clock.write(second.uploadDate) : 'N/A',
  };
}

/** An inactive key keeps its times in the report; only a slot without a key has `N/A` there. */
function keyCells(slot: 1 | 2, key: ScenarioAccessKey | undefined, clock: Clock): Row {
  const lastUsed = key?.lastUsed && clock.includes(key.lastUsed.date) ? key.lastUsed : undefined;
  const cells = [
    String((key?.statusInReport ?? key?.status) === 'Active'),
    key ? clock.write(key.lastRotated ?? key.createDate) : 'N/A',
    lastUsed ? clock.write(lastUsed.date) : 'N/A',
    lastUsed?.region ?? 'N/A',
    lastUsed?.service ?? 'N/A',
  ];
  return Object.fromEntries(keyColumns(slot).map((column, index) => [column, cells[index] ?? '']));
}

function keyColumns(slot: 1 | 2): readonly string[] {
  const facts = ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'];
  return facts.map((fact) => `access_key_${slot}_${fact}`);
}

function inSlots(keys: readonly ScenarioAccessKey[]): readonly (ScenarioAccessKey | undefined)[] {
  const free = keys.filter((key) => key.slot === undefined);
  const first = keys.find((key) => key.slot === 1) ?? free.shift();
  const second = keys.find((key) => key.slot === 2) ?? free.shift();
  return [first, second];
}

/** AWS documents that the column holds a number and the actions that list the rest, but not its words: these are ours. */
function additionalInfo(keys: readonly unknown[], certificates: readonly unknown[] = []): string {
  const more = [
    keys.length > 2 ? `${keys.length - 2} additional access keys. Use ListAccessKeys to list them.` : [],
    certificates.length > 2 ? `${certificates.length - 2} additional certificates. Use ListSigningCertificates.` : [],
  ].flat();
  return more.join(' ') || 'N/A';
}

function reportClock(generatedTime: string | undefined, suffix: string): Clock {
  const cutoff = generatedTime === undefined ? Number.POSITIVE_INFINITY : new Date(generatedTime).getTime();
  return {
    write: (time) => new Date(time).toISOString().slice(0, 19) + suffix,
    includes: (time) => new Date(time).getTime() <= cutoff,
  };
}

function timeOr(time: string | undefined, none: string, clock: Clock): string {
  return time !== undefined && clock.includes(time) ? clock.write(time) : none;
}

/** IAM user names may hold a comma, which needs RFC 4180 quotes. */
function quote(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
