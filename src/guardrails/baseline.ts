import { isMap, parseDocument, type YAMLMap } from 'yaml';
import type { BaselinePolicy, PasswordPolicy } from './baseline-policy.ts';
import { assignments, hclOf } from './hcl.ts';
import { roleHcl, roleSections } from './reader-role.ts';

/** What a baseline is made of. */
export interface Baseline extends BaselinePolicy {
  /** The template with the EventBridge rule. */
  readonly eventBridge: string;
  /** What sets a password policy for CloudFormation, in Python. */
  readonly setter: string;
}

export type BaselineFormat = 'terraform' | 'cloudformation';

/** Where IAM records its calls, of the partitions aws, aws-us-gov and aws-cn. */
const recordingRegions = ['us-east-1', 'us-gov-west-1', 'cn-north-1'];
const WRONG_REGION = `IAM records its calls in ${recordingRegions.join(', ')}: anywhere else the rule would see none.`;

/** The baseline of an account in that format. Ends with a line break. */
export function renderBaseline(format: BaselineFormat, baseline: Baseline): string {
  return format === 'terraform' ? renderModule(baseline) : renderTemplate(baseline);
}

const headOf = (format: BaselineFormat, controls: readonly string[]): string =>
  `# An account baseline: a password policy, the role that iamql reads the account with, and a rule that tells of new credentials.
# Made by \`iamql guardrails baseline --format ${format}\`: make it anew instead of changing it. By its password policy these pass:
${controls.map((id) => `#   ${id}`).join('\n')}
`;

/** With the values that UpdateAccountPasswordPolicy gets: it takes no 0, and what it does not get it sets to the laxest. */
function valuesOf(policy: PasswordPolicy, nameOf: (field: string) => string): readonly (readonly [string, string])[] {
  const given = Object.entries(policy).filter(([, value]) => value !== 0);
  return given.map(([field, value]) => [nameOf(field), String(value)]);
}

const pascalCase = (field: string): string => `${field.charAt(0).toUpperCase()}${field.slice(1)}`;
const snakeCase = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function renderTemplate({ policy, controls, eventBridge, setter }: Baseline): string {
  return `${headOf('cloudformation', controls)}AWSTemplateFormatVersion: "2010-09-09"
Description: The baseline of an account. Deploy it where IAM records its calls, ${recordingRegions.join(', ')}.
Parameters:
${roleSections.Parameters}Rules:
  WhereIamRecords:
    Assertions:
      - Assert:
          Fn::Contains:
            - [${recordingRegions.join(', ')}]
            - !Ref AWS::Region
        AssertDescription: "${WRONG_REGION}"
Resources:
${roleSections.Resources}${sectionOf(eventBridge, 'Resources')}${renderSetter(policy, setter)}Outputs:
${roleSections.Outputs}${sectionOf(eventBridge, 'Outputs')}`;
}

/** A section of a template, as it is written. */
function sectionOf(template: string, name: string): string {
  const { range } = mapIn(parseDocument(template).contents, name);
  // It begins behind its indentation.
  const [start, end] = range ?? [0, 0];
  return `${template.slice(template.lastIndexOf('\n', start) + 1, end).trimEnd()}\n`;
}

function mapIn(map: unknown, key: string): YAMLMap {
  const found = isMap(map) ? map.get(key, true) : undefined;
  if (isMap(found)) return found;
  throw new Error(`the template has no ${key}`);
}

/** CloudFormation has no type of resource for a password policy: a function of the stack sets it. */
const renderSetter = (policy: PasswordPolicy, setter: string): string => `  PasswordPolicy:
    Type: AWS::CloudFormation::CustomResource
    Properties:
      ServiceToken: !GetAtt PasswordPolicySetter.Arn
      # A function that never answers fails the stack in five minutes, instead of an hour.
      ServiceTimeout: 300
${valuesOf(policy, pascalCase)
  .map(([name, value]) => `      ${name}: ${value}`)
  .join('\n')}
  PasswordPolicySetter:
    Type: AWS::Lambda::Function
    Properties:
      Description: Sets the password policy of the account for CloudFormation.
      Runtime: python3.13
      Handler: index.handler
      Timeout: 120
      Role: !GetAtt PasswordPolicySetterRole.Arn
      LoggingConfig:
        LogGroup: !Ref PasswordPolicySetterLog
      Code:
        ZipFile: |
${setter.replace(/^(?=.)/gm, '          ')}  PasswordPolicySetterRole:
    Type: AWS::IAM::Role
    Properties:
      Description: Sets the password policy of the account for CloudFormation.
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Service: lambda.amazonaws.com
            Action: sts:AssumeRole
      Policies:
        - PolicyName: password-policy
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: SetsThePasswordPolicy
                Effect: Allow
                Action: iam:UpdateAccountPasswordPolicy
                # It belongs to no resource.
                Resource: "*"
              - Sid: Logs
                Effect: Allow
                Action:
                  - logs:CreateLogStream
                  - logs:PutLogEvents
                Resource: !GetAtt PasswordPolicySetterLog.Arn
  PasswordPolicySetterLog:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      RetentionInDays: 365
`;

function renderModule({ policy, controls, eventBridge }: Baseline): string {
  return `${headOf('terraform', controls)}
terraform {
  required_version = ">= 1.2"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

${roleHcl}
# One resource holds the whole policy of the account.
resource "aws_iam_account_password_policy" "this" {
${assignments(valuesOf(policy, snakeCase), '  ')}
}

${renderRule(eventBridge)}`;
}

const references = {
  NewCredentials: 'aws_sns_topic.new_credentials.arn',
  'NewCredentialsRule.Arn': 'aws_cloudwatch_event_rule.new_credentials.arn',
};

/** The rule and the topic of the template with the EventBridge rule. */
function renderRule(eventBridge: string): string {
  const resources = mapIn(parseDocument(eventBridge, { logLevel: 'error' }).contents, 'Resources');
  const ofResource = (id: string) => mapIn(mapIn(resources, id), 'Properties');
  const rule = ofResource('NewCredentialsRule');
  const hcl = (map: YAMLMap, key: string): string => hclOf(map.get(key, true), references, '  ');
  return `data "aws_region" "current" {}

resource "aws_sns_topic" "new_credentials" {
  display_name = ${hcl(ofResource('NewCredentials'), 'DisplayName')}
}

resource "aws_sns_topic_policy" "new_credentials" {
  arn = aws_sns_topic.new_credentials.arn
  policy = jsonencode(${hcl(ofResource('NewCredentialsPolicy'), 'PolicyDocument')})
}

resource "aws_cloudwatch_event_rule" "new_credentials" {
  description = ${hcl(rule, 'Description')}
  state       = ${hcl(rule, 'State')}
  event_pattern = jsonencode(${hcl(rule, 'EventPattern')})

  lifecycle {
    precondition {
      condition     = contains(${JSON.stringify(recordingRegions).replaceAll(',', ', ')}, data.aws_region.current.id)
      error_message = "${WRONG_REGION}"
    }
  }
}

resource "aws_cloudwatch_event_target" "new_credentials" {
  rule = aws_cloudwatch_event_rule.new_credentials.name
  arn  = aws_sns_topic.new_credentials.arn
}

output "topic_arn" {
  description = "Subscribe to it whoever is to look at new credentials."
  value       = aws_sns_topic.new_credentials.arn
}
`;
}
