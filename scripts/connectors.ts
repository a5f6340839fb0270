import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { organizationActions } from '../src/aws/organizations.ts';
import { accountShape, connectorsShape, organizationShape } from '../src/connectors/shape.ts';
import { factGroups } from '../src/iam/catalogue.generated.ts';
import { packageRoot } from '../src/package-root.ts';
import { replaceTable } from './library-shape.ts';

/** What a scan calls, as `iamql permissions` prints it. */
const actions = [...new Set(Object.values(factGroups).flatMap((group) => group.actions))].sort();

const lines = (items: readonly string[], indent: string, render: (item: string) => string): string =>
  items.map((item) => `${indent}${render(item)}`).join('\n');

/** The role that iamql assumes in an account: a template for a stack, or for a stack set over an organization. */
const cloudFormation =
  (): string => `# The role that iamql reads an account with. Made by \`npm run codegen\`: every action that a scan calls, and no other.
AWSTemplateFormatVersion: "2010-09-09"
Description: A role that reads IAM for iamql, and can change nothing.
Parameters:
  ReaderArn:
    Type: String
    Description: The ARN of the role or user that iamql runs as.
    AllowedPattern: "^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$"
  ExternalId:
    Type: String
    Description: What the reader has to say to assume the role, as memberExternalId or externalId of the connectors.
    MinLength: 2
    MaxLength: 1224
    AllowedPattern: "^[A-Za-z0-9_+=,.@:/-]*$"
  RoleName:
    Type: String
    Default: iamql
    Description: What the role is called, as memberRole or roleArn of the connectors.
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref RoleName
      Description: Reads IAM for iamql.
      MaxSessionDuration: 3600
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              AWS: !Ref ReaderArn
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                sts:ExternalId: !Ref ExternalId
      Policies:
        - PolicyName: iamql
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: Iamql
                Effect: Allow
                Action:
${lines(actions, '                  ', (action) => `- ${action}`)}
                # Lists of an account belong to no resource.
                Resource: "*"
Outputs:
  RoleArn:
    Value: !GetAtt Role.Arn
`;

const terraform =
  (): string => `# The role that iamql reads an account with. Made by \`npm run codegen\`: every action that a scan calls, and no other.
variable "reader_arn" {
  description = "The ARN of the role or user that iamql runs as."
  type        = string
}

variable "external_id" {
  description = "What the reader has to say to assume the role, as memberExternalId or externalId of the connectors."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]{2,1224}$", var.external_id))
    error_message = "An external id is 2 to 1224 letters, digits and +=,.@:/-."
  }
}

variable "role_name" {
  description = "What the role is called, as memberRole or roleArn of the connectors."
  type        = string
  default     = "iamql"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.reader_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid = "Iamql"
    actions = [
${lines(actions, '      ', (action) => `"${action}",`)}
    ]
    # Lists of an account belong to no resource.
    resources = ["*"]
  }
}

resource "aws_iam_role" "iamql" {
  name                 = var.role_name
  description          = "Reads IAM for iamql."
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "iamql" {
  name   = "iamql"
  role   = aws_iam_role.iamql.id
  policy = data.aws_iam_policy_document.read.json
}

output "role_arn" {
  value = aws_iam_role.iamql.arn
}
`;

/** What lists an organization, and assumes the role in its accounts. */
const readerPolicy = (): string =>
  `${JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ListOrganization',
          Effect: 'Allow',
          Action: Object.values(organizationActions).sort(),
          Resource: '*',
        },
        { Sid: 'AssumeRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/iamql' },
      ],
    },
    null,
    2,
  )}\n`;

const editorSchema = (): string => `${JSON.stringify(z.toJSONSchema(connectorsShape, { io: 'input' }), null, 2)}\n`;

const page = 'docs/connectors.md';
const tables = { 'key of an account': accountShape, 'key of an organization': organizationShape };

function withParts(text: string): string {
  const withTables = Object.entries(tables).reduce(
    (done, [head, shape]) => replaceTable(done, head, shape, page),
    text,
  );
  return withTables.replace(/^```json reader\n[\s\S]*?^```$/m, `\`\`\`json reader\n${readerPolicy()}\`\`\``);
}

/** What is made here, by file. */
export const madeFiles = (): Readonly<Record<string, string>> => ({
  'docs/role/iamql-role.cloudformation.yaml': cloudFormation(),
  'docs/role/iamql-role.tf': terraform(),
  'docs/connectors.schema.json': editorSchema(),
  [page]: withParts(readFileSync(join(packageRoot, page), 'utf8')),
});

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(madeFiles())) {
    const file = join(packageRoot, name);
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
      throw new Error(`${name} is not as it would be made: run npm run codegen`);
  }
}
