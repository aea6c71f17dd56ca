import { afterEach, describe, expect, it } from 'vitest';
import type { Explanation } from '../src/bid/explain.js';
import { frequencyHashes } from '../src/domain/frequency.js';
import { ManualClock, systemClock, type Clock } from '../src/lib/clock.js';
import { loadKeyRing } from '../src/secrets/key-ring.js';
import { createNoticeTokens } from '../src/notices/token.js';
import { keySetting, openStore, secretKey } from './redis/open-store.js';
import { baseFiles, fullRequest } from './support/case-file.js';
import type { JsonObject } from './support/merge.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from './support/redis-server.js';
import { startBidder, type BidderOptions, type RunningBidder } from './support/running-bidder.js';

const NOW_MS = Date.parse('2026-11-25T12:00:00Z');
const KNOWN = { user: { buyeruid: 'c-1' } };
const ONCE_A_DAY = { frequency: [{ impressions: 1, per: '1d' }] };

const running: RunningBidder[] = [];
let server: RedisServer | undefined;
afterEach(async () => {
  for (const bidder of running.splice(0).reverse()) await bidder.stop();
  await server?.stop();
  server = undefined;
});

async function bidderWith(lineItem: JsonObject, options: BidderOptions = {}): Promise<RunningBidder> {
  const bidder = await startBidder(baseFiles(lineItem), { clock: new ManualClock(NOW_MS), ...options });
  running.push(bidder);
  return bidder;
}

async function bidsOn(bidder: RunningBidder, request: JsonObject): Promise<JsonObject[]> {
  const response = await bidder.post('generic', JSON.stringify(fullRequest(request)));
  if (response.status === 204) return [];
  const { seatbid } = (await response.json()) as { seatbid: { bid: JsonObject[] }[] };
  return seatbid.flatMap(({ bid }) => bid);
}

async function verdictOn(bidder: RunningBidder, request: JsonObject) {
  const response = await bidder.explain('generic', JSON.stringify(fullRequest(request)));
  const { impressions } = (await response.json()) as Explanation;
  const { verdict, rule, wanted, found } = impressions[0]?.lineItems[0] ?? {};
  return rule === undefined ? verdict : { rule, wanted, found };
}

/** What the links of a bid carry. */
function factsOf(bidder: RunningBidder, bid: JsonObject | undefined) {
  const keys = loadKeyRing({
    name: '',
    setting: undefined,
    dataDir: `${bidder.folder}/data`,
    fileName: 'notice-key',
  });
  const token = /\/n\/bill\/([\w-]+)/.exec(JSON.stringify(bid?.['burl'] ?? ''))?.[1] ?? '';
  return createNoticeTokens(keys).verify(token);
}

describe('a frequency cap', () => {
  it('lets so many bids pass and no more, until the first is not going to be shown any more', async () => {
    let nowMs = NOW_MS;
    // The wall clock alone goes on: a jump of the other one would look like an overload.
    const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => systemClock.monotonicMs() };
    const bidder = await bidderWith({ frequency: [{ impressions: 2, per: '1d' }] }, { clock });
    expect(await bidsOn(bidder, KNOWN)).toHaveLength(1);
    nowMs += 60_000;
    expect(await bidsOn(bidder, KNOWN)).toHaveLength(1);
    expect(await bidsOn(bidder, KNOWN)).toHaveLength(0);
    expect(await verdictOn(bidder, KNOWN)).toEqual({
      rule: 'frequency-cap',
      wanted: 'at most 2 per day',
      found: '2 in the last day, the next one in 24 h',
    });
    expect(await bidsOn(bidder, { user: { buyeruid: 'c-2' } })).toHaveLength(1);
    // A bid on a site holds for a minute, and is counted for two.
    nowMs += 60_000;
    expect(await verdictOn(bidder, KNOWN)).toBe('bids');
  });

  it('counts one person once, by whichever of the ids the next request names', async () => {
    const bidder = await bidderWith(ONCE_A_DAY);
    const device = { ifa: '8d1c1a5c-0000-4000-8000-000000000001' };
    expect(await bidsOn(bidder, { ...KNOWN, device })).toHaveLength(1);
    for (const request of [KNOWN, { device }, { ...KNOWN, device }])
      expect(await bidsOn(bidder, request)).toHaveLength(0);
  });

  it('counts two places of one page as two', async () => {
    const bidder = await bidderWith({ ...ONCE_A_DAY, repeatCreative: true });
    const twoPlaces = { ...KNOWN, imp: [{ id: '1' }, { id: '2' }] };
    expect(await bidsOn(bidder, twoPlaces)).toHaveLength(1);
  });

  it('rejects whom it cannot count, unless the line item takes the unknown', async () => {
    const strict = await bidderWith(ONCE_A_DAY);
    expect(await verdictOn(strict, {})).toMatchObject({ rule: 'frequency-unknown' });
    const child = { ...KNOWN, regs: { coppa: 1 } };
    expect(await verdictOn(strict, child)).toMatchObject({ rule: 'frequency-unknown' });
    const open = await bidderWith({ ...ONCE_A_DAY, unknownPerson: 'accept' });
    for (let i = 0; i < 3; i++) {
      const [bid] = await bidsOn(open, child);
      expect(factsOf(open, bid)?.frequencyNames).toEqual([]);
    }
    expect(await bidsOn(open, KNOWN)).toHaveLength(1);
    expect(await bidsOn(open, KNOWN)).toHaveLength(0);
  });

  it('of a household counts everybody at an address', async () => {
    const bidder = await bidderWith({ frequency: [{ impressions: 1, per: '1d', of: 'household' }] });
    expect(await bidsOn(bidder, { ...KNOWN, device: { ip: '192.0.2.10' } })).toHaveLength(1);
    const another = { user: { buyeruid: 'c-2' }, device: { ip: '192.0.2.10' } };
    expect(await verdictOn(bidder, another)).toMatchObject({
      wanted: 'at most 1 per day and household',
    });
    expect(await bidsOn(bidder, { ...KNOWN, device: { ip: '192.0.2.11' } })).toHaveLength(1);
  });

  it('of a campaign or an advertiser holds for all that belongs to it', async () => {
    const files = baseFiles();
    const [shoes] = files.campaigns as [JsonObject];
    const capped = { id: 'acme', domain: 'acme.example', frequency: [{ impressions: 1, per: '1d' }] };
    const boots = { ...shoes, id: 'boots', advertiser: { id: 'acme', domain: 'acme.example' } };
    const bidder = await startBidder(
      { ...files, campaigns: [{ ...shoes, advertiser: capped }, boots] },
      { clock: new ManualClock(NOW_MS) },
    );
    running.push(bidder);
    expect(await bidsOn(bidder, KNOWN)).toHaveLength(1);
    expect(await bidsOn(bidder, KNOWN)).toHaveLength(0);
    expect(await verdictOn(bidder, KNOWN)).toMatchObject({
      wanted: 'at most 1 of this advertiser per day',
    });
  });

  it('counts nothing when a bid is only explained', async () => {
    const bidder = await bidderWith(ONCE_A_DAY);
    for (let i = 0; i < 3; i++) expect(await verdictOn(bidder, KNOWN)).toBe('bids');
    expect(await bidsOn(bidder, KNOWN)).toHaveLength(1);
  });

  it('is still reached after a restart', async () => {
    const clock = new ManualClock(NOW_MS);
    const first = await bidderWith(ONCE_A_DAY, { clock });
    expect(await bidsOn(first, KNOWN)).toHaveLength(1);
    await first.app.close();
    const environment = { DATA_DIR: `${first.folder}/data` };
    const second = await bidderWith(ONCE_A_DAY, { clock, environment });
    expect(await verdictOn(second, KNOWN)).toMatchObject({ rule: 'frequency-cap' });
  });

  it('is carried in the links of bids without caps as well, for what was seen is asked for later', async () => {
    const bidder = await bidderWith({});
    const [bid] = await bidsOn(bidder, KNOWN);
    const names = factsOf(bidder, bid)?.frequencyNames ?? [];
    expect(names).toEqual([expect.stringMatching(/^u:[\w-]{22}$/)]);
    expect(JSON.stringify(bid)).not.toContain('c-1');
  });
});

