import type { Field } from '../../iam/catalogue.generated.ts';
import { parseInstant } from '../../iam/instant.ts';

/** Reads what a line holds of a field: as it is compared in memory. Undefined where the field cannot hold it. */
export function parseValue(field: Field, written: unknown): unknown {
  if (written === null) return field.nullable ? null : undefined;
  if (!field.list && field.relation !== 'toMany') return parseItem(field, written);
  if (!Array.isArray(written)) return undefined;
  const items = written.map((item) => parseItem(field, item));
  return items.includes(undefined) ? undefined : items;
}

function parseItem({ type, relation }: Field, written: unknown): unknown {
  if (type === 'DateTime') return typeof written === 'string' ? parseInstant(written) : undefined;
  const isValid =
    (type === 'Boolean' && typeof written === 'boolean') ||
    (type === 'Int' && Number.isInteger(written)) ||
    (type === 'Float' && typeof written === 'number') ||
    ((relation || type === 'String' || type === 'ID') && typeof written === 'string');
  return isValid ? written : undefined;
}

/** What a field may hold, for people. */
export function describeValue({ type, relation, list, nullable }: Field): string {
  const one = relation ? `the identifier of ${type}` : type;
  const whole = list || relation === 'toMany' ? `a list, each ${one}` : one;
  return nullable ? `${whole} or null` : whole;
}
