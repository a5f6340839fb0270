import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/moto.ts'],
    include: ['test/**/*.test.ts'],
    // Tests talk to servers over HTTP and start the command line, some on slow shared machines.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // They mostly wait, so one worker per processor leaves none idle.
    maxWorkers: '100%',
  },
});
