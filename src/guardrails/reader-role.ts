import { factGroups } from '../iam/catalogue.generated.ts';

/** What a scan calls, as `iamql permissions` prints it. */
const actions = [...new Set(Object.values(factGroups).flatMap((group) => group.actions))].sort();

const lines = (indent: string, render: (action: string) => string): string =>
  actions.map((action) => `${indent}${render(action)}`).join('\n');

/** The role that iamql assumes in an account, as parts of a CloudFormation template: each the lines of its section. */
export const roleSections = {
  Parameters: `  ReaderArn:
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
`,
  Resources: `  Role:
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
${lines('                  ', (action) => `- ${action}`)}
                # Lists of an account belong to no resource.
                Resource: "*"
`,
  Outputs: `  RoleArn:
    Value: !GetAtt Role.Arn
`,
} as const;

/** The same in HCL. */
export const roleHcl = `variable "reader_arn" {
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
${lines('      ', (action) => `"${action}",`)}
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
