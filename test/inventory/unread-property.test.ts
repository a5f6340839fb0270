import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { everyAction } from '../support/asked-account.ts';
import { everyKindOfUser } from '../support/every-kind-of-user.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { type ValuesOf, valuesIn, wheresOver } from '../where/random-where.ts';
import type { TypeName } from '../where/server-schema.ts';
import { Tally } from '../where/tally.ts';
import { askInventory, denied, scriptedAccount } from './live-account.ts';
import { reopen, snapshotOf } from './snapshot/snapshot-of.ts';

/*
 * Whatever AWS refuses: what is told of the account is so, and where nothing is said of what could not be read, it is all
 * there is. Asked live, and asked of a snapshot that was taken in the meantime.
 */

const account = scriptedAccount();
let whole: Inventory;
let valuesOf: ValuesOf;
beforeAll(async () => {
  const text = await snapshotOf(account.open(everyKindOfUser));
  whole = reopen(text);
  valuesOf = valuesIn(
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line)),
  );
});

interface Asked {
  readonly type: AssetTypeName;
  readonly where: object;
}

const random = (): fc.Arbitrary<Asked> =>
  fc
    .constantFrom(...(Object.keys(catalogue) as readonly AssetTypeName[]))
    .chain((type) => wheresOver(type as string as TypeName, valuesOf).map((where) => ({ type, where })));

/** What is asked of either slot, and so of every key of a user. */
const ofAnyKey: fc.Arbitrary<Asked> = fc
  .tuple(
    fc.constantFrom<(key: string) => object>(
      (key) => ({ [`${key}Active`]: true, [`${key}LastUsedDate`]: null }),
      (key) => ({ [`${key}Active`]: true }),
      (key) => ({ [`${key}LastUsedDate_LT`]: '2024-04-03T00:00:00Z' }),
      (key) => ({ NOT: { [`${key}LastUsedDate`]: null } }),
    ),
    fc.boolean(),
    fc.constantFrom<(row: object) => Asked>(
      (row) => ({ type: 'IAMUser', where: { hasIAMUserCredentials: row } }),
      (row) => ({ type: 'IAMUser', where: { NOT: { hasIAMUserCredentials: row } } }),
      (row) => ({ type: 'IAMUserCredentials', where: { passwordEnabled: false, ...row } }),
      (row) => ({ type: 'IAMGroup', where: { users_NONE: { hasIAMUserCredentials: row } } }),
      (row) => ({ type: 'IAMAccessKey', where: { user: { hasIAMUserCredentials: row } } }),
    ),
  )
  .map(([ofKey, isNegated, asked]) => {
    const row = { OR: ['accessKey1', 'accessKey2'].map(ofKey) };
    return asked(isNegated ? { NOT: row } : row);
  });

const users = (everyKindOfUser.users ?? []).map(({ name }) => name);
const faults = fc.array(
  fc
    .tuple(
      fc.constantFrom(...everyAction),
      fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constantFrom(...users)),
    )
    .map(([action, UserName]) => denied(action, UserName === undefined ? undefined : { UserName })),
  { minLength: 2, maxLength: 6 },
);

async function answerOf(inventory: Inventory, { type, where }: Asked) {
  const { root } = catalogue[type];
  const text = `query($where:${type}Where){list:${root}(where:$where){identifier} counted:${root}Aggregate(where:$where){count}}`;
  const { data, errors } = await askInventory(inventory, text, { where });
  for (const error of errors) expect(error).not.toContain('INTERNAL_SERVER_ERROR');
  const rows = ((data?.['list'] ?? []) as readonly ({ readonly identifier: string } | null)[]).filter((row) => row);
  const counted = data?.['counted'] as { readonly count: number | null } | null | undefined;
  return { told: rows.map((row) => row?.identifier), count: counted?.count ?? undefined, errors };
}

/** Of users the report alone says who they are, unless something else is asked that lists them. */
const mayBeLeftOut = ({ type }: Asked, identifier: string | undefined): boolean =>
  (type === 'IAMUser' || type === 'IAMUserCredentials') && identifier?.endsWith('/newer') === true;

test('what could not be read is never taken for certain', async () => {
  const outcomes = new Tally();
  const questions = fc.array(fc.oneof({ weight: 4, arbitrary: random() }, ofAnyKey), {
    minLength: 25,
    maxLength: 25,
  });
  const holds = fc.asyncProperty(faults, questions, async (some, asks) => {
    const snapshot = reopen(await snapshotOf(account.open({ ...everyKindOfUser, faults: some })));
    for (const [index, asked] of asks.entries()) {
      const known = await answerOf(whole, asked);
      // What reading everything does not tell, such as of a user who is newer than the report, nothing can be held against.
      if (known.errors.length > 0) continue;
      const told = index < 5 ? [snapshot, account.another()] : [snapshot];
      for (const inventory of told) {
        const answer = await answerOf(inventory, asked);
        const of = { asked, errors: answer.errors, faults: some };
        expect({ ...of, wrong: answer.told.filter((one) => !known.told.includes(one)) }).toEqual({ ...of, wrong: [] });
        outcomes.count(answer.errors.length > 0);
        if (answer.errors.length > 0) continue;
        const missing = known.told.filter((one) => !answer.told.includes(one) && !mayBeLeftOut(asked, one));
        expect({ ...of, missing }).toEqual({ ...of, missing: [] });
        expect({ ...of, count: answer.count }).toEqual({ ...of, count: answer.told.length });
      }
    }
  });
  await fc.assert(holds, { numRuns: propertyRuns(8), endOnFailure: true });
  outcomes.expectEach([true, false], 0);
}, 600_000);
