import { describe, expect, test } from 'vitest';
import type { Declared } from '../../src/iac/declared.ts';
import { judgeDeclared } from '../../src/iac/judge-declared.ts';
import { judgeFile } from '../../src/iac/judge-file.ts';
import { configuredAs, configuredResources, type PlannedChange, planOf, refers, stateOf } from './plan.ts';

const user = (address: string, name: string, more: Partial<PlannedChange> = {}): PlannedChange => ({
  address,
  values: { name },
  ...more,
});
const part =
  (type: string) =>
  (address: string, of: string, more: Partial<PlannedChange> = {}): PlannedChange => ({
    address: address.replace('*', type),
    values: { user: of },
    ...more,
  });
const profile = part('aws_iam_user_login_profile');
const key = part('aws_iam_access_key');
/** Known after apply. */
const later = { values: {}, unknown: { user: true } };
const namedLater = { values: {}, unknown: { name: true } };
const there = { actions: ['no-op'] };
const gone = { actions: ['delete'] };

const alice = user('aws_iam_user.alice', 'alice');
const both = [profile('*.alice', 'alice'), key('*.alice', 'alice')];

const writtenOut = { 'aws_iam_user.alice': {}, 'aws_iam_user_login_profile.alice': {}, 'aws_iam_access_key.alice': {} };
const inEach = { for_each_expression: { references: ['var.names'] } };

const wordsOf = (reasons: readonly { readonly message: string }[]): readonly string[] =>
  reasons.map(({ message }) => message);
const judge = (plan: unknown) => judgeFile('plan.json', new TextEncoder().encode(JSON.stringify(plan)));

interface Row {
  readonly name: string;
  readonly changes: readonly PlannedChange[];
  readonly more?: Readonly<Record<string, unknown>>;
  /** Addresses of findings where it is FAIL, or what the reason says where it is ERROR. */
  readonly is: 'PASS' | { readonly fail: readonly (string | undefined)[] } | { readonly error: RegExp };
}

