import { z } from 'zod';
import { IamqlError } from '../iam/error.ts';
import type { Declared, DeclaredPart, DeclaredUser, Name, Owner, PartKind, Reason } from './declared.ts';
import { isRecord } from './record.ts';
import { leftOutOf } from './terraform-left-out.ts';
import { bringsOthers, mayBringOthers } from './terraform-opaque.ts';
import { type PlannedAddress, References, type Referred } from './terraform-references.ts';

/** https://developer.hashicorp.com/terraform/internals/json-format: a reader refuses major versions that it does not know. */
const SUPPORTED_VERSION = /^1\.\d+$/;

const kindOfType: Readonly<Record<string, PartKind | 'user'>> = {
  aws_iam_user: 'user',
  aws_iam_user_login_profile: 'login profile',
  aws_iam_access_key: 'access key',
};

const values = z.record(z.string(), z.unknown());
const actions = z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget']);
const resourceChange = z.looseObject({
  address: z.string().min(1),
  module_address: z.string().optional(),
  mode: z.enum(['managed', 'data']),
  type: z.string(),
  name: z.string(),
  index: z.union([z.string(), z.number()]).optional(),
  deposed: z.string().optional(),
  change: z.looseObject({
    actions: z.array(actions).min(1),
    before: values.nullish(),
    after: values.nullish(),
    after_unknown: z.union([values, z.boolean()]).nullish(),
    after_sensitive: z.union([values, z.boolean()]).nullish(),
  }),
});
type ResourceChange = z.output<typeof resourceChange>;

/** A resource as it will be: what of it is known, and whether the plan makes it. */
interface Planned extends PlannedAddress {
  readonly address: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly unknown: unknown;
  readonly sensitive: unknown;
  readonly isMade: boolean;
  /** Undefined where it was not there. */
  readonly before: Readonly<Record<string, unknown>> | undefined;
}

/**
 * What a plan says of IAM users, as `terraform show -json` or `tofu show -json` writes it.
 *
 * @throws IamqlError Corrupt where it is no whole plan of a version that is known.
 */
export function readTerraformPlan(plan: Readonly<Record<string, unknown>>): Declared {
  checkWhole(plan);
  const changes = changesOf(plan['resource_changes']);
  const kept = keptResources(plan, changes);
  checkChangesWhole(plan, changes);
  const planned = [...changes.flatMap(plannedOf), ...kept];
  const users = planned.filter(({ type }) => kindOfType[type] === 'user');
  const parts = planned.filter(({ type }) => kindOfType[type] !== 'user');
  const references = new References(plan['configuration'], users);
  const ownerOf = owners(users, references);
  return {
    users: users.map((user) => declaredUser(user, references)),
    parts: parts.flatMap((part) => declaredPart(part, ownerOf, references)),
    unknown: [...unknownOf(plan, changes), ...leftOutOf(plan, toldOf(plan, changes, kept), isOfInterest)],
  };
}

function checkWhole(plan: Readonly<Record<string, unknown>>): void {
  const { format_version: version } = plan;
  if (typeof version !== 'string' || !SUPPORTED_VERSION.test(version))
    throw corrupt(
      `its format_version is ${JSON.stringify(version)}; 1.x is read, which Terraform 1.1 and newer and OpenTofu write`,
    );
  for (const key of ['errored', 'complete'])
    if (![undefined, true, false].includes(plan[key] as undefined))
      throw corrupt(`its ${key} is ${JSON.stringify(plan[key])}, and no truth value`);
  if (isRecord(plan['planned_values'])) return;
  if (isRecord(plan['values']))
    throw corrupt('it is a state and no plan: give the plan, `terraform show -json plan.out`');
  throw corrupt('it has no planned_values: give the whole output of `terraform show -json plan.out`');
}

const corrupt = (message: string): IamqlError => new IamqlError('Corrupt', message);

