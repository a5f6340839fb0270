import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Control } from '../../src/controls/control.ts';
import { runControl } from '../../src/controls/run-control.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { controlsIn, importLibrary } from '../support/imported-library.ts';
import { control, query, rule } from '../support/published-library.ts';
import { runCli } from '../support/run-cli.ts';

describe('what is left out, and why', () => {
  const GOOD = query('good', 'iamUsers(where:{userName:"ana"}){...AssetFragment}');
  const BAD_TYPE = query('buckets', 's3Buckets(where:{versioning:false}){...AssetFragment}');
  const bare = (text: string) => query('odd', text);

  interface Row {
    readonly name: string;
    readonly control: ReturnType<typeof control>;
    readonly query?: ReturnType<typeof query>;
    readonly said: RegExp;
  }
  const LEFT: readonly Row[] = [
    {
      name: 'another cloud',
      control: control('azure-disks', [rule('good', { cloudProviders: ['Azure'] })]),
      said: /other cloud: Azure$/,
    },
    {
      name: 'a type of another cloud',
      control: control('vm-disks', [rule('odd', { cloudProviders: undefined, subjects: ['VM'] })]),
      query: bare('vms{...AssetFragment}'),
      said: /unknown type VM$/,
    },
    {
      name: 'another service of AWS',
      control: control('s3-versions', [rule('buckets', { subjects: ['S3Bucket'] })]),
      said: /unknown type S3Bucket$/,
    },
    {
      name: 'a field that there is not',
      control: control('odd-field', [rule('odd')]),
      query: bare('iamUsers{shoeSize}'),
      said: /odd: 1:10: Cannot query field "shoeSize" on type "IAMUser"/,
    },
    {
      name: 'no GraphQL',
      control: control('no-graphql', [rule('odd')]),
      query: bare('iamUsers(where'),
      said: /odd: 1:\d+: Syntax Error/,
    },
    { name: 'no query file', control: control('no-file', [rule('nowhere')]), said: /there is no query nowhere$/ },
    {
      name: 'an unknown comparator',
      control: control('gt', [rule('good', { comparator: 'gt' })]),
      said: /unknown comparator "gt"$/,
    },
    {
      name: 'an expectation that is no JSON',
      control: control('empty', [rule('good', { expectedResult: 'empty' })]),
      said: /expectation "eq empty" is not/,
    },
    {
      name: 'a return path that is not selected',
      control: control('path', [rule('good', { returnPath: 'owner' })]),
      said: /return path: there is no "owner"/,
    },
    {
      name: 'a variable without a value',
      control: control('variable', [rule('odd')]),
      query: bare('query Q($id: ID!) { iamUsers(where:{identifier:$id}){arn} }'),
      said: /nothing gives a value to \$id$/,
    },
    {
      name: 'two operations',
      control: control('two', [rule('odd')]),
      query: bare('query A{iamUsers{arn}} query B{iamUsers{arn}}'),
      said: /it has several operations/,
    },
    {
      name: 'nothing of the account',
      control: control('nothing', [rule('odd')]),
      query: bare('{__typename}'),
      said: /it asks for no assets$/,
    },
    { name: 'no JSON', control: { slug: 'no-json', content: '{"name":' }, said: /not JSON: / },
    {
      name: 'a query that is no JSON',
      control: control('no-query', [rule('odd')]),
      query: { slug: 'odd', content: 'x' },
      said: /queries\/odd\.json is not JSON: /,
    },
    {
      name: 'a slug that no file can be called by',
      control: {
        slug: 'long',
        content: { ...(control('long', [rule('good')]).content as object), slug: 'x'.repeat(400) },
      },
      said: /its slug has 400 characters, too many for a file's name$/,
    },
    { name: 'no rules', control: control('no-rules', []), said: /: it has no rules: it is for people to look at$/ },
    {
      name: 'null for no rules',
      control: control('null-rules', [], { rules: null }),
      said: /: it has no rules: it is for people to look at$/,
    },
    {
      name: 'a field that there is not, of the account',
      control: control('odd-account', [rule('odd', { subjects: ['CloudAccount'] })]),
      query: bare('connectors{shoeSize}'),
      said: /odd: 1:12: Cannot query field "shoeSize" on type "Connector"/,
    },
    {
      name: 'another severity',
      control: control('severe', [rule('good')], { severity: 4 }),
      said: /not in the published form: severity: /,
    },
  ];

  test.each(LEFT)('$name', async ({ control: left, query: odd, said }) => {
    const good = control('good-control', [rule('good')]);
    const queries = [GOOD, BAD_TYPE, ...(odd ? [odd] : [])];
    const { code, stdout, output } = await importLibrary({ controls: [good, left], queries });
    expect(stdout).toMatch(new RegExp(`^left out {2}controls/${left.slug}\\.json: `, 'm'));
    expect(stdout.split('\n').find((line) => line.startsWith('left out'))).toMatch(said);
    expect(stdout).toContain('1 of 2 controls imported');
    expect([code, await readdir(output)]).toEqual([0, ['good-control.yaml']]);
  });

  test('a control of which not all rules can run says so in its title', async () => {
    const rules = [
      rule('good'),
      rule('buckets', { subjects: ['S3Bucket'] }),
      rule('good', { cloudProviders: ['Azure'] }),
    ];
    const { stdout, output } = await importLibrary({ controls: [control('mixed', rules)], queries: [GOOD, BAD_TYPE] });
    expect(stdout).toMatch(
      /^imported {2}mixed\n {10}without one rule: unknown type S3Bucket\n {10}without one rule: other cloud: Azure\n/,
    );
    const mixed = (await controlsIn(output)).get('mixed');
    expect(mixed?.title).toBe('The title of mixed (in part: 1 of 2 rules)');
    expect(mixed?.overview).toMatch(/not asked here:\n- unknown type S3Bucket\n- other cloud: Azure\n$/);
  });
});

