import { type Connector, type Enrollment, OUTSIDE, type SkippedAccount } from '../connectors/connector.ts';
import type { TestedConnector } from '../connectors/test-connector.ts';
import { renderColumns } from './columns.ts';
import { printable } from './printable.ts';

/** The accounts that a file names, as a table, and what is not among them. */
export function renderConnectors({ connectors, skipped, unlisted }: Enrollment): string {
  const rows = connectors.map((connector) => [
    connector.id,
    printable(connector.name),
    placeOf(connector),
    Object.entries(connector.tags)
      .map(([key, value]) => printable(`${key}=${value}`))
      .join(' '),
    printable(accessOf(connector)),
  ]);
  const columns = [['ACCOUNT', 'NAME', 'ORGANIZATION', 'TAGS', 'READ WITH'], ...rows];
  const notes = [
    ...describeSkipped(skipped, describeOne).map((line) => `${line}\n`),
    ...unlisted.map(({ name, error }) => `organization ${printable(name)} could not be listed: ${error.message}\n`),
  ];
  return `${renderColumns(columns)}${notes.join('')}`;
}

const describeOne = ({ id, name, organization, why }: SkippedAccount): string =>
  `not read: account ${id} (${printable(name)}) of ${printable(organization)}: ${why}`;

/** A line for each; one for all that are outside of the units of an organization that are read. */
export function describeSkipped(
  skipped: readonly SkippedAccount[],
  describe: (account: SkippedAccount) => string,
): readonly string[] {
  const outside = Map.groupBy(
    skipped.filter(({ why }) => why === OUTSIDE),
    ({ organization }) => organization,
  );
  const others = skipped.filter(({ why }) => why !== OUTSIDE);
  return [...others.map(describe), ...[...outside].map(([name, accounts]) => describeOutside(name, accounts))];
}

/** How many are named of those that are left out together. */
const MOST_NAMES = 10;

function describeOutside(organization: string, accounts: readonly SkippedAccount[]): string {
  const last = accounts.length > MOST_NAMES ? '; `iamql connectors list --format json` names them' : '';
  return `not read: ${countOf(accounts)} of ${printable(organization)} ${OUTSIDE}: ${namesOf(accounts)}${last}`;
}

/** Accounts of a store that nobody hears of any more, because its file of connectors names them no longer. */
export const describeDropped = (accounts: readonly NamedAccount[]): readonly string[] =>
  accounts.length === 0
    ? []
    : [`asked about no longer: ${countOf(accounts)} that the file names no longer: ${namesOf(accounts)}`];

type NamedAccount = Pick<SkippedAccount, 'id' | 'name'>;

const countOf = ({ length }: readonly NamedAccount[]): string => `${length} ${length === 1 ? 'account' : 'accounts'}`;

