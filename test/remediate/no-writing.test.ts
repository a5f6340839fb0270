import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';

/** What a file imports at run time, at its start or later; types are gone by then. */
const IMPORT = /(?:^import (?!type )[^;]*?from |^import |^export [^;]*? from |import\()'(\.[^']+)'/gm;

const source = (file: string): string => readFileSync(join(packageRoot, file), 'utf8');
const importsOf = (file: string): readonly string[] =>
  [...source(file).matchAll(IMPORT)].map(([, path]) =>
    relative(packageRoot, join(packageRoot, dirname(file), path as string)),
  );

function reachableFrom(file: string, isPassed: (imported: string) => boolean = () => true): ReadonlySet<string> {
  const seen = new Set([file]);
  for (const one of seen) for (const next of importsOf(one).filter(isPassed)) seen.add(next);
  return seen;
}

const WRITING = 'src/aws/remediation/';
/** What the rule of AWS Config says to AWS Config, from a function of its own. */
const CONFIG_RULE = 'src/aws/config-service.ts';
const isWriting = (file: string): boolean =>
  [WRITING, 'src/remediate/', CONFIG_RULE, 'src/config-rule/'].some((one) => file.startsWith(one));
const ofRemediate = (file: string): boolean => file.startsWith('src/cli/remediate');

const commands = globSync('src/cli/*.ts', { cwd: packageRoot }).filter(
  (file) => !ofRemediate(file) && file !== 'src/cli/main.ts',
);

describe('no way leads to what writes to AWS', () => {
  test.each([...commands, 'src/server/app.ts'])('from %s', (file) => {
    expect([...reachableFrom(file)].filter(isWriting)).toEqual([]);
  });

  test('from the command line but through remediate', () => {
    const reachable = reachableFrom('src/cli/main.ts', (file) => !ofRemediate(file));
    expect([...reachable].filter(isWriting)).toEqual([]);
    expect(reachable.size).toBeGreaterThan(150);
  });

  test('and the walk would find one', () => {
    expect([...reachableFrom('src/aws/remediation/get-user.ts')]).toContain('src/aws/paging.ts');
    expect(reachableFrom('src/cli/serve.ts')).toContain('src/aws/access-keys.ts');
  });
});

describe('the commands of the SDK that are sent', () => {
  const sent = globSync('src/**/*.ts', { cwd: packageRoot }).flatMap((file) =>
    [...source(file).matchAll(/\b([A-Z]\w+)Command\b(?=[ :,}])/g)].map(([, name]) => ({ file, name: name as string })),
  );

  test('are reading ones everywhere else', () => {
    const others = sent.filter(({ file }) => !isWriting(file));
    expect(others.length).toBeGreaterThan(20);
    expect(
      others.filter(({ name }) => !/^(?:Get|List|Describe|GenerateCredentialReport$|AssumeRole$)/.test(name)),
    ).toEqual([]);
  });

  test('are two that write', () => {
    const names = sent.filter(({ file }) => file.startsWith(WRITING)).map(({ name }) => name);
    expect([...new Set(names)].sort()).toEqual(['DeleteAccessKey', 'GetUser', 'UpdateAccessKey']);
    const ofRule = sent.filter(({ file }) => file === CONFIG_RULE).map(({ name }) => name);
    expect(ofRule.sort()).toEqual(['GetComplianceDetailsByConfigRule', 'PutEvaluations']);
  });
});