const rows: readonly Row[] = [
  { name: 'a user with both', changes: [alice, ...both], is: { fail: ['aws_iam_user.alice'] } },
  { name: 'a user with a key alone', changes: [alice, key('*.alice', 'alice')], is: 'PASS' },
  { name: 'a user with a login profile alone', changes: [alice, profile('*.alice', 'alice')], is: 'PASS' },
  { name: 'no user at all', changes: [{ address: 'aws_s3_bucket.b', values: {} }], is: 'PASS' },
  {
    name: 'two users with one each',
    changes: [alice, user('aws_iam_user.bob', 'bob'), profile('*.a', 'alice'), key('*.b', 'bob')],
    is: 'PASS',
  },
  {
    name: 'names that differ in case, which IAM holds for one',
    changes: [alice, profile('*.a', 'alice'), key('*.a', 'ALICE')],
    is: { fail: ['aws_iam_user.alice'] },
  },
  {
    name: 'a key that is off',
    changes: [alice, both[0] as PlannedChange, key('*.a', 'alice', { values: { user: 'alice', status: 'Inactive' } })],
    is: 'PASS',
  },
  {
    name: 'a key of which nothing tells whether it is off',
    changes: [alice, both[0] as PlannedChange, key('*.a', 'alice', { unknown: { status: true } })],
    is: { error: /whether aws_iam_access_key.a is active/ },
  },
  {
    name: 'a key that was off and is turned on',
    changes: [
      { ...alice, ...there },
      key('*.a', 'alice', {
        actions: ['update'],
        values: { user: 'alice', status: 'Active' },
        before: { user: 'alice', status: 'Inactive' },
      }),
    ],
    is: { error: /does not tell whether there is a login profile/ },
  },
  { name: 'both for a name that is no resource', changes: both, is: { fail: [undefined] } },
  {
    name: 'a key for a name that is no resource',
    changes: [key('*.k', 'carol')],
    is: { error: /the user "carol" \(no resource of the file\) gets the access key/ },
  },
  {
    name: 'a key for a user who is there already',
    changes: [{ ...alice, ...there }, key('*.k', 'alice')],
    is: { error: /aws_iam_user.alice gets the access key aws_iam_access_key.k, and/ },
  },
  { name: 'a key that is deleted', changes: [alice, both[0] as PlannedChange, key('*.a', 'alice', gone)], is: 'PASS' },
  {
    name: 'a user who is deleted with both',
    changes: [alice, ...both].map((one) => ({ ...one, ...gone })),
    is: 'PASS',
  },
  {
    name: 'a key that is forgotten and stays',
    changes: [{ ...alice, ...there }, profile('*.a', 'alice'), key('*.a', 'alice', { actions: ['forget'] })],
    is: { fail: ['aws_iam_user.alice'] },
  },
  {
    name: 'a key that is replaced',
    changes: [alice, both[0] as PlannedChange, key('*.a', 'alice', { actions: ['create', 'delete'] })],
    is: { fail: ['aws_iam_user.alice'] },
  },
  {
    name: 'both there already',
    changes: [alice, ...both].map((one) => ({ ...one, ...there })),
    is: { fail: ['aws_iam_user.alice'] },
  },
  {
    name: 'one there already, and nothing new',
    changes: [{ ...alice, ...there }, key('*.k', 'alice', there)],
    is: 'PASS',
  },
  {
    name: 'a key in the prior state that the plan leaves out',
    changes: [profile('*.a', 'alice')],
    more: { prior_state: stateOf([alice, key('*.k', 'alice')]) },
    is: { fail: ['aws_iam_user.alice'] },
  },
  {
    name: 'a data source, which makes nothing',
    changes: [],
    more: {
      resource_changes: [
        {
          address: 'data.aws_iam_user.u',
          mode: 'data',
          type: 'aws_iam_user',
          name: 'u',
          change: { actions: ['read'], after: {} },
        },
      ],
    },
    is: 'PASS',
  },
  {
    name: 'for_each with names that are known',
    changes: [
      user('aws_iam_user.u["a"]', 'a'),
      user('aws_iam_user.u["b"]', 'b'),
      profile('*.p["a"]', 'a'),
      profile('*.p["b"]', 'b'),
      key('*.k["b"]', 'b'),
    ],
    is: { fail: ['aws_iam_user.u["b"]'] },
  },
  {
    name: 'two modules with the same names of resources',
    changes: [
      user('module.a.aws_iam_user.u', 'a'),
      user('module.b.aws_iam_user.u', 'b'),
      profile('module.a.*.p', 'a'),
      key('module.b.*.k', 'b'),
    ],
    is: 'PASS',
  },
  {
    name: 'a reference to a user whose name is known after apply',
    changes: [user('aws_iam_user.u', '', namedLater), profile('*.p', '', later), key('*.k', '', later)],
    more: configuredAs({
      'aws_iam_user.u': {},
      'aws_iam_user_login_profile.p': refers('aws_iam_user.u.name', 'aws_iam_user.u'),
      'aws_iam_access_key.k': refers('aws_iam_user.u.id', 'aws_iam_user.u'),
    }),
    is: { fail: ['aws_iam_user.u'] },
  },
  {
    name: 'references to two users',
    changes: [
      user('aws_iam_user.u', '', namedLater),
      user('aws_iam_user.v', '', namedLater),
      profile('*.p', '', later),
      key('*.k', '', later),
    ],
    more: configuredAs({
      'aws_iam_user_login_profile.p': refers('aws_iam_user.u.name', 'aws_iam_user.u'),
      'aws_iam_access_key.k': refers('aws_iam_user.v.name', 'aws_iam_user.v'),
    }),
    is: 'PASS',
  },
  {
    name: 'for_each over users of unknown names: one of several',
    changes: [
      user('aws_iam_user.u["a"]', '', namedLater),
      user('aws_iam_user.u["b"]', '', namedLater),
      profile('*.p', '', later),
      key('*.k["b"]', '', later),
    ],
    more: configuredAs({
      'aws_iam_user_login_profile.p': refers('aws_iam_user.u["a"].name', 'aws_iam_user.u["a"]', 'aws_iam_user.u'),
      'aws_iam_access_key.k': {
        ...refers('each.value.name', 'each.value'),
        for_each_expression: { references: ['aws_iam_user.u'] },
      },
    }),
    is: { error: /aws_iam_user.u\["a"\] may have both .* may be of another of 2/ },
  },
  {
    name: 'for_each over users of unknown names who have no login profile',
    changes: [
      user('aws_iam_user.u["a"]', '', namedLater),
      user('aws_iam_user.u["b"]', '', namedLater),
      key('*.k["a"]', '', later),
      key('*.k["b"]', '', later),
    ],
    more: configuredAs({
      'aws_iam_access_key.k': {
        ...refers('each.value.name', 'each.value'),
        for_each_expression: { references: ['aws_iam_user.u'] },
      },
    }),
    is: 'PASS',
  },
  {
    name: 'a reference through the variable of a module and the output of another',
    changes: [
      user('module.u[0].aws_iam_user.this', '', namedLater),
      profile('module.p.*.this', '', later),
      key('*.k', '', later),
    ],
    more: configuredAs(
      { 'aws_iam_access_key.k': refers('module.u[0].name', 'module.u[0]', 'module.u') },
      {
        u: {
          module: {
            resources: configuredResources({ 'aws_iam_user.this': {} }),
            outputs: { name: { expression: { references: ['aws_iam_user.this.name', 'aws_iam_user.this'] } } },
          },
        },
        p: {
          expressions: { who: { references: ['module.u[0].name', 'module.u[0]', 'module.u'] } },
          module: { resources: configuredResources({ 'aws_iam_user_login_profile.this': refers('var.who') }) },
        },
      },
    ),
    is: { fail: ['module.u[0].aws_iam_user.this'] },
  },
  {
    name: 'a user that is made of a local value',
    changes: [alice, both[0] as PlannedChange, key('*.k', '', later)],
    more: configuredAs({ 'aws_iam_access_key.k': refers('local.who') }),
    is: { error: /aws_iam_user.alice may have both .* known after apply: it is made of local.who/ },
  },
  {
    name: 'a reference to something else than a name',
    changes: [alice, both[0] as PlannedChange, key('*.k', '', later)],
    more: configuredAs({ 'aws_iam_access_key.k': refers('aws_iam_user.alice.unique_id', 'aws_iam_user.alice') }),
    is: { error: /made of aws_iam_user.alice.unique_id/ },
  },
  {
    name: 'an unknown user without a configuration',
    changes: [alice, key('*.k', '', later)],
    is: { error: /the user of aws_iam_access_key.k gets .* the configuration does not tell whose it is/ },
  },
  {
    name: 'references in a ring',
    changes: [key('module.m.*.k', '', later)],
    more: configuredAs(
      {},
      {
        m: {
          expressions: { who: { references: ['module.m.who'] } },
          module: {
            outputs: { who: { expression: { references: ['var.who'] } } },
            resources: configuredResources({ 'aws_iam_access_key.k': refers('var.who') }),
          },
        },
      },
    ),
    is: { error: /known after apply: its references lead nowhere/ },
  },
  {
    name: 'two users of unknown names, and a key by name',
    changes: [user('aws_iam_user.u', '', namedLater), profile('*.p', '', later), key('*.k', 'dora')],
    more: configuredAs({ 'aws_iam_user_login_profile.p': refers('aws_iam_user.u') }),
    is: { error: /aws_iam_user.u may have both .* a name is not known before/ },
  },
  {
    name: 'the same name in two providers, which may be two accounts',
    changes: [alice, ...both],
    more: configuredAs({
      'aws_iam_user.alice': {},
      'aws_iam_user_login_profile.alice': {},
      'aws_iam_access_key.alice': { provider_config_key: 'aws.other' },
    }),
    is: { error: /may be of two accounts/ },
  },
  {
    name: 'a plan that ended with an error, and says no more than that',
    changes: [alice],
    more: { errored: true, complete: false, ...configuredAs(writtenOut) },
    is: { error: /^the plan ended with an error, and is not whole$/ },
  },
  {
    name: 'a key that is put off',
    changes: [alice],
    more: {
      deferred_changes: [
        {
          reason: 'resource_config_unknown',
          resource_change: { address: 'aws_iam_access_key.k', type: 'aws_iam_access_key' },
        },
      ],
    },
    is: { error: /aws_iam_access_key.k is put off/ },
  },
  {
    name: 'a login profile that is configured and left out, as with -target',
    changes: [alice, key('*.alice', 'alice')],
    more: { complete: false, ...configuredAs(writtenOut) },
    is: { error: /aws_iam_user_login_profile.alice is configured, and the plan leaves it out, as with -target/ },
  },
  {
    name: 'the same by OpenTofu, which does not say whether a plan is complete',
    changes: [alice, key('*.alice', 'alice')],
    more: { terraform_version: '1.10.6', ...configuredAs(writtenOut) },
    is: { error: /aws_iam_user_login_profile.alice is configured, and the plan leaves it out/ },
  },
  {
    name: 'the same in a module',
    changes: [user('module.m["a"].module.n.aws_iam_user.alice', 'alice')],
    more: {
      complete: false,
      ...configuredAs(
        {},
        { m: { module: { module_calls: { n: { module: { resources: configuredResources(writtenOut) } } } } } },
      ),
    },
    is: { error: /module.m.module.n.aws_iam_access_key.alice is configured, and the plan leaves it out/ },
  },
  {
    name: 'a login profile of OpenTofu 1.11, which may be off by enabled, and by nothing that a plan holds',
    changes: [alice, key('*.alice', 'alice')],
    more: { terraform_version: '1.11.0', ...configuredAs(writtenOut) },
    is: 'PASS',
  },
  {
    name: 'what is configured, and not there, where all is destroyed',
    changes: [{ ...alice, ...gone }],
    more: configuredAs(writtenOut),
    is: 'PASS',
  },
  {
    name: 'some of for_each, and others left out',
    changes: [user('aws_iam_user.u["a"]', 'a'), key('*.k["a"]', 'a')],
    more: {
      complete: false,
      ...configuredAs({ 'aws_iam_user.u': {}, 'aws_iam_user_login_profile.p': inEach, 'aws_iam_access_key.k': inEach }),
    },
    is: { error: /it may leave out of aws_iam_user_login_profile.p\n.*it may leave out more of aws_iam_access_key.k/ },
  },
  {
    name: 'count = 0 in a plan that is complete, or does not say so',
    changes: [alice, key('*.alice', 'alice')],
    more: { complete: true, ...configuredAs({ 'aws_iam_user_login_profile.p': { count_expression: {} } }) },
    is: 'PASS',
  },
  {
    name: 'buckets that are left out, and no user',
    changes: [{ address: 'aws_s3_bucket.b', values: {} }],
    more: { complete: false, ...configuredAs({ 'aws_s3_bucket.b': {}, 'aws_s3_bucket.c': {} }) },
    is: 'PASS',
  },
  {
    name: 'all that is configured, and something else put off',
    changes: [alice, key('*.alice', 'alice')],
    more: { complete: false, ...configuredAs({ 'aws_iam_user.alice': {}, 'aws_iam_access_key.alice': {} }) },
    is: 'PASS',
  },
  {
    name: 'what is left out, and there already',
    changes: [key('*.alice', 'alice')],
    more: { complete: false, prior_state: stateOf([alice, ...both]), ...configuredAs(writtenOut) },
    is: { fail: ['aws_iam_user.alice'] },
  },
  {
    name: 'more brackets than anybody writes',
    changes: [alice],
    more: {
      complete: false,
      ...configuredAs({ 'aws_iam_user.alice': {} }),
      deferred_changes: [{ resource_change: { address: '['.repeat(300_000), type: 'aws_iam_user' } }],
    },
    is: { error: /is put off/ },
  },
  {
    name: 'something left out of which nothing tells what it is',
    changes: [alice],
    more: { complete: false },
    is: { error: /without its configuration nobody knows what it leaves out/ },
  },
  ...[
    ['aws_serverlessapplicationrepository_cloudformation_stack', {}],
    ['aws_servicecatalog_provisioned_product', {}],
    ['awscc_servicecatalog_cloudformation_provisioned_product', {}],
    ['aws_cloudcontrolapi_resource', { type_name: 'AWS::IAM::User' }],
    ['aws_cloudcontrolapi_resource', { type_name: 'AWS::CloudFormation::Stack' }],
    ['aws_cloudcontrolapi_resource', {}],
  ].map(
    ([type, values]): Row => ({
      name: `what brings others about: ${type} ${JSON.stringify(values)}`,
      changes: [{ address: `${type}.x`, values: values as Record<string, unknown> }],
      is: { error: /what a resource of type \w+ makes is not judged here/ },
    }),
  ),
  {
    name: 'a queue by way of the Cloud Control API',
    changes: [{ address: 'aws_cloudcontrolapi_resource.x', values: { type_name: 'AWS::SQS::Queue' } }],
    is: 'PASS',
  },
  {
    name: 'a stack whose template is elsewhere',
    changes: [{ address: 'aws_cloudformation_stack.s' }],
    is: { error: /aws_cloudformation_stack.s: what a resource/ },
  },
  {
    name: 'an object left over from a replacement, which is deleted',
    changes: [alice, both[0] as PlannedChange, key('*.a', 'alice', { ...gone, deposed: '0a1b2c3d' })],
    is: 'PASS',
  },
];

