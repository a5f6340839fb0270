import { stringify } from 'yaml';
import type { FactGroup } from '../iam/assets.generated.ts';
import { type AssetTypeName, catalogue, factGroups } from '../iam/catalogue.generated.ts';
import { configActions, configTypes } from '../iam/config-resources.ts';
import { IamqlError } from '../iam/error.ts';

/** A control that a rule of AWS Config is made for. */
export interface ConfigRuleChoices {
  readonly id: string;
  readonly title: string;
  /** What is asked in place of the control's own values. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly assetTypes: readonly AssetTypeName[];
  /** The facts that judging it takes. */
  readonly groups: readonly FactGroup[];
  /** No facts older than this, in milliseconds. */
  readonly maxAgeMs: number;
  /** Of the iamql whose function it is. */
  readonly version: string;
}

/** How often, from the default on. Source: AWS Config API Reference, SourceDetail. */
const frequencies = ['TwentyFour_Hours', 'Twelve_Hours', 'Six_Hours', 'Three_Hours', 'One_Hour'];
/** A rule of a conformance pack is called after the pack too, and has 128 characters for both. */
const MOST_ID = 80;
/** Source: AWS Config Developer Guide, "Components of an AWS Config Rule". */
const MOST_DESCRIPTION = 256;
/** The longest that AWS Lambda lets a function run, in seconds: AWS may take minutes for a report. */
const TIMEOUT_SECONDS = 900;
/** 5,000 users who were all found took 320 of it. In MB. */
const MEMORY = 512;
const RETENTION_DAYS = 90;

/**
 * A CloudFormation template, in YAML, of all that the rule needs in an account: the function, the role it runs as, the
 * permission of AWS Config to call it, and a conformance pack with the rule. A conformance pack can hold rules and
 * remediations alone. `Code` is the folder beside it, which `aws cloudformation package` uploads.
 *
 * @throws IamqlError InvalidInput
 */
export function renderConfigRule(choices: ConfigRuleChoices): string {
  const { id, title, version } = choices;
  if (id.length > MOST_ID) throw new IamqlError('InvalidInput', `${id} is too long for the name of a rule`);
  return stringify(
    {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `A rule of AWS Config that judges ${id} as iamql ${version} does: ${cut(title)}.`,
      Parameters: {
        Frequency: { ...frequency, AllowedValues: frequencies, Description: 'How often the rule is evaluated.' },
      },
      Resources: {
        Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: RETENTION_DAYS } },
        Role: roleOf(choices),
        Function: functionOf(choices),
        Permission: permission,
        ConformancePack: packOf(choices),
      },
      Outputs: {
        Function: {
          Description: 'A run that could not judge the account ends with an error of this function.',
          Value: { Ref: 'Function' },
        },
      },
    },
    YAML_OF_AWS,
  );
}

/** What reads it takes a date that is not in quotes for a time. */
const YAML_OF_AWS = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;

const cut = (title: string): string => [...title].slice(0, MOST_DESCRIPTION).join('');
const arnOf = (resource: string) => ({ 'Fn::GetAtt': [resource, 'Arn'] });
const frequency = { Type: 'String', Default: frequencies[0] };

const allow = (actions: Iterable<string>, Resource: unknown) => ({
  Effect: 'Allow',
  Action: [...new Set(actions)].sort(),
  Resource,
});

/** What judging it calls, and what tells by which name AWS Config knows what was found. */
function actionsOf({ groups, assetTypes }: ConfigRuleChoices): readonly string[] {
  const ofIds = assetTypes.flatMap((type): readonly FactGroup[] => {
    const known = configTypes[type];
    return known ? [catalogue[type].fields[known.id]?.fact ?? catalogue[type].group] : [];
  });
  return [...groups, ...ofIds].flatMap((group) => factGroups[group].actions);
}

/** What judging reads, the evaluations, and a log. Neither IAM's lists nor PutEvaluations can be bound to a resource. */
const roleOf = (choices: ConfigRuleChoices) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyName: 'judge',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Sid: 'ReadIam', ...allow(actionsOf(choices), '*') },
            { Sid: 'PutEvaluations', ...allow([configActions.put], '*') },
            { Sid: 'ReadEvaluations', ...allow([configActions.kept], { 'Fn::Sub': RULES }) },
            { Sid: 'WriteLog', ...allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('Logs')) },
          ],
        },
      },
    ],
  },
});

const RULES = ['arn:$', '{AWS::Partition}:config:$', '{AWS::Region}:$', '{AWS::AccountId}:config-rule/*'].join('');

const functionOf = ({ id, maxAgeMs }: ConfigRuleChoices) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Description: `Judges ${id} for AWS Config.`,
    Code: 'function',
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Timeout: TIMEOUT_SECONDS,
    MemorySize: MEMORY,
    Environment: { Variables: { IAMQL_MAX_AGE_MS: String(maxAgeMs) } },
    LoggingConfig: { LogGroup: { Ref: 'Logs' } },
    Role: arnOf('Role'),
  },
});

const permission = {
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { Ref: 'Function' },
    Principal: 'config.amazonaws.com',
    SourceAccount: { Ref: 'AWS::AccountId' },
  },
};

const packOf = (choices: ConfigRuleChoices) => ({
  Type: 'AWS::Config::ConformancePack',
  // Whoever makes a rule for a function that AWS Config may not call gets an error.
  DependsOn: 'Permission',
  Properties: {
    ConformancePackName: `iamql-${choices.id}`,
    ConformancePackInputParameters: [
      { ParameterName: 'FunctionArn', ParameterValue: arnOf('Function') },
      { ParameterName: 'Frequency', ParameterValue: { Ref: 'Frequency' } },
    ],
    TemplateBody: renderPack(choices),
  },
});

/** The conformance pack: a template of its own. */
function renderPack({ id, title, parameters }: ConfigRuleChoices): string {
  const asked = Object.entries(parameters).map(([name, value]) => [name, String(value)] as const);
  return stringify(
    {
      Parameters: { FunctionArn: { Type: 'String' }, Frequency: frequency },
      Resources: {
        Rule: {
          Type: 'AWS::Config::ConfigRule',
          Properties: {
            ConfigRuleName: id,
            Description: cut(title),
            ...(asked.length > 0 ? { InputParameters: Object.fromEntries(asked) } : {}),
            Source: {
              Owner: 'CUSTOM_LAMBDA',
              SourceIdentifier: { Ref: 'FunctionArn' },
              SourceDetails: [
                {
                  EventSource: 'aws.config',
                  MessageType: 'ScheduledNotification',
                  MaximumExecutionFrequency: { Ref: 'Frequency' },
                },
              ],
            },
          },
        },
      },
    },
    YAML_OF_AWS,
  );
}
