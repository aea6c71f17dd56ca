import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { hasRedisServer } from './support/redis-server.js';

interface Figures {
  readonly failures: readonly string[];
  readonly kills: number;
  readonly groups: readonly {
    readonly comparison: { readonly campaigns: readonly { readonly billings: number }[] };
  }[];
}

function runTorture(...args: readonly string[]) {
  return spawnSync(process.execPath, ['dist/bench/torture.js', ...args], {
    encoding: 'utf8',
    timeout: 150_000,
  });
}

describe.skipIf(!hasRedisServer())('the torture, the short one', () => {
  it('loses, doubles and overspends nothing while processes and Redis die', () => {
    const { stdout, stderr, status } = runTorture('--short', '--json');
    expect(stderr).toBe('');
    const figures = JSON.parse(stdout) as Figures;
    expect(figures.failures).toEqual([]);
    expect(status).toBe(0);
    expect(figures.kills).toBeGreaterThan(0);
    for (const { comparison } of figures.groups) {
      const billings = comparison.campaigns.reduce((sum, campaign) => sum + campaign.billings, 0);
      expect(billings).toBeGreaterThan(100);
    }
  }, 180_000);
});

describe('the torture command', () => {
  it('replays one simulated world', () => {
    const { stdout, status } = runTorture('--seed', '7');
    expect(stdout).toMatch(/^seed 7: \d+ bids, \d+ billings, /m);
    expect(stdout).toContain('Everything holds.');
    expect(status).toBe(0);
    expect(runTorture('--seed', '7').stdout).toBe(stdout);
  });

  it('says how many worlds failed, as JSON when it is asked to', () => {
    const { stdout, status } = runTorture('--seeds', '3', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ worlds: 3, failed: [] });
    expect(status).toBe(0);
  });

  it('shows its help, and ends with 2 when an option cannot be used', () => {
    expect(runTorture('--help').stdout).toContain('npm run torture -- --seed 4711');
    expect(runTorture('--seeds', 'many').status).toBe(2);
  });
});
