import type {
  ConfigServiceClient,
  ConfigServiceClientConfig,
  GetComplianceDetailsByConfigRuleCommandOutput,
} from '@aws-sdk/client-config-service';
import { configActions } from '../iam/config-resources.ts';
import { IamqlError } from '../iam/error.ts';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import type { Tag } from './paging.ts';

/** A resource as AWS Config knows it: `AWS::IAM::User` by its `AIDA...`, `AWS::::Account` by its 12 digits. */
export interface ConfigResource {
  readonly type: string;
  readonly id: string;
}

/** What a rule says of a resource. AWS takes no INSUFFICIENT_DATA: it says so itself of a rule that has nothing else. */
export interface Evaluation extends ConfigResource {
  readonly compliance: 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE';
  /** At most 256 characters. */
  readonly annotation?: string;
}

/** What a rule has said of a resource before. */
export interface KeptEvaluation extends ConfigResource {
  readonly compliance: string;
}

/** Which run of a rule the evaluations are of, as AWS Config handed it to the function. */
export interface RuleInvocation {
  readonly resultToken: string;
  /** Milliseconds since 1970. */
  readonly triggeredAt: number;
  /** AWS checks the evaluations and keeps none. */
  readonly isTest: boolean;
}

/** Source: AWS Config API Reference, PutEvaluations and GetComplianceDetailsByConfigRule. */
const MOST_AT_ONCE = 100;
/** Of a hundred each: more than IAM lets an account have users, roles, groups and policies. */
const MOST_PAGES = 500;

/** Only these have been said of a resource and stand: the others are taken back already. */
const STANDING = ['COMPLIANT', 'NON_COMPLIANT'] as const;

const openConfigService = async (account: AwsAccount): Promise<ConfigServiceClient> => {
  const { ConfigServiceClient } = await import('@aws-sdk/client-config-service');
  return account.clientOf((config) => new ConfigServiceClient(config as ConfigServiceClientConfig));
};

/** All that a rule says of resources now. @throws IamqlError */
export async function listEvaluations(
  account: AwsAccount,
  ruleName: string,
  tag: Tag,
): Promise<readonly KeptEvaluation[]> {
  const { GetComplianceDetailsByConfigRuleCommand: Command } = await import('@aws-sdk/client-config-service');
  const action = configActions.kept;
  const client = await openConfigService(account);
  const input = { ConfigRuleName: ruleName, ComplianceTypes: [...STANDING], Limit: MOST_AT_ONCE };
  const kept: KeptEvaluation[] = [];
  const tokens = new Set<string | undefined>([undefined]);
  let from: string | undefined;
  do {
    const NextToken = from;
    const page = await account.call({ action, ...tag }, async (options) =>
      pageOf(await client.send(new Command({ ...input, NextToken }), options)),
    );
    kept.push(...page.kept);
    from = page.next;
    if (from && (tokens.has(from) || tokens.size >= MOST_PAGES)) throw answeredWithout(action, 'a last page');
    tokens.add(from);
  } while (from);
  return kept;
}

function pageOf({ EvaluationResults, NextToken }: GetComplianceDetailsByConfigRuleCommandOutput) {
  if (!EvaluationResults) throw answeredWithout(configActions.kept, 'a list of evaluations');
  const kept = EvaluationResults.map(({ EvaluationResultIdentifier: of, ComplianceType: compliance }) => {
    const { ResourceType: type, ResourceId: id } = of?.EvaluationResultQualifier ?? {};
    if (!type || !id || !compliance) throw answeredWithout(configActions.kept, 'what an evaluation is of');
    return { type, id, compliance };
  });
  return { kept, next: NextToken || undefined };
}

/** Says it of each, in order: where one part is refused, those behind it are not said. @throws IamqlError */
export async function putEvaluations(
  account: AwsAccount,
  evaluations: readonly Evaluation[],
  { resultToken, triggeredAt, isTest }: RuleInvocation,
  tag: Tag,
): Promise<void> {
  const { PutEvaluationsCommand } = await import('@aws-sdk/client-config-service');
  const action = configActions.put;
  const client = await openConfigService(account);
  const all = evaluations.map((one) => evaluationOf(one, triggeredAt));
  for (let at = 0; at < all.length; at += MOST_AT_ONCE) {
    const Evaluations = all.slice(at, at + MOST_AT_ONCE);
    const command = new PutEvaluationsCommand({ Evaluations, ResultToken: resultToken, TestMode: isTest });
    await account.call({ action, ...tag }, async (options) => {
      const { FailedEvaluations: failed = [] } = await client.send(command, options);
      if (failed.length > 0) throw new IamqlError('Unexpected', `${action} took all but ${failed.length} evaluations`);
    });
  }
}

const evaluationOf = ({ type, id, compliance, annotation }: Evaluation, triggeredAt: number) => ({
  ComplianceResourceType: type,
  ComplianceResourceId: id,
  ComplianceType: compliance,
  OrderingTimestamp: new Date(triggeredAt),
  ...(annotation === undefined ? {} : { Annotation: annotation }),
});
