import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFileWhole } from '../../src/cli/output.ts';
import { packageRoot } from '../../src/package-root.ts';
import { runCli } from '../support/run-cli.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-remediate-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a report holds no ids: all that is found is listed, and nothing planned', async () => {
  const report = join(packageRoot, 'sample', 'credential-report.csv');
  const { stdout, code } = await runCli(['remediate', 'plan', '--report', report, '--format', 'json']);
  const plan = JSON.parse(stdout);
  expect(plan.batches).toEqual([]);
  expect(plan.notPlanned.map(({ userName, slot }: { userName: string; slot: number }) => [userName, slot])).toEqual(
    expect.arrayContaining([
      ['ana', 1],
      ['bruno', 2],
      ['carla', null],
    ]),
  );
  expect(plan.notPlanned[0].reason).toMatch(/which a credential report does not hold/);
  expect([code, plan.source]).toEqual([0, { kind: 'report', reportGeneratedAt: null, reportAgeSeconds: null }]);
});

test('a file is not written through a link that lies where its parts are collected', async () => {
  const [file, other] = [join(folder, 'whole.json'), join(folder, 'of-somebody-else')];
  writeFileSync(other, 'theirs');
  symlinkSync(other, `${file}.${process.pid}.part`);
  await writeFileWhole(file, Readable.from(['ours']));
  expect([readFileSync(file, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['ours', 'theirs']);
});

test('an order is read from a file, and what is wrong with it is said with its place', async () => {
  const good = join(folder, 'order.yaml');
  writeFileSync(good, 'order:\n  - name: pipelines\n    users: ["e*"]\n  - name: first\n    tags: {team: data}\n');
  const { stdout } = await runCli(['remediate', 'plan', '--sample', '--order-by', good]);
  expect(stdout).toContain('Batch 1 (pipelines): turn off 1 access key\n  etl ');
  const bad = join(folder, 'bad.yaml');
  writeFileSync(bad, 'order:\n  - name: nobody\n');
  const ended = await runCli(['remediate', 'plan', '--sample', '--order-by', bad]);
  expect(ended).toMatchObject({ code: 3, stderr: `iamql: ${bad}:2:5: a group needs tags or users\n` });
});