describe('what is kept', () => {
  const TEXT = 'iamUsers(where:{userName:"ana"}){...AssetFragment}';
  const importOne = async (rest: object, text = TEXT, ruleRest: object = {}) => {
    const one = control('one', [rule('q', ruleRest)], rest);
    const result = await importLibrary({ controls: [one], queries: [query('q', text)] });
    return { ...result, imported: (await controlsIn(result.output)).values().next().value };
  };

  test.each([
    ['tabs, blanks at the end and no line end', '\tiamUsers {arn}  \n  '],
    ['line ends of Windows', 'query Q {\r\n  iamUsers { arn }\r\n}\r\n'],
    ['quotes, colons and hashes', '# a: "b" \'c\'\n{ iamUsers(where:{userName:"#: \\u0041"}) { arn } }'],
    ['letters beyond ASCII', '# é 中 🔑 \u00a0\u200b\n{ iamUsers { arn } }'],
    ['a byte order mark', '\ufeffiamUsers{arn}'],
    ['empty lines before and after', '\n\n  iamUsers{arn}\n\n\n'],
  ])('a query with %s, byte for byte', async (_name, text) => {
    expect((await importOne({}, text)).imported?.rules[0]?.query).toBe(text);
  });

  test('variables with a default are parameters', async () => {
    const { imported } = await importOne(
      {},
      'query Q($name: String = "ana") { iamUsers(where:{userName:$name}){arn} }',
    );
    expect(imported?.parameters).toMatchObject({ name: { default: 'ana' } });
    const run = await runControl(openSample().inventory(), imported as Control, { parameters: { name: 'bruno' } });
    expect(run.rules[0]?.findings.map(({ name }) => name)).toEqual(['bruno']);
  });

  test('variables that two texts do not agree on stay as each has them', async () => {
    const text = (name: string) => `query Q($name: String = "${name}") { iamUsers(where:{userName:$name}){arn} }`;
    const queries = [query('a', text('ana')), query('b', text('bruno'))];
    const { output } = await importLibrary({ controls: [control('one', [rule('a'), rule('b')])], queries });
    const one = (await controlsIn(output)).get('one') as Control;
    expect(one.parameters).toEqual({});
    const run = await runControl(openSample().inventory(), one);
    expect(run.rules.map(({ findings }) => findings.map(({ name }) => name))).toEqual([['ana'], ['bruno']]);
  });

  const APPLICABLE =
    'query Applicable($options: IAMUserOptions, $failedAssetsIdentifiers: [ID!]) { iamUsers(options: $options, where: {hasIAMUserCredentials: {passwordEnabled: true}, identifier_NOT_IN: $failedAssetsIdentifiers}) { ...AssetFragment } }';

  test('the question which assets it is about', async () => {
    const { imported, stdout } = await importOne({ applicableAssetsQuery: APPLICABLE });
    expect(imported?.applicable).toBe(APPLICABLE);
    expect(stdout).toMatch(/^imported {2}one\n1 of 1/);
  });

  test('but not if it cannot run', async () => {
    const { imported, stdout } = await importOne({ applicableAssetsQuery: 'query A { lambdas { arn } }' });
    expect(imported?.applicable).toBeUndefined();
    expect(stdout).toMatch(/^imported {2}one\n {10}without applicableAssetsQuery: 1:11: Cannot query field "lambdas"/);
  });

  test('types that the text asks for, where no known one is named', async () => {
    expect((await importOne({}, TEXT, { subjects: ['Person'] })).imported?.assetTypes).toEqual(['IAMUser']);
  });

  test('types that the return path leads to, where it is about the account under another name', async () => {
    const account = { subjects: ['CloudAccount'], returnPath: 'of' };
    const { imported } = await importOne({}, '{iamPolicies{of:connector{identifier}}}', account);
    expect(imported?.assetTypes).toEqual(['Connector']);
    const value = await importOne({}, 'iamUsers{of:arn}', account);
    expect(value.imported?.assetTypes).toEqual(['IAMUser']);
  });

  test('what the published control has nothing to say about says so', async () => {
    const { imported } = await importOne({ body: '', description: null, remediationDescription: undefined });
    const texts = [
      imported?.overview,
      imported?.why,
      imported?.falsePositives,
      ...Object.values(imported?.remediation ?? {}),
    ];
    expect(new Set(texts)).toEqual(new Set(['The published control says nothing of it.']));
  });

  test.each([
    ['a path', '../../etc/x', 'etc-x'],
    ['a flag', '--output', 'output'],
  ])('a slug that is %s is an id like others', async (_name, slug, id) => {
    const one = { slug: 'one', content: { ...(control('one', [rule('q')]).content as object), slug } };
    const { output } = await importLibrary({ controls: [one], queries: [query('q', TEXT)] });
    expect((await controlsIn(output)).get(id)?.aliases).toEqual([slug]);
  });

  test('a slug that is no id, or that is an id already', async () => {
    const queries = [query('q', TEXT)];
    const controls = [control('AWS_IAM.1', [rule('q')]), control('aws-iam-no-initial-access-keys', [rule('q')])];
    const { output, stdout } = await importLibrary({ controls, queries });
    const imported = await controlsIn(output);
    expect(imported.get('aws-iam-1')?.aliases).toEqual(['AWS_IAM.1']);
    expect(imported.get('aws-iam-no-initial-access-keys-as-published')?.aliases).toEqual([]);
    expect(stdout).toContain('as aws-iam-no-initial-access-keys-as-published, because');
  });

  test('a file begins with its id and title', async () => {
    const { output } = await importOne({});
    expect(await readFile(join(output, 'one.yaml'), 'utf8')).toMatch(/^# Imported from .*\n\nid: one\ntitle: /);
  });

  test('a folder that is called like a file is left out', async () => {
    const { folder, output } = await importOne({});
    await mkdir(join(folder, 'controls', 'folder.json'));
    const again = await runCli(['controls', 'import', folder, '--output', output, '--force']);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('left out  controls/folder.json: no file that can be opened: it is a folder\n');
  });

  test('files that are there, unless they are to go', async () => {
    const { folder, output } = await importOne({});
    const again = await runCli(['controls', 'import', folder, '--output', output]);
    expect(again).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('is there already; --force') });
    expect(await runCli(['controls', 'import', folder, '--output', output, '--force'])).toMatchObject({ code: 0 });
  });

  test('nothing: 3', async () => {
    const { code, stderr } = await importLibrary({
      controls: [control('a', [rule('x')])],
      queries: [query('q', TEXT)],
    }).catch((error) => error);
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('can be imported') });
    expect(await runCli(['controls', 'import', 'nowhere'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('cannot read'),
    });
  });
});
