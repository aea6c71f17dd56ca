import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullRequest } from './support/case-file.js';
import { COST_MICROS, CPM, FakeExchange, MoneyFolder, type ReceivedBid } from './support/money-folder.js';
import { runCommand, startServing, type ServingProcess } from './support/program.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from './support/redis-server.js';
import { SteadyClients } from './support/steady-clients.js';

const WORKERS = 2;
const IMPRESSIONS = 1_000_000;
const BILLED = 30;
const CLIENTS = 6;
/** So many that no worker is left without one; they stay though they are asked to leave. */
const CALLERS_FOR_ALL = 32;
const ASK_MS = 500;
/** Starting processes takes its time where others want the cores, too. */
const PATIENCE_MS = 90_000;

interface LogLine {
  readonly msg: string;
  readonly worker?: number;
  readonly workerPid?: number;
}

let redis: RedisServer;
let folder: MoneyFolder;
let served: ServingProcess;

function logOf(process: ServingProcess): readonly LogLine[] {
  return process
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogLine);
}

/** The newest worker of each number. */
function workerPids(process: ServingProcess): readonly number[] {
  const pids = new Map(
    logOf(process).map(({ msg, worker, workerPid }) => [msg === 'a worker starts' ? worker : 0, workerPid]),
  );
  return Array.from({ length: WORKERS }, (_, i) => pids.get(i + 1) as number);
}

function timesLogged(process: ServingProcess, words: string): number {
  return logOf(process).filter(({ msg }) => msg.includes(words)).length;
}

