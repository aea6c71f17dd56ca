import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { COST_MICROS, CPM, FakeExchange, MoneyFolder } from '../support/money-folder.js';
import { startServing, type Environment, type ServingProcess } from '../support/program.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../support/redis-server.js';

const REPETITIONS = 1_000;

let folder: MoneyFolder | undefined;
let redis: RedisServer | undefined;
const running: ServingProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop()));
  await redis?.stop();
  redis = undefined;
  folder?.remove();
  folder = undefined;
});

async function start(of: MoneyFolder, environment: Environment = {}) {
  const process = await startServing({ ...of.environment, ...environment });
  running.push(process);
  return { process, exchange: new FakeExchange(process.port) };
}

async function spentMicros({ adminPort }: ServingProcess): Promise<number | undefined> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/delivery?campaign=shoes`);
  return ((await response.json()) as { spentTodayMicros: number }[])[0]?.spentTodayMicros;
}

async function metric({ adminPort }: ServingProcess, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')
      .at(-1),
  );
}

describe.skipIf(!hasRedisServer())('attack 12: a billing that is replayed', () => {
  it('a thousand times, at once, at two processes and over a restart, is booked once and always answered alike', async () => {
    redis = await startRedisServer({ args: ['--appendonly', 'yes'] });
    const { url: LEDGER_URL } = redis;
    folder = new MoneyFolder(100);
    const [one, other] = [await start(folder, { LEDGER_URL }), await start(folder, { LEDGER_URL })];
    const [bid] = await one.exchange.askFor(1);
    const replay = (to: FakeExchange) =>
      Promise.all(Array.from({ length: REPETITIONS / 2 }, () => to.tell(bid?.burl ?? '', CPM)));
    const statuses = (await Promise.all([replay(one.exchange), replay(other.exchange)])).flat();
    expect(new Set(statuses)).toEqual(new Set([204]));
    await waitFor(async () => (await spentMicros(one.process)) === COST_MICROS, 'it is booked');
    await one.process.kill();
    const third = await start(folder, { LEDGER_URL });
    expect(new Set(await replay(third.exchange))).toEqual(new Set([204]));
    await third.exchange.askFor(1);
    await waitFor(async () => (await spentMicros(third.process)) !== undefined, 'it knows the account');
    expect(await spentMicros(third.process)).toBe(COST_MICROS);
  });
});

describe('attacks 11 and 13: a billing that is not what it says', () => {
  it.each([
    ['negative', -1],
    ['above the bid', CPM + 0.1],
    ['no number', 'NaN'],
    ['beyond all numbers', '1e999'],
  ])(
    'whose price is %s is answered, counted and booked as nothing, and the right one is still booked',
    async (_what, price) => {
      folder = new MoneyFolder(100);
      const { exchange, process } = await start(folder);
      const [bid] = await exchange.askFor(1);
      expect(await exchange.tell(bid?.burl ?? '', price)).toBe(204);
      expect(await metric(process, 'narrowcast_notices_total{kind="bill",outcome="set-aside"}')).toBe(1);
      expect(await exchange.tell(bid?.burl ?? '', CPM / 2)).toBe(204);
      await waitFor(async () => (await spentMicros(process)) === COST_MICROS / 2, 'the right one is booked');
    },
  );

  it('whose token is forged is refused and books nothing', async () => {
    folder = new MoneyFolder(100);
    const { exchange, process } = await start(folder);
    const [bid] = await exchange.askFor(1);
    const forged = (bid?.burl ?? '').replace(/\/n\/bill\/.{10}/, (start) => `${start.slice(0, -4)}AAAA`);
    expect(await exchange.tell(forged, CPM)).toBe(400);
    expect(await metric(process, 'narrowcast_notices_total{kind="bill",outcome="refused"}')).toBe(1);
    expect(await spentMicros(process)).toBe(0);
  });
});

function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

describe.skipIf(!canMount())('a disk that is full', () => {
  it('refuses billings with 503, stops the bids, says why, and recovers with every cent in its place', async () => {
    folder = new MoneyFolder(1_000);
    const { dataDir } = folder;
    mkdirSync(dataDir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dataDir]);
    try {
      const { exchange, process } = await start(folder, { EVENT_SAMPLE_REQUESTS: '0' });
      const bids = await exchange.askFor(8);
      expect(await exchange.tell(bids[0]?.burl ?? '', CPM)).toBe(204);
      const filling = join(dataDir, 'filling');
      let kilobytes = 1_024;
      while (kilobytes > 0) {
        try {
          writeFileSync(filling, Buffer.alloc(kilobytes * 1_024));
          break;
        } catch {
          kilobytes -= 4;
        }
      }
      let refused = 0;
      for (const { burl = '' } of bids.slice(1)) refused += (await exchange.tell(burl, CPM)) === 503 ? 1 : 0;
      await waitFor(async () => {
        for (const { burl = '' } of bids.slice(1))
          refused += (await exchange.tell(burl, CPM)) === 503 ? 1 : 0;
        return refused > 0;
      }, 'billings are refused');
      await waitFor(async () => (await exchange.ask()) === undefined, 'nothing is bid');
      await waitFor(() => process.output().includes('ENOSPC'), 'it says why');
      rmSync(filling);
      for (const { burl = '' } of bids)
        await waitFor(async () => (await exchange.tell(burl, CPM)) === 204, 'each is taken in the end');
      await waitFor(async () => (await exchange.ask()) !== undefined, 'there are bids again');
      await waitFor(async () => (await spentMicros(process)) === 8 * COST_MICROS, 'each is booked once');
      await process.stop();
      running.splice(0);
    } finally {
      execFileSync('umount', [dataDir]);
    }
  });
});
