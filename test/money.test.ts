import { afterEach, describe, expect, it } from 'vitest';
import { COST_MICROS, CPM, FakeExchange, MoneyFolder } from './support/money-folder.js';
import { startServing, type Environment, type ServingProcess } from './support/program.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from './support/redis-server.js';

let folder: MoneyFolder | undefined;
const running: ServingProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop()));
  folder?.remove();
  folder = undefined;
});

async function start(
  of: MoneyFolder,
  environment: Environment = {},
): Promise<{ process: ServingProcess; exchange: FakeExchange }> {
  const process = await startServing({ ...of.environment, ...environment });
  running.push(process);
  return { process, exchange: new FakeExchange(process.port) };
}

interface Delivery {
  readonly spentTodayMicros: number;
  readonly spentTotalMicros: number;
}

/** What a running bidder says of the campaign. */
async function deliveryOf({ adminPort }: ServingProcess): Promise<Delivery | undefined> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/delivery?campaign=shoes`);
  return ((await response.json()) as Delivery[])[0];
}

async function whenSpent(process: ServingProcess, impressions: number): Promise<void> {
  await waitFor(
    async () => (await deliveryOf(process))?.spentTodayMicros === impressions * COST_MICROS,
    `${impressions} impressions are booked`,
  );
}

describe('a daily budget', () => {
  it('is bid to the last impression and not beyond, and what was lost is bid again', async () => {
    folder = new MoneyFolder(10);
    const { exchange, process } = await start(folder);
    const bids = await exchange.askUntilNoMoney();
    expect(bids).toHaveLength(10);
    expect(bids.every(({ price }) => price === CPM)).toBe(true);
    for (const { lurl } of bids.slice(0, 4)) expect(await exchange.tell(lurl)).toBe(204);
    for (const { burl = '' } of bids.slice(4)) expect(await exchange.tell(burl, CPM)).toBe(204);
    await whenSpent(process, 6);
    expect(await exchange.askUntilNoMoney()).toHaveLength(4);
  });

  it('gives back what a bid was cheaper than offered', async () => {
    folder = new MoneyFolder(4);
    const { exchange, process } = await start(folder);
    const bids = await exchange.askUntilNoMoney();
    expect(bids).toHaveLength(4);
    for (const { burl = '' } of bids) expect(await exchange.tell(burl, CPM / 2)).toBe(204);
    await whenSpent(process, 2);
    expect(await exchange.askUntilNoMoney()).toHaveLength(2);
  });

  it('holds over kill -9 and restart: nothing is forgotten, open bids stay held, and their billings still count', async () => {
    folder = new MoneyFolder(10);
    const first = await start(folder);
    const bids = await first.exchange.askFor(8);
    for (const { burl = '' } of bids.slice(0, 3)) expect(await first.exchange.tell(burl, CPM)).toBe(204);
    await whenSpent(first.process, 3);
    await first.process.kill();
    const second = await start(folder);
    const others = await second.exchange.askUntilNoMoney();
    expect(others.length).toBeLessThanOrEqual(2);
    for (const { burl = '' } of bids) expect(await second.exchange.tell(burl, CPM)).toBe(204);
    await whenSpent(second.process, 8);
    // What the killed process had in its hand besides is free again only when its last bid could not be billed any more.
    expect((await second.exchange.askUntilNoMoney()).length + others.length).toBeLessThanOrEqual(2);
  });

  it('is not touched by test traffic, which gets bids also when the money is gone', async () => {
    folder = new MoneyFolder(2);
    const { exchange, process } = await start(folder);
    await exchange.askUntilNoMoney();
    const bid = await exchange.ask({ test: 1 });
    expect(bid?.price).toBe(CPM);
    expect(await exchange.tell(bid?.burl ?? '', CPM)).toBe(204);
    expect((await deliveryOf(process))?.spentTodayMicros).toBe(0);
  });

  it('that is cut below its spend, or whose campaign is deleted, still pays what is bid already', async () => {
    folder = new MoneyFolder(10);
    const { exchange, process } = await start(folder);
    const bids = await exchange.askFor(6);
    for (const { burl = '' } of bids.slice(0, 2)) await exchange.tell(burl, CPM);
    await whenSpent(process, 2);
    folder.edit({ budget: { daily: CPM / 1000 }, confirm: [CPM / 1000] });
    await waitFor(() => process.output().includes('"version":2'), 'the cut budget is in use');
    expect((await exchange.askUntilNoMoney()).length).toBeLessThanOrEqual(2);
    for (const { burl = '' } of bids.slice(2, 4)) expect(await exchange.tell(burl, CPM)).toBe(204);
    await whenSpent(process, 4);
    folder.removeCampaign();
    await waitFor(() => process.output().includes('"version":3'), 'the campaign is gone');
    for (const { burl = '' } of bids.slice(4)) expect(await exchange.tell(burl, CPM)).toBe(204);
    folder.edit({ budget: { daily: (12 * CPM) / 1000 }, confirm: [(12 * CPM) / 1000] });
    await waitFor(() => process.output().includes('"version":4'), 'the campaign is back');
    expect((await exchange.askUntilNoMoney()).length).toBeGreaterThan(0);
    await whenSpent(process, 6);
  });
});

describe.skipIf(!hasRedisServer())('a daily budget that processes share', () => {
  let redis: RedisServer | undefined;
  afterEach(async () => {
    await redis?.stop();
    redis = undefined;
  });

  it('is kept by all of them together, whichever gets the notices, and by one that comes later', async () => {
    redis = await startRedisServer({ args: ['--appendonly', 'yes'] });
    folder = new MoneyFolder(12);
    const { url } = redis;
    const one = await start(folder, { LEDGER_URL: url });
    const other = await start(folder, { LEDGER_URL: url });
    const [ofOne, ofOther] = await Promise.all([
      one.exchange.askUntilNoMoney(),
      other.exchange.askUntilNoMoney(),
    ]);
    const bids = [...ofOne, ...ofOther];
    // At the end of the money each process may be left with less than the price of one impression.
    expect([11, 12]).toContain(bids.length);
    for (const { burl = '' } of bids.slice(0, 7)) expect(await other.exchange.tell(burl, CPM)).toBe(204);
    for (const { burl = '' } of bids.slice(0, 7)) expect(await one.exchange.tell(burl, CPM)).toBe(204);
    await whenSpent(one.process, 7);
    for (const { lurl } of bids.slice(7, 10)) expect(await other.exchange.tell(lurl)).toBe(204);
    // What was lost is free again in the process that had bid.
    const more = [...(await one.exchange.askUntilNoMoney()), ...(await other.exchange.askUntilNoMoney())];
    expect(more.length).toBeGreaterThanOrEqual(2);
    expect(bids.length + more.length).toBeLessThanOrEqual(12 + 3);
    await one.process.kill();
    const third = await start(folder, { LEDGER_URL: url });
    expect(await third.exchange.askUntilNoMoney()).toEqual([]);
    for (const { burl = '' } of more) expect(await third.exchange.tell(burl, CPM)).toBe(204);
    await whenSpent(third.process, 7 + more.length);
  });

  it('costs no call to Redis for a bid: money comes in leases', async () => {
    redis = await startRedisServer();
    folder = new MoneyFolder(100_000);
    const { exchange } = await start(folder, { LEDGER_URL: redis.url });
    await exchange.askFor(100);
    const calls = async () => {
      const stats = (await redis?.cli('INFO', 'commandstats')) ?? '';
      return [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)].reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      );
    };
    const before = await calls();
    await exchange.askFor(400);
    expect((await calls()) - before).toBeLessThan(200);
  });

  it('is rebuilt from the event log when Redis has lost everything', async () => {
    redis = await startRedisServer();
    folder = new MoneyFolder(10);
    const { exchange, process } = await start(folder, { LEDGER_URL: redis.url });
    const bids = await exchange.askFor(6);
    for (const { burl = '' } of bids) expect(await exchange.tell(burl, CPM)).toBe(204);
    await whenSpent(process, 6);
    await redis.cli('FLUSHALL');
    await exchange.askFor(4);
    expect(await exchange.askUntilNoMoney()).toEqual([]);
    await whenSpent(process, 6);
    expect(process.output()).toContain('all billings are told again');
  });

  it('stops all bids when Redis is gone for longer than leases are good, takes billings all the same, and goes on', async () => {
    redis = await startRedisServer({ args: ['--appendonly', 'yes'] });
    folder = new MoneyFolder(20);
    const { exchange, process } = await start(folder, { LEDGER_URL: redis.url });
    const bids = await exchange.askFor(5);
    redis.freeze();
    await waitFor(async () => (await exchange.ask()) === undefined, 'there is no money at hand');
    await waitFor(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${process.adminPort}/metrics`)).text();
      return /narrowcast_ledger_leases_total\{result="failed"\} [1-9]/.test(metrics);
    }, 'it counts requests for money that are not answered');
    await waitFor(() => process.output().includes('the ledger does not answer'), 'it says why');
    for (const { burl = '' } of bids) expect(await exchange.tell(burl, CPM)).toBe(204);
    redis.thaw();
    await whenSpent(process, 5);
    await waitFor(async () => (await exchange.ask()) !== undefined, 'there is money again');
  });

  it('answers billings with 503 while Redis is gone where they are to be answered by Redis', async () => {
    redis = await startRedisServer();
    folder = new MoneyFolder(20);
    const { exchange, process } = await start(folder, {
      LEDGER_URL: redis.url,
      NOTICES_ACKNOWLEDGED: 'redis',
    });
    const [bid] = await exchange.askFor(1);
    redis.freeze();
    expect(await exchange.tell(bid?.burl ?? '', CPM)).toBe(503);
    redis.thaw();
    await waitFor(async () => (await exchange.tell(bid?.burl ?? '', CPM)) === 204, 'it is booked');
    await whenSpent(process, 1);
  });
});

