import { GraphQLError } from 'graphql';
import { IamqlError } from '../iam/error.ts';

/** An error as a client gets it: with its kind as the code, and nothing of what was not foreseen. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (!(error instanceof IamqlError)) {
    const internal = new GraphQLError('internal error', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    return Object.assign(internal, { cause: error });
  }
  const code = error.kind === 'InvalidInput' ? 'BAD_USER_INPUT' : error.kind;
  return new GraphQLError(error.message, { extensions: { code }, originalError: error });
}

export function throwGraphQLError(error: unknown): never {
  throw toGraphQLError(error);
}
