import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDeletedPrincipal, parsePolicyDocument, type Statement } from '../../src/iam/policy-document.ts';

const ALLOW_ALL = { Effect: 'Allow', Action: '*', Resource: '*' };

const parsed = (statement: object): Statement => {
  const { statements } = parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
  expect(statements).toHaveLength(1);
  return statements[0] as Statement;
};

test('a whole document, every element of it', () => {
  const statement = `{
      "Sid": "Most",
      "Effect": "Deny",
      "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:root" },
      "NotAction": ["iam:*", "s3:GetObject"],
      "NotResource": ["arn:aws:s3:::a/*"],
      "Condition": { "Bool": { "aws:SecureTransport": "false" } }
    }`;
  expect(parsePolicyDocument(`{"Version":"2012-10-17","Id":"audit","Statement":[${statement}]}`)).toEqual({
    version: '2012-10-17',
    id: 'audit',
    statements: [
      {
        sid: 'Most',
        effect: 'Deny',
        actions: null,
        notActions: ['iam:*', 's3:GetObject'],
        resources: null,
        notResources: ['arn:aws:s3:::a/*'],
        principals: [],
        notPrincipals: [{ type: 'AWS', value: 'arn:aws:iam::111122223333:root' }],
        conditions: '{"Bool":{"aws:SecureTransport":"false"}}',
        asWritten: statement,
      },
    ],
  });
});

test('the least that a document may hold', () => {
  const text = '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}';
  expect(parsePolicyDocument(text)).toEqual({
    version: null,
    id: null,
    statements: [
      {
        sid: null,
        effect: 'Allow',
        actions: ['sts:AssumeRole'],
        notActions: null,
        resources: null,
        notResources: null,
        principals: [],
        notPrincipals: [],
        conditions: null,
        asWritten: '{"Effect":"Allow","Action":"sts:AssumeRole"}',
      },
    ],
  });
  expect(parsePolicyDocument('{"Statement":[]}').statements).toEqual([]);
});

const rows: readonly [name: string, statement: object, expected: Partial<Statement>][] = [
  ['single values', { ...ALLOW_ALL, Action: 's3:Get*' }, { actions: ['s3:Get*'], resources: ['*'] }],
  ['lists keep their order', { ...ALLOW_ALL, Action: ['b:B', 'a:A'] }, { actions: ['b:B', 'a:A'] }],
  ['duplicates', { ...ALLOW_ALL, Resource: ['b', 'a', 'b'] }, { resources: ['b', 'a'] }],
  [
    'actions as written',
    { ...ALLOW_ALL, Action: ['S3:getobject', 's3:GetObject'] },
    { actions: ['S3:getobject', 's3:GetObject'] },
  ],
  ['every action', { ...ALLOW_ALL, Action: '*:*' }, { actions: ['*'] }],
  ['every action twice', { ...ALLOW_ALL, Action: ['*:*', '*', 's3:*'] }, { actions: ['*', 's3:*'] }],
  ['no action', { ...ALLOW_ALL, Action: undefined, NotAction: '*:*' }, { actions: null, notActions: ['*'] }],
  ['empty lists', { ...ALLOW_ALL, Action: [], Resource: [] }, { actions: [], resources: [] }],
  ['both of a pair', { ...ALLOW_ALL, NotAction: 'iam:*' }, { actions: ['*'], notActions: ['iam:*'] }],
  ['no resource', { ...ALLOW_ALL, Resource: undefined, NotResource: ['a'] }, { resources: null, notResources: ['a'] }],
  [
    'odd casing',
    { eFFECT: 'allow', ACTION: 'a:B', resource: ['c'] },
    { effect: 'Allow', actions: ['a:B'], resources: ['c'] },
  ],
  [
    'odd casing of Not',
    { effect: 'DENY', Notaction: 'a:B', notresource: 'c' },
    { effect: 'Deny', notActions: ['a:B'], notResources: ['c'] },
  ],
  ['an empty Sid', { ...ALLOW_ALL, Sid: '' }, { sid: null }],
  ['a Sid beyond ASCII', { ...ALLOW_ALL, SID: 'für 😀 \u2028' }, { sid: 'für 😀 \u2028' }],
  ['everybody', { ...ALLOW_ALL, Principal: '*' }, { principals: [{ type: 'AWS', value: '*' }] }],
  ['everybody, in full', { ...ALLOW_ALL, Principal: { AWS: '*' } }, { principals: [{ type: 'AWS', value: '*' }] }],
  [
    'every type of principal',
    {
      ...ALLOW_ALL,
      Principal: {
        AWS: ['111122223333', 'arn:aws:iam::111122223333:role/a', '111122223333'],
        Service: 'ec2.amazonaws.com',
        Federated: ['cognito-identity.amazonaws.com'],
        CanonicalUser: '79a5',
      },
    },
    {
      principals: [
        { type: 'AWS', value: '111122223333' },
        { type: 'AWS', value: 'arn:aws:iam::111122223333:role/a' },
        { type: 'Service', value: 'ec2.amazonaws.com' },
        { type: 'Federated', value: 'cognito-identity.amazonaws.com' },
        { type: 'CanonicalUser', value: '79a5' },
      ],
    },
  ],
  [
    'odd casing of types',
    { ...ALLOW_ALL, principal: { aws: 'a', SERVICE: 'b' } },
    {
      principals: [
        { type: 'AWS', value: 'a' },
        { type: 'Service', value: 'b' },
      ],
    },
  ],
  ['a type of tomorrow', { ...ALLOW_ALL, Principal: { Agent: 'a' } }, { principals: [{ type: 'Agent', value: 'a' }] }],
  [
    'everybody but',
    { ...ALLOW_ALL, NotPrincipal: '*' },
    { principals: [], notPrincipals: [{ type: 'AWS', value: '*' }] },
  ],
  ['no principal of a type', { ...ALLOW_ALL, Principal: { AWS: [] } }, { principals: [] }],
  ['an empty condition', { ...ALLOW_ALL, Condition: {} }, { conditions: null }],
  ['an operator without keys', { ...ALLOW_ALL, Condition: { StringEquals: {} } }, { conditions: null }],
  [
    'conditions in any order',
    { ...ALLOW_ALL, Condition: { StringLike: { b: ['z', 'a'], a: 'x' }, Bool: { c: true, d: 3 } } },
    { conditions: '{"Bool":{"c":true,"d":3},"StringLike":{"a":"x","b":["z","a"]}}' },
  ],
];

