import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';

/**
 * A folder with what `npm publish` would send, and nothing else: built code without sources, without node_modules.
 * Needs `npm run build`. Whoever makes one removes it.
 */
export function builtPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iamql-package-'));
  const { files } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  for (const part of [...files, 'package.json'])
    cpSync(join(packageRoot, part), join(folder, part), { recursive: true });
  return folder;
}
