import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { loadCatalog } from '../../src/catalog/load.js';
import { createStandaloneBidder } from '../../src/create-bidder.js';
import { ManualClock } from '../../src/lib/clock.js';
import { integerBetween, seededRandom } from '../../src/lib/prng.js';
import { readSettings } from '../../src/settings.js';
import { configFolder } from '../support/config-folder.js';
import type { Json } from '../support/merge.js';
import {
  folderOf,
  replayed,
  requestWith,
  START_MS,
  type Replayed,
  type SampleLine,
} from './replay-samples.js';

const RECORDED = '../shared/traffic/adx2016.ndjson';

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

describe('what a replay counts', () => {
  it('is what a plain count of bids and outcomes comes to, to the micro', async () => {
    const random = seededRandom(11);
    const lines: SampleLine[] = times(400, (i) => ({
      t_ms: i * 40,
      request: requestWith(`r${i}`, {
        at: integerBetween(random, 1, 2),
        imp: [
          {
            id: '1',
            secure: 1,
            bidfloor: integerBetween(random, 0, 3000) / 1000,
            banner: { w: 300, h: 250 },
          },
        ],
      }),
      outcome: {
        price: integerBetween(random, 0, 4000) / 1000,
        click: random() < 0.3,
        conversion: random() < 0.1,
      },
    }));
    const folder = folderOf([
      { id: 'cheap', cpm: 1.337 },
      { id: 'dear', cpm: 2.719, lineItem: { targeting: { hours: { wed: ['12-13'] } } } },
    ]);
    const { report, bids } = await replayed(folder, lines);

    const plain = new Map<
      string,
      { bids: number; wins: number; micros: number; clicks: number; conversions: number }
    >();
    for (const { line, bid } of bids) {
      const { request, outcome = {} } = lines[line - 1] as SampleLine;
      const { at, imp } = request as { at: number; imp: { bidfloor: number }[] };
      const { price = NaN, click, conversion } = outcome;
      const { campaign, priceMicros } = bid.facts;
      const sum = plain.get(campaign) ?? { bids: 0, wins: 0, micros: 0, clicks: 0, conversions: 0 };
      plain.set(campaign, sum);
      sum.bids += 1;
      if (priceMicros / 1e6 < price) continue;
      sum.wins += 1;
      const cpm = at === 2 ? Math.max(price, imp[0]?.bidfloor ?? 0) : priceMicros / 1e6;
      sum.micros += Math.round(Math.round(cpm * 1e6) / 1000);
      sum.clicks += click ? 1 : 0;
      sum.conversions += conversion ? 1 : 0;
    }
    expect([...plain.keys()]).toEqual(['dear']);
    const dear = report.lineItems.find(({ campaign }) => campaign === 'dear');
    expect({
      bids: dear?.bids,
      wins: dear?.wins,
      micros: dear?.spentMicros,
      clicks: dear?.clicks,
      conversions: dear?.conversions,
    }).toEqual(plain.get('dear'));
    expect(dear?.impressions).toBe(dear?.wins);
    expect(dear?.decided).toBe(dear?.bids);
    expect(report.campaigns.find(({ campaign }) => campaign === 'dear')?.spentMicros).toBe(dear?.spentMicros);
    expect(dear?.wins).toBeGreaterThan(50);
    expect(report.answers).toEqual({ bid: bids.length, 'no-bid': 400 - bids.length });
  });

  it('leaves the end of a bid open where the file does not tell it, unless a share is taken to win', async () => {
    const lines = times(100, (i) => ({ t_ms: i * 100, request: requestWith(`r${i}`) }));
    const folder = folderOf([{ id: 'shoes', cpm: 2 }]);
    const open = (await replayed(folder, lines)).report.totals[0];
    expect(open).toMatchObject({ bids: 100, decided: 0, wins: 0, winRate: null, spentMicros: 0 });
    const assumed = (await replayed(folder, lines, { winShare: 0.3 })).report.totals[0];
    expect(assumed?.decided).toBe(100);
    expect(assumed?.wins).toBeGreaterThan(15);
    expect(assumed?.wins).toBeLessThan(45);
    expect(assumed?.spentMicros).toBe((assumed?.wins ?? 0) * 2000);
    const all = (await replayed(folder, lines, { winShare: 1 })).report.totals[0];
    expect(all).toMatchObject({ wins: 100, spentMicros: 200_000 });
  });

  it('has nothing of test traffic but the number of its bids', async () => {
    const lines = [{ request: requestWith('r1', { test: 1 }), outcome: { price: 0, click: true } }];
    const { report } = await replayed(folderOf([{ id: 'shoes', cpm: 2 }]), lines);
    expect(report.testBids).toBe(1);
    expect(report.totals[0]).toMatchObject({ bids: 0, wins: 0, clicks: 0, spentMicros: 0 });
  });

  it('never wins against a price beyond all bids, and always against none', async () => {
    const lines = [1e300, 1e9, 0].map((price, i) => ({ request: requestWith(`r${i}`), outcome: { price } }));
    const { bids } = await replayed(folderOf([{ id: 'shoes', cpm: 2 }]), lines);
    expect(bids.map(({ end }) => end.kind)).toEqual(['lost', 'lost', 'won']);
  });
});

