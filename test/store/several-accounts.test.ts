import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Control } from '../../src/controls/control.ts';
import { exceptionsRun } from '../../src/controls/exceptions-run.ts';
import { readLibrary } from '../../src/controls/load-controls.ts';
import { patternCosts } from '../../src/controls/pattern-costs.ts';
import { runControl } from '../../src/controls/run-control.ts';
import { explain, planOf } from '../../src/graphql/explain.ts';
import { withCosts, withPatternCosts } from '../../src/graphql/source-cost.ts';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import { IamqlError } from '../../src/iam/error.ts';
import { instantOf } from '../../src/iam/instant.ts';
import { accountsOf } from '../../src/inventory/inventory.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { renderExplanation, renderPatternCosts } from '../../src/report/explanation.ts';
import type { Database } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/migrations.ts';
import { writeFailedScan } from '../../src/store/scans/write-scan.ts';
import type { ScopeRequest } from '../../src/store/scope.ts';
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
  const rowsOf = (answer: Awaited<ReturnType<typeof ask>>, field: string): readonly (Line | null)[] =>
    (answer.data?.[field] ?? []) as readonly (Line | null)[];

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
    const rows = (data?.['iamPolicies'] ?? []) as readonly Line[];
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
    expect(new Set(rowsOf(attached, 'iamPolicies').map((row) => row?.['accountID']))).toEqual(
      new Set(['111122223333']),
    );
  });

  test('a unit that no account is in is an error, also beside one that is known', async () => {
    await keep('111122223333');
    await database.run(`UPDATE connector SET units = '[{"id":"ou-1","name":"Workloads"}]'`);
    const text = '{iamUsersAggregate{count}}';
    for (const units of [['ou-1'], ['Workloads', 'ou-1']]) expect((await ask(text, { units })).errors).toEqual([]);
    const asked = [
      ask(text, { units: ['ou-1', 'Sandbox'] }),
      ask(text, { units: ['Sandbox', 'ou-1'], asOf: instantOf(new Date()) }),
      ask(text, { units: ['Sandbox'] }),
    ];
    for (const { errors } of await Promise.all(asked))
      expect(errors).toEqual([expect.stringMatching(/no account of the store is in .* unit "Sandbox"$/)]);
  });

  test('cursors lead to each asset once, whatever is alike', async () => {
    await keep('111122223333');
    await keep('444455556666');
    const text = `query($after:String){
        counted:iamPoliciesConnection(where:{policyType:"AWS"},first:1,after:$after,sort:[{policyType:DESC}]){totalCount ...Page}
        peeked:iamPoliciesConnection(where:{policyType:"AWS"},first:1,after:$after,sort:[{policyType:DESC}]){...Page}
      }
      fragment Page on IamPoliciesConnection{
        pageInfo{endCursor hasNextPage hasPreviousPage} edges{node{identifier accountID}}
      }`;
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await ask(text, {}, { after });
      const { totalCount, ...page } = (data?.['counted'] ?? {}) as {
        edges: readonly { node: Line }[];
        pageInfo: { endCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
        totalCount: number;
      };
      // Who does not ask how many there are is told the rest all the same.
      expect(data?.['peeked']).toEqual(page);
      const { edges, pageInfo } = page;
      expect(pageInfo.hasPreviousPage).toBe(seen.length > 0);
      seen.push(...edges.map(({ node }) => `${node['identifier']} ${node['accountID']}`));
      expect(pageInfo.hasNextPage).toBe(seen.length < totalCount);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null && seen.length < 100);
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toHaveLength(3 * 2);
  });

  describe('a question about time is asked of each account at its own', () => {
    const at = (readAt: string | null) => (line: Line) =>
      line['format'] === undefined
        ? line
        : {
            ...line,
            facts: Object.fromEntries(
              Object.entries(line['facts'] as Record<string, Line>).map(([group, times]) => [
                group,
                { ...times, readAt, ...('generatedAt' in times ? { generatedAt: readAt } : {}) },
              ]),
            ),
          };
    const text = 'AWSIAM3(days:45){identifier}';
    const found = async (scope: Partial<ScopeRequest> = {}) => rowsOf(await ask(text, scope), 'AWSIAM3');

    test('and finds what each finds alone', async () => {
      await keep('111122223333', at('2026-11-02T08:15:00Z'));
      await keep('444455556666', at('2024-01-01T00:00:00Z'));
      const alone = [await found({ connectors: ['111122223333'] }), await found({ connectors: ['444455556666'] })];
      expect(alone[0]?.length).not.toBe(alone[1]?.length);
      expect(await found()).toEqual(alone.flat());
    });

    test.each([['AWSIAM3(days:45)'], ['AWSIAM20'], ['AWS130IAM19'], ['UnusedAWSIAMRoles']])(
      '%s is an error of the account of which it is not known, and of no other',
      async (question) => {
        await keep('111122223333', at('2026-11-02T08:15:00Z'));
        const [field = ''] = question.split('(');
        const expected = rowsOf(await ask(`${question}{identifier}`), field);
        await keep('444455556666', at(null));
        const answer = await ask(`${question}{identifier}`);
        expect(rowsOf(answer, field)).toEqual([...expected, null]);
        expect(answer.errors).toEqual([expect.stringMatching(/NotCollected account 444455556666: .* when its facts/)]);
        await expect(ask(`${question}{identifier}`, { connectors: ['444455556666'] })).resolves.toMatchObject({
          errors: [expect.stringContaining('NotCollected')],
        });
        // Where it is known of none, nothing is compared with a time of nobody's.
        await keep('111122223333', at(null));
        const none = await ask(`${question}{identifier}`);
        expect(rowsOf(none, field)).toEqual([null, null]);
        for (const id of ['111122223333', '444455556666'])
          expect(none.errors).toContainEqual(expect.stringMatching(`NotCollected account ${id}: .* when its facts`));
      },
    );
  });

  test('where nobody answered each account has its own reason, also in one value of all', async () => {
    const ids = ['111122223333', '444455556666'];
    for (const id of ids) {
      const unread = ['IAMUser', 'RootUser', 'IAMUserCredentials'].map((type) => ({
        ...{ type, code: 'AccessDenied', message: `refused in ${id}` },
      }));
      await keep(id, (line) => (line['format'] === undefined ? line : { ...line, facts: {}, unread }));
    }
    const own = ids.map((id) => expect.stringContaining(`AccessDenied account ${id}: refused in ${id}`));
    const named = await ask('AWSIAM3(days:45){identifier}');
    expect(named.errors).toEqual(expect.arrayContaining(own));
    const before = await ask('AWSIAM3(days:45){identifier}', { asOf: '2001-01-01T00:00:00Z' });
    expect(before.errors).toEqual(
      ids.map((id) => expect.stringContaining(`account ${id}: it was not scanned by then`)),
    );
    const [error] = (await ask('{iamUsersAggregate{count}}')).errors;
    for (const id of ids) expect(error).toContain(`account ${id}: refused in ${id}`);
  });

  test('whose principals are the own ones is asked of each account for itself', async () => {
    await keep('111122223333');
    const alone = rowsOf(await ask('AWSRolesWithExternalAccess{identifier}'), 'AWSRolesWithExternalAccess');
    await keep('777788889999');
    const both = rowsOf(await ask('AWSRolesWithExternalAccess{identifier}'), 'AWSRolesWithExternalAccess');
    expect(both).toHaveLength(2 * alone.length);
    // The account that cannot say who it is is not asked, and not taken for another.
    await keep('777788889999', (line) => {
      if (line['format'] !== undefined)
        return {
          ...line,
          unread: [{ type: 'Connector', fields: ['partition'], code: 'AccessDenied', message: 'denied' }],
        };
      const { partition, ...rest } = line;
      return line['__typename'] === 'Connector' ? rest : { ...rest, ...(partition ? { partition } : {}) };
    });
    const answer = await ask('AWSRolesWithExternalAccess{identifier}');
    expect(rowsOf(answer, 'AWSRolesWithExternalAccess')).toEqual([...alone, null]);
    expect(answer.errors).toEqual([expect.stringContaining('account 777788889999')]);
  });

  test('an exception is of the account that it names, and what both found under one ARN are two findings', async () => {
    for (const id of ['111122223333', '444455556666']) await keep(id);
    const { controls } = await readLibrary();
    const id = 'aws-iam-cloudshell-full-access-is-restricted';
    const control = controls.find((one) => one.id === id) as Control;
    const exception = {
      ...{ control: id, account: '444455556666', asset: 'arn:aws:iam::aws:policy/AWSCloudShellFullAccess' },
      ...{ key: undefined, reason: 'r', owner: 'o', expires: '2999-01-01T00:00:00+00:00', ticket: undefined },
      place: 'x.yaml:2:5',
    };
    const orphan = { ...exception, asset: 'arn:aws:iam::aws:policy/AWSDeny*' };
    const elsewhere = { ...exception, account: '999999999999' };
    const exceptions = [exception, orphan, elsewhere];
    await withStore(database, {}, async (inventory) => {
      const run = await runControl(inventory, control, { exceptions });
      const [{ findings, excepted } = { findings: [], excepted: [] }] = run.rules;
      expect(findings.map(({ account }) => account)).toEqual(['111122223333']);
      expect(excepted.map(({ account }) => account)).toEqual(['444455556666']);
      const clock = { now: '2026-01-01T00:00:00+00:00', expiringMs: 0, accounts: accountsOf(inventory.evidence()) };
      const { orphans, unfit } = exceptionsRun(exceptions, [run], clock);
      expect([orphans.map(({ asset }) => asset), unfit]).toEqual([[orphan.asset], []]);
    });
  });

  describe('an account of which the last scan read nothing', () => {
    const fail = (id: string) =>
      writeFailedScan(database, {
        connector: { id, name: id, accountID: id },
        error: new IamqlError('AccessDenied', 'everything was denied'),
        startedAt: new Date(),
        endedAt: new Date(),
      });
    const CLEAN = 'iamUsers(where:{userName:"nobody"}){userName}';

    test.each([
      ['a list', CLEAN],
      ['an aggregate', 'iamUsersAggregate(where:{userName:"nobody"}){count}'],
      ['a connection', 'iamUsersConnection(where:{userName:"nobody"}){totalCount}'],
      ['a part', 'iamTags(where:{key:"nobody"}){key}'],
      ['a named question', 'AWSIAM16{identifier}'],
    ])('is an error in %s', async (_name, text) => {
      await keep('111122223333');
      expect((await ask(text)).errors).toEqual([]);
      await fail('444455556666');
      expect((await ask(text)).errors).toEqual([expect.stringContaining('AccessDenied account 444455556666')]);
    });

    test('is an error beside what the last good scan found, in every control', async () => {
      await keep('444455556666');
      const { controls } = await readLibrary();
      const run = (scope: Partial<ScopeRequest> = {}) =>
        withStore(database, scope, async (inventory) => {
          const runs = [];
          for (const control of controls) runs.push(await runControl(inventory, control));
          return runs;
        });
      const before = await run();
      await fail('444455556666');
      const after = await run();
      for (const [index, { verdict, rules }] of after.entries()) {
        expect(verdict).toBe(before[index]?.verdict === 'FAIL' ? 'FAIL' : 'ERROR');
        expect(rules.map(({ findings }) => findings)).toEqual(before[index]?.rules.map(({ findings }) => findings));
      }
    });
  });

  test('a relation to what is not there is an error of that asset, and the others have theirs', async () => {
    await keep('111122223333');
    const text = 'iamUsers{userName accessKeys{user{userName}}}';
    const whole = rowsOf(await ask(text), 'iamUsers');
    const [lost] = await database.query<{ user: string }>(
      'DELETE FROM "IAMAccessKey" WHERE identifier = (SELECT min(identifier) FROM "IAMAccessKey") RETURNING "user"',
    );
    const { data, errors } = await ask(text);
    expect(errors).toEqual([expect.stringMatching(/Corrupt.*IAMAccessKey .*, which is not in it/)]);
    const name = lost?.user.split('/').at(-1);
    expect(rowsOf({ data, errors }, 'iamUsers')).toEqual(
      whole.map((row) => (row?.['userName'] === name ? { userName: name, accessKeys: null } : row)),
    );
  });

  test('what a pattern costs is counted', async () => {
    await keep('111122223333');
    await keep('444455556666');
    const costOf = async (where: string) => {
      const explained = await explain({ text: `iamUsers(where:${where}){arn}` });
      return withStore(database, {}, async (inventory) =>
        planOf(await withPatternCosts(explained, inventory)).map(({ patterns }) => patterns),
      );
    };
    const rows = (count: number) => [{ how: 'COUNTED', rows: count, of: 20 }];
    expect(await costOf('{path:"/service/"}')).toEqual([undefined]);
    expect(await costOf('{userName_MATCHES:"a.*"}')).toEqual(rows(20));
    expect(await costOf('{userName_STARTS_WITH:"a",userName_MATCHES:"a.*"}')).toEqual(rows(2));
    // What is selected whatever the pattern says does not leave the database.
    expect(await costOf('{OR:[{NOT:{userName_STARTS_WITH:"a"}},{userName_MATCHES:"a.*"}]}')).toEqual(rows(2));
    // Of those without a key it is true, and of the others nobody knows.
    const keyed = await ask('iamUsersAggregate(where:{accessKeys_SOME:{}}){count}');
    const { iamUsersAggregate } = keyed.data as { readonly iamUsersAggregate: { readonly count: number } };
    expect(await costOf('{accessKeys_NONE:{accessKeyId_MATCHES:"AKIA.*"}}')).toEqual(rows(iamUsersAggregate.count));
    // Beside it, what else is asked of the database, and nothing of AWS.
    const text = 'iamUsersConnection(first:1,where:{userName_STARTS_WITH:"a"}){edges{node{accessKeys{user{arn}}}}}';
    const asked = await explain({ text });
    const explained = await withStore(database, {}, (inventory) => withCosts(asked, inventory));
    expect(planOf(explained)).toMatchObject([
      { facts: [], matching: { how: 'COUNTED', rows: 2, of: 20 }, related: ['accessKeys', 'accessKeys.user'] },
    ]);
    expect(renderExplanation(explained)).toBe(`iamUsersConnection: the IAM users for which
  user name starts with "a"
  at most 1
  It asks the database of the store:
    for those that match: at most 2 of 20 IAM users (counted)
    then for what these lead to, in a statement each: accessKeys, accessKeys.user
`);
    // As `check --explain` says it.
    const { controls } = await readLibrary();
    const control = controls.find(({ id }) => id === 'aws-iam-roles-trust-named-principals') as Control;
    const told = await withStore(database, {}, async (inventory) =>
      renderPatternCosts(await patternCosts([await runControl(inventory, control)], inventory)),
    );
    expect(told).toMatch(
      /^aws-iam-roles-trust-named-principals, \w+, iamRoles: its pattern is matched in this process: \d+ of 12 IAM roles, .* \(counted\)$/m,
    );
  });

  describe('which accounts are asked', () => {
    const names = async (scope: Partial<ScopeRequest>) =>
      rowsOf(await ask('connectors{accountID}', scope), 'connectors').map((row) => row?.['accountID']);
    beforeEach(async () => {
      for (const id of ['111122223333', '444455556666']) await keep(id);
      const tags = { team: `it's "a" \\ %`, stage: 'prod' };
      await database.query('UPDATE connector SET tags = $1 WHERE id = $2', [tags, '444455556666']);
    });

    test.each<[string, Partial<ScopeRequest>, readonly string[]]>([
      ['all', {}, ['111122223333', '444455556666']],
      ['by id', { connectors: ['444455556666'] }, ['444455556666']],
      ['by tag', { tags: { stage: 'prod' } }, ['444455556666']],
      ['by an odd tag', { tags: { team: `it's "a" \\ %` } }, ['444455556666']],
    ])('%s', async (_name, scope, expected) => {
      expect(await names(scope)).toEqual(expected);
    });

    test.each<[string, Partial<ScopeRequest>]>([
      ['an id', { connectors: ['x'] }],
      ['an id that SQL would end at', { connectors: ["') OR true --"] }],
      ['a name with NUL', { connectors: ['\u0000'] }],
      ['half a character', { connectors: ['\ud83d'] }],
      ['a tag', { tags: { stage: 'test' } }],
      ['a tag with NUL', { tags: { stage: '\u0000' } }],
      ['half a character in a tag', { tags: { '\ud83d': '\ud83d' } }],
      ['a tag that SQL would end at', { tags: { "'}": `"}' OR true --` } }],
    ])('%s that is not there is an error', async (_name, scope) => {
      expect((await ask('connectors{accountID}', scope)).errors).toEqual([
        expect.stringMatching(/BAD_USER_INPUT|NotCollected/),
      ]);
    });
  });
});
