import { GraphQLError } from 'graphql';
import { IamqlError } from '../iam/error.ts';

/** An error as a client gets it: with its kind as the code, and nothing of what was not foreseen. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (!(error instanceof IamqlError)) {
    const internal = new GraphQLError('internal error', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    return Object.assign(internal, { cause: error });
  }
  const { about } = error;
  // What is wrong with one account is not wrong with the question.
  const code = error.kind === 'InvalidInput' && !about ? 'BAD_USER_INPUT' : error.kind;
  const subject = about ? { account: about.account, ...(about.isStale ? { stale: true } : {}) } : {};
  return new GraphQLError(error.message, { extensions: { code, ...subject }, originalError: error });
}

export function throwGraphQLError(error: unknown): never {
  throw toGraphQLError(error);
}
