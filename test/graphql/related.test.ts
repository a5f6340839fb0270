import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { usualLimits } from '../../src/graphql/limits.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { createApp } from '../../src/server/app.ts';
import { post } from '../support/serve.ts';

/** From each policy that the account has to the account and back to all of them. */
const round = (times: number): string =>
  `connectors{${'managedPolicies{connector{'.repeat(times)}name${'}}'.repeat(times)}}`;
const limits = { ...usualLimits, maxRelated: 1_000 };
const REFUSAL =
  /^The answer has at least 1,00\d assets behind two relations or more, \d more than the limit of 1,000; --max-related raises it\.$/;

test('what relations of relations lead to is bounded, and beyond it the error is the whole answer', async () => {
  const within = await ask(openSample().inventory(), { text: round(3), limits });
  expect(within.result.errors).toBeUndefined();
  const { result, selections } = await ask(openSample().inventory(), { text: round(7), limits });
  expect(result).not.toHaveProperty('data');
  expect(result.errors).toMatchObject([
    { message: expect.stringMatching(REFUSAL), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect(selections).toEqual([]);
});

test('what the assets themselves lead to is as large as the account is, and is not counted', async () => {
  const text = '{iamUsers{hasIAMUserCredentials{identifier} accessKeys{accessKeyId}}}';
  const { result } = await ask(openSample().inventory(), { text, limits: { ...usualLimits, maxRelated: 1 } });
  expect(result.errors).toBeUndefined();
});

test('over HTTP it is 400, and the next request is answered', async () => {
  const app = await createApp({
    openInventory: async () => openSample().inventory(),
    ...{ isSample: true, sourceLabel: 'sample', foundingText: 'iamUsers{arn}' },
    ...{ allowedHosts: [], token: undefined, limits },
  });
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const refused = await post(url, { query: round(7) });
  expect(refused.status).toBe(400);
  expect(refused.body).toEqual({
    errors: [expect.objectContaining({ message: expect.stringMatching(REFUSAL) })],
    extensions: expect.objectContaining({ sample: true }),
  });
  expect(await post(url, { query: round(2) })).toMatchObject({ status: 200, body: { data: { connectors: [{}] } } });
});
