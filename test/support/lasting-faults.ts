import type { Fault } from './scenario.ts';

/** What ends without retries; test/controls/fault-recovery.test.ts has what passes with them. */
export const lastingFaults: Readonly<Record<string, Omit<Fault, 'action'>>> = {
  'throttled for ever': { error: { code: 'Throttling' } },
  'throttled twice, and asked once': { error: { code: 'Throttling' }, times: 2 },
  'a server error': { error: { code: 'InternalFailure' } },
  'a connection cut within the body': { cut: true },
  'a page that is not of AWS': { garbage: true },
  'garbage XML': { garbage: '<Nonsense><a>1</a></Nonsense>' },
  'XML that breaks off': { garbage: '<Response><Result><Users><member>' },
  'an empty page that says there is more': { emptyTruncated: true },
  'the same marker again': { sameMarker: true },
  'access denied': { error: { code: 'AccessDenied' } },
  'an expired token': { error: { code: 'ExpiredToken' } },
  'no answer': { hang: true },
  'a slow answer': { delayMs: 40 },
};
