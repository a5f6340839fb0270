import { join } from 'node:path';
import { packageRoot } from '../../package-root.ts';
import type { Source } from '../inventory.ts';
import { SnapshotSource } from './snapshot-source.ts';

/** The bundled example account, for trying out. It is nobody's, and is opened only when asked for by name. */
export const openSample = (setupSeconds?: number): Source =>
  new SnapshotSource({
    kind: 'sample',
    file: join(packageRoot, 'sample', 'account.ndjson'),
    maxAgeMs: undefined,
    setupSeconds,
  });
