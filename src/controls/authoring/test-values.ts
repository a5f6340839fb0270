import { type AssetTypeName, catalogue, type Field } from '../../iam/catalogue.generated.ts';
import { type Instant, instantOf, instantToMs, parseInstant } from '../../iam/instant.ts';
import { describeValue, parseValue } from '../../inventory/snapshot/parse-value.ts';

/** The account of every test: one of those that AWS reserves for examples. */
export const TEST_ACCOUNT = '111122223333';

const unitsMs: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
export const RELATIVE = /^(\d+) (second|minute|hour|day)s? (ago|ahead)$/;

/** RFC 3339, or `45 days ago` and `45 days ahead` of when the facts of the test were read. */
function readTime(written: string, now: Instant): Instant | undefined {
  const [, count, unit = '', direction] = RELATIVE.exec(written) ?? [];
  if (count === undefined) return parseInstant(written);
  const ms = Number(count) * (unitsMs[unit] ?? 0);
  return instantOf(new Date(instantToMs(now) + (direction === 'ago' ? -ms : ms)));
}

/** A scalar field as a test writes it; undefined where the field cannot hold that. */
export function readTestValue(field: Field, written: unknown, now: Instant): unknown {
  if (field.type !== 'DateTime' || written === null) return parseValue(field, written);
  return typeof written === 'string' ? readTime(written, now) : undefined;
}

/** What a test may write for a field, in words. */
export function describeTestValue(field: Field): string {
  const times = field.type === 'DateTime' ? ' (RFC 3339, or such as "45 days ago" or "3 hours ahead")' : '';
  return `${describeValue(field)}${times}`;
}

/** The field by which assets of a type are called, where they have one. */
export function nameFieldOf(type: AssetTypeName): string | undefined {
  const noun = type.replace(/^IAM/, '');
  const own = `${noun.charAt(0).toLowerCase()}${noun.slice(1)}Name`;
  const { fields } = catalogue[type];
  return [own, 'userName', 'name', 'key', 'accessKeyId'].find((name) => Object.hasOwn(fields, name));
}

/** What an asset holds of a text that no test needs to write. */
const usualTexts: Readonly<Record<string, string>> = {
  accountID: TEST_ACCOUNT,
  cloudAccountID: TEST_ACCOUNT,
  cloudAccountName: TEST_ACCOUNT,
  cloudProvider: 'aws',
  internalRegion: 'global',
  assetCategory: 'IAM',
  contentHash: '0'.repeat(64),
  partition: 'aws',
  path: '/',
  status: 'Active',
  effect: 'Allow',
  policyType: 'Customer',
};

const YEAR_MS = 365 * 86_400_000;

/**
 * What a field holds that a test does not write: null where there may be none, no item of a list, false, 0, and when
 * something must have been made, that was a year ago.
 */
export function usualValue(name: string, field: Field, now: Instant, id: string): unknown {
  if (field.list || field.relation === 'toMany') return [];
  if (field.nullable) return null;
  if (field.type === 'DateTime') return instantOf(new Date(instantToMs(now) - YEAR_MS));
  if (field.type === 'Boolean') return false;
  return field.type === 'Int' || field.type === 'Float' ? 0 : (usualTexts[name] ?? `${name} of ${id}`);
}
