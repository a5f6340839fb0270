import { stringify } from 'yaml';
import type { GuardedOrganization } from './coverage.ts';

/** What a stack set puts into each account. */
export interface StackSetChoices {
  /** Letters, digits and hyphens. */
  readonly name: string;
  readonly description: string;
  readonly region: string;
  /** Undefined where it is too long to be part of another: its address is then a parameter. */
  readonly template?: string;
  readonly capabilities?: readonly string[];
}

/** In percent of the accounts: one that has no recorder, say, must not stop the others, and a mistake must not reach all. */
const TOLERANCE = { FailureTolerancePercentage: 20, MaxConcurrentPercentage: 20 };

/**
 * A CloudFormation template, in YAML, of a stack set over the organization, for its management account or a delegated
 * administrator. What the file of connectors does not know is a parameter: the root, accounts of units that are left out.
 *
 * Source: AWS CloudFormation Template Reference, AWS::CloudFormation::StackSet and its DeploymentTargets.
 */
export function renderStackSet(organization: GuardedOrganization, choices: StackSetChoices): string {
  const { name, description, region, template, capabilities } = choices;
  const url = template === undefined ? { TemplateURL: { Ref: 'TemplateUrl' } } : { TemplateBody: template };
  return stringify(
    {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `${description} In the accounts of ${organization.name}.`,
      Parameters: { ...callAs, ...(template === undefined ? templateUrl : {}), ...parametersOf(organization) },
      Resources: {
        Accounts: {
          Type: 'AWS::CloudFormation::StackSet',
          Properties: {
            StackSetName: name,
            PermissionModel: 'SERVICE_MANAGED',
            CallAs: { Ref: 'CallAs' },
            AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
            OperationPreferences: TOLERANCE,
            ...(capabilities ? { Capabilities: capabilities } : {}),
            ...url,
            StackInstancesGroup: [{ Regions: [region], DeploymentTargets: targetsOf(organization) }],
          },
        },
      },
    },
    { version: '1.1', lineWidth: 0 },
  );
}

const callAs = {
  CallAs: {
    Type: 'String',
    Default: 'SELF',
    AllowedValues: ['SELF', 'DELEGATED_ADMIN'],
    Description: 'SELF in the management account, DELEGATED_ADMIN in that of a delegated administrator.',
  },
};

const templateUrl = {
  TemplateUrl: {
    Type: 'String',
    AllowedPattern: '^https://.+',
    Description: 'Where the packaged template lies in a bucket that the accounts may read.',
  },
};

const isUnit = (id: string): boolean => id.startsWith('ou-');

function parametersOf({ organizationalUnits, exclude }: GuardedOrganization) {
  const units = exclude.filter(isUnit);
  const accounts = exclude.filter((id) => !isUnit(id));
  const also = accounts.length > 0 ? ` Beside them: ${accounts.join(', ')}.` : '';
  const excluded = `All accounts in ${units.join(', ')} and below, which a stack set cannot leave out as units: aws organizations list-accounts-for-parent --parent-id <unit>.${also}`;
  return {
    ...(organizationalUnits ? {} : { Root: root }),
    ...(units.length > 0 ? { ExcludedAccounts: { Type: 'CommaDelimitedList', Description: excluded } } : {}),
  };
}

const root = {
  Type: 'String',
  AllowedPattern: '^r-[0-9a-z]{4,32}$',
  Description: 'The root of the organization: aws organizations list-roots.',
};

function targetsOf({ organizationalUnits, exclude }: GuardedOrganization) {
  const OrganizationalUnitIds = organizationalUnits ?? [{ Ref: 'Root' }];
  if (exclude.length === 0) return { OrganizationalUnitIds };
  const Accounts = exclude.some(isUnit) ? { Ref: 'ExcludedAccounts' } : exclude;
  return { OrganizationalUnitIds, Accounts, AccountFilterType: 'DIFFERENCE' };
}