describe('a plan with', () => {
  test.each(rows)('$name', ({ changes, more, is }) => {
    const { verdict, findings, reasons } = judge(planOf(changes, more));
    if (is === 'PASS') expect({ verdict, findings, reasons }).toEqual({ verdict: 'PASS', findings: [], reasons: [] });
    else if ('fail' in is) {
      expect(verdict).toBe('FAIL');
      expect(findings.map(({ address }) => address)).toEqual(is.fail);
    } else {
      expect(verdict).toBe('ERROR');
      expect(wordsOf(reasons).join('\n')).toMatch(is.error);
    }
  });

  test('a key that may be off is still of its user alone', () => {
    const changes = [alice, ...both.slice(0, 1), key('*.a', 'alice', { unknown: { status: true } })];
    const { reasons, total } = judge(planOf(changes));
    expect({ total, reasons: reasons.length }).toEqual({ total: 1, reasons: 1 });
  });

  test('a secret name shows none of it', () => {
    const changes = [alice, ...both].map((one) => ({ ...one, sensitive: { name: true, user: true } }));
    const judged = judge(planOf(changes));
    expect(judged.verdict).toBe('FAIL');
    expect(JSON.stringify(judged.findings)).not.toContain('"alice"');
    expect(JSON.stringify(judge(planOf(changes.slice(2))).reasons)).toContain('with a secret name');
  });
});

