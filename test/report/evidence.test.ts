import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/inventory/inventory.ts';
import { renderEvidence } from '../../src/report/evidence.ts';

const judgedAt = new Date('2026-11-03T10:20:30.400Z');

describe('renderEvidence', () => {
  const generatedAt = '2026-11-03T06:20:30+00:00';
  test.each<[name: string, evidence: Evidence, line: string]>([
    [
      'a live account',
      { source: 'live', account: '1', credentialReport: { generatedAt } },
      'account 1; credential report generated 2026-11-03T06:20:30Z (4 h ago)',
    ],
    [
      'a report file',
      { source: 'report', account: '1', credentialReport: { generatedAt } },
      'account 1; credential report file generated 2026-11-03T06:20:30Z (4 h ago)',
    ],
    [
      'a bare CSV',
      { source: 'report', account: '1', credentialReport: { generatedAt: undefined } },
      'account 1; credential report file of unknown age (--generated-at tells)',
    ],
    [
      'nothing that could be read',
      { source: 'live', account: undefined, credentialReport: undefined },
      'account unknown; no credential report was read',
    ],
  ])('%s', (_name, given, line) => {
    expect(renderEvidence(given, judgedAt)).toBe(line);
  });
});
