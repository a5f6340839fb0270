import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import { checkLimit, type Limits } from './limits.ts';

/** Fields of a root field's assets are two names away from the root: what they lead to is as large as the account is. */
const FIRST_RELATION = 2;

/**
 * Counts the assets that relations of relations lead to: each step multiplies the answer by as many as stand there, and a
 * short text leads round in circles. Beyond the limit nothing more is followed, and the answer is the error alone.
 */
export class Related {
  private readonly limits: Limits;
  private count = 0;
  error: GraphQLError | undefined;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** @param value of a field below a root field. Gives it as it is, or an empty list where nothing is answered any more. */
  follow(value: unknown, info: GraphQLResolveInfo): unknown {
    if (typeof value !== 'object' || value === null || namesIn(info.path) <= FIRST_RELATION) return value;
    const isList = Array.isArray(value);
    if (this.error) return isList ? [] : value;
    this.count += isList ? value.length : 1;
    try {
      checkLimit('maxRelated', this.count, this.limits, { nodes: info.fieldNodes }, 'The answer has at least');
      return value;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      this.error = Object.assign(error, { extensions: { code: 'BAD_USER_INPUT' } });
      return isList ? [] : value;
    }
  }
}

function namesIn(path: GraphQLResolveInfo['path']): number {
  let names = 0;
  for (let part: typeof path | undefined = path; part; part = part.prev) if (typeof part.key === 'string') names += 1;
  return names;
}
