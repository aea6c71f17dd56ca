import { defineConfig } from 'vitest/config';

const FAULTS = 'test/faults/**/*.test.ts';
const TORTURE = 'test/torture.test.ts';

export default defineConfig({
  test: {
    globalSetup: ['test/redis/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // uWebSockets.js is a native add-on: processes, not worker threads.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [FAULTS, TORTURE],
        },
      },
      {
        // Answers in time cannot be told from late ones while other tests take the cores, so these run after them.
        extends: true,
        test: { name: 'faults', include: [FAULTS], sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'torture', include: [TORTURE], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
