import { ask } from '../graphql/ask.ts';
import { type ErrorKind, errorKinds, IamqlError } from '../iam/error.ts';
import { type Instant, parseInstant } from '../iam/instant.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Owners } from './found-keys.ts';

/** A user as a plan needs it: told by any source that has these facts. */
export interface PlannedUser {
  readonly arn: string;
  readonly userName: string;
  readonly userId: string;
  readonly createDate: Instant;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly keys: readonly PlannedKey[];
}

export interface PlannedKey {
  readonly accessKeyId: string;
  readonly status: string;
  readonly createDate: Instant;
  readonly lastUsedDate: Instant | null;
  readonly slot: number | null;
}

const USERS = `query Users($arns: [String!]) {
  iamUsers(where: { arn_IN: $arns }) {
    arn userName userId createDate
    tags { key value }
    accessKeys { accessKeyId status createDate lastUsedDate slot }
  }
}`;

const HAVE_INACTIVE = `{
  iamUsers(where: { hasIAMUserCredentials: { OR: [
    { accessKey1Active: false, accessKey1LastRotated_NOT: null, accessKey1LastUsedDate: null }
    { accessKey2Active: false, accessKey2LastRotated_NOT: null, accessKey2LastUsedDate: null }
  ] } }) { arn }
}`;

/** A where is bounded; so many at once are within it. */
const AT_ONCE = 500;

type Row = Omit<PlannedUser, 'userId' | 'tags' | 'keys'> & {
  readonly userId: string | null;
  readonly tags: PlannedUser['tags'] | null;
  readonly accessKeys: readonly PlannedKey[] | null;
};

/** Each of these users, or why one of the facts could not be read; those whom the source does not have are left out. */
export async function readUsers(
  inventory: Inventory,
  arns: readonly string[],
): Promise<ReadonlyMap<string, PlannedUser | IamqlError>> {
  const users = new Map<string, PlannedUser | IamqlError>();
  for (let start = 0; start < arns.length; start += AT_ONCE) {
    const { result } = await ask(inventory, { text: USERS, variables: { arns: arns.slice(start, start + AT_ONCE) } });
    const rows = result.data?.['iamUsers'] as readonly (Row | null)[] | null | undefined;
    if (!rows) throw firstOf(result.errors);
    for (const [index, row] of rows.entries()) {
      const error = result.errors?.find(({ path }) => path?.[1] === index);
      if (row) users.set(row.arn, error ? toIamqlError(error) : plannedUser(row));
    }
  }
  return users;
}

/** The ARNs of those who have a key that is off and was never used; throws where that cannot be told of all. */
export async function readInactive(inventory: Inventory): Promise<readonly string[]> {
  const { result } = await ask(inventory, { text: HAVE_INACTIVE });
  if (result.errors?.length || !result.data) throw firstOf(result.errors);
  return (result.data['iamUsers'] as readonly { readonly arn: string }[]).map(({ arn }) => arn);
}

/** Whose the keys of these identifiers are; those of which that cannot be told are left out. */
export async function readOwners(inventory: Inventory, ids: readonly string[]): Promise<Owners> {
  const owners = new Map<string, { readonly arn: string; readonly userName: string }>();
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const { result } = await ask(inventory, { text: KEYS, variables: { ids: ids.slice(start, start + AT_ONCE) } });
    for (const key of (result.data?.['iamAccessKeys'] ?? []) as readonly (KeyRow | null)[])
      if (key) owners.set(key.identifier, key.user);
  }
  return owners;
}

const KEYS =
  'query Keys($ids: [ID!]) { iamAccessKeys(where: { identifier_IN: $ids }) { identifier user { arn userName } } }';

interface KeyRow {
  readonly identifier: string;
  readonly user: { readonly arn: string; readonly userName: string };
}

export interface NamedAccount {
  readonly account: string;
  readonly partition: string;
}

/** The one account that the source is of. @throws IamqlError */
export async function readAccount(inventory: Inventory): Promise<NamedAccount> {
  const { result } = await ask(inventory, { text: '{connectors{accountID partition}}' });
  const accounts = (result.data?.['connectors'] ?? []) as readonly (Readonly<Record<string, string>> | null)[];
  const [first, ...more] = accounts.filter((one) => one !== null);
  if (!first || result.errors?.length) throw firstOf(result.errors);
  if (more.length > 0)
    throw new IamqlError(
      'InvalidInput',
      `a plan is for one account, and these are ${more.length + 1}: name one with --connector, such as ${first['accountID']}`,
    );
  return { account: first['accountID'] ?? '', partition: first['partition'] ?? '' };
}

function plannedUser({ accessKeys, userId, tags, ...row }: Row): PlannedUser | IamqlError {
  if (!userId || !tags || !accessKeys) return new IamqlError('NotCollected', `not all is known of ${row.arn}`);
  const keys = accessKeys.map((key) => ({
    ...key,
    createDate: asInstant(key.createDate),
    lastUsedDate: key.lastUsedDate === null ? null : asInstant(key.lastUsedDate),
  }));
  return { ...row, userId, tags, createDate: asInstant(row.createDate), keys };
}

/** An answer writes times as its clients expect them. */
const asInstant = (written: string): Instant => parseInstant(written) ?? written;

interface Told {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

const firstOf = (errors: readonly Told[] | undefined): IamqlError =>
  errors?.[0] ? toIamqlError(errors[0]) : new IamqlError('Unexpected', 'the source told of no account');

/** What an answer says of an error that it holds. */
export function toIamqlError({ message, extensions }: Told): IamqlError {
  const kind = errorKinds.find((one) => one === extensions['code']) ?? ('InvalidInput' satisfies ErrorKind);
  return new IamqlError(kind, message);
}
