import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../src/lib/clock.js';
import { baseFiles, fullRequest } from './support/case-file.js';
import { merged, type JsonObject } from './support/merge.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

const NOW = Date.parse('2026-11-25T12:00:00Z');

let running: RunningBidder | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

interface Given {
  readonly traffic?: JsonObject;
  readonly exchange?: JsonObject;
  readonly lists?: Readonly<Record<string, string>>;
}

/** A bidder whose time stands still unless it is moved. */
async function startWith({ traffic, exchange = {}, lists = {} }: Given) {
  const clock = new ManualClock(NOW);
  const files = baseFiles();
  const generic = merged(files.exchanges['generic'] as JsonObject, exchange) as JsonObject;
  const config = { ...lists, ...(traffic && { 'traffic.json': traffic }) };
  const bidder = await startBidder({ ...files, exchanges: { generic }, config }, { clock });
  running = bidder;
  const ask = async (request: JsonObject = {}, path: 'post' | 'explain' = 'post') => {
    const response = await bidder[path]('generic', JSON.stringify(fullRequest(request)));
    if (path === 'explain') return ((await response.json()) as { reason?: string }).reason ?? 'bid';
    return response.status === 200 ? 'bid' : `nbr ${response.headers.get('x-nbr')}`;
  };
  return { bidder, clock, ask };
}

/** Moves the time on, and waits until the bidder takes that for no delay of its own. */
async function later(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  for (let ticks = 0; ticks < 3; ticks++) await new Promise((resolve) => setTimeout(resolve, 30));
}

/** The values of a metric by their labels, those that are not 0. */
async function metric(bidder: RunningBidder, name: string): Promise<Record<string, number>> {
  const text = await (await bidder.admin('/metrics')).text();
  const lines = [...text.matchAll(new RegExp(`^${name}\\{([^}]*)\\} (\\d+)$`, 'gm'))];
  return Object.fromEntries(
    lines.filter(([, , value]) => value !== '0').map(([, labels = '', value]) => [labels, Number(value)]),
  );
}

describe('invalid traffic at a running bidder', () => {
  it('is refused where a rule is on, and every rule counts what it finds', async () => {
    const { bidder, clock, ask } = await startWith({
      traffic: {
        duplicates: { mode: 'on', withinSeconds: 10 },
        rates: { mode: 'dry-run', perAddress: 3 },
      },
    });
    expect([await ask(), await ask(), await ask({ id: 'request-2' })]).toEqual(['bid', 'nbr 4', 'bid']);
    // The fourth request from the address is one too many, on trial.
    expect(await ask({ id: 'request-3' })).toBe('bid');
    await later(clock, 10_001);
    expect(await ask()).toBe('bid');
    expect(await metric(bidder, 'narrowcast_traffic_refusals_total')).toEqual({
      'rule="duplicate",mode="on"': 1,
      'rule="address-rate",mode="dry-run"': 2,
    });
  });

  it('is explained as it would be answered, and explanations count for nothing', async () => {
    const { ask, bidder } = await startWith({ traffic: { duplicates: { mode: 'on' } } });
    expect([await ask({}, 'explain'), await ask({}, 'explain')]).toEqual(['bid', 'bid']);
    expect(await ask()).toBe('bid');
    expect(await ask({}, 'explain')).toBe('non-human-traffic');
    expect(await metric(bidder, 'narrowcast_traffic_refusals_total')).toEqual({});
  });

  it('is explained with what gave it away', async () => {
    const { bidder } = await startWith({ traffic: { spoofedInventory: { mode: 'on' } } });
    const site = { domain: 'news.example', page: 'https://cheap-clicks.test/' };
    const response = await bidder.explain('generic', JSON.stringify(fullRequest({ site })));
    expect(await response.json()).toMatchObject({
      reason: 'non-human-traffic',
      problem: 'spoofedInventory: a page on another domain',
    });
  });

  it('is answered as the lists say that are on disk now', async () => {
    const { ask, bidder } = await startWith({
      traffic: { addressLists: [{ file: 'lists/clouds.cidr' }] },
      lists: { 'lists/clouds.cidr': '198.51.100.0/24' },
    });
    expect(await ask()).toBe('bid');
    writeFileSync(join(bidder.folder, 'config/lists/clouds.cidr'), '192.0.2.0/24');
    await vi.waitFor(async () => expect(await ask()).toBe('nbr 5'), { timeout: 10_000, interval: 50 });
  });

  it('costs no request that comes again and again, as tests and load do, where nothing is set', async () => {
    const { ask } = await startWith({});
    for (let i = 0; i < 20; i++) expect(await ask()).toBe('bid');
  });
});

/** The links of one bid as they come on this machine. */
async function linksOf(bidder: RunningBidder, request: JsonObject = {}) {
  const response = await bidder.post('generic', JSON.stringify(fullRequest(request)));
  const text = await response.text();
  const link = (path: string) => {
    const found = new RegExp(`/${path}/[\\w.~-]+`).exec(text)?.[0] ?? '';
    return `http://127.0.0.1:${bidder.app.port}${found}`;
  };
  return { click: link('c'), pixel: link('i'), burl: link('n/bill') };
}