describe('an explanation', () => {
  it('says that the money is out, and books nothing', async () => {
    folder = new MoneyFolder(3);
    const { exchange, process } = await start(folder);
    await exchange.ask();
    const explain = async () => {
      const body = JSON.stringify({
        id: 'why',
        tmax: 500,
        site: { domain: 'news.example' },
        imp: [{ id: '1', secure: 1, banner: { w: 300, h: 250 } }],
      });
      const response = await fetch(`http://127.0.0.1:${process.adminPort}/explain/generic`, {
        method: 'POST',
        body,
      });
      const { impressions } = (await response.json()) as {
        impressions: { lineItems: { verdict: string; rule?: string; found?: string }[] }[];
      };
      return impressions[0]?.lineItems[0];
    };
    await waitFor(async () => (await explain())?.verdict === 'bids', 'the next money is there');
    for (let i = 0; i < 10; i++) expect((await explain())?.verdict).toBe('bids');
    expect(await exchange.askUntilNoMoney()).toHaveLength(2);
    const { verdict, rule, found } = (await explain()) ?? {};
    expect({ verdict, rule }).toEqual({ verdict: 'rejected', rule: 'budget' });
    expect(found).toBe(
      'of 0.0096 USD for the day 0 are spent and 0.0096 are held for bids whose outcome is open',
    );
  });
});
