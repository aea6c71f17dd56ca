import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { hasRedisServer } from '../test/support/redis-server.js';

/** What figures were measured on, one fact a line. */
export function machineFacts(): string[] {
  const processors = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return [
    `machine: ${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ${gibibytes} GiB, ${process.platform} ${process.arch}`,
    `kernel: ${release()}`,
    `node: ${process.version}, V8 ${process.versions.v8}`,
    `redis-server: ${hasRedisServer() ? redisVersion() : 'not installed'}`,
    `commit: ${commit()}`,
    `lock file: ${lockedVersions(['uWebSockets.js', 'ioredis', 'lru-cache', 'prom-client', 'tinybench'])}`,
  ];
}

function redisVersion(): string {
  const text = execFileSync('redis-server', ['--version'], { encoding: 'utf8' });
  return / v=(\S+)/.exec(text)?.[1] ?? text.trim();
}

export function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changed =
    git('status', '--porcelain', '--', 'src', 'bench', ':!bench/RESULTS.md', ':!bench/*.svg') !== '';
  return git('rev-parse', '--short', 'HEAD') + (changed ? ' with uncommitted changes' : '');
}

function lockedVersions(names: readonly string[]): string {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  return names.map((name) => `${name} ${lock.packages[`node_modules/${name}`]?.version}`).join(', ');
}