const whole = planOf([alice, ...both]);
const broken: readonly (readonly [name: string, plan: unknown, reason: RegExp])[] = [
  ['an encrypted plan', { meta: {}, encrypted_data: 'x', encryption_version: 'v0' }, /encrypted.*`tofu show -json`/],
  ['no truth value where it ended', { ...planOf([alice]), errored: 'true' }, /its errored is "true"/],
  ['no truth value where it is complete', { ...planOf([alice]), complete: null }, /its complete is null/],
  ['another major version', { ...whole, format_version: '2.0' }, /format_version is "2.0"/],
  ['no version', { ...whole, format_version: undefined }, /format_version is undefined/],
  ['a state', stateOf([alice]), /a state and no plan/],
  ['a state file', { version: 4, serial: 3, lineage: 'a', resources: [] }, /a state file and no plan/],
  [
    'changes that somebody took out',
    { ...whole, resource_changes: whole.resource_changes.slice(1) },
    /plans aws_iam_user.alice, of which/,
  ],
  [
    'no changes, and users all the same',
    { ...whole, resource_changes: undefined },
    /of which resource_changes says nothing/,
  ],
  [
    'an action that nobody knows',
    planOf([{ ...alice, actions: ['befriend'] }]),
    /aws_iam_user.alice: change.actions.0/,
  ],
  ['a list', [whole], /neither a plan nor a template/],
  ['nothing', {}, /neither/],
  ['a plan and a template in one', { ...whole, Resources: {} }, /neither/],
];