describe('in a replay', () => {
  it('a budget is spent and never exceeded', async () => {
    const lines = times(600, (i) => ({ t_ms: i * 50, request: requestWith(`r${i}`), outcome: { price: 0 } }));
    const folder = folderOf([{ id: 'shoes', cpm: 4, budget: { total: 100, daily: 0.5 } }]);
    const { report } = await replayed(folder, lines, { explains: true });
    const [shoes] = report.campaigns;
    expect(shoes?.spentMicros).toBeLessThanOrEqual(500_000);
    expect(shoes?.spentMicros).toBeGreaterThanOrEqual(490_000);
    expect(report.reasons?.lineItems[0]?.rejections.map(({ rule }) => rule)).toContain('budget');
  });

  it('the next day has its own budget', async () => {
    const day = (offsetMs: number) =>
      times(300, (i) => ({
        t_ms: offsetMs + i * 50,
        request: requestWith(`r${offsetMs}-${i}`),
        outcome: { price: 0 },
      }));
    const folder = folderOf([{ id: 'shoes', cpm: 4, budget: { total: 100, daily: 0.4 } }]);
    const { report } = await replayed(folder, [...day(0), ...day(86_400_000)]);
    expect(report.campaigns[0]?.spentMicros).toBeGreaterThan(780_000);
    expect(report.campaigns[0]?.spentMicros).toBeLessThanOrEqual(800_000);
  });

  it('pacing holds an even campaign back where one in a hurry spends the whole day at once', async () => {
    const lines = times(1500, (i) => ({
      t_ms: i * 200,
      request: requestWith(`r${i}`),
      outcome: { price: 0 },
    }));
    const spent = async (pacing: string) => {
      const folder = folderOf([{ id: 'shoes', cpm: 4, budget: { daily: 2, pacing } }]);
      const { report } = await replayed(folder, lines, { explains: true });
      const rules = report.reasons?.lineItems[0]?.rejections.map(({ rule }) => rule);
      return { micros: report.campaigns[0]?.spentMicros ?? NaN, rules };
    };
    const asap = await spent('asap');
    const even = await spent('even');
    expect(asap.micros).toBeGreaterThan(1_950_000);
    expect(even.micros).toBeGreaterThan(0);
    expect(even.micros).toBeLessThan(200_000);
    expect(even.rules).toContain('paced');
  });

  it('a frequency cap counts what was won, and what was lost is free again', async () => {
    const visits = (name: string, price: number) =>
      times(6, (i) => ({
        t_ms: i * 10_000,
        request: requestWith(`${name}${i}`, { user: { buyeruid: name }, device: { ip: '192.0.2.31' } }),
        outcome: { price },
      }));
    const lines = [...visits('winner', 0), ...visits('loser', 9)].sort((a, b) => a.t_ms - b.t_ms);
    const folder = folderOf([
      { id: 'shoes', cpm: 2, lineItem: { frequency: [{ impressions: 2, per: '1d' }] } },
    ]);
    const { bids } = await replayed(folder, lines);
    const of = (name: string) => bids.filter(({ requestId }) => requestId.startsWith(name)).length;
    expect({ winner: of('winner'), loser: of('loser') }).toEqual({ winner: 2, loser: 6 });
  });

  it('DATA_DIR is not even made', async () => {
    const folder = folderOf([{ id: 'shoes', cpm: 2 }]);
    await replayed(folder, [{ request: requestWith('r1'), outcome: { price: 0 } }]);
    expect(existsSync(folder.dataDir)).toBe(false);
  });
});

