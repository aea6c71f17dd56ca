import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    globalSetup: ['test/redis/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // uWebSockets.js is a native add-on: processes, not worker threads.
    pool: 'forks',
  },
});