test.each(rows)('%s', (_, statement, expected) => {
  expect(parsed(statement)).toMatchObject(expected);
});

test('a statement is kept as it was written', () => {
  const first = '{ "Effect" : "Allow",\n\t"Action":"\\u0073\\u0033:\\"}{][,Get",\r\n "Resource": "*" }';
  const second = '{"Effect":"Deny","Action":["a:B"],"Resource":"{\\"Statement\\":[{}]}"}';
  const { statements } = parsePolicyDocument(` {"statement" : [ ${first} ,\n${second}], "Id": "{[" } `);
  expect(statements.map(({ asWritten }) => asWritten)).toEqual([first, second]);
  expect(statements[0]?.actions).toEqual(['s3:"}{][,Get']);
});

test.each([6_144, 20_000, 200_000])('a document of %i characters', (size) => {
  const actions = Array.from({ length: size / 25 }, (_, index) => `service:DescribeThing${index}`);
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...ALLOW_ALL, Action: actions }, ALLOW_ALL] });
  expect(text.length).toBeGreaterThan(size);
  const start = performance.now();
  const { statements } = parsePolicyDocument(text);
  expect(performance.now() - start).toBeLessThan(500);
  expect(statements.map((statement) => statement.actions)).toEqual([actions, ['*']]);
});

test('what was written as JSON is read back, whatever its texts are', () => {
  const text = fc.string({ unit: 'grapheme' });
  const values = fc.oneof(text, fc.array(text, { maxLength: 4 }));
  const statement = fc.record({ Action: values, Resource: values, Sid: text, spaces: fc.nat({ max: 3 }) });
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 4 }), (written) => {
      const texts = written.map(({ spaces, ...rest }) => JSON.stringify({ Effect: 'Allow', ...rest }, null, spaces));
      const { statements } = parsePolicyDocument(`{"Version":"2012-10-17","Statement":[${texts.join(',')}]}`);
      expect(statements.map(({ asWritten }) => asWritten)).toEqual(texts);
      expect(statements.map(({ resources }) => resources)).toEqual(
        written.map(({ Resource }) => [...new Set([Resource].flat())]),
      );
    }),
  );
});

