import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { renderAssetFragment } from '../graphql/asset-fragment.ts';
import type { Limits } from '../graphql/limits.ts';
import { Related } from '../graphql/related.ts';
import { resolveField } from '../graphql/resolve.ts';
import { loadSchema } from '../graphql/schema.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { checkHost, checkToken, refuse } from './access.ts';
import { explorer } from './explorer.ts';
import { DocumentStage, type RequestContext } from './graphql-plugin.ts';
import { openingQuery } from './opening-query.ts';

export interface ServerSettings {
  /** A new inventory for each request. */
  readonly openInventory: () => Promise<Inventory>;
  /** Names the account to people. */
  readonly sourceLabel: string;
  readonly isSample: boolean;
  /** Asked of every request for data; undefined for none. */
  readonly token: string | undefined;
  /** Host names beside the loopback's that requests may be for. */
  readonly allowedHosts: readonly string[];
  /** The stored text that the explorer opens on. */
  readonly foundingText: string;
  readonly limits: Limits;
}

/** GraphQL at /graphql, with the explorer page for browsers at the same address. No other origin may read answers. */
export async function createApp(settings: ServerSettings): Promise<Express> {
  const app = express().disable('x-powered-by').disable('etag');
  const schema = loadSchema();
  if (settings.isSample) app.use(markSample);
  app.use(checkHost(settings.allowedHosts));
  app.get('/', (_request, response) => response.redirect('/graphql'));
  app.use(
    explorer({
      title: 'iamql',
      sourceLabel: settings.token === undefined ? settings.sourceLabel : 'iamql',
      isSample: settings.isSample,
      tokenRequired: settings.token !== undefined,
      query: openingQuery('AccessKeysNeverUsed', settings.foundingText),
      fragments: renderAssetFragment(schema),
    }),
  );
  const apollo = await startApollo(settings.limits);
  const context = async (): Promise<RequestContext> => ({
    inventory: await settings.openInventory(),
    selections: [],
    rowsOnly: false,
    isJudged: false,
    related: new Related(settings.limits),
  });
  app.use(
    '/graphql',
    checkToken(settings.token),
    express.json({ limit: settings.limits.maxBodyBytes }),
    expressMiddleware(apollo, { context }),
  );
  app.use((_request, response) => refuse(response, 404, 'There is nothing here; GraphQL is at /graphql.'));
  app.use(answerError(settings.limits.maxBodyBytes));
  return app;
}

/** Every answer of a sample server says so, whoever wrote it: also those that never reach GraphQL. */
const markSample: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) => send(typeof body === 'string' && body.startsWith('{') ? withSample(body) : body);
  next();
};

function withSample(json: string): string {
  if (json.includes('"sample":true')) return json;
  const answer = JSON.parse(json);
  return JSON.stringify({ ...answer, extensions: { ...answer.extensions, sample: true } });
}

async function startApollo(limits: Limits): Promise<ApolloServer<RequestContext>> {
  const schema = loadSchema();
  const stage = new DocumentStage(schema, limits);
  const apollo = new ApolloServer<RequestContext>({
    schema,
    fieldResolver: resolveField,
    documentStore: stage.documentStore,
    plugins: [stage.plugin, ApolloServerPluginLandingPageDisabled(), ApolloServerPluginUsageReportingDisabled()],
    introspection: true,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  return apollo;
}

/** What goes wrong before GraphQL: a body that is too large, or not JSON. */
const answerError =
  (maxBodyBytes: number): ErrorRequestHandler =>
  (error: { status?: number; type?: string }, _request, response, next) => {
    if (response.headersSent) return next(error);
    if (error.type === 'entity.too.large') {
      return refuse(response, 413, `The request is larger than ${maxBodyBytes} bytes; --max-body-bytes raises it.`);
    }
    const isRequestError = error.status !== undefined && error.status < 500;
    refuse(response, error.status ?? 500, isRequestError ? 'The request body is not JSON.' : 'internal error');
  };
