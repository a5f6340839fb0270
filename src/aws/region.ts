import { configTexts } from './config-files.ts';

/** IAM is global: any region of the partition reaches it. */
export const DEFAULT_REGION = 'us-east-1';

/**
 * The region to use, as the AWS CLI finds it; undefined when the SDK is to read it from a profile. The SDK alone would
 * go on to ask the metadata service for a region, which takes a second where there is none.
 */
export async function regionToUse(): Promise<string | undefined> {
  // An empty variable, as of a setting that a CI system does not know, is none.
  const named = process.env['AWS_REGION'] || process.env['AWS_DEFAULT_REGION'];
  if (named) return named;
  return (await someProfileHasRegion()) ? undefined : DEFAULT_REGION;
}

/** Whose region it is, the SDK finds out: this only tells whether it is worth asking. */
async function someProfileHasRegion(): Promise<boolean> {
  return (await configTexts()).some((text) => /^\s*region\s*=/m.test(text));
}

/**
 * A region of each partition in which its IAM and Organizations answer.
 *
 * Source: AWS General Reference, "AWS Identity and Access Management endpoints and quotas", and the SDK's partitions.
 */
const REGIONS: Readonly<Record<string, readonly [prefix: RegExp, usual: string]>> = {
  aws: [/^(?!cn-|us-gov-|us-iso|eu-isoe-|eusc-)/, DEFAULT_REGION],
  'aws-cn': [/^cn-/, 'cn-north-1'],
  'aws-us-gov': [/^us-gov-/, 'us-gov-west-1'],
  'aws-eusc': [/^eusc-/, 'eusc-de-east-1'],
  'aws-iso': [/^us-iso-/, 'us-iso-east-1'],
  'aws-iso-b': [/^us-isob-/, 'us-isob-east-1'],
  'aws-iso-e': [/^eu-isoe-/, 'eu-isoe-west-1'],
  'aws-iso-f': [/^us-isof-/, 'us-isof-south-1'],
};

/** The partitions that there are, by the names that ARNs have. */
export const partitions: readonly string[] = Object.keys(REGIONS);

/** The region that reaches a partition: the configured one where it is of that partition. */
export function regionOfPartition(partition: string, configured: string | undefined): string {
  const [prefix, usual] = REGIONS[partition] ?? [/^/, DEFAULT_REGION];
  return configured !== undefined && prefix.test(configured) ? configured : usual;
}
