import { randomUUID } from 'node:crypto';
import { AwsError, type QueryAnswer } from './query-answer.ts';

interface PutEvaluation {
  readonly ComplianceResourceType: string;
  readonly ComplianceResourceId: string;
  readonly ComplianceType: string;
  readonly Annotation?: string;
  readonly OrderingTimestamp: number;
}

/** Source: AWS Config API Reference, Evaluation and PutEvaluations. */
const ACCEPTED = ['COMPLIANT', 'NON_COMPLIANT', 'NOT_APPLICABLE'];
const MOST_AT_ONCE = 100;
const MOST_CHARACTERS = 256;

type Params = Readonly<Record<string, unknown>>;

/** What the one rule is called, and the token that is taken for it. */
export const RULE = { name: 'initial-keys-conformance-pack-abcd', token: 'eyJlbmNyeXB0ZWREYXRhIjoi' };

/** One rule of AWS Config, and what was said to it. */
export class ConfigRule {
  /** How many of a page that is asked for are handed out: pages may be short. */
  pageSize = MOST_AT_ONCE;
  readonly #said = new Map<string, PutEvaluation>();

  /** As AWS Config derives it. Source: AWS Config API Reference, DescribeComplianceByConfigRule. */
  get compliance(): string {
    const said = [...this.#said.values()].map(({ ComplianceType }) => ComplianceType);
    if (said.includes('NON_COMPLIANT')) return 'NON_COMPLIANT';
    return said.length > 0 ? 'COMPLIANT' : 'INSUFFICIENT_DATA';
  }

  /** What stands, as `type id compliance`. */
  get standing(): readonly string[] {
    const said = [...this.#said.values()].map(
      (one) => `${one.ComplianceResourceType} ${one.ComplianceResourceId} ${one.ComplianceType}`,
    );
    return said.sort();
  }

  answer(action: string, params: Params): QueryAnswer {
    const answer = {
      PutEvaluations: () => this.#put(params),
      GetComplianceDetailsByConfigRule: () => this.#get(params),
    };
    const known = answer[action as keyof typeof answer];
    if (!known) throw new AwsError('UnknownOperationException', action);
    return { status: 200, requestId: randomUUID(), body: JSON.stringify(known()) };
  }

  #put({ Evaluations, ResultToken, TestMode }: Params): object {
    const evaluations = Evaluations as readonly PutEvaluation[];
    if (evaluations.length > MOST_AT_ONCE) throw new AwsError('ValidationException', 'more than 100 evaluations');
    if (TestMode !== true && ResultToken !== RULE.token) throw new AwsError('InvalidResultTokenException');
    for (const { ComplianceType, Annotation = '', OrderingTimestamp } of evaluations) {
      if (!ACCEPTED.includes(ComplianceType)) throw new AwsError('InvalidParameterValueException', ComplianceType);
      if (Annotation.length > MOST_CHARACTERS) throw new AwsError('ValidationException', 'too long an annotation');
      if (typeof OrderingTimestamp !== 'number') throw new AwsError('ValidationException', 'no OrderingTimestamp');
    }
    if (TestMode !== true) for (const one of evaluations) this.#keep(one);
    return { FailedEvaluations: [] };
  }

  #keep(one: PutEvaluation): void {
    const key = `${one.ComplianceResourceType} ${one.ComplianceResourceId}`;
    if (one.ComplianceType === 'NOT_APPLICABLE') this.#said.delete(key);
    else this.#said.set(key, one);
  }

  #get({ ConfigRuleName, ComplianceTypes, Limit, NextToken }: Params): object {
    if (ConfigRuleName !== RULE.name) throw new AwsError('NoSuchConfigRuleException');
    const types = ComplianceTypes as readonly string[];
    const all = [...this.#said.values()].filter(({ ComplianceType }) => types.includes(ComplianceType));
    const from = Number(NextToken ?? 0);
    const next = from + Math.min(Number(Limit), this.pageSize);
    return {
      EvaluationResults: all.slice(from, next).map((one) => ({
        EvaluationResultIdentifier: {
          EvaluationResultQualifier: {
            ConfigRuleName,
            ResourceType: one.ComplianceResourceType,
            ResourceId: one.ComplianceResourceId,
          },
        },
        ComplianceType: one.ComplianceType,
      })),
      ...(next < all.length ? { NextToken: String(next) } : {}),
    };
  }
}
