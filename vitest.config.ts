import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Where CI reads how many tests passed and failed. */
const json = process.env['VITEST_JSON'];

export default defineConfig({
  // As Node resolves it: by its main file, not by the one for bundlers, or there would be two of it in one process.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    reporters: json ? ['default', ['json', { outputFile: json }]] : ['default'],
    globalSetup: ['test/support/moto.ts'],
    include: ['test/**/*.test.ts'],
    // Tests talk to servers over HTTP and start the command line, some on slow shared machines.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // They wait half of their time, so that a worker for each processor would leave some idle.
    maxWorkers: availableParallelism() + 1,
  },
});
