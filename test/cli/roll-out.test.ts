import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rollOut } from '../../src/cli/roll-out.ts';
import { foundingControlId } from '../../src/controls/load-controls.ts';
import { accountId, acme } from '../connectors/acme.ts';
import { type AwsEndpoint, manyUsers, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

let folder = '';
let third = '';
let endpoint: AwsEndpoint;

/** 1 fails, 2 is refused, 3 passes. */
const organization = acme(3, (n) => ({
  scenario: () => ({
    users: manyUsers(2, n === 3 ? 0 : 1),
    ...(n === 2 ? { faults: [{ action: '*', error: { code: 'AccessDenied' } }] } : {}),
  }),
}));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-roll-out-'));
  endpoint = await startAwsEndpoint({ organization });
  const judged = { id: foundingControlId, verdict: 'PASS', parameters: {}, rules: [] };
  const old = { judgedAt: '2024-01-01T00:00:00.000Z', account: accountId(3), sample: false, controls: [judged] };
  third = join(folder, 'third.json');
  writeFileSync(third, JSON.stringify({ format: 'iamql-check/1', ...old }));
  writeFileSync(join(folder, 'acme.yaml'), 'organizations: [{name: acme, memberRole: iamql, tags: {team: cloud}}]\n');
});
afterAll(async () => {
  await endpoint.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]) => runCli(args, { env: awsEnv(endpoint.url), cwd: folder });

test('guardrails plan says of live accounts what it says of a result that was kept', async () => {
  const live = await run('guardrails', 'plan', '--connectors', 'acme.yaml', '--output', 'live.md');
  expect(live).toMatchObject({ code: 2, stdout: '', stderr: '' });
  await run(
    'check',
    '--connectors',
    'acme.yaml',
    '--connector',
    accountId(1),
    accountId(2),
    '--format',
    'json',
    '--output',
    'r.json',
  );
  const [text, kept] = [
    readFileSync(join(folder, 'live.md'), 'utf8'),
    await run('guardrails', 'plan', '--result', 'r.json', '--connectors', 'acme.yaml'),
  ];
  expect(kept.code).toBe(2);
  expect(text).toContain('accounts: 1 passed, 1 failed, 1 could not be judged, 0 were never judged');
  expect(text).toMatch(
    /^- \[ \] Account `account 2 \(111100000002\)`: it could not be judged: `account account 2: iam:\w+ denied.*· owner `cloud`/m,
  );
  expect(text).toContain('(`ou-ab12-11111111`)');
  // The third was not in the result: that nothing was found in it says nothing.
  expect(kept.stdout).toMatch(/^- \[ \] Account `account 3 \(111100000003\)`: it was never judged · owner `cloud`/m);
  const marks = (of: string) => [...of.matchAll(/iamql:found-\S+/g)].map(([mark]) => mark);
  expect(marks(text)).toHaveLength(1);
  expect(marks(kept.stdout)).toEqual(marks(text));
  // Which accounts there are in an organization that could not be listed nobody knows.
  endpoint.setScenario({ organization, faults: [{ action: 'ListRoots', error: { code: 'AccessDenied' } }] });
  const unlisted = await run('guardrails', 'plan', '--result', 'third.json', '--connectors', 'acme.yaml');
  expect(unlisted.stdout).toMatch(/^- \[ \] Account `organization acme`: it was never judged/m);
  expect(unlisted.code).toBe(2);
});

test('and keeps ticks in the file that it renders anew, and writes over no other', async () => {
  const args = ['guardrails', 'plan', '--sample', '--update', 'plan.md'];
  const first = await run(...args);
  expect(first).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('there is no plan.md yet') });
  const file = join(folder, 'plan.md');
  const ticked = readFileSync(file, 'utf8').replaceAll(/^- \[ \](?=.*(?:`etl`|eventbridge))/gm, '- [x]');
  writeFileSync(file, ticked);
  const again = await run(...args);
  expect(again).toMatchObject({ code: 0, stderr: 'iamql: 1 ticked, and still there: open again\n' });
  expect(readFileSync(file, 'utf8')).toBe(ticked.replace(/^- \[x\](?=.*`etl`)/m, '- [ ]'));
  writeFileSync(file, 'my own notes\n');
  expect(await run(...args)).toMatchObject({ code: 3, stderr: expect.stringContaining('it is no roll-out') });
  expect(readFileSync(file, 'utf8')).toBe('my own notes\n');
});

test('and says how old a result is, and takes none that is older than is asked', async () => {
  const options = { ...{ ownerTag: [], exceptions: [], batchSize: 10, wait: 0 }, result: [third] };
  const output = join(folder, 'old.md');
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await rollOut(undefined, { ...options, output });
  expect(said.mock.calls.join('')).toContain('third.json was judged 2024-01-01T00:00:00.000Z');
  said.mockRestore();
  await expect(rollOut(undefined, { ...options, maxAge: 3_600_000 })).rejects.toThrow(
    /third.json was judged .*--max-age/,
  );
});

test.each([
  [
    'another time beside a result',
    undefined,
    { result: ['r.json'], asOf: '2026-01-01T00:00:00Z' },
    /is judged already/,
  ],
  ['a source beside a result', undefined, { result: ['r.json'], sample: true }, /--result is judged already/],
  [
    'a result that is not there',
    undefined,
    { result: ['nowhere.json'] },
    /--result: cannot open nowhere.json: there is no such file/,
  ],
  ['a control that there is not', 'nothing', { sample: true }, /there is no control "nothing"/],
])('is refused with %s', async (_name, control, options, said) => {
  const usual = { ownerTag: [], exceptions: [], batchSize: 10, wait: 0 };
  await expect(rollOut(control, { ...usual, ...options })).rejects.toThrow(said);
});
