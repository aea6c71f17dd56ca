import { writeFileSync } from 'node:fs';
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
