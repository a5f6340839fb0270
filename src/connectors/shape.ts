import { z } from 'zod';
import { partitions } from '../aws/region.ts';
import { flag, kind, list, map, oneOf, text } from '../yaml/shapes.ts';

/*
 * What a file of connectors holds: the parser, the types, the schema for editors (connectors.schema.json) and the tables of
 * docs/connectors.md follow from it.
 */

const ACCOUNT_ID = 'The 12 digits of the account, in quotes.';
const isAccountId = /^\d{12}$/;

const accountId = (description: string) =>
  text(description, ': write the 12 digits in quotes, because YAML takes zeros off the front of a number').regex(
    isAccountId,
    'is not the 12 digits of an account',
  );

/** Source: IAM API Reference, Role: paths and names. */
const roleArn = (description: string) =>
  text(description).regex(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    'is not the ARN of a role, such as arn:aws:iam::111122223333:role/iamql',
  );

/** Source: STS API Reference, AssumeRole: ExternalId. */
const externalId = (description: string) =>
  text(description).regex(/^[\w+=,.@:/-]{2,1224}$/, 'is no external id: 2 to 1224 letters, digits and +=,.@:/-');

const tags = (description: string) =>
  z
    .record(z.string().min(1), z.string(kind('text: write it in quotes', 'the value of a tag')), {
      ...kind('keys and values', description),
    })
    .describe(description);

const profile = text('A profile of the AWS config files. Left out: the credentials that the environment has.');
const partition = oneOf(
  partitions as [string, ...string[]],
  'The partition that it is in. Left out: that of the role, or `aws`.',
);

export const accountShape = map(
  {
    account: accountId(`${ACCOUNT_ID} Left out: that of the role.`).optional(),
    name: text('What it is called. Left out: its id.').optional(),
    profile: profile.optional(),
    roleArn: roleArn('A role to assume first.').optional(),
    externalId: externalId('The external id that the role asks for.').optional(),
    partition: partition.optional(),
    tags: tags('Tags of your own, for `--tag`.').default({}),
  },
  'An account.',
);

const unitId = text('The id of a root or unit.').regex(
  /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/,
  'is not the id of a root or unit, such as r-ab12 or ou-ab12-11111111',
);
const excludedId = text('The id of an account or unit.').regex(
  /^(\d{12}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/,
  'is not the id of an account or unit, such as "111122223333" or ou-ab12-11111111',
);

export const organizationShape = map(
  {
    name: text('What it is called.'),
    profile: profile.optional(),
    roleArn: roleArn(
      'A role of the management account or a delegated administrator, which is assumed to list the accounts.',
    ).optional(),
    externalId: externalId('The external id that this role asks for.').optional(),
    partition: partition.optional(),
    organizationalUnits: list(unitId, 'Only accounts in these roots and units, and in those below them. Left out: all.')
      .min(1, 'is empty: leave it out for all accounts')
      .optional(),
    exclude: list(excludedId, 'Accounts, and units with all that is in them, that are not read.').default([]),
    memberRole: text(
      'The name of the role to assume in each account, after its path if it has one: `iamql` or `audit/iamql`.',
    ).regex(/^[\w+=,.@-]+(\/[\w+=,.@-]+)*$/, 'is not the name of a role, such as iamql'),
    memberExternalId: externalId("The external id that the accounts' roles ask for.").optional(),
    chained: flag(
      '`true`: `roleArn` assumes the roles of the accounts. Left out: the credentials do that assume `roleArn`.',
    ).default(false),
    accountTags: flag(
      "`true`: the accounts' own tags of AWS Organizations count too, for a call for each account.",
    ).default(false),
    tags: tags('Tags of your own for all of its accounts, for `--tag`.').default({}),
  },
  'An organization.',
);

export const connectorsShape = map(
  {
    accounts: list(accountShape, 'Accounts, one by one.').default([]),
    organizations: list(organizationShape, 'Organizations, whose accounts AWS is asked for.').default([]),
  },
  'The accounts that are read.',
  'a file of connectors is a map with the keys accounts and organizations',
);

export type AccountEntry = z.output<typeof accountShape>;
export type OrganizationEntry = z.output<typeof organizationShape>;
