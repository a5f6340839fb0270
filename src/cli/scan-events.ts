import { createHash } from 'node:crypto';
import { instantOf, renderInstant } from '../iam/instant.ts';
import type { Database } from '../store/database/database.ts';
import type { JudgedScan } from '../store/findings/keep-findings.ts';
import { noteDelivery, wasDelivered } from '../store/scans/deliveries.ts';
import { type FailedAccount, wasStale } from '../store/scans/failed-accounts.ts';
import { type ChangeKind, changeKinds, changesOf, type UnjudgedControl } from '../store/scans/scan-changes.ts';
import { rendered } from './new-findings.ts';
import { writeNote } from './output.ts';
import { send, usualPatience, type Webhook } from './webhook.ts';

/** What a request holds is read whole by whoever takes it; the rest is in `iamql history`. */
const MOST_CHANGES = 1000;

/** Whoever has not taken so many events in a row is not waited for again in the same run: a store may have thousands. */
const MOST_LOST = 3;
const lost = new WeakMap<Webhook, number>();

/** What judging a scan has come to. */
export interface JudgedEvent {
  readonly scan: JudgedScan;
  readonly counts: Readonly<Record<ChangeKind, number>>;
  readonly unjudged: readonly UnjudgedControl[];
}

/** Sends what a scan changed, once, and that an account is no longer stale. */
export async function deliver(database: Database, webhook: Webhook, event: JudgedEvent, patience = usualPatience) {
  const { scan, counts, unjudged } = event;
  const recovered = await wasStale(database, scan.connector, scan.id);
  const total = changeKinds.reduce((sum, kind) => sum + counts[kind], 0);
  if (total + unjudged.length === 0 && !recovered) return;
  const changes = [];
  for await (const change of changesOf(database, scan.id, MOST_CHANGES)) changes.push(rendered(change));
  const body = {
    kind: 'SCAN_JUDGED',
    ...{ scan: scan.id, connector: scan.connector, at: renderInstant(instantOf(scan.endedAt)), recovered },
    counts: Object.fromEntries(changeKinds.map((kind) => [kind.toLowerCase(), counts[kind]])),
    ...{ changes, omitted: total - changes.length, unjudged },
  };
  await deliverOnce(database, webhook, { scan: scan.id, body, what: `what scan ${scan.id} changed` }, patience);
}

/** Sends that nothing could be read of an account, once for each scan that failed. */
export async function deliverFailure(
  database: Database,
  webhook: Webhook,
  failed: FailedAccount,
  patience = usualPatience,
): Promise<void> {
  const { scan, connector, accountName, failedAt, error, lastGoodAt } = failed;
  const body = {
    kind: 'SCAN_FAILED',
    ...{ scan, connector, accountName, at: renderInstant(instantOf(failedAt)), error },
    lastGoodAt: lastGoodAt && renderInstant(instantOf(lastGoodAt)),
  };
  const what = scan === null ? 'that a scan failed' : `that scan ${scan} failed`;
  await deliverOnce(database, webhook, { scan, body, what }, patience);
}

interface Message {
  readonly scan: string | null;
  readonly body: Readonly<Record<string, unknown>> & { readonly at: string };
  /** For people, of one that was not delivered. */
  readonly what: string;
}

/** What is not delivered is a warning: it is kept all the same. */
async function deliverOnce(
  database: Database,
  webhook: Webhook,
  { scan, body, what }: Message,
  patience: typeof usualPatience,
): Promise<void> {
  if (scan !== null && (await wasDelivered(database, scan, webhook.url.href))) return;
  const event = eventId(body);
  const before = lost.get(webhook) ?? 0;
  const problem =
    before >= MOST_LOST
      ? `it took none of the ${MOST_LOST} before`
      : await send(webhook, { event, body: JSON.stringify({ event, ...body }) }, patience);
  lost.set(webhook, problem === undefined ? 0 : before + 1);
  if (problem !== undefined) writeNote(`iamql: ${webhook.url.host} was not told ${what}: ${problem}`);
  else if (scan !== null) await noteDelivery(database, scan, webhook.url.href);
}

/** The same for the same scan, so that a receiver can tell what it has taken before. */
function eventId({ connector, scan, at }: Message['body']): string {
  const hash = createHash('sha256').update(JSON.stringify([connector, scan, at]));
  return hash.digest('hex').slice(0, 32);
}
