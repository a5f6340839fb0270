import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { renderSample } from '../../scripts/sample.ts';
import { packageRoot } from '../../src/package-root.ts';

test('the bundled sample is what `npm run sample` writes', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', '');
  const written = readFileSync(join(packageRoot, 'sample', 'account.ndjson'), 'utf8');
  // Compared by itself: a difference of a hundred long lines helps nobody.
  expect(written === (await renderSample())).toBe(true);
  vi.unstubAllEnvs();
});
