import { IamqlError } from '../iam/error.ts';
import { renderProblem, type YamlPath, YamlSource } from '../yaml/yaml-source.ts';
import type { Connector } from './connector.ts';
import { type AccountEntry, connectorsShape, type OrganizationEntry } from './shape.ts';

/** A file of connectors as it is written: its organizations are still to be asked. */
export interface ConnectorsFile {
  readonly accounts: readonly Connector[];
  readonly organizations: readonly NamedOrganization[];
}

export interface NamedOrganization extends OrganizationEntry {
  readonly partition: string;
  readonly place: string;
}

/**
 * Reads a file of connectors.
 *
 * @param file named in errors, which give line and column.
 * @throws IamqlError InvalidInput with the first problem, and how many more there are.
 */
export function parseConnectors(yaml: string, file: string): ConnectorsFile {
  const source = new YamlSource(yaml, file);
  rejectSecrets(source, source.value, []);
  const read = source.read(connectorsShape);
  throwIfWrong(source);
  const { accounts = [], organizations = [] } = read ?? {};
  if (accounts.length + organizations.length === 0)
    source.wrong([], 'names no account and no organization: nothing would be read');
  const entries = accounts.map((entry, index) => accountOf(source, entry, ['accounts', index]));
  const named = organizations.map((entry, index) => organizationOf(source, entry, ['organizations', index]));
  rejectTwice(source, 'accounts', 'account', entries, ({ id }) => id);
  rejectTwice(source, 'accounts', 'name', entries, ({ name }) => name);
  rejectTwice(source, 'organizations', 'name', named, ({ name }) => name);
  throwIfWrong(source);
  return { accounts: entries, organizations: named };
}

const SECRET = /secret|password|passphrase|session_?token|access_?key/i;

/** Whoever writes a key here has it in git next. What to write instead is more use than that the key is unknown. */
function rejectSecrets(source: YamlSource, value: unknown, path: YamlPath): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const inside = [...path, Array.isArray(value) ? Number(key) : key];
    if (path.at(-1) === 'tags' && !Array.isArray(value)) continue;
    if (!Array.isArray(value) && SECRET.test(key))
      source.wrongKey(inside, `${key}: no secret belongs in this file; name a profile, or a role to assume`);
    rejectSecrets(source, inner, inside);
  }
}

function accountOf(source: YamlSource, entry: AccountEntry, path: YamlPath): Connector {
  const { account, name, profile, roleArn, externalId, partition, tags } = entry;
  const [, ofRole, , , inRole] = roleArn?.split(':') ?? [];
  if (account === undefined && inRole === undefined)
    source.wrong(path, 'account is missing: the 12 digits that `aws sts get-caller-identity` prints, in quotes');
  if (account !== undefined && inRole !== undefined && account !== inRole)
    source.wrong([...path, 'roleArn'], `roleArn is of account ${inRole}, and account says ${account}`);
  checkRole(source, entry, path);
  const id = account ?? inRole ?? '';
  return {
    id,
    name: name ?? id,
    partition: partition ?? ofRole ?? 'aws',
    tags,
    access: { profile, roleArn, externalId },
    organization: undefined,
    units: [],
    place: source.placeOf(path),
  };
}

function organizationOf(source: YamlSource, entry: OrganizationEntry, path: YamlPath): NamedOrganization {
  const { roleArn, chained, partition } = entry;
  checkRole(source, entry, path);
  if (chained && roleArn === undefined)
    source.wrong([...path, 'chained'], 'chained needs roleArn, the role that assumes those of the accounts');
  return { ...entry, partition: partition ?? roleArn?.split(':')[1] ?? 'aws', place: source.placeOf(path) };
}

function checkRole(source: YamlSource, entry: AccountEntry | OrganizationEntry, path: YamlPath): void {
  const { roleArn, externalId, partition } = entry;
  if (externalId !== undefined && roleArn === undefined)
    source.wrong([...path, 'externalId'], 'externalId needs roleArn, the role that asks for it');
  const ofRole = roleArn?.split(':')[1];
  if (partition !== undefined && ofRole !== undefined && partition !== ofRole)
    source.wrong([...path, 'partition'], `partition is ${partition}, and the role is of ${ofRole}`);
}

/** Of two that are called the same nobody could say which is meant. */
function rejectTwice<T extends { readonly place: string }>(
  source: YamlSource,
  list: string,
  key: string,
  items: readonly T[],
  nameOf: (item: T) => string,
): void {
  for (const [index, item] of items.entries()) {
    const first = items.find((other) => nameOf(other) === nameOf(item));
    if (nameOf(item) === '' || first === undefined || first === item) continue;
    source.wrong([list, index, key], `${key} ${nameOf(item)} is named twice: first at ${first.place}`);
  }
}

function throwIfWrong({ problems }: YamlSource): void {
  const [first, ...more] = problems;
  if (!first) return;
  const rest = more.map((problem) => `\n${renderProblem(problem)}`).join('');
  throw new IamqlError('InvalidInput', `${renderProblem(first)}${rest}`);
}
