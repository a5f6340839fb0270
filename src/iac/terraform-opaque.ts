import { isHarmless } from './cloudformation.ts';

/** Resources that bring others about, which the plan does not hold. */
const opaqueTypes: ReadonlySet<string> = new Set([
  'aws_cloudformation_stack',
  'aws_cloudformation_stack_set',
  'aws_cloudformation_stack_set_instance',
  'aws_cloudformation_stack_instances',
  'aws_serverlessapplicationrepository_cloudformation_stack',
  'aws_servicecatalog_provisioned_product',
  'awscc_cloudformation_stack',
  'awscc_cloudformation_stack_set',
  'awscc_servicecatalog_cloudformation_provisioned_product',
  'awscc_iam_user',
]);

/** It makes a resource of any type that CloudFormation has. */
const CLOUD_CONTROL = 'aws_cloudcontrolapi_resource';

/** Whether a resource of the type may bring others about, whatever its values. */
export const mayBringOthers = (type: string): boolean => opaqueTypes.has(type) || type === CLOUD_CONTROL;

/** Whether a resource with these values does; what is not known of them may be anything. */
export const bringsOthers = (type: string, values: Readonly<Record<string, unknown>> | null | undefined): boolean =>
  type === CLOUD_CONTROL ? !isHarmless(values?.['type_name']) : opaqueTypes.has(type);