describe.skipIf(!hasRedisServer())('a frequency cap over several processes', () => {
  it('holds when Redis has lost everything: each process tells again what it told lately', async () => {
    server = await startRedisServer();
    const { url, port } = server;
    const environment = {
      REDIS_URL: url,
      LEDGER_URL: 'journal',
      PROFILE_KEYS: keySetting(secretKey('one')),
      PROFILE_CACHE_TTL_MS: '100',
    };
    const [one, other] = [
      await bidderWith(ONCE_A_DAY, { environment }),
      await bidderWith(ONCE_A_DAY, { environment }),
    ];
    expect(await bidsOn(one, KNOWN)).toHaveLength(1);
    await server.stop();
    server = await startRedisServer({ port });
    await waitFor(
      async () => ((await verdictOn(other, KNOWN)) as { rule?: string }).rule === 'frequency-cap',
      'the other process knows of it again',
    );
  });

  it('holds for all of them, and knows what notices told', async () => {
    server = await startRedisServer();
    const { url } = server;
    const environment = { REDIS_URL: url, PROFILE_KEYS: keySetting(secretKey('one')) };
    const lineItem = { frequency: [{ impressions: 3, per: '1d' }] };
    const [one, other] = [
      await bidderWith(lineItem, { environment }),
      await bidderWith(lineItem, { environment }),
    ];
    const bids = async (bidder: RunningBidder) => (await bidsOn(bidder, KNOWN)).length;
    const isCapped = async (bidder: RunningBidder) => {
      const verdict = await verdictOn(bidder, KNOWN);
      return typeof verdict === 'object' && verdict.rule === 'frequency-cap';
    };
    await waitFor(async () => (await verdictOn(one, KNOWN)) === 'bids', 'the first one knows the visitor');
    await waitFor(async () => (await verdictOn(other, KNOWN)) === 'bids', 'so does the other');
    expect(await bids(one)).toBe(1);
    expect(await bids(one)).toBe(1);
    const [last] = await bidsOn(one, KNOWN);
    await waitFor(() => isCapped(other), 'the other process hears of it');
    expect(await bids(one)).toBe(0);
    // The last of the three is lost, so that there is room for one again.
    const facts = factsOf(one, last);
    expect(facts?.frequencyNames).toHaveLength(1);
    const notices = openStore(url);
    await notices.ready();
    const hashes = frequencyHashes({ advertiser: 'acme', campaign: 'shoes', lineItem: 'main' });
    notices.store.record(facts?.frequencyNames ?? [], {
      kind: 'released',
      bidId: facts?.bidId ?? '',
      atMs: NOW_MS,
      heldUntilMs: 0,
      ...hashes,
    });
    await waitFor(async () => !(await isCapped(other)), 'the loss is heard of');
    expect(await bids(other)).toBe(1);
    await notices.store.close();
  });
});
