import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** Bundles the explorer page alone. The server compiles separately and tests have their own vitest.config.ts. */
export default defineConfig({
  root: here('web'),
  base: '/explorer/',
  publicDir: false,
  // The same sources must give the same files whatever lies in a .env file on the building machine.
  envDir: false,
  // Workers are loaded from our own origin as module files, because the page's policy forbids blob: workers.
  worker: { format: 'es' },
  build: {
    outDir: here('dist/explorer'),
    emptyOutDir: true,
    // The bundle contains other people's work (GraphiQL, Monaco, React), whose licences ask to travel with it.
    license: { fileName: 'licenses.md' },
    // Monaco alone is several megabytes, loaded once and cached for good, so the default warning says nothing useful.
    chunkSizeWarningLimit: 4096,
    rolldownOptions: {
      input: here('web/explorer.html'),
      // 'use client' in the bundled libraries speaks to server-side renderers; hundreds of warnings about it say nothing.
      checks: { moduleLevelDirective: false },
    },
  },
});
