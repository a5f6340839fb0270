import { inOrder } from '../controls/order.ts';
import type { Tags } from '../controls/read-tags.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { ResultExcepted, ResultFinding } from './check-result.ts';
import { type JudgedAccount, nameOf } from './judged-accounts.ts';
import type { RollOutSettings } from './roll-out.ts';
import type { Group, Item, Marks } from './roll-out-items.ts';
import { type Words, words } from './words.ts';

interface Placed {
  readonly arn: string;
  readonly userName: string;
  readonly tags: Tags;
  readonly own: Tags;
  readonly finding: ResultFinding;
  readonly account: JudgedAccount;
}

/** What was found: by the groups of the order, in each by account, so many at once. */
export function batchesOf(
  accounts: readonly JudgedAccount[],
  settings: RollOutSettings,
  marks: Marks,
): readonly Group[] {
  const placed = accounts.flatMap((account) =>
    account.findings.map((finding): Placed => {
      const own = settings.tags.get(finding.identifier) ?? [];
      // An account that is production makes what is in it production.
      const tags = [...own, ...Object.entries(account.tags).map(([key, value]) => ({ key, value }))];
      return { arn: finding.identifier, userName: finding.name, tags, own, finding, account };
    }),
  );
  return inOrder(placed, settings.order).flatMap(({ group, users }) => {
    const byAccount = Map.groupBy(users, ({ account }) => account);
    // In the order of accounts, so that what changes in one moves nothing of another.
    return accounts.flatMap((account) =>
      batchesOfAccount({ group, account, found: byAccount.get(account) ?? [] }, settings, marks),
    );
  });
}

function batchesOfAccount(
  {
    group,
    account,
    found,
  }: { readonly group: string; readonly account: JudgedAccount; readonly found: readonly Placed[] },
  { batchSize, owners }: RollOutSettings,
  marks: Marks,
): readonly Group[] {
  const batches: Group[] = [];
  for (let start = 0; start < found.length; start += batchSize) {
    const items = found.slice(start, start + batchSize).map(({ finding, own }) => ({
      ...marks.seen('found', account, [finding.type, finding.identifier, finding.keys.map(keyId)]),
      words: wordsOfFinding(finding),
      owner: owners.ofAsset(account, own),
    }));
    const scan: Item = {
      // Of another batch it is another scan.
      ...marks.step(['scan', items.map(({ mark }) => mark)]),
      words: words`Scan again, and see that these are gone.`,
      owner: owners.ofAccount(account),
    };
    const number = String(batches.length + 1);
    batches.push({ title: [...words`${group}, account ${nameOf(account)}, batch `, number], items: [...items, scan] });
  }
  return batches;
}

const keyId = ({ accessKeyId, slot, createDate, since }: ResultFinding['keys'][number]): unknown =>
  accessKeyId ?? [slot, createDate ?? since];

function wordsOfFinding({ type, name, identifier, keys }: ResultFinding): Words {
  const noun = Object.hasOwn(catalogue, type) ? catalogue[type as AssetTypeName].one : 'asset';
  const ofKeys = keys.flatMap((key, at): Words => {
    const which = key.slot === null ? 'further access key' : `access key ${key.slot}`;
    return [at === 0 ? ': ' : ', ', which, ...(key.accessKeyId ? [' ', { name: key.accessKeyId }] : [])];
  });
  return [`${noun} `, { name }, ...(name === identifier ? [] : [' (', { name: identifier }, ')']), ...ofKeys];
}

/** A finding that is excepted: whose it is, until when, and who has agreed to it for what reason. */
export function wordsOfExcepted({ exception, ...finding }: ResultExcepted, account: JudgedAccount): Words {
  const until = exception.expires.replace('T00:00:00Z', '');
  return [
    ...wordsOfFinding(finding),
    ...words`, account ${nameOf(account)}: until ${until}, owner ${exception.owner}: ${exception.reason}`,
  ];
}
