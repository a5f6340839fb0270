import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { renderJson } from '../../src/report/json.ts';
import type { Run } from '../../src/report/run.ts';
import { anyRun, DENIED, errored, fullRun, runWithTexts, sampleRun } from './example-runs.ts';

const schema = JSON.parse(readFileSync(join(packageRoot, 'docs', 'check.schema.json'), 'utf8'));
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

function parse(run: Run) {
  const value = JSON.parse(renderJson(run));
  validate(value);
  expect(validate.errors).toBeNull();
  return value;
}

test.each<[string, Run]>([
  ['one control over the sample', sampleRun],
  ['a benchmark with every outcome', fullRun],
  [
    'nothing that could be read',
    { ...sampleRun, controls: [errored], evidence: { ...sampleRun.evidence, account: undefined } },
  ],
])('%s is as docs/check.schema.json says', (_name, run) => {
  expect(parse(run).format).toBe('iamql-check/1');
});

/** Every property that the schema describes, as `$defs/name/property`. */
function described(node: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof node !== 'object' || node === null) return found;
  for (const name of Object.keys((node as { properties?: object }).properties ?? {})) found.add(name);
  for (const value of Object.values(node)) described(value, found);
  return found;
}

test('the schema describes every property that there is', () => {
  const names = described(schema);
  const printed = new Set<string>();
  JSON.stringify(parse(fullRun), (key, value) => {
    if (key !== '' && !/^\d+$/.test(key)) printed.add(key);
    return key === 'parameters' ? {} : value;
  });
  expect([...printed].filter((name) => !names.has(name))).toEqual([]);
});

test('what could not be judged, what is excepted and what nobody automated stay apart', () => {
  const { score, benchmark, controls, exceptions } = parse(fullRun);
  expect(score).toEqual({
    passed: 2,
    judged: 4,
    failed: 2,
    errors: 1,
    notJudged: 1,
    notAutomated: 1,
    exceptedFindings: 1,
  });
  expect(benchmark.sections[0].items.map(({ status, controlIndex }: never) => [status, controlIndex])).toEqual([
    ['NOT_AUTOMATED', null],
    ['ERROR', 0],
    ['FAIL', 1],
    ['FAIL', 2],
    ['PASS', 3],
  ]);
  expect(controls[0].rules[0]).toMatchObject({ found: 0, total: null, errors: [{ message: DENIED }] });
  expect(controls[3]).toMatchObject({ verdict: 'PASS', parameters: { maxAgeDays: 45 } });
  expect(controls[3].rules[0]).toMatchObject({
    found: 0,
    findings: [],
    excepted: [
      { name: 'etl', exception: { owner: 'Data platform', expires: '2026-12-31T00:00:00Z', ticket: 'OPS-12' } },
    ],
  });
  expect(Object.values(exceptions).map((list) => (list as unknown[]).length)).toEqual([1, 1, 1, 1]);
});

test('any text is read back as it was, and none commands a terminal', () => {
  fc.assert(
    fc.property(anyRun, (texts) => {
      const json = renderJson(runWithTexts(texts));
      expect(json).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      const [rule] = JSON.parse(json).controls[0].rules;
      const [excepted] = rule.excepted;
      expect([
        rule.findings[0].name,
        excepted.exception.owner,
        excepted.exception.reason,
        rule.errors[0].message,
      ]).toEqual(texts);
    }),
  );
});
