import { describe, expect, test } from 'vitest';
import { judgeFile } from '../../src/iac/judge-file.ts';

const judge = (text: string, parameters: Readonly<Record<string, string>> = {}) =>
  judgeFile('template.yaml', new TextEncoder().encode(text), new Map(Object.entries(parameters)));

const wordsOf = (reasons: readonly { readonly message: string }[]): readonly string[] =>
  reasons.map(({ message }) => message);

/** As CloudFormation writes what is put into a text. */
const placeholder = (name: string): string => `\${${name}}`;
const profile = '{Password: "{{resolve:secretsmanager:first}}"}';
const alice = `  Alice: {Type: AWS::IAM::User, Properties: {UserName: alice, LoginProfile: ${profile}}}`;
const key = (owner: string, more = ''): string =>
  `  Key: {Type: AWS::IAM::AccessKey${more}, Properties: {UserName: ${owner}}}`;
const resources = (...lines: readonly string[]): string => ['Resources:', ...lines].join('\n');

type Outcome = 'PASS' | { readonly fail: string | undefined } | { readonly error: RegExp };

const rows: readonly (readonly [name: string, template: string, is: Outcome])[] = [
  ['both, tied by Ref', resources(alice, key('!Ref Alice')), { fail: 'Alice' }],
  ['both, tied by name', resources(alice, key('alice')), { fail: 'Alice' }],
  ['both, tied by Fn::Sub', resources(alice, key(`!Sub "${placeholder('Alice')}"`)), { fail: 'Alice' }],
  ['both, in long forms', resources(alice, key('{Ref: Alice}')), { fail: 'Alice' }],
  [
    'both in JSON',
    JSON.stringify({
      Resources: {
        A: { Type: 'AWS::IAM::User', Properties: { LoginProfile: { Password: 'x' } } },
        K: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'A' } } },
      },
    }),
    { fail: 'A' },
  ],
  ['a login profile alone', resources(alice), 'PASS'],
  ['a key alone, and a name that AWS makes up', resources('  Bot: {Type: AWS::IAM::User}', key('!Ref Bot')), 'PASS'],
  ['two users with one each', resources(alice, '  Bot: {Type: AWS::IAM::User}', key('!Ref Bot')), 'PASS'],
  ['no IAM user', resources('  Topic: {Type: AWS::SNS::Topic}'), 'PASS'],
  [
    'a key that is off',
    resources(alice, '  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Alice, Status: Inactive}}'),
    'PASS',
  ],
  [
    'a key whose status is a parameter',
    resources(alice, '  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Alice, Status: !Ref On}}'),
    { error: /whether Key is active/ },
  ],
  ['a key for another user by name', resources(alice, key('bob')), { error: /the user "bob" \(no resource/ }],
  ['a key for a parameter', resources(alice, key('!Ref Who')), { error: /Alice may have both/ }],
  [
    'a user and a key of one parameter',
    resources(
      `  A: {Type: AWS::IAM::User, Properties: {UserName: !Ref Who, LoginProfile: ${profile}}}`,
      key('!Ref Who'),
    ),
    { fail: 'A' },
  ],
  [
    'a key that Fn::If gives to one of two',
    `${resources(alice, '  Bot: {Type: AWS::IAM::User}', key('!If [Dev, !Ref Alice, !Ref Bot]'))}\nConditions: {Dev: !Equals [!Ref Env, dev]}`,
    { error: /may be of another of 2/ },
  ],
  [
    'a key under a condition of a parameter',
    `${resources(alice, key('!Ref Alice', ', Condition: Dev'))}\nConditions: {Dev: !Equals [!Ref Env, dev]}`,
    { error: /the condition Dev of Key depends/ },
  ],
  [
    'a key under a condition that is not defined',
    resources(alice, key('!Ref Alice', ', Condition: Nowhere')),
    { error: /the condition Nowhere/ },
  ],
  [
    'a key under a condition that never holds',
    `${resources(alice, key('!Ref Alice', ', Condition: Never'))}\nConditions: {Never: !And [!Equals [a, b], !Equals [!Ref Env, x]]}`,
    'PASS',
  ],
  ...['1.0, "1"', '"True", true', '1, 2'].map(
    (sides) =>
      [
        `a key under a condition that compares ${sides}`,
        `${resources(alice, key('!Ref Alice', ', Condition: C'))}\nConditions: {C: !Equals [${sides}]}`,
        { error: /Key/ },
      ] as const,
  ),
  [
    'a key under a condition that compares false with true',
    `${resources(alice, key('!Ref Alice', ', Condition: C'))}\nConditions: {C: !Equals [false, true]}`,
    'PASS',
  ],
  [
    'a key under a condition that always holds',
    `${resources(alice, key('!Ref Alice', ', Condition: Always'))}\nConditions: {Always: !Not [!Condition Never], Never: !Or [!Equals [a, b], !Equals [b, c]]}`,
    { fail: 'Alice' },
  ],
  [
    'conditions in a ring',
    `${resources(alice, key('!Ref Alice', ', Condition: A'))}\nConditions: {A: !Condition B, B: !Not [!Condition A]}`,
    { error: /the condition A/ },
  ],
  [
    'a login profile under Fn::If',
    `${resources(`  A: {Type: AWS::IAM::User, Properties: {LoginProfile: !If [Dev, ${profile}, !Ref "AWS::NoValue"]}}`, key('!Ref A'))}\nConditions: {Dev: !Equals [!Ref Env, dev]}`,
    { error: /whether A has a LoginProfile/ },
  ],
  [
    'a login profile that is no value',
    resources('  A: {Type: AWS::IAM::User, Properties: {LoginProfile: !Ref "AWS::NoValue"}}', key('!Ref A')),
    'PASS',
  ],
  [
    'a key without a user',
    resources('  Key: {Type: AWS::IAM::AccessKey}'),
    { error: /the user of Key gets .* UserName of Key depends/ },
  ],
  [
    'a key whose user another condition rules out',
    `${resources(alice.replace('Properties', 'Condition: Never, Properties'), key('!Ref Alice'))}\nConditions: {Never: !Equals [a, b]}`,
    { error: /Key/ },
  ],
  [
    'a nested stack',
    resources('  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}'),
    { error: /Inner: what a resource of type AWS::CloudFormation::Stack/ },
  ],
  ['a module', resources('  M: {Type: My::Team::User::MODULE}'), { error: /MODULE/ }],
  [
    'a macro of somebody',
    `Transform: [AWS::LanguageExtensions, OurMacro]\n${resources(alice)}`,
    { error: /the macro OurMacro/ },
  ],
  ['the macro of SAM', `Transform: AWS::Serverless-2016-10-31\n${resources(alice)}`, 'PASS'],
  [
    'a transform inside of a user',
    resources('  A: {Type: AWS::IAM::User, Properties: {Fn::Transform: {Name: AWS::Include}}}'),
    { error: /A: what Fn::Transform makes/ },
  ],
  [
    'properties that a function chooses',
    resources(`  A: {Type: AWS::IAM::User, Properties: !If [Dev, {LoginProfile: ${profile}}, {}]}`, key('!Ref A')),
    { error: /A: what Fn::If makes of its properties/ },
  ],
  [
    'a resource that a transform writes',
    resources('  A: {Type: AWS::IAM::User, Fn::Transform: {Name: OurMacro}}'),
    { error: /A: what Fn::Transform makes/ },
  ],
  [
    'names that are written as numbers',
    resources(alice.replace('alice,', '007,'), key('"007"')),
    { error: /Alice may have both/ },
  ],
  [
    'a loop that makes users',
    `Transform: AWS::LanguageExtensions\n${resources(`  Fn::ForEach::Users: [N, [a, b], {"U${placeholder('N')}": {Type: AWS::IAM::User}}]`)}`,
    { error: /Fn::ForEach::Users/ },
  ],
  [
    'a loop that writes out no type',
    `Transform: AWS::LanguageExtensions\n${resources(`  Fn::ForEach::U: [N, [a, b], {"U${placeholder('N')}": {"Fn::FindInMap": [M, !Ref N, Body]}}]`)}`,
    { error: /Fn::ForEach::U/ },
  ],
  [
    'a loop that makes topics',
    `Transform: AWS::LanguageExtensions\n${resources(`  Fn::ForEach::T: [N, [a, b], {"T${placeholder('N')}": {Type: AWS::SNS::Topic}}]`)}`,
    'PASS',
  ],
];

