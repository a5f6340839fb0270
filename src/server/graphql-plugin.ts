import {
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
  HeaderMap,
} from '@apollo/server';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { extensionsOf } from '../graphql/ask.ts';
import { withoutConstantWhere } from '../graphql/constant-where.ts';
import { type Prepared, prepareDocument } from '../graphql/document.ts';
import { explainQuestions, planOf } from '../graphql/explain.ts';
import { explainFindings, planOfFindings, withFindingsCosts } from '../graphql/explain-findings.ts';
import type { Limits } from '../graphql/limits.ts';
import { readRequest } from '../graphql/request.ts';
import type { Context } from '../graphql/resolve.ts';
import { withCosts } from '../graphql/source-cost.ts';

/** One request's state: what resolvers need, and how the document stage read its text. */
export interface RequestContext extends Context {
  prepared?: Prepared;
  warnings?: readonly string[];
  /** How the request is understood and what it costs, where it asks for it: `{"extensions": {"plan": true}}`. */
  plan?: unknown;
}

/** Texts whose documents are kept: a dashboard's worth. */
const MAX_DOCUMENTS = 200;
/** Stands in for a text that cannot be executed, until `responseForOperation` answers with its errors. */
const NOTHING: DocumentNode = parse('{ __typename }');

/**
 * Puts our document stage in the place of Apollo's parse and validate, so that stored texts run over HTTP as they do on
 * the command line (docs/adr/0002-document-stage-in-apollo.md). Apollo takes a document from its `documentStore` without
 * looking at it again; the plugin puts it there before Apollo asks.
 */
export class DocumentStage {
  private readonly schema: GraphQLSchema;
  private readonly limits: Limits;
  private readonly prepared = new Map<string, Prepared>();

  constructor(schema: GraphQLSchema, limits: Limits) {
    this.schema = schema;
    this.limits = limits;
  }

  /** Apollo's keys are a prefix of its own and the hash of the text. */
  readonly documentStore = {
    get: async (key: string): Promise<DocumentNode> => {
      const document = this.prepared.get(hashOf(key))?.document;
      return document ? withoutConstantWhere(this.schema, document) : NOTHING;
    },
    set: async (): Promise<void> => {},
    delete: async (): Promise<void> => {},
  };

  readonly plugin: ApolloServerPlugin<RequestContext> = {
    requestDidStart: async (): Promise<GraphQLRequestListener<RequestContext>> => ({
      didResolveSource: async ({ source, queryHash, contextValue }) => {
        contextValue.prepared = this.prepare(queryHash, source);
      },
      responseForOperation: async (request) => {
        const errors = request.contextValue.prepared?.errors ?? (await this.readRequest(request));
        if (errors.length === 0) return null;
        const http = { status: 400, headers: new HeaderMap() };
        return { http, body: { kind: 'single', singleResult: { errors: errors.map((error) => error.toJSON()) } } };
      },
      willSendResponse: async (request) => {
        refuseTooMuch(request);
        addExtensions(request);
        await request.contextValue.inventory.close?.();
      },
    }),
  };

  /** Reads what is asked before it is executed, and passes its variables on as they were meant. */
  private async readRequest({
    document,
    request,
    contextValue,
  }: GraphQLRequestContext<RequestContext>): Promise<readonly GraphQLError[]> {
    if (!document) return [];
    const { operationName, variables = {} } = request;
    const read = await readRequest(this.schema, { document, operationName, variables }, this.limits);
    contextValue.warnings = read.warnings;
    if (request.extensions?.['plan'] === true) {
      const { inventory } = contextValue;
      const explained = explainQuestions(this.schema, document, read.questions);
      contextValue.plan = [
        ...planOf(await withCosts(explained, inventory)),
        ...planOfFindings(await withFindingsCosts(explainFindings(read.findings), inventory)),
      ];
    }
    request.variables = read.variables;
    return read.errors;
  }

  private prepare(hash: string, text: string): Prepared {
    const known = this.prepared.get(hash);
    this.prepared.delete(hash);
    const prepared = known ?? prepareDocument(this.schema, text, this.limits);
    this.prepared.set(hash, prepared);
    const oldest = this.prepared.keys().next().value;
    if (this.prepared.size > MAX_DOCUMENTS && oldest !== undefined) this.prepared.delete(oldest);
    return prepared;
  }
}

const hashOf = (key: string): string => key.slice(key.lastIndexOf(':') + 1);

/** What was followed too far is no answer, and a part of it would look like one. */
function refuseTooMuch({ response, contextValue }: GraphQLRequestContext<RequestContext>): void {
  const { error } = contextValue.related;
  if (!error) return;
  response.http.status = 400;
  response.body = { kind: 'single', singleResult: { errors: [error.toJSON()] } };
}

function addExtensions({ response, contextValue }: GraphQLRequestContext<RequestContext>): void {
  if (response.body?.kind !== 'single') return;
  const { singleResult } = response.body;
  singleResult.extensions = {
    ...singleResult.extensions,
    ...extensionsOf(contextValue.inventory.evidence(), contextValue.warnings),
    ...(contextValue.plan ? { plan: contextValue.plan } : {}),
  };
}
