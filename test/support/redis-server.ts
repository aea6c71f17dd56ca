import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const START_ATTEMPTS_MAX = 5;
/**
 * A node counts as gone, and its replica takes over, after a second. Replicas get the data at once instead of after five
 * seconds.
 */
const CLUSTER_ARGUMENTS =
  '--cluster-enabled yes --cluster-node-timeout 1000 --cluster-replica-validity-factor 0 --repl-diskless-sync-delay 0'.split(
    ' ',
  );

export interface RedisServerOptions {
  /** The same port again: a server that comes back. */
  readonly port?: number;
  readonly password?: string;
  /** Takes TLS only; `certificateAuthority` is then what to trust. Needs openssl. */
  readonly tls?: boolean;
  /** A node of a cluster that is still to be made. */
  readonly cluster?: boolean;
  /** More lines of its configuration, such as `['--maxmemory', '2mb']`. */
  readonly args?: readonly string[];
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** PEM; undefined without TLS. */
  readonly certificateAuthority: string | undefined;
  /** Runs redis-cli on it. @returns what it printed, without the last line break. @throws when that is an error reply */
  cli(...args: readonly string[]): Promise<string>;
  /** Stops the process where it stands, as a hung machine does, or lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Ends it at once, as a crash does. What it held is gone. */
  stop(): Promise<void>;
}

/** Is the real thing there? Without it, tests that need it are skipped; the global setup says why. */
export function hasRedisServer(): boolean {
  return isInstalled('redis-server') && isInstalled('redis-cli');
}

export function hasOpenssl(): boolean {
  return isInstalled('openssl', 'version');
}

function isInstalled(command: string, flag = '--version'): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).status === 0;
}

/** A redis-server of its own in a temporary folder, on loopback, that keeps nothing on disk. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  // Somebody else may take a spare port before the server does.
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToStart(options);
    } catch (error) {
      if (attempt === START_ATTEMPTS_MAX) throw error;
    }
  }
}

async function tryToStart(options: RedisServerOptions): Promise<RedisServer> {
  const port = options.port ?? (await sparePort());
  const dir = mkdtempSync(join(tmpdir(), 'narrowcast-redis-'));
  const certificates = options.tls === true ? makeCertificates(dir) : undefined;
  const args = serverArguments(options, port, dir, certificates);
  if (options.cluster === true) args.push(...CLUSTER_ARGUMENTS, '--cluster-port', String(await sparePort()));
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  running.add(server);
  const access = cliAccess(options, port, certificates);
  const cli = async (...args: readonly string[]) => {
    const { stdout } = await run('redis-cli', [...access, '-e', ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.replace(/\n$/, '');
  };
  const stop = async () => {
    await end(server);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await waitFor(async () => {
      if (server.exitCode !== null) return true;
      return (await cli('PING')) === 'PONG';
    }, 'redis-server answers');
    if (server.exitCode !== null) throw new Error(`redis-server ended with code ${server.exitCode}`);
  } catch (error) {
    await stop();
    throw error;
  }
  const credentials = options.password === undefined ? '' : `:${options.password}@`;
  return {
    port,
    url: `${certificates === undefined ? 'redis' : 'rediss'}://${credentials}127.0.0.1:${port}`,
    certificateAuthority: certificates && readFileSync(certificates.authority, 'utf8'),
    cli,
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    stop,
  };
}

export interface RedisCluster {
  /** Three masters and, when asked for, a replica of each behind them. */
  readonly nodes: readonly RedisServer[];
  readonly url: string;
  stop(): Promise<void>;
}

/** @param replicas how many each of the three masters has. */
export async function startRedisCluster({
  replicas = 0,
}: { readonly replicas?: number } = {}): Promise<RedisCluster> {
  const count = 3 * (1 + replicas);
  const nodes = await Promise.all(Array.from({ length: count }, () => startRedisServer({ cluster: true })));
  const [first] = nodes as [RedisServer, ...RedisServer[]];
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    await first.cli(
      '--cluster',
      'create',
      ...addresses,
      '--cluster-replicas',
      `${replicas}`,
      '--cluster-yes',
    );
    const isWhole = async (node: RedisServer) => {
      const info = await node.cli('CLUSTER', 'INFO');
      const isReplicating = !(await node.cli('INFO', 'replication')).includes('master_link_status:down');
      return (
        info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`) && isReplicating
      );
    };
    await waitFor(
      async () => (await Promise.all(nodes.map(isWhole))).every(Boolean),
      'every node knows the whole cluster, and every replica has what its master has',
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nodes,
    url: `redis-cluster://${addresses.slice(0, 3).join(',')}`,
    stop,
  };
}

function serverArguments(
  { password, args = [] }: RedisServerOptions,
  port: number,
  dir: string,
  certificates: Certificates | undefined,
): string[] {
  const plainPort = certificates === undefined ? port : 0;
  const base = [
    '--port',
    String(plainPort),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  if (password !== undefined) base.push('--requirepass', password);
  if (certificates !== undefined) {
    const { authority, certificate, key } = certificates;
    base.push('--tls-port', String(port), '--tls-cert-file', certificate, '--tls-key-file', key);
    base.push('--tls-ca-cert-file', authority, '--tls-auth-clients', 'no');
  }
  return [...base, ...args];
}

function cliAccess(
  { password }: RedisServerOptions,
  port: number,
  certificates: Certificates | undefined,
): string[] {
  const access = ['-h', '127.0.0.1', '-p', String(port)];
  if (password !== undefined) access.push('--no-auth-warning', '-a', password);
  if (certificates !== undefined) access.push('--tls', '--cacert', certificates.authority);
  return access;
}

interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** One certificate for 127.0.0.1 that vouches for itself. */
function makeCertificates(dir: string): Certificates {
  const certificate = join(dir, 'redis.crt');
  const key = join(dir, 'redis.key');
  const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const made = spawnSync('openssl', [...kind, ...subject, '-keyout', key, '-out', certificate]);
  if (made.status !== 0) throw new Error(`openssl failed: ${made.stderr.toString()}`);
  return { authority: certificate, certificate, key };
}

/** Whatever a test that broke off has left. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const server of running) server.kill('SIGKILL');
});

async function end(server: ChildProcess): Promise<void> {
  running.delete(server);
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
}

const givenOut = new Set<number>();

/** @returns a port that was free just now, never the same one twice */
export async function sparePort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (!givenOut.has(port)) {
      givenOut.add(port);
      return port;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Asks again every 20 ms. @throws after ten seconds, or as many as are given, saying what did not come true */
export async function waitFor(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  waitMs = 10_000,
): Promise<void> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const now = await Promise.resolve()
      .then(isSo)
      .catch(() => false);
    if (now) return;
    if (performance.now() > endMs) throw new Error(`waited ${waitMs / 1000} seconds in vain: ${what}`);
    await sleep(20);
  }
}