/** Of the types that matter alone: there may be thousands of others, and of these nothing is asked. */
function changesOf(list: unknown): readonly ResourceChange[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw corrupt('its resource_changes is no list');
  return list.flatMap((entry, at) => {
    if (!isRecord(entry) || typeof entry['type'] !== 'string')
      throw corrupt(`its resource_changes has no resource at ${at}`);
    if (!isOfInterest(entry['type'])) return [];
    const { data, error } = resourceChange.safeParse(entry);
    if (data) return data.mode === 'managed' ? [data] : [];
    const [issue] = error.issues;
    const what = String(entry['address'] ?? `resource_changes ${at}`);
    throw corrupt(`${what}: ${issue?.path.join('.')}: ${issue?.message}`);
  });
}

const isOfInterest = (type: string): boolean => Object.hasOwn(kindOfType, type) || mayBringOthers(type);

/** A plan that somebody has filtered says less than it seems to. */
function checkChangesWhole(plan: Readonly<Record<string, unknown>>, changes: readonly ResourceChange[]): void {
  const there = new Set(changes.map(({ address }) => address));
  for (const { address } of resourcesOf(plan['planned_values']))
    if (!there.has(address)) throw corrupt(`it plans ${address}, of which resource_changes says nothing`);
}

/** What is there and what the plan does not touch at all, as with `-target`. */
function keptResources(
  plan: Readonly<Record<string, unknown>>,
  changes: readonly ResourceChange[],
): readonly Planned[] {
  const prior = plan['prior_state'];
  const told = new Set(changes.flatMap(({ address, previous_address: before }) => [address, before]));
  return resourcesOf(isRecord(prior) ? prior['values'] : undefined)
    .filter(({ address }) => !told.has(address))
    .map((one) => ({ ...one, unknown: {}, isMade: false, before: one.values }));
}

/** The addresses of all that the plan says something of. */
function toldOf(
  plan: Readonly<Record<string, unknown>>,
  changes: readonly ResourceChange[],
  kept: readonly Planned[],
): readonly string[] {
  const deferred = deferredOf(plan).map(({ change }) => String(change['address']));
  return [...[...changes, ...kept].map(({ address }) => address), ...deferred];
}

/** The resources of interest of a `values` object, with those of its modules. */
function resourcesOf(state: unknown) {
  const root = isRecord(state) ? state['root_module'] : undefined;
  const waiting: unknown[] = [root];
  const found: Omit<Planned, 'unknown' | 'isMade' | 'before'>[] = [];
  for (let module = waiting.pop(); module !== undefined || waiting.length > 0; module = waiting.pop()) {
    if (!isRecord(module)) continue;
    if (Array.isArray(module['child_modules'])) waiting.push(...module['child_modules']);
    const resources = Array.isArray(module['resources']) ? module['resources'] : [];
    for (const { address, mode, type, name, index, values, sensitive_values: sensitive } of resources.filter(
      isRecord,
    )) {
      if (mode !== 'managed' || typeof type !== 'string' || !Object.hasOwn(kindOfType, type)) continue;
      found.push({
        ...{ address: String(address), moduleAddress: String(module['address'] ?? ''), type, name: String(name) },
        index: typeof index === 'string' || typeof index === 'number' ? index : undefined,
        values: isRecord(values) ? values : {},
        sensitive,
      });
    }
  }
  return found;
}

/** Nothing where the plan deletes it; two where it is replaced, and what was there stays. */
function plannedOf(resource: ResourceChange): readonly Planned[] {
  const { address, module_address: moduleAddress = '', type, name, index, change, deposed } = resource;
  if (!Object.hasOwn(kindOfType, type)) return [];
  const before = change.before ?? undefined;
  const same = { moduleAddress, type, name, index, sensitive: change.after_sensitive };
  const does = (action: z.output<typeof actions>): boolean => change.actions.includes(action);
  const left = { ...same, address: `${address} (as it was)`, values: before ?? {}, unknown: {}, isMade: false, before };
  const stays = does('forget') || (deposed !== undefined && !does('delete')) ? [left] : [];
  if (deposed !== undefined || (!does('create') && (does('delete') || does('forget')))) return stays;
  const isMade = does('create');
  // What is unknown of it as a whole is not known in any part.
  const whole = change.after_unknown === true;
  const unknown = whole ? { name: true, user: true, status: true } : change.after_unknown;
  return [
    { ...same, address, values: change.after ?? {}, unknown, isMade, before: isMade ? undefined : before },
    ...stays,
  ];
}