describe('the reasons of a replay', () => {
  it('are those of /explain, request by request', async () => {
    const folder = 'fixtures/requests';
    const bodies = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
    const sample = { configDir: 'config', dataDir: configFolder().dataDir };
    const lines = bodies.map((body, i) =>
      JSON.stringify({ t_ms: i * 500, request: JSON.parse(body) as Json }),
    );
    const { report } = await replayed(sample, lines, { explains: true });

    const settings = readSettings({ DATA_DIR: sample.dataDir });
    const clock = new ManualClock(START_MS);
    const bidder = await createStandaloneBidder(settings, { clock, logger: pino({ level: 'silent' }) });
    await bidder.use((await loadCatalog({ configDir: 'config' })).catalog);
    const counts = new Map<string, number>();
    for (const body of bodies) {
      const { impressions } = await bidder.explain('generic', Buffer.from(body), undefined);
      for (const { campaign, lineItem, rule = 'bids' } of impressions.flatMap(({ lineItems }) => lineItems)) {
        const name = `${campaign}/${lineItem} ${rule}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    await bidder.close();
    const replayedCounts = new Map<string, number>();
    for (const { campaign, lineItem, impressions, rejections } of report.reasons?.lineItems ?? []) {
      if (impressions > 0) replayedCounts.set(`${campaign}/${lineItem} bids`, impressions);
      for (const each of rejections)
        replayedCounts.set(`${campaign}/${lineItem} ${each.rule}`, each.impressions);
    }
    expect(replayedCounts).toEqual(counts);
    expect(counts.size).toBeGreaterThan(50);
  });
});

describe('lines that are not as they should be', () => {
  it('are told with file and line, and the rest is played', async () => {
    const lines = [
      { request: requestWith('r1') },
      'no JSON',
      { t_ms: 1e15, request: requestWith('r3') },
      { t_ms: 500, request: requestWith('r4') },
      { t_ms: 400, request: requestWith('r5') },
      { exchange: 'nobody', request: requestWith('r6') },
      { request: { id: 'r7' } },
      { request: requestWith('r8', { ext: { filler: 'x'.repeat(2000) } }) },
    ];
    const { report, bids, faults } = await replayed(folderOf([{ id: 'shoes', cpm: 2 }]), lines, {
      rate: 10,
      settings: { BODY_BYTES_MAX: '1500' },
    });
    expect(faults).toEqual([
      '2 the line must be one JSON object',
      '3 "t_ms" is 1000000000000000, expected at most 31622400000, which is 366 days',
    ]);
    expect(report.traffic).toEqual({ requests: 6, faults: 2, backwards: 1, durationMs: 800 });
    expect(bids.map(({ line, tMs }) => [line, tMs])).toEqual([
      [1, 0],
      [4, 500],
      [5, 500],
    ]);
    expect(report.answers).toEqual({ bid: 3, 'no-bid': 1, 'too-large': 1, 'unknown-exchange': 1 });
    expect(report.noBids).toEqual({ 'invalid-request': 1 });
  });
});

it('recorded traffic is replayed alike twice', async ({ skip }) => {
  skip(!existsSync(RECORDED), `${RECORDED} is not here`);
  const lines = readFileSync(RECORDED, 'utf8').split('\n').slice(0, 400);
  const sample = { configDir: 'config', dataDir: configFolder().dataDir };
  const first = await replayed(sample, lines, { explains: true });
  const second = await replayed(sample, lines, { explains: true });
  expect(plain(second)).toEqual(plain(first));
  expect(first.report.traffic).toMatchObject({ requests: 400, faults: 0 });
  expect(first.report.answers['bid']).toBeGreaterThan(100);
});

/** What is known of a replay whatever its file is called. */
function plain({ report, bids }: Replayed): unknown {
  const ends = bids.map(({ bid, end, line }) => ({ line, facts: bid.facts, end }));
  return { ...report, file: undefined, ends };
}