describe('is ERROR and names why where a file holds', () => {
  test.each(broken)('%s', (_name, plan, reason) => {
    const { verdict, code, reasons } = judge(plan);
    expect({ verdict, code }).toEqual({ verdict: 'ERROR', code: 'Corrupt' });
    expect(wordsOf(reasons).join()).toMatch(reason);
  });

  const texts: readonly (readonly [name: string, text: string | Uint8Array, reason: RegExp])[] = [
    ['half a plan', JSON.stringify(whole).slice(0, 900), /cut, or no JSON/],
    ['nothing but spaces', ' \n', /is empty/],
    ['the stream of terraform plan -json', '{"@level":"info"}\n{"@level":"info"}\n', /save the plan with -out/],
    ['a plan as Terraform saves it', Uint8Array.of(0x50, 0x4b, 3, 4), /terraform show -json/],
    ['bytes that are no text', Uint8Array.of(0x7b, 0xff, 0x7d), /not UTF-8/],
  ];
  test.each(texts)('%s', (_name, text, reason) => {
    const { verdict, reasons } = judgeFile('f', typeof text === 'string' ? new TextEncoder().encode(text) : text);
    expect(verdict).toBe('ERROR');
    expect(wordsOf(reasons).join()).toMatch(reason);
  });

  test('but not where PowerShell wrote it, in UTF-16', () => {
    const { verdict } = judgeFile('f', Buffer.from(`\ufeff${JSON.stringify(whole)}`, 'utf16le'));
    expect(verdict).toBe('FAIL');
  });
});

test('what it costs to judge keys of which nobody knows whose they are grows as their number', () => {
  /** How often it is asked whose a key is, of so many users and keys. */
  const asked = (count: number): number => {
    let reads = 0;
    const users = Array.from({ length: count }, (_, n) => ({
      ...({ address: `aws_iam_user.u${n}`, name: { kind: 'unknown' }, account: undefined, isNew: true } as const),
    }));
    const parts = Array.from({ length: count }, (_, n) => ({
      ...{ kind: n === 0 ? 'login profile' : 'access key', address: `k${n}`, account: undefined, isMade: true },
      ...{ doubt: undefined },
      get owner() {
        reads += 1;
        return { kind: 'users', addresses: [], doubt: `the user of k${n} is known after apply`, by: '' } as const;
      },
    })) as unknown as Declared['parts'];
    const { verdict, reasons } = judgeDeclared({ users, parts, unknown: [] });
    expect([verdict, reasons.length]).toEqual(['ERROR', 2 * count]);
    return reads;
  };
  expect(asked(400) / asked(200)).toBeLessThan(2.2);
});
