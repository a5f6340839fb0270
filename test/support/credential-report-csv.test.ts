import { expect, test } from 'vitest';
import { manyUsers, renderCredentialReport, type Scenario, type ScenarioUser } from './aws-endpoint.ts';

const CREATED = '2024-03-01T10:20:30Z';
const ACTIVE = { id: 'AKIAEXAMPLE000000001', status: 'Active', createDate: CREATED } as const;
const USED = {
  id: 'AKIAEXAMPLE000000002',
  status: 'Inactive',
  createDate: '2024-03-02T00:00:00Z',
  lastUsed: { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' },
} as const;
const NO_KEY = 'false,N/A,N/A,N/A,N/A';
const NO_CERTIFICATES = 'false,N/A,false,N/A';

function row(user: Partial<ScenarioUser>, report: NonNullable<Scenario['report']> = {}): string | undefined {
  const scenario = { users: [{ name: 'bob', createDate: CREATED, ...user }], report };
  return renderCredentialReport(scenario).split('\n')[2];
}

const BOB = 'bob,arn:aws:iam::111122223333:user/bob,2024-03-01T10:20:30+00:00';

test.each<[name: string, user: Partial<ScenarioUser>, line: string]>([
  ['nothing at all', {}, `${BOB},false,N/A,N/A,N/A,false,${NO_KEY},${NO_KEY},${NO_CERTIFICATES}`],
  [
    'a password never used',
    { passwordEnabled: true, mfaActive: true },
    `${BOB},true,no_information,2024-03-01T10:20:30+00:00,N/A,true,${NO_KEY},${NO_KEY},${NO_CERTIFICATES}`,
  ],
  [
    'an active key never used and an inactive one that was',
    { accessKeys: [ACTIVE, USED] },
    `${BOB},false,N/A,N/A,N/A,false,true,2024-03-01T10:20:30+00:00,N/A,N/A,N/A,false,2024-03-02T00:00:00+00:00,2024-04-01T01:02:00+00:00,eu-west-1,s3,${NO_CERTIFICATES}`,
  ],
  [
    'a key in the second slot only',
    { accessKeys: [{ ...ACTIVE, slot: 2 }] },
    `${BOB},false,N/A,N/A,N/A,false,${NO_KEY},true,2024-03-01T10:20:30+00:00,N/A,N/A,N/A,${NO_CERTIFICATES}`,
  ],
  [
    'a name with a comma',
    { name: 'a,b' },
    `"a,b","arn:aws:iam::111122223333:user/a,b",2024-03-01T10:20:30+00:00,false,N/A,N/A,N/A,false,${NO_KEY},${NO_KEY},${NO_CERTIFICATES}`,
  ],
])('the row of a user with %s', (_, user, line) => {
  expect(row(user)).toBe(line);
});

test('MFA and certificates follow from what there is, unless the scenario says otherwise', () => {
  const mfaDevices = [{ serial: 'GAHT12345678' }];
  const signingCertificates = [{ id: 'A', status: 'Inactive', uploadDate: CREATED }, { id: 'B' }] as const;
  const certificates = 'false,N/A,true,2024-01-01T00:00:00+00:00';
  expect(row({ mfaDevices, signingCertificates })).toBe(
    `${BOB},false,N/A,N/A,N/A,true,${NO_KEY},${NO_KEY},${certificates}`,
  );
  expect(row({ mfaDevices, mfaActive: false })).toBe(row({}));
  expect(
    row({ signingCertificates, createDate: '2024-01-01T00:00:00Z' }, { generatedTime: '2024-02-01T00:00:00Z' }),
  ).toMatch(/,true,2024-01-01T00:00:00\+00:00,false,N\/A$/);
  const rootRow = (root: Scenario['root']) =>
    renderCredentialReport({ root: root ?? {} })
      .split('\n')[1]
      ?.split(',');
  expect(rootRow({})?.[7]).toBe('true');
  expect(rootRow({ mfaDevices: [] })?.[7]).toBe('false');
  expect(rootRow({ mfaDevices, signingCertificates })?.slice(-4).join()).toBe(certificates);
});

test('the root row comes first, users without regard to case, and no newline last', () => {
  const users = ['b', 'A', 'C'].map((name) => ({ name, createDate: CREATED }));
  const csv = renderCredentialReport({ users });
  expect(csv.split('\n').map((line) => line.split(',')[0])).toEqual(['user', '<root_account>', 'A', 'b', 'C']);
  expect(csv.split('\n')[1]).toMatch(/^<root_account>,arn:aws:iam::111122223333:root,2015-01-01T00:00:00\+00:00,true,/);
  expect(renderCredentialReport({ root: null }).split('\n')).toHaveLength(1);
});

test.each([
  ['old16', 16],
  ['full22', 22],
  ['with-additional', 23],
] as const)('%s has %d columns', (columns, count) => {
  const lines = renderCredentialReport({ users: manyUsers(5, 2), report: { columns } }).split('\n');
  expect(lines.map((line) => line.split(',').length)).toEqual(lines.map(() => count));
});

test('a third key is told by the additional column alone', () => {
  const accessKeys = [ACTIVE, USED, { ...ACTIVE, id: 'AKIAEXAMPLE000000003' }];
  expect(row({ accessKeys }, { columns: 'with-additional' })).toMatch(/,1 additional access keys\. Use ListAccessKeys/);
  expect(row({ accessKeys })).toBe(row({ accessKeys: [ACTIVE, USED] }));
});

test('what is newer than the report is not in it', () => {
  const report = { generatedTime: '2024-03-15T00:00:00Z', timeSuffix: 'Z' } as const;
  expect(row({ createDate: '2024-03-16T00:00:00Z' }, report)).toBeUndefined();
  expect(row({ accessKeys: [USED] }, report)).toContain(',false,2024-03-02T00:00:00Z,N/A,N/A,N/A,');
});

test('many users hold exactly the selected ones, and are rendered once', () => {
  const scenario = { users: manyUsers(5000, 37) };
  const csv = renderCredentialReport(scenario);
  const selected = csv.split('\n').filter((line) => {
    const cells = line.split(',');
    return [8, 13].some((active) => cells[active] === 'true' && cells[active + 2] === 'N/A');
  });
  expect(csv.split('\n')).toHaveLength(5002);
  expect(selected).toHaveLength(37);
  const before = performance.now();
  expect(renderCredentialReport(scenario)).toBe(csv);
  expect(performance.now() - before).toBeLessThan(50);
});
