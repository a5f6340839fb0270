import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import { IamqlError } from '../../src/iam/error.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrations.ts';
import type { ScopeRequest } from '../../src/store/scope.ts';
import { writeFailedScan } from '../../src/store/write-scan.ts';
import { askInventory } from '../inventory/live-account.ts';
import { reopen, snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import { databases, START_MS } from '../support/databases.ts';
import { keepAccount, withStore } from './kept-account.ts';

type Line = Readonly<Record<string, unknown>>;
const sample = await snapshotOf(openSample().inventory());

/** The sample as another account, in which every identifier of AWS's own is the same. */
function accountOf(id: string, edit: (line: Line) => Line = (line) => line): string {
  const [header = '', ...lines] = sample.replaceAll('111122223333', id).trimEnd().split('\n');
  const { sha256: _digest, ...unsigned } = JSON.parse(header) as Line;
  return [unsigned, ...lines.map((line) => JSON.parse(line) as Line)]
    .map((line) => `${JSON.stringify(edit(line))}\n`)
    .join('');
}

describe.each(Object.keys(databases))('several accounts on %s', (name) => {
  let database: Database;
  beforeAll(async () => {
    database = await (databases[name] as () => Promise<Database>)();
  }, START_MS);
  beforeEach(() => migrate(database, catalogue));
  afterEach(() => database.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));
  afterAll(() => database.close());

  const keep = (id: string, edit?: (line: Line) => Line) => keepAccount(database, reopen(accountOf(id, edit)));
  const ask = (text: string, scope: Partial<ScopeRequest> = {}, variables = {}) =>
    withStore(database, scope, (inventory) => askInventory(inventory, text, variables));

  test('each asset stands beside those of its own account alone', async () => {
    // Of the second account nothing has the policy attached.
    await keep('111122223333');
    await keep('444455556666', (line) =>
      line['__typename'] === 'IAMPolicy' && line['policyType'] === 'AWS'
        ? { ...line, attachmentCount: 0, users: [], groups: [], roles: [] }
        : line,
    );
    const { data, errors } = await ask(
      'iamPolicies(where:{policyType:"AWS"}, options:{sort:[{policyType:ASC}]}){identifier accountID attachmentCount connector{identifier}}',
    );
    expect(errors).toEqual([]);
    const rows = data?.['iamPolicies'] as readonly Line[];
    const order = rows.map(({ identifier, accountID }) => `${identifier} ${accountID}`);
    expect(order).toEqual(order.toSorted());
    expect(new Set(rows.map(({ identifier }) => identifier)).size).toBe(rows.length / 2);
    for (const row of rows) {
      expect(row['connector']).toEqual({ identifier: row['accountID'] });
      if (row['accountID'] === '444455556666') expect(row['attachmentCount']).toBe(0);
    }
    const attached = await ask(
      'iamPolicies(where:{policyType:"AWS",OR:[{users_SOME:{}},{groups_SOME:{}},{roles_SOME:{}}]}){accountID}',
    );
    expect(new Set((attached.data?.['iamPolicies'] as readonly Line[]).map(({ accountID }) => accountID))).toEqual(
      new Set(['111122223333']),
    );
  });

  test('cursors lead to each asset once, whatever is alike', async () => {
    await keep('111122223333');
    await keep('444455556666');
    const text =
      'query($after:String){iamPoliciesConnection(where:{policyType:"AWS"},first:1,after:$after,sort:[{policyType:DESC}]){totalCount pageInfo{endCursor hasNextPage} edges{node{identifier accountID}}}}';
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await ask(text, {}, { after });
      const { edges, pageInfo, totalCount } = data?.['iamPoliciesConnection'] as {
        edges: readonly { node: Line }[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
        totalCount: number;
      };
      seen.push(...edges.map(({ node }) => `${node['identifier']} ${node['accountID']}`));
      expect(pageInfo.hasNextPage).toBe(seen.length < totalCount);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null && seen.length < 100);
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toHaveLength(4 * 2);
  });
});