describe('what cannot be read is an error', () => {
  const within = (statement: string): string => `{"Statement":[${statement}]}`;
  const elements = (rest: string): string => within(`{"Effect":"Allow","Action":"*","Resource":"*",${rest}}`);
  const corrupt: readonly [text: string, problem: string][] = [
    ['', 'it is no JSON'],
    ['{"Statement":[{"Effect":"Allow","Action":"*"', 'it is no JSON'],
    ['%7B%22Statement%22%3A%5B%5D%7D', 'it is no JSON'],
    ['\uFEFF{"Statement":[]}', 'it is no JSON'],
    ['null', 'the document is no object'],
    ['[]', 'the document is no object'],
    ['"text"', 'the document is no object'],
    ['{}', 'it has no Statement'],
    ['{"Version":"2012-10-17"}', 'it has no Statement'],
    ['{"Statement":null}', 'a statement is no object'],
    ['{"Statement":"Allow"}', 'a statement is no object'],
    ['{"Statement":[[]]}', 'a statement is no object'],
    ['{"Version":2012,"Statement":[]}', 'version is no text'],
    [within('{}'), 'a statement has neither Action nor NotAction'],
    [within('{"Effect":"Allow","Resource":"*"}'), 'a statement has neither Action nor NotAction'],
    [within('{"Action":"*"}'), 'a statement has an Effect other than Allow and Deny, or none'],
    [within('{"Effect":"Maybe","Action":"*"}'), 'a statement has an Effect other than Allow and Deny, or none'],
    [within('{"Effect":["Allow"],"Action":"*"}'), 'effect is no text'],
    [within('{"Effect":"Allow","Action":1}'), 'Action or NotAction is neither a text nor a list of texts'],
    [within('{"Effect":"Allow","Action":null}'), 'Action or NotAction is neither a text nor a list of texts'],
    [within('{"Effect":"Allow","Action":[["*"]]}'), 'Action or NotAction is neither a text nor a list of texts'],
    [within('{"Effect":"Allow","Action":"*","Resource":{}}'), 'Resource is neither a text nor a list of texts'],
    [elements('"Sid":7'), 'sid is no text'],
    [elements('"Resources":"a"'), 'a statement has "resources", which is no element of one'],
    [elements('"__proto__":{}'), 'a statement has "__proto__", which is no element of one'],
    [elements(`"${'x'.repeat(100)}":1`), `a statement has "${'x'.repeat(40)}…", which is no element of one`],
    [elements('"Principal":"111122223333"'), 'a Principal is no object'],
    [elements('"Principal":["*"]'), 'a Principal is no object'],
    [elements('"Principal":{"AWS":111122223333}'), 'Principal is neither a text nor a list of texts'],
    [elements('"Condition":null'), 'a Condition is no object'],
    [elements('"Condition":[]'), 'a Condition is no object'],
    [elements('"Condition":{"Bool":"true"}'), 'a Condition operator is no object'],
    [elements('"Condition":{"Bool":{"a":{"b":"c"}}}'), 'a Condition key has no value or list'],
    [elements('"Condition":{"Bool":{"a":null}}'), 'a Condition key has no value or list'],
    // JSON.parse would keep the last of each, and a statement would look like less than it is.
    [elements('"Action":"iam:*"'), 'an object has "Action" twice'],
    [elements('"\\u0041ction":"iam:*"'), 'an object has "Action" twice'],
    [elements('"action":"iam:*"'), 'a statement has "action" twice'],
    ['{"Statement":[],"Statement":[]}', 'an object has "Statement" twice'],
    ['{"Statement":[],"statement":[]}', 'the document has "statement" twice'],
    [elements('"Condition":{"Bool":{"a":"1"},"Bool":{"b":"2"}}'), 'an object has "Bool" twice'],
    [elements('"Condition":{"Bool":{"a":"1","a":"2"}}'), 'an object has "a" twice'],
  ];

  test.each(corrupt)('%s', (text, problem) => {
    expect(() => parsePolicyDocument(text)).toThrow(
      expect.objectContaining({ kind: 'Corrupt', message: `a policy document cannot be read: ${problem}` }),
    );
  });

  test('lists nested ten thousand deep', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    for (const element of ['Action', 'Sid', 'Condition']) {
      const text = within(`{"Effect":"Allow","NotAction":"*","${element}":${deep}}`);
      expect(() => parsePolicyDocument(text)).toThrow(expect.objectContaining({ kind: 'Corrupt' }));
    }
  });

  test('a document that was cut anywhere', () => {
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [ALLOW_ALL, { ...ALLOW_ALL, Sid: 'b' }] });
    for (let length = 0; length < text.length; length += 1) {
      expect(() => parsePolicyDocument(text.slice(0, length))).toThrow(expect.objectContaining({ kind: 'Corrupt' }));
    }
  });
});

test.each<[name: string, type: string, value: string, isDeleted: boolean]>([
  ['a user that was deleted', 'AWS', 'AIDAIOSFODNN7EXAMPLE', true],
  ['a role that was deleted', 'AWS', 'AROAIOSFODNN7EXAMPLE', true],
  ['an ARN', 'AWS', 'arn:aws:iam::111122223333:user/AIDAIOSFODNN7EXAMPLE', false],
  ['an account', 'AWS', '111122223333', false],
  ['everybody', 'AWS', '*', false],
  ['a provider of such a name', 'Federated', 'AIDAIOSFODNN7EXAMPLE', false],
])('%s is named as what it is', (_name, type, value, isDeleted) => {
  expect(isDeletedPrincipal({ type, value })).toBe(isDeleted);
});