async function admin(path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${served.adminPort}${path}`)).text();
}

/** All lines of a metric together. */
async function metric(name: string): Promise<number> {
  const lines = (await admin('/metrics')).split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function spentMicros(): Promise<number> {
  const [report] = JSON.parse(await admin('/delivery?campaign=shoes')) as { spentTodayMicros: number }[];
  return report?.spentTodayMicros ?? 0;
}

function whenSo(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  return waitFor(isSo, what, PATIENCE_MS);
}

async function roll(): Promise<void> {
  const rolls = timesLogged(served, 'rolling restart: all workers are new');
  process.kill(served.pid, 'SIGHUP');
  await whenSo(
    () => timesLogged(served, 'rolling restart: all workers are new') > rolls,
    'all workers are new',
  );
}

/** Tells a billing as an exchange does: again, until somebody has heard it. */
async function bill(exchange: FakeExchange, { burl = '' }: ReceivedBid): Promise<void> {
  await whenSo(async () => (await exchange.tell(burl, CPM)) < 300, 'a billing is taken');
}

describe.skipIf(!hasRedisServer())('several workers', { timeout: 2 * PATIENCE_MS }, () => {
  beforeAll(async () => {
    redis = await startRedisServer();
    folder = new MoneyFolder(IMPRESSIONS);
    served = await startServing({ ...folder.environment, REDIS_URL: redis.url, WORKERS: `${WORKERS}` });
  });
  afterAll(async () => {
    await served.stop();
    folder.remove();
    await redis.stop();
  });

  it('answer on one port, write one event log, and are measured as one', async () => {
    expect(await admin('/readyz')).toBe('ready\n');
    const clients = new SteadyClients(served.port, 32);
    await whenSo(() => clients.answered > 200, 'requests are answered');
    await clients.stop();
    expect(clients.failures).toEqual([]);
    expect(await metric('narrowcast_requests_total')).toBe(clients.answered);
    expect(await metric('narrowcast_workers ')).toBe(WORKERS);
    const events = readdirSync(join(folder.dataDir, 'events'));
    for (const pid of workerPids(served)) expect(events.some((name) => name.includes(`-${pid}.`))).toBe(true);
    expect(JSON.parse(await admin('/delivery'))).toMatchObject([{ campaign: 'shoes' }]);
  });

  it('explain through one of them', async () => {
    const url = `http://127.0.0.1:${served.adminPort}/explain/generic`;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(fullRequest({ id: 'why' })) });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ exchange: 'generic', requestId: 'why' });
  });

  it('are replaced one after the other on SIGHUP, and no request is lost', async () => {
    const before = workerPids(served);
    const counted = await metric('narrowcast_requests_total');
    const clients = new SteadyClients(served.port, CLIENTS);
    await whenSo(() => clients.answered > 100, 'requests are answered');
    await roll();
    await clients.stop();
    expect(clients.failures).toEqual([]);
    expect(clients.asked).toBeGreaterThanOrEqual(CLIENTS);
    expect(workerPids(served).some((pid) => before.includes(pid))).toBe(false);
    expect(await metric('narrowcast_requests_total')).toBe(counted + clients.answered);
    expect(await metric('narrowcast_worker_restarts_total')).toBe(0);
  });

  it('go on when a setting was changed to what cannot be used, and take it over when it can', async () => {
    const before = workerPids(served);
    const settingsFile = join(folder.folder, 'config/bidder.env');
    appendFileSync(settingsFile, 'EVENT_DAYS=many\n');
    process.kill(served.pid, 'SIGHUP');
    await whenSo(() => timesLogged(served, 'EVENT_DAYS is "many"') > 0, 'the restart is given up');
    for (const pid of before) expect(() => process.kill(pid, 0)).not.toThrow();
    rmSync(settingsFile);
    await roll();
  });

  it('are replaced when they die, while the others go on; what was billed is booked once', async () => {
    const exchange = new FakeExchange(served.port);
    const bids = await exchange.askFor(BILLED);
    const [victim = 0] = workerPids(served);
    const clients = new SteadyClients(served.port, CLIENTS);
    for (const bid of bids.slice(0, 15)) await bill(exchange, bid);
    process.kill(victim, 'SIGKILL');
    for (const bid of bids) await bill(exchange, bid);
    await whenSo(async () => {
      const isNoticed = (await metric('narrowcast_worker_restarts_total')) === 1;
      return isNoticed && (await metric('narrowcast_workers ')) === WORKERS;
    }, 'the dead one is replaced');
    await clients.stop();
    // Who was connected to the dead one lost that connection, and no other.
    expect(clients.failures.length).toBeLessThanOrEqual(CLIENTS);
    expect(clients.failures.filter((failure) => typeof failure === 'number')).toEqual([]);
    expect(workerPids(served)).not.toContain(victim);
    await whenSo(async () => (await spentMicros()) === bids.length * COST_MICROS, 'every billing is booked');
    expect(await admin('/readyz')).toBe('ready\n');
  });

  it('finish and end when their supervisor is killed, and others can take the port', async () => {
    const orphans = workerPids(served);
    await served.kill();
    await whenSo(() => orphans.every((pid) => !isRunning(pid)), 'the workers have ended');
    served = await startServing({
      ...folder.environment,
      REDIS_URL: redis.url,
      WORKERS: `${WORKERS}`,
      PORT: `${served.port}`,
    });
    await whenSo(async () => (await spentMicros()) === BILLED * COST_MICROS, 'the ledger knows all of them');
  });

  it('end with their supervisor when it is told to stop', async () => {
    const workers = workerPids(served);
    expect(await served.stop()).toBe(0);
    expect(workers.filter(isRunning)).toEqual([]);
  });

  it('finish at once when it is told to stop in a rolling restart, also those that wait for their callers to leave', async () => {
    served = await startServing({
      ...folder.environment,
      REDIS_URL: redis.url,
      WORKERS: `${WORKERS}`,
      DRAIN_MS: '0',
    });
    const callers = Array.from({ length: CALLERS_FOR_ALL }, () => connect(served.port, '127.0.0.1'));
    const asking = setInterval(() => {
      for (const caller of callers) caller.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    }, ASK_MS);
    for (const caller of callers) caller.resume().on('error', () => {});
    process.kill(served.pid, 'SIGHUP');
    await whenSo(() => timesLogged(served, 'draining') > 0, 'a worker leaves');
    expect(await served.stop()).toBe(0);
    clearInterval(asking);
    // Whoever is killed does not say so.
    const stopped = () =>
      logOf(served).filter(({ msg, worker }) => msg === 'stopped' && worker !== undefined);
    await whenSo(() => stopped().length === WORKERS + 1, 'all workers have stopped');
    for (const caller of callers) caller.destroy();
  });
});

describe('workers that cannot start', () => {
  it('are refused where money and profiles are in one process', async () => {
    const { code, stderr } = await runCommand({}, 'serve', '--workers', '2');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^narrowcast: WORKERS is 2 but .* set REDIS_URL .*\n$/),
    ]);
  });

  it('end the whole with what is wrong', async () => {
    const empty = new MoneyFolder(1);
    const environment = { ...empty.environment, PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent' };
    const { code, stderr } = await runCommand(
      { ...environment, REDIS_URL: 'redis://127.0.0.1:1', GEO_FILE: join(empty.folder, 'nowhere.mmdb') },
      'serve',
      '--workers',
      '2',
    );
    empty.remove();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^narrowcast: .*nowhere\.mmdb.*\n$/)]);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