describe('a template with', () => {
  test.each(rows)('%s', (_name, template, is) => {
    const { verdict, findings, reasons, tool } = judge(template);
    expect(tool).toBe('cloudformation');
    if (is === 'PASS') expect({ verdict, findings, reasons }).toEqual({ verdict: 'PASS', findings: [], reasons: [] });
    else if ('fail' in is) {
      expect(verdict).toBe('FAIL');
      expect(findings.map(({ address }) => address)).toEqual([is.fail]);
    } else {
      expect(verdict).toBe('ERROR');
      expect(wordsOf(reasons).join('\n')).toMatch(is.error);
    }
  });
});

const head =
  'Parameters: {Env: {Type: String, AllowedValues: [dev, prod]}, Who: {Type: String}, Pw: {Type: String, NoEcho: true}, Ssm: {Type: "AWS::SSM::Parameter::Value<String>"}}\nConditions: {Prod: !Equals [!Ref Env, prod]}\n';
const given: readonly (readonly [
  name: string,
  parameters: Readonly<Record<string, string>>,
  lines: readonly string[],
  is: Outcome,
])[] = [
  ['a condition that holds by it', { Env: 'prod' }, [alice, key('!Ref Alice', ', Condition: Prod')], { fail: 'Alice' }],
  ['a condition that it rules out', { Env: 'dev' }, [alice, key('!Ref Alice', ', Condition: Prod')], 'PASS'],
  [
    'a condition of another',
    { Who: 'x' },
    [alice, key('!Ref Alice', ', Condition: Prod')],
    { error: /the condition Prod/ },
  ],
  ['the name of the user', { Who: 'Alice' }, [alice, key('!Ref Who')], { fail: 'Alice' }],
  ['the name of another user', { Who: 'bo' }, [alice, key('!Ref Who')], { error: /the user "bo" \(no resource/ }],
  ['a part of a name', { Who: 'ali' }, [alice, key(`!Sub "${placeholder('Who')}ce"`)], { fail: 'Alice' }],
  [
    'a name beside another placeholder',
    { Who: 'ali' },
    [alice, key(`!Sub "${placeholder('Who')}${placeholder('Env')}"`)],
    { error: /Alice may have both/ },
  ],
  [
    'a name that Fn::Sub has of its own',
    { Who: 'alice' },
    [alice, key(`!Sub ["${placeholder('Who')}", {Who: !Ref Env}]`)],
    { error: /Alice may have both/ },
  ],
  [
    'a value with a placeholder',
    { Who: placeholder('Alice') },
    [alice, key(`!Sub "${placeholder('Who')}"`)],
    { error: /Alice may have both/ },
  ],
  ['a secret', { Pw: 'alice' }, [alice, key('!Ref Pw')], { error: /Alice may have both/ }],
  ['what AWS looks up', { Ssm: 'alice' }, [alice, key('!Ref Ssm')], { error: /Alice may have both/ }],
];

describe('a parameter that is given tells', () => {
  test.each(given)('%s', (_name, parameters, lines, is) => {
    const text = `${head}${resources(...lines)}`;
    const { verdict, findings, reasons } = judge(text, parameters);
    expect(verdict).toBe(is === 'PASS' ? is : 'fail' in is ? 'FAIL' : 'ERROR');
    if (is === 'PASS') expect(reasons).toEqual([]);
    else if ('fail' in is) expect(findings.map(({ address }) => address)).toEqual([is.fail]);
    else expect(wordsOf(reasons).join()).toMatch(is.error);
    // A default alone tells nothing: a deployment may give another value.
    expect(judge(text.replaceAll('Type: String', 'Type: String, Default: dev')).verdict).toBe('ERROR');
  });

  test('nothing where the template does not allow it', () => {
    expect(() => judge(`${head}${resources(alice)}`, { Env: 'Prod' })).toThrow(
      /--param Env=Prod: the template allows dev, prod/,
    );
  });
});

describe('says on which line', () => {
  const user = { Type: 'AWS::IAM::User', Properties: { LoginProfile: { Password: 'x' } } };
  const ofKey = (UserName: unknown) => ({ Type: 'AWS::IAM::AccessKey', Properties: { UserName } });

  test('what it found stands, in YAML and in JSON, with line ends of Windows too', () => {
    const yaml = resources('  # Who signs in.', alice, key('!Ref Alice'));
    const json = JSON.stringify({ Resources: { Alice: user, Key: ofKey({ Ref: 'Alice' }) } }, null, 2);
    const lines = (text: string) =>
      judge(text).findings.map((one) => [one.line, one.loginProfiles[0]?.line, one.accessKeys[0]?.line]);
    expect(lines(yaml)).toEqual([[3, 3, 4]]);
    expect(lines(yaml.replaceAll('\n', '\r\n'))).toEqual([[3, 3, 4]]);
    expect(lines(json)).toEqual([[3, 6, 11]]);
  });

  test('what cannot be told stands', () => {
    const text = resources(
      alice,
      key('bob'),
      '  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a}}',
    );
    expect(judge(text).reasons.map(({ line }) => line)).toEqual([4, 3]);
  });
});

const broken: readonly (readonly [name: string, text: string, reason: RegExp])[] = [
  ['no YAML', 'Resources:\n  A: [1, 2', /line 2/],
  ['a key twice', 'Resources:\n  A: {Type: AWS::SNS::Topic}\n  A: {Type: AWS::SNS::Topic}', /line 3.*unique/],
  ['another version', `AWSTemplateFormatVersion: '2030-01-01'\n${resources(alice)}`, /2030-01-01/],
  ['no resources', "AWSTemplateFormatVersion: '2010-09-09'\nDescription: cut here", /Resources are empty/],
  ['a resource without a type', resources('  A: {Properties: {}}'), /A has no Type/],
  ['two documents', `${resources(alice)}\n---\n${resources(alice)}`, /document/],
  ['anchors that never end', 'Resources: &a\n  A: *a', /anchors/],
  ['a merge of mappings', 'Base: &b {Type: AWS::IAM::User}\nResources:\n  A: {<<: *b}', /<</],
  ['a text', 'hello', /neither/],
  [
    'more brackets than anybody writes',
    `{"Resources":{"A":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
    /has no Type/,
  ],
  [
    'a name of more brackets than anybody writes',
    `{"Resources":{"K":{"Type":"AWS::IAM::AccessKey","Properties":{"UserName":${'['.repeat(50_000)}${']'.repeat(50_000)}}}}}`,
    /nested too deep/,
  ],
];

describe('is ERROR and names why where a template has', () => {
  test.each(broken)('%s', (_name, text, reason) => {
    const { verdict, code, reasons } = judge(text);
    expect({ verdict, code }).toEqual({ verdict: 'ERROR', code: 'Corrupt' });
    expect(wordsOf(reasons).join()).toMatch(reason);
  });
});
