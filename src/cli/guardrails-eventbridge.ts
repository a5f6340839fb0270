import { regionOfPartition } from '../aws/region.ts';
import { wordsOfStackSet } from '../guardrails/coverage.ts';
import { renderStackSet } from '../guardrails/stack-set.ts';
import { type GuardedOptions, readGuarded, writeCoverage } from './guarded.ts';

/** @param template that of an account. @returns it, or that of a stack set with it over an organization of a file of connectors. */
export async function eventBridge(template: string, options: GuardedOptions): Promise<string> {
  const guarded = await readGuarded(options);
  if (!guarded) return template;
  writeCoverage(wordsOfStackSet(guarded));
  const { organization } = guarded;
  if (!organization) return template;
  return renderStackSet(organization, {
    name: 'iam-new-credentials',
    description: 'Tells a topic of each access key and each login profile that is made.',
    // Where IAM records its calls.
    region: regionOfPartition(organization.partition, undefined),
    template,
  });
}
