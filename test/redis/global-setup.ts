import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { hasRedisServer } from '../support/redis-server.js';

const WITHOUT = 'the tests that need redis-server are skipped';

/** Tests use a real redis-server. Where it is missing it is installed if that is possible, and else it is said. */
export default function setup(): void {
  if (hasRedisServer()) return;
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) {
    console.warn(`redis-server is not installed: ${WITHOUT} (Debian: apt-get install redis-server)`);
    return;
  }
  const install = ['install', '-y', '--no-install-recommends', 'redis-server'];
  console.warn(`redis-server is not installed; running: apt-get update && apt-get ${install.join(' ')}`);
  for (const args of [['update'], install]) {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', args, { stdio: 'inherit', env: environment, timeout: 300_000 });
  }
  if (!hasRedisServer()) console.warn(`redis-server could not be installed: ${WITHOUT}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