function namesOf(accounts: readonly NamedAccount[]): string {
  const names = accounts.slice(0, MOST_NAMES).map(({ id, name }) => (id === name ? id : `${id} (${printable(name)})`));
  const more = accounts.length - names.length;
  return `${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/** `acme: Root / Workloads / Production`. */
function placeOf({ organization, units }: Connector): string {
  if (organization === undefined) return '';
  const path = units.map(({ name }) => printable(name)).join(' / ');
  return path === '' ? printable(organization) : `${printable(organization)}: ${path}`;
}

function accessOf({ access: { profile, roleArn, through } }: Connector): string {
  const source = profile === undefined ? 'the environment' : `profile ${profile}`;
  const role = roleArn === undefined ? '' : ` -> ${roleArn}`;
  return `${source}${through ? ` -> ${through.roleArn}` : ''}${role}`;
}

/** The same as JSON. */
export function renderConnectorsJson(enrollment: Enrollment): string {
  const { connectors, skipped, unlisted } = enrollment;
  const value = {
    connectors: connectors.map(connectorValue),
    skipped,
    unlisted: unlisted.map(unlistedValue),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function connectorValue({ id, name, partition, tags, organization, units, access, place }: Connector) {
  const { profile, roleArn, externalId, through } = access;
  return {
    account: id,
    name,
    partition,
    organization: organization ?? null,
    organizationalUnits: units,
    tags,
    profile: profile ?? null,
    roleArn: roleArn ?? null,
    externalId: externalId ?? null,
    through: through?.roleArn ?? null,
    place,
  };
}

const unlistedValue = ({ name, error }: Enrollment['unlisted'][number]) => ({
  name,
  code: error.kind,
  message: error.message,
});

/** `readable`, where nothing is known to be missing; `partial`; `unreadable`. */
const stateOf = ({ failure, denied, untold }: TestedConnector): 'readable' | 'partial' | 'unreadable' => {
  if (failure) return 'unreadable';
  const failed = [...untold.keys()].filter((action) => action !== 'iam:GetAccessKeyLastUsed');
  return denied.size + failed.length > 0 ? 'partial' : 'readable';
};

/** Whether all that was tested can be read whole. */
export const areReadable = (tested: readonly TestedConnector[], { unlisted }: Enrollment): boolean =>
  tested.length > 0 && unlisted.length === 0 && tested.every((one) => stateOf(one) === 'readable');

/** Which accounts can be read, and what to do about the others. */
export function renderTested(tested: readonly TestedConnector[], { skipped, unlisted }: Enrollment): string {
  // What there is to do stands last, before the summary: of a thousand accounts nobody reads the others.
  const byState = (['readable', 'partial', 'unreadable'] as const).flatMap((state) =>
    tested.filter((one) => stateOf(one) === state),
  );
  const lines = byState.map((one) => `${headOf(one)}${detailsOf(one)}`);
  const count = (state: string): number => tested.filter((one) => stateOf(one) === state).length;
  const summary = `${count('readable')} of ${tested.length} accounts can be read, ${count('partial')} in part, ${count('unreadable')} not at all\n`;
  const notes = [
    ...describeSkipped(skipped, describeOne).map((line) => `${line}\n`),
    ...unlisted.map(({ name, error }) => `organization ${printable(name)} could not be listed: ${error.message}\n`),
  ];
  return [...notes, ...lines, summary].join('');
}

const words = { readable: 'can be read', partial: 'can be read in part', unreadable: 'cannot be read' } as const;

const headOf = (one: TestedConnector): string =>
  `${one.connector.id}  ${printable(one.connector.name)}: ${words[stateOf(one)]}\n`;

function detailsOf(one: TestedConnector): string {
  const { failure, denied, untold, reader } = one;
  if (failure) return `    ${failure.message}\n${failure.kind === 'AccessDenied' ? `    ${NO_ROLE}\n` : ''}`;
  // What could not be tried for want of something to ask about is all that can be said of who is readable.
  if (stateOf(one) === 'readable') return '';
  const grant =
    denied.size > 0 ? [`    missing: ${[...denied.keys()].sort().join(', ')}`, `    ${howToGrant(one)}`] : [];
  const open = [...untold].map(([action, why]) => `    not known: ${action}: ${printable(why)}`);
  const lines = [...grant, ...open];
  return lines.length > 0 ? `    as ${printable(reader ?? '')}\n${lines.join('\n')}\n` : '';
}

const NO_ROLE = 'where there is no such role, docs/connectors.md has it as a stack set and as Terraform';

/** What AWS says forbids it stands in its own words; without any, the policy of the role lacks it. */
function howToGrant({ denied, reader }: TestedConnector): string {
  const policies = [...denied.values()].flatMap(
    ({ message }) => /explicit deny in an? ([a-z -]+?) forbids/.exec(message)?.[1] ?? [],
  );
  const [forbidding] = policies;
  if (forbidding) return `forbidden by an explicit deny in a ${forbidding}: except the role there`;
  const name = /:assumed-role\/([^/]+)\//.exec(reader ?? '')?.[1];
  const who = name === undefined ? (reader ?? 'the reader') : `role ${name}`;
  return `grant them to ${printable(who)}: docs/connectors.md has the role as CloudFormation and Terraform`;
}

/** The same as JSON. */
export function renderTestedJson(tested: readonly TestedConnector[], { skipped, unlisted }: Enrollment): string {
  const value = {
    accounts: tested.map((one) => ({
      account: one.connector.id,
      name: one.connector.name,
      organization: one.connector.organization ?? null,
      organizationalUnits: one.connector.units,
      state: stateOf(one),
      reader: one.reader ?? null,
      missing: [...one.denied.keys()].sort(),
      grant: one.denied.size > 0 ? howToGrant(one) : null,
      notKnown: [...one.untold].map(([action, reason]) => ({ action, reason })),
      error: one.failure ? { code: one.failure.kind, message: one.failure.message } : null,
    })),
    skipped,
    unlisted: unlisted.map(unlistedValue),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