describe('clicks and impressions at a running bidder', () => {
  it('that are no person’s arrive and are answered, and are not counted', async () => {
    const { bidder, clock } = await startWith({
      traffic: {
        clicks: { withoutImpression: { mode: 'on' }, floods: { mode: 'on', perUser: 20, perAddress: 2 } },
        ownProxies: ['127.0.0.1', '::1'],
      },
    });
    const forwarded = { headers: { 'x-forwarded-for': '198.51.100.7' }, redirect: 'manual' } as const;
    const clickOn = async (isShown: boolean) => {
      const { click, pixel } = await linksOf(bidder);
      await later(clock, 1_000);
      if (isShown) await fetch(pixel);
      const { status, headers } = await fetch(click, forwarded);
      expect([status, headers.get('location')]).toEqual([302, 'https://acme.example/trail']);
    };
    await later(clock, 1);
    await clickOn(false);
    for (let i = 0; i < 4; i++) await clickOn(true);
    expect(await metric(bidder, 'narrowcast_suspect_notices_total')).toEqual({
      'reason="not-shown",mode="on"': 1,
      'reason="flood",mode="on"': 3,
      'reason="just-shown",mode="dry-run"': 4,
    });
    expect(await metric(bidder, 'narrowcast_notices_total')).toMatchObject({
      'kind="click",outcome="accepted"': 1,
      'kind="click",outcome="suspect"': 4,
      'kind="impression",outcome="accepted"': 4,
    });
  });

  it('are of the device that a server of an exchange names, if it is one (rule 69)', async () => {
    const tell = async (notifyingServers: string[]) => {
      const { bidder } = await startWith({
        traffic: { addressLists: [{ file: 'lists/clouds.cidr' }], notifyingServers },
        lists: { 'lists/clouds.cidr': '203.0.113.0/24' },
      });
      const { pixel, burl } = await linksOf(bidder);
      const ofCloud = { 'x-device-ip': '203.0.113.7', 'x-device-user-agent': 'Googlebot/2.1' };
      expect((await fetch(pixel, { headers: ofCloud })).status).toBe(200);
      expect((await fetch(burl, { headers: ofCloud })).status).toBe(204);
      // A billing is counted when it is booked, a moment after it is answered.
      const notices = await vi.waitFor(async () => {
        const counted = await metric(bidder, 'narrowcast_notices_total');
        expect(Object.keys(counted)).toHaveLength(2);
        return counted;
      });
      const found = await metric(bidder, 'narrowcast_suspect_notices_total');
      await bidder.stop();
      running = undefined;
      return { notices, found };
    };
    expect(await tell(['127.0.0.1', '::1'])).toEqual({
      notices: { 'kind="impression",outcome="suspect"': 1, 'kind="bill",outcome="accepted"': 1 },
      found: { 'reason="crawler",mode="on"': 2, 'reason="listed-address",mode="on"': 2 },
    });
    expect(await tell(['192.0.2.1'])).toEqual({
      notices: { 'kind="impression",outcome="accepted"': 1, 'kind="bill",outcome="accepted"': 1 },
      found: {},
    });
  });
});

const RECORDED = '../shared/traffic/adx2016.ndjson';

describe.skipIf(!existsSync(RECORDED))('recorded traffic of people', () => {
  it('raises no suspicion, whatever rule is asked', async () => {
    const on = { mode: 'on' };
    const rules = { crawlers: on, impossibleDevices: on, spoofedInventory: on, rates: on, duplicates: on };
    const { bidder } = await startWith({ traffic: rules });
    const lines = readFileSync(RECORDED, 'utf8').split('\n').filter(Boolean);
    for (const line of lines) {
      const { request } = JSON.parse(line) as { request: JsonObject };
      await (await bidder.post('generic', JSON.stringify(request))).arrayBuffer();
    }
    expect(lines.length).toBeGreaterThan(900);
    expect(await metric(bidder, 'narrowcast_traffic_refusals_total')).toEqual({});
  }, 60_000);
});

describe('the quota of an exchange', () => {
  it('answers what is beyond it with nbr 504, unread, and counts it', async () => {
    const { bidder, clock, ask } = await startWith({ exchange: { requestsPerSecondMax: 3 } });
    const answers = async (count: number) => {
      const all: string[] = [];
      for (let i = 0; i < count; i++) all.push(await ask());
      return all;
    };
    expect(await answers(5)).toEqual(['bid', 'bid', 'bid', 'nbr 504', 'nbr 504']);
    const unread = await bidder.post('generic', 'not even JSON');
    expect([unread.status, unread.headers.get('x-nbr')]).toEqual([204, '504']);
    await later(clock, 1_000);
    expect(await answers(4)).toEqual(['bid', 'bid', 'bid', 'nbr 504']);
    const noBids = await metric(bidder, 'narrowcast_no_bids_total');
    expect(noBids).toEqual({ 'exchange="generic",reason="quota"': 4 });
    const outcomes = await metric(bidder, 'narrowcast_requests_total');
    expect(outcomes).toEqual({
      'exchange="generic",outcome="bid"': 6,
      'exchange="generic",outcome="no-bid"': 4,
    });
  });

  it('does not hold for explanations', async () => {
    const { ask } = await startWith({ exchange: { requestsPerSecondMax: 1 } });
    expect([await ask({}, 'explain'), await ask({}, 'explain')]).toEqual(['bid', 'bid']);
    expect([await ask(), await ask()]).toEqual(['bid', 'nbr 504']);
  });
});
