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
