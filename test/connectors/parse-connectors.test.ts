import { describe, expect, test } from 'vitest';
import { parseConnectors } from '../../src/connectors/parse-connectors.ts';

const parse = (yaml: string) => parseConnectors(yaml, 'c.yaml');

test('an account may be named by its id, by its role, or both', () => {
  const { accounts } = parse(`accounts:
  - {account: "111122223333", profile: audit, tags: {env: prod}}
  - {roleArn: "arn:aws-us-gov:iam::444455556666:role/audit/iamql", externalId: x-1, name: gov}
`);
  expect(accounts).toEqual([
    {
      ...{ id: '111122223333', name: '111122223333', partition: 'aws', tags: { env: 'prod' }, units: [] },
      ...{ access: { profile: 'audit' }, organization: undefined, place: 'c.yaml:2:5' },
    },
    {
      ...{ id: '444455556666', name: 'gov', partition: 'aws-us-gov', tags: {}, units: [], organization: undefined },
      access: { roleArn: 'arn:aws-us-gov:iam::444455556666:role/audit/iamql', externalId: 'x-1' },
      place: 'c.yaml:3:5',
    },
  ]);
});

const role = 'roleArn: "arn:aws:iam::111122223333:role/iamql"';

describe('what is wrong is said with its place', () => {
  test.each([
    ['accounts: []', 'c.yaml:1:1: names no account and no organization: nothing would be read'],
    ['acounts: []', 'c.yaml:1:1: unknown key acounts; known are accounts, organizations; did you mean accounts?'],
    [
      'accounts:\n  - {name: x}',
      'c.yaml:2:5: account is missing: the 12 digits that `aws sts get-caller-identity` prints, in quotes',
    ],
    [
      'accounts:\n  - {account: 012345678901}',
      'c.yaml:2:15: account is not text: write the 12 digits in quotes, because YAML takes zeros off the front of a number',
    ],
    ['accounts:\n  - {account: "12"}', 'c.yaml:2:15: account is not the 12 digits of an account'],
    [
      `accounts:\n  - {account: "444455556666", ${role}}`,
      'c.yaml:2:40: roleArn is of account 111122223333, and account says 444455556666',
    ],
    [
      'accounts:\n  - {account: "111122223333", externalId: abc}',
      'c.yaml:2:43: externalId needs roleArn, the role that asks for it',
    ],
    [`accounts:\n  - {${role}, partition: aws-cn}`, 'c.yaml:2:66: partition is aws-cn, and the role is of aws'],
    [
      'accounts:\n  - {account: "111122223333", partition: aws-gov}',
      'c.yaml:2:42: partition is one of aws, aws-cn, aws-us-gov, aws-eusc, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f; did you mean aws-cn?',
    ],
    [
      'accounts:\n  - {account: "111122223333"}\n  - {account: "111122223333", name: again}',
      'c.yaml:3:15: account 111122223333 is named twice: first at c.yaml:2:5',
    ],
    [
      'accounts:\n  - {account: "111122223333", name: a}\n  - {account: "444455556666", name: a}',
      'c.yaml:3:37: name a is named twice: first at c.yaml:2:5',
    ],
    [
      'accounts:\n  - {account: "111122223333", secretAccessKey: x}',
      'c.yaml:2:31: secretAccessKey: no secret belongs in this file; name a profile, or a role to assume',
    ],
    ['accounts:\n  - {account: "111122223333", tags: {env: 1}}', 'c.yaml:2:43: env is not text: write it in quotes'],
    ['organizations:\n  - {name: acme}', 'c.yaml:2:5: memberRole is missing'],
    [
      'organizations:\n  - {name: acme, memberRole: "arn:aws:iam::111122223333:role/x"}',
      'c.yaml:2:30: memberRole is not the name of a role, such as iamql',
    ],
    [
      'organizations:\n  - {name: acme, memberRole: x, chained: true}',
      'c.yaml:2:42: chained needs roleArn, the role that assumes those of the accounts',
    ],
    [
      'organizations:\n  - {name: acme, memberRole: x, organizationalUnits: [Prod]}',
      'c.yaml:2:55: organizationalUnits 1 is not the id of a root or unit, such as r-ab12 or ou-ab12-11111111',
    ],
    ['organizations:\n  - {name: acme, memberRole: x, exclude: [111122223333]}', 'c.yaml:2:43: exclude 1 is not text'],
  ])('%s', (yaml, message) => {
    expect(() => parse(yaml)).toThrow(expect.objectContaining({ kind: 'InvalidInput', message }));
  });

  test('all of it at once', () => {
    expect(() => parse('accounts:\n  - {nme: a}\n  - {account: 1}')).toThrow(
      /^c\.yaml:2:6: unknown key nme; .*did you mean name\?\nc\.yaml:3:15: account is not text/,
    );
  });
});
