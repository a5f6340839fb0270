import type { ScenarioAccessKey, ScenarioUser } from './scenario.ts';

export interface ManyUsersOptions {
  /** The first user's creation; each later one was created an hour after the one before. */
  readonly firstCreated?: string;
  readonly namePrefix?: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Shape = (number: number, created: number) => Omit<ScenarioUser, 'name' | 'createDate'>;

// Each has an active key that was never used, in either slot, with and without a password.
const SELECTED_SHAPES: readonly Shape[] = [
  (n, t) => ({ passwordEnabled: true, accessKeys: [neverUsed(n, 1, t)] }),
  (n, t) => ({ passwordEnabled: true, mfaActive: true, accessKeys: [used(n, 1, t), neverUsed(n, 2, t + DAY_MS)] }),
  (n, t) => ({ accessKeys: [inactive(n, 1, t), neverUsed(n, 2, t)] }),
  (n, t) => ({ passwordEnabled: true, passwordLastUsed: at(t + DAY_MS), accessKeys: [neverUsed(n, 1, t)] }),
];

// None has one: people without keys, machines whose keys are used, keys that were switched off before any use.
const OTHER_SHAPES: readonly Shape[] = [
  (_, t) => ({ passwordEnabled: true, mfaActive: true, passwordLastUsed: at(t + 2 * DAY_MS) }),
  (n, t) => ({ path: '/machines/', accessKeys: [used(n, 1, t)] }),
  (n, t) => ({ passwordEnabled: true, mfaActive: true, accessKeys: [used(n, 1, t), used(n, 2, t + DAY_MS)] }),
  () => ({}),
  (n, t) => ({ passwordEnabled: true, accessKeys: [inactive(n, 1, t)] }),
  (n, t) => ({ passwordEnabled: true, passwordLastUsed: at(t + DAY_MS), accessKeys: [used(n, 1, t)] }),
];

/** `count` users, of whom exactly `selected`, spread evenly, have an active access key that was never used. */
export function manyUsers(count: number, selected: number, options: ManyUsersOptions = {}): readonly ScenarioUser[] {
  if (selected > count) throw new RangeError(`cannot select ${selected} of ${count} users`);
  const first = new Date(options.firstCreated ?? '2024-01-01T00:00:00Z').getTime();
  return Array.from({ length: count }, (_, index) => {
    const created = first + index * HOUR_MS;
    const selectedBefore = Math.floor((index * selected) / count);
    const isSelected = Math.floor(((index + 1) * selected) / count) > selectedBefore;
    const shape = isSelected ? pick(SELECTED_SHAPES, selectedBefore) : pick(OTHER_SHAPES, index);
    const name = `${options.namePrefix ?? 'user-'}${String(index + 1).padStart(5, '0')}`;
    return { name, createDate: at(created), ...shape(index + 1, created) };
  });
}

function pick(shapes: readonly Shape[], index: number): Shape {
  return shapes[index % shapes.length] as Shape;
}

function neverUsed(user: number, slot: 1 | 2, created: number): ScenarioAccessKey {
  return { id: keyId(user, slot), status: 'Active', createDate: at(created), slot };
}

function inactive(user: number, slot: 1 | 2, created: number): ScenarioAccessKey {
  return { ...neverUsed(user, slot, created), status: 'Inactive' };
}

function used(user: number, slot: 1 | 2, created: number): ScenarioAccessKey {
  const lastUsed = { date: at(created + 3 * DAY_MS), region: 'us-east-1', service: 's3' };
  return { ...neverUsed(user, slot, created), lastUsed };
}

function keyId(user: number, slot: 1 | 2): string {
  return `AKIAEXAMPLE${slot}${String(user).padStart(8, '0')}`;
}

function at(time: number): string {
  return new Date(time).toISOString();
}
