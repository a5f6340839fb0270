import { describe, expect, test } from 'vitest';
import { getAccessKeyLastUsed, listAccessKeys } from '../../src/aws/access-keys.ts';
import type { Fault, ScenarioAccessKey } from '../support/aws-endpoint.ts';
import { openAccount } from './open-account.ts';

const key = (number: number, rest: Partial<ScenarioAccessKey> = {}): ScenarioAccessKey => ({
  id: `AKIAEXAMPLE0000000${number}`,
  status: 'Active',
  createDate: `2024-03-0${number}T10:20:30Z`,
  ...rest,
});
const userWith = (...accessKeys: ScenarioAccessKey[]) => ({
  name: 'alice',
  createDate: '2024-03-01T10:20:30Z',
  accessKeys,
});

describe('listAccessKeys', () => {
  test('all keys by creation time, whatever the order AWS lists them in', async () => {
    const { account, tag } = await openAccount({ users: [userWith(key(2, { status: 'Inactive' }), key(1))] });
    expect(await listAccessKeys(account, 'alice', tag)).toEqual([
      { accessKeyId: 'AKIAEXAMPLE00000001', status: 'Active', createDate: '2024-03-01T10:20:30+00:00' },
      { accessKeyId: 'AKIAEXAMPLE00000002', status: 'Inactive', createDate: '2024-03-02T10:20:30+00:00' },
    ]);
  });

  test('follows short pages to the end', async () => {
    const { account, endpoint, tag } = await openAccount({ users: [userWith(key(3), key(1), key(2))], pageSize: 1 });
    const keys = await listAccessKeys(account, 'alice', tag);
    expect(keys.map(({ accessKeyId }) => accessKeyId.at(-1))).toEqual(['1', '2', '3']);
    expect(endpoint.count('ListAccessKeys')).toBe(3);
  });

  test('an empty page that says there is more is followed too', async () => {
    const faults = [{ action: 'ListAccessKeys', times: 2, emptyTruncated: true }];
    const { account, tag } = await openAccount({ users: [userWith(key(1))], faults });
    expect(await listAccessKeys(account, 'alice', tag)).toHaveLength(1);
  });

  test('a user without keys, and one that is gone, have none', async () => {
    const { account, endpoint, log, tag } = await openAccount({ users: [userWith()] });
    expect(await listAccessKeys(account, 'alice', tag)).toEqual([]);
    expect(await listAccessKeys(account, 'bob', tag)).toEqual([]);
    expect(endpoint.count('ListAccessKeys')).toBe(2);
    expect(log.calls).toHaveLength(2);
  });

  const page = (inside: string): string =>
    `<ListAccessKeysResponse><ListAccessKeysResult>${inside}</ListAccessKeysResult></ListAccessKeysResponse>`;
  const rows: readonly [name: string, fault: Omit<Fault, 'action'>, kind: string, message: string][] = [
    [
      'denied',
      { error: { code: 'AccessDenied' } },
      'AccessDenied',
      'iam:ListAccessKeys denied in account 111122223333 for role Audit; grant iam:ListAccessKeys (docs/permissions.md)',
    ],
    [
      'the same marker twice',
      { sameMarker: true },
      'Unexpected',
      'iam:ListAccessKeys answered without a new marker on a page that says there are more; ',
    ],
    [
      'a truncated page without a marker',
      { garbage: page('<AccessKeyMetadata/><IsTruncated>true</IsTruncated>') },
      'Unexpected',
      'iam:ListAccessKeys answered without a new marker on a page that says there are more; ',
    ],
    [
      'pages without an end',
      { emptyTruncated: true },
      'Unexpected',
      'iam:ListAccessKeys answered without a last page, after 20 of them; ',
    ],
    [
      'a key without a creation time',
      {
        garbage: page(
          '<AccessKeyMetadata><member><AccessKeyId>AKIA1</AccessKeyId><Status>Active</Status></member></AccessKeyMetadata>',
        ),
      },
      'Unexpected',
      'iam:ListAccessKeys answered without the id, status or creation time of a key; ',
    ],
    [
      'a web page',
      { garbage: true },
      'Unexpected',
      'iam:ListAccessKeys answered without a list of access keys; check that AWS_ENDPOINT_URL, proxies and sign-in pages let AWS itself answer',
    ],
  ];

  test.each(rows)('%s is an error, not an empty list', async (_, fault, kind, message) => {
    const callerArn = 'arn:aws:sts::111122223333:assumed-role/Audit/ana';
    const faults = [{ action: 'ListAccessKeys', ...fault }];
    const { account, log, tag } = await openAccount({ users: [userWith(key(1))], callerArn, faults });
    await expect(listAccessKeys(account, 'alice', tag)).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(message),
    });
    expect(log.calls.at(-1)).toMatchObject({ action: 'iam:ListAccessKeys', failed: true });
  });
});

const USE_WITHOUT_TIME =
  '<GetAccessKeyLastUsedResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetAccessKeyLastUsedResult><UserName>alice</UserName><AccessKeyLastUsed><ServiceName>s3</ServiceName><Region>eu-west-1</Region></AccessKeyLastUsed></GetAccessKeyLastUsedResult></GetAccessKeyLastUsedResponse>';

describe('getAccessKeyLastUsed', () => {
  const used = key(1, { lastUsed: { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' } });

  test('tells use from no use', async () => {
    const { account, tag } = await openAccount({ users: [userWith(used, key(2))] });
    expect(await getAccessKeyLastUsed(account, used.id, tag)).toEqual({
      lastUsedDate: '2024-04-01T01:02:00+00:00',
      lastUsedRegion: 'eu-west-1',
      lastUsedService: 's3',
    });
    expect(await getAccessKeyLastUsed(account, key(2).id, tag)).toEqual({
      lastUsedDate: null,
      lastUsedRegion: null,
      lastUsedService: null,
    });
  });

  test.each([
    ['a web page', { garbage: true as const }, 'Unexpected'],
    ['denied', { error: { code: 'AccessDenied' } }, 'AccessDenied'],
    ['a service without a time', { garbage: USE_WITHOUT_TIME }, 'Unexpected'],
    ['a key that AWS does not know', {}, 'Unexpected'],
  ])('%s is an error, not a key that was never used', async (_, fault, kind) => {
    const { account, tag } = await openAccount({ faults: [{ action: 'GetAccessKeyLastUsed', ...fault }] });
    await expect(getAccessKeyLastUsed(account, used.id, tag)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(/^iam:GetAccessKeyLastUsed .*/),
    });
  });
});