function declaredUser(user: Planned, references: References): DeclaredUser {
  const { address, isMade } = user;
  return { address, name: nameAt(user, 'name'), account: accountOf(user, references), isNew: isMade };
}

function declaredPart(
  part: Planned,
  ownerOf: (part: Planned) => Owner,
  references: References,
): readonly DeclaredPart[] {
  const kind = kindOfType[part.type];
  if (kind === undefined || kind === 'user') return [];
  const { status } = part.values;
  const isStatusKnown = !isUnknown(part, 'status');
  // One that is turned off is no more found here than by the control over an account.
  if (kind === 'access key' && isStatusKnown && status === 'Inactive') return [];
  const isDoubtful =
    kind === 'access key' && (!isStatusKnown || !['Active', undefined, null].includes(status as string));
  const isTurnedOn = kind === 'access key' && part.before !== undefined && part.before['status'] === 'Inactive';
  return [
    {
      ...{ kind, address: part.address, account: accountOf(part, references) },
      owner: ownerOf(part),
      doubt: isDoubtful ? `whether ${part.address} is active is not known before` : undefined,
      isMade: part.isMade || isTurnedOn,
    },
  ];
}

const isUnknown = ({ unknown }: Planned, attribute: string): boolean =>
  isRecord(unknown) && unknown[attribute] === true;

function nameAt(resource: Planned, attribute: string): Name & { readonly kind: 'text' | 'unknown' } {
  const text = resource.values[attribute];
  if (isUnknown(resource, attribute) || typeof text !== 'string' || text === '') return { kind: 'unknown' };
  const { sensitive } = resource;
  return { kind: 'text', text, isSecret: sensitive === true || (isRecord(sensitive) && sensitive[attribute] === true) };
}

function owners(users: readonly Planned[], references: References): (part: Planned) => Owner {
  // What refers to the same users has the same list of them, however long it is.
  const lists = new Map<Referred, readonly string[]>();
  return (part) => {
    const name = nameAt(part, 'user');
    if (name.kind === 'text') return { kind: 'name', name };
    const referred = references.of(part, 'user');
    const addresses = lists.get(referred) ?? referred.users.flatMap((at) => users[at]?.address ?? []);
    lists.set(referred, addresses);
    const doubt = referred.doubt && `the user of ${part.address} is known after apply: ${referred.doubt}`;
    return { kind: 'users', addresses, doubt, by: referred.by };
  };
}

function accountOf(resource: Planned, references: References): string | undefined {
  const provider = references.block(resource)?.['provider_config_key'];
  return typeof provider === 'string' ? provider : undefined;
}

function unknownOf(plan: Readonly<Record<string, unknown>>, changes: readonly ResourceChange[]): readonly Reason[] {
  const opaque = changes.filter(
    ({ type, change }) =>
      bringsOthers(type, change.after) && change.actions.some((one) => one === 'create' || one === 'update'),
  );
  return [
    ...(plan['errored'] === true ? [{ message: 'the plan ended with an error, and is not whole' }] : []),
    ...opaque.map(({ address, type }) => ({
      ...{ message: `${address}: what a resource of type ${type} makes is not judged here`, address },
    })),
    ...deferredOf(plan).map(({ change, reason }) => ({
      message: `${String(change['address'])} is put off to a later plan (${String(reason)})`,
    })),
  ];
}

function deferredOf({ deferred_changes: deferred }: Readonly<Record<string, unknown>>) {
  const entries = Array.isArray(deferred) ? deferred.filter(isRecord) : [];
  return entries.flatMap(({ resource_change: change, reason }) =>
    isRecord(change) && isOfInterest(String(change['type'])) ? [{ change, reason }] : [],
  );
}
