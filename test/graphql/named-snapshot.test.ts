import { describe, expect, test } from 'vitest';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { askInventory } from '../inventory/live-account.ts';
import { reopen, snapshotOf } from '../inventory/snapshot/snapshot-of.ts';

type Line = Readonly<Record<string, unknown>>;

/** When the sample's facts were read, whatever the day on which they are judged. */
const NOW = '2026-11-02T08:15:00Z';
const at = (days: number, seconds = 0): string =>
  new Date(Date.parse(NOW) + days * 86_400_000 + seconds * 1000).toISOString().replace('.000Z', 'Z');

const [header = '', ...lines] = (await snapshotOf(openSample().inventory())).trimEnd().split('\n');
const { sha256: _digest, ...unsigned } = JSON.parse(header) as Line;

/** Whether the asset of that name is selected, with other facts than it has in the sample. */
async function isFound(text: string, internalName: string, facts: Line): Promise<boolean> {
  const assets = lines.map((line) => JSON.parse(line) as Line);
  const edited = assets.map((asset) => (asset['internalName'] === internalName ? { ...asset, ...facts } : asset));
  const inventory = reopen([unsigned, ...edited].map((value) => `${JSON.stringify(value)}\n`).join(''));
  const { data, errors } = await askInventory(inventory, `${text}{internalName}`);
  expect(errors).toEqual([]);
  const found = Object.values(data ?? {})[0] as readonly Line[];
  return found.some((asset) => asset['internalName'] === internalName);
}

describe('UnusedAWSIAMRoles: not used within 90 days', () => {
  const used = (lastUsedDate: string | null) => ({ lastUsedDate });
  test.each<[name: string, facts: Line, isFound: boolean]>([
    ['used exactly 90 days ago', used(at(-90)), false],
    ['used a second before', used(at(-90, -1)), true],
    ['never used', used(null), true],
    ['never used, just created', { lastUsedDate: null, createDate: at(0, -60) }, true],
    ['never used, service-linked', { lastUsedDate: null, isServiceLinked: true }, false],
  ])('%s', async (_name, facts, expected) => {
    expect(await isFound('UnusedAWSIAMRoles', 'forgotten', facts)).toBe(expected);
  });
});

describe('LongLivedAPIKeys: of single services, without an end or more than 90 days old', () => {
  const young = { createDate: at(-1) };
  const ends = { expirationDate: at(1) };
  test.each<[name: string, facts: Line, isFound: boolean]>([
    ['made exactly 90 days ago', { createDate: at(-90), ...ends }, false],
    ['made a second before', { createDate: at(-90, -1), ...ends }, true],
    ['made just now, and never ends', { ...young, expirationDate: null }, true],
    ['turned off', { ...young, expirationDate: null, status: 'Inactive' }, false],
    ['over', { ...young, expirationDate: at(-1), status: 'Expired' }, false],
    ['a password', { ...young, expirationDate: null, serviceUserName: 'etl-at-111122223333' }, false],
  ])('%s', async (_name, facts, expected) => {
    expect(await isFound('LongLivedAPIKeys', 'etl-at-111122223333', facts)).toBe(expected);
  });
});

describe('server certificates', () => {
  test.each<[name: string, expiration: string, hasExpired: boolean, expiresIn30: boolean]>([
    ['expired a second ago', at(0, -1), true, false],
    ['expires now', at(0), true, false],
    ['expires in a second', at(0, 1), false, true],
    ['expires in exactly 30 days', at(30), false, true],
    ['expires a second later', at(30, 1), false, false],
  ])('%s', async (_name, expiration, hasExpired, expiresIn30) => {
    expect(await isFound('AWS130IAM19', 'www-2026', { expiration })).toBe(hasExpired);
    expect(await isFound('ExpiringSSLCertificates(days:30)', 'www-2026', { expiration })).toBe(expiresIn30);
  });

  test('none expires within no days', async () => {
    expect(await isFound('ExpiringSSLCertificates(days:0)', 'www-2026', { expiration: at(0, 1) })).toBe(false);
  });
});
