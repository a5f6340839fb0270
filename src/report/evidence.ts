import { instantToMs, renderInstant } from '../iam/instant.ts';
import { type Evidence, isSample } from '../inventory/inventory.ts';
import { renderDuration } from './duration.ts';

/** Whose account, and how old what is known of it is. */
export function renderEvidence(evidence: Evidence, now: Date): string {
  const { source, snapshotOf, account, accounts, credentialReport, verified } = evidence;
  const called = accounts === undefined ? `account ${account ?? 'unknown'}` : `${accounts} accounts`;
  const owner = `${source === 'snapshot' ? 'snapshot of ' : ''}${called}`;
  const whose = isSample(evidence) ? `SAMPLE ${owner}: bundled example data, not your account` : owner;
  if (accounts !== undefined) return `${whose}${source === 'store' ? ' of a store' : ', live'}`;
  if (!credentialReport) return `${whose}; no credential report was read`;
  const from = (snapshotOf ?? source) === 'report' ? 'credential report file' : 'credential report';
  const { generatedAt } = credentialReport;
  if (!generatedAt) return `${whose}; ${from} of unknown age (--generated-at tells)`;
  const age = renderDuration((now.getTime() - instantToMs(generatedAt)) / 1000);
  const live = verified ? `; ${verified === 'all' ? 'every user' : 'who is found or newer'} was read live` : '';
  return `${whose}; ${from} generated ${renderInstant(generatedAt)} (${age} ago)${live}`;
}
