import { GraphQLError } from 'graphql';
import { IamqlError } from '../iam/error.ts';

/** An error as a client gets it: with its kind as the code, and nothing of what was not foreseen. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (!(error instanceof IamqlError)) {
    const internal = new GraphQLError('internal error', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    return Object.assign(internal, { cause: error });
  }
  const { reasons } = error;
  const several =
    reasons.length > 0 ? { reasons: reasons.map((one) => ({ ...subjectOf(one), message: one.message })) } : {};
  return new GraphQLError(error.message, { extensions: { ...subjectOf(error), ...several }, originalError: error });
}

/** What kind of error it is, and which account it is about. */
function subjectOf({ kind, about, reasons }: IamqlError): Record<string, unknown> {
  // What is wrong with one account is not wrong with the question.
  const isOfQuestion = kind === 'InvalidInput' && !about && reasons.length === 0;
  const code = isOfQuestion ? 'BAD_USER_INPUT' : kind;
  return { code, ...(about ? { account: about.account, ...(about.isStale ? { stale: true } : {}) } : {}) };
}

export function throwGraphQLError(error: unknown): never {
  throw toGraphQLError(error);
}
