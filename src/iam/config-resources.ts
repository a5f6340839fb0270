import type { AssetTypeName } from './catalogue.generated.ts';

/**
 * What of IAM AWS Config has as resources, and the field that holds its id there. A policy of AWS itself has none, nor has
 * one that is embedded.
 *
 * Source: AWS Config Developer Guide, "Supported Resource Types".
 */
export const configTypes: Partial<Readonly<Record<AssetTypeName, { readonly type: string; readonly id: string }>>> = {
  IAMUser: { type: 'AWS::IAM::User', id: 'userId' },
  IAMGroup: { type: 'AWS::IAM::Group', id: 'groupId' },
  IAMRole: { type: 'AWS::IAM::Role', id: 'roleId' },
  IAMPolicy: { type: 'AWS::IAM::Policy', id: 'policyId' },
};

/** What the function of a rule calls of AWS Config, by the IAM action. */
export const configActions = {
  put: 'config:PutEvaluations',
  kept: 'config:GetComplianceDetailsByConfigRule',
} as const;
