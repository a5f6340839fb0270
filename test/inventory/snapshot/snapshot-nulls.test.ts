import { describe, expect, test } from 'vitest';
import { type AssetTypeName, catalogue } from '../../../src/iam/catalogue.generated.ts';
import { openSample } from '../../../src/inventory/snapshot/sample.ts';
import { reopen, snapshotOf } from './snapshot-of.ts';

type Line = Readonly<Record<string, unknown>>;

const whole = await snapshotOf(openSample().inventory());
const [header = '', ...lines] = whole.trimEnd().split('\n');
const { sha256, ...unsigned } = JSON.parse(header) as Line;
const assets = lines.map((line) => JSON.parse(line) as Line);

/** The sample, with null in that field of every asset of the type. */
const withNulls = (type: string, field: string): string =>
  [unsigned, ...assets.map((asset) => (asset['__typename'] === type ? { ...asset, [field]: null } : asset))]
    .map((value) => `${JSON.stringify(value)}\n`)
    .join('');

const valuesIn = (text: string, type: string, field: string): readonly unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Line)
    .filter((asset) => asset['__typename'] === type)
    .map((asset) => asset[field]);

const nullable = (Object.keys(catalogue) as readonly AssetTypeName[]).map((type) => {
  const fields = Object.entries(catalogue[type].fields).filter(([, field]) => field.nullable);
  return [type, fields.map(([name]) => name)] as const;
});
const inSample = new Set(assets.map((asset) => asset['__typename']));

describe('null stays null from file to file', () => {
  test.each(nullable.filter(([type, fields]) => fields.length > 0 && inSample.has(type)))(
    'in every nullable field of %s: %j',
    async (type, fields) => {
      for (const field of fields) {
        const before = valuesIn(whole, type, field);
        const after = valuesIn(await snapshotOf(reopen(withNulls(type, field))), type, field);
        expect([field, after]).toEqual([field, before.map(() => null)]);
      }
    },
  );
});

test('the sample has an asset of nearly every type', () => {
  const without = nullable.map(([type]) => type).filter((type) => !inSample.has(type));
  expect(without).toEqual(['IAMSigningCertificate']);
});
