import { instantToMs, renderInstant } from '../iam/instant.ts';
import { accountsOf, type Evidence, isSample } from '../inventory/inventory.ts';
import { renderDuration } from './duration.ts';

/** One account by its number, several by how many they are. */
export function renderWhose(evidence: Evidence, before = ''): string {
  const accounts = accountsOf(evidence);
  const [only = 'unknown'] = accounts;
  // An organization that could not be listed is said to be one.
  const one = only.startsWith('organization ') ? only : `account ${only}`;
  const owner = `${before}${accounts.length > 1 ? `${accounts.length} accounts` : one}`;
  return isSample(evidence) ? `SAMPLE ${owner}: bundled example data, not your account` : owner;
}

/** Each finding says which account it is of, then. */
export const isOfSeveral = (evidence: Evidence): boolean => accountsOf(evidence).length > 1;

/** Whose account, and how old what is known of it is. */
export function renderEvidence(evidence: Evidence, now: Date): string {
  const { source, snapshotOf, credentialReport, verified } = evidence;
  const whose = renderWhose(evidence, source === 'snapshot' ? 'snapshot of ' : '');
  if (isOfSeveral(evidence)) return whose;
  if (!credentialReport) return `${whose}; no credential report was read`;
  const from = (snapshotOf ?? source) === 'report' ? 'credential report file' : 'credential report';
  const { generatedAt } = credentialReport;
  if (!generatedAt) return `${whose}; ${from} of unknown age (--generated-at tells)`;
  const age = renderDuration((now.getTime() - instantToMs(generatedAt)) / 1000);
  const live = verified ? `; ${verified === 'all' ? 'every user' : 'who is found or newer'} was read live` : '';
  return `${whose}; ${from} generated ${renderInstant(generatedAt)} (${age} ago)${live}`;
}
