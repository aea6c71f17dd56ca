import { STRANGER } from '../src/domain/visitor.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { createStandaloneBidder, type Bidder } from '../src/create-bidder.js';
import type { BidEnvironment } from '../src/bid/environment.js';
import type { Explanation } from '../src/bid/explain.js';
import { createBidHandler } from '../src/bid/handler.js';
import { decide } from '../src/bid/path.js';
import { loadCatalog } from '../src/catalog/load.js';
import { createBidRecorder } from '../src/bid/record-events.js';
import type { Reservation } from '../src/domain/money-ports.js';
import { SILENT_EVENTS, SILENT_METRICS } from '../src/domain/ports.js';
import { ManualClock } from '../src/lib/clock.js';
import { readSettings } from '../src/settings.js';
import { baseFiles, fullRequest } from './support/case-file.js';
import { Spending } from '../src/bid/spending.js';
import type { Campaign } from '../src/domain/campaign.js';
import { UNPACED } from '../src/bid/unlimited-spending.js';
import type { JsonObject } from './support/merge.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

const call = (request: JsonObject = {}) => ({
  exchange: 'generic',
  body: Buffer.from(JSON.stringify(fullRequest(request))),
  receivedMs: 0,
});

let running: RunningBidder | undefined;
let dataDir: string | undefined;
let bidder: Bidder | undefined;
afterEach(async () => {
  await running?.stop();
  if (dataDir !== undefined) rmSync(dataDir, { recursive: true });
  running = bidder = dataDir = undefined;
});

async function explained(lineItem: JsonObject, request: JsonObject): Promise<Explanation> {
  running = await startBidder(baseFiles(lineItem));
  const response = await running.explain('generic', JSON.stringify(fullRequest(request)));
  return (await response.json()) as Explanation;
}

/** The sample configuration without a server, on a clock that moves only by hand. */
async function quietEnvironment(): Promise<{ clock: ManualClock; environment: BidEnvironment }> {
  dataDir = mkdtempSync(join(tmpdir(), 'narrowcast-path-'));
  const clock = new ManualClock(Date.parse('2026-11-25T12:00:00Z'));
  const settings = readSettings({ DATA_DIR: dataDir });
  bidder = await createStandaloneBidder(settings, { clock, logger: pino({ level: 'silent' }) });
  const { catalog } = await loadCatalog({ configDir: settings.configDir, clock });
  await bidder.use(catalog);
  return { clock, environment: bidder.environment };
}

describe('an answer', () => {
  it('is not sent when finding it took longer than there was time', async () => {
    const { clock, environment } = await quietEnvironment();
    const inTime = await decide(environment, call());
    expect(inTime.kind).toBe('bid');
    const metrics = {
      ...SILENT_METRICS,
      stage: (stage: string) => {
        if (stage === 'match') clock.advance(1_000);
      },
    };
    const late = await decide({ ...environment, metrics }, call());
    expect(late).toMatchObject({ kind: 'no-bid', reason: 'too-late' });
  });

  it('is not made for a caller who went away while the profile was looked up: money and caps were kept for it', async () => {
    const { environment } = await quietEnvironment();
    let isOver = false;
    const reserved: string[] = [];
    const money = {
      availableMicros: () => Infinity,
      reserve: ({ bidId }: Reservation) => reserved.push(bidId) > 0,
      release: () => {},
      problem: () => undefined,
    };
    const { days } = environment;
    const spending = new Spending({ money, deliveries: UNPACED, days, moneyWords: () => '', isDry: false });
    const findProfile = () => {
      isOver = true;
      return Promise.resolve(STRANGER);
    };
    const gone = await decide({ ...environment, spending, findProfile }, { ...call(), isOver: () => isOver });
    expect(gone).toMatchObject({ kind: 'no-bid', reason: 'too-late' });
    expect(reserved).toEqual([]);
    const here = await decide({ ...environment, spending, findProfile }, { ...call(), isOver: () => false });
    expect(here.kind).toBe('bid');
    expect(reserved).toHaveLength(1);
  });

  it('is a no-bid when the program makes a mistake, and the next request is served', async () => {
    const { clock, environment } = await quietEnvironment();
    const mistakes: unknown[] = [];
    let fails = true;
    const handle = createBidHandler(
      {
        ...environment,
        findProfile: () => {
          if (fails) throw new TypeError('on purpose');
          return Promise.resolve(STRANGER);
        },
      },
      createBidRecorder(SILENT_EVENTS, 0, clock),
      UNPACED,
      (error) => mistakes.push(error),
    );
    expect(await handle(call())).toEqual({ kind: 'no-bid', nbr: 1 });
    expect(mistakes).toEqual([new TypeError('on purpose')]);
    fails = false;
    expect((await handle(call())).kind).toBe('bid');
  });
});

describe('pacing', () => {
  it('hears once of an auction that a line item could enter through several deals', async () => {
    const { clock, environment } = await quietEnvironment();
    running = await startBidder(baseFiles({ bid: { amount: 5 }, deals: ['D1', 'D2'] }));
    const { catalog } = await loadCatalog({ configDir: join(running.folder, 'config'), clock });
    await bidder?.use(catalog);
    let candidates = 0;
    const passes = (): boolean => {
      candidates += 1;
      return false;
    };
    const unpaced = UNPACED.of({} as Campaign, 0);
    const spending = new Spending({
      money: {
        availableMicros: () => Infinity,
        reserve: () => true,
        release: () => {},
        problem: () => undefined,
      },
      deliveries: { ...UNPACED, of: () => ({ ...unpaced, passes }) },
      days: environment.days,
      moneyWords: () => '',
      isDry: false,
    });
    const deals = ['D1', 'D2'].map((id) => ({ id, bidfloor: 2 }));
    const decision = await decide({ ...environment, spending }, call({ imp: [{ pmp: { deals } }] }));
    expect(decision).toMatchObject({ kind: 'no-bid', reason: 'no-match' });
    expect(candidates).toBe(1);
  });
});

describe('the survey of what becomes of campaigns', () => {
  it('does not count test traffic', async () => {
    const { clock, environment } = await quietEnvironment();
    const unpaced = UNPACED.of({} as Campaign, 0);
    let weights = 0;
    const count = (_fate: string, weight: number): void => void (weights += Math.abs(weight));
    const deliveries = { of: () => ({ ...unpaced, count }), surveyShare: () => 1 };
    const handle = createBidHandler(
      environment,
      createBidRecorder(SILENT_EVENTS, 0, clock),
      deliveries,
      () => {},
    );
    expect((await handle(call({ test: 1 }))).kind).toBe('bid');
    expect(weights).toBe(0);
    await handle(call());
    expect(weights).toBeGreaterThan(0);
  });
});

describe('money', () => {
  it('is set free when the program makes a mistake while it writes the answer', async () => {
    const { environment } = await quietEnvironment();
    const open = new Set<string>();
    const money = {
      availableMicros: () => Infinity,
      reserve: ({ bidId }: Reservation) => open.add(bidId).has(bidId),
      release: ({ bidId }: Reservation) => void open.delete(bidId),
      problem: () => undefined,
    };
    const parts = { deliveries: UNPACED, days: environment.days, moneyWords: () => '', isDry: false };
    const spending = new Spending({ ...parts, money });
    expect((await decide({ ...environment, spending }, call())).kind).toBe('bid');
    expect(open.size).toBe(1);
    const fail = () => {
      throw new TypeError('on purpose');
    };
    const signer = { sign: fail, signBid: fail };
    await expect(decide({ ...environment, spending, signer }, call())).rejects.toThrow('on purpose');
    expect(open.size).toBe(1);
  });
});

describe('a request with many impressions and long block lists', () => {
  const request = {
    badv: [...Array.from({ length: 3_000 }, (_, i) => `other-${i}.example`), 'acme.example'],
    imp: Array.from({ length: 100 }, (_, i) => ({ id: String(i) })),
  };
  const lineItems = Array.from({ length: 60 }, (_, i) => ({ id: `li-${i}` }));

  it('gets its share of candidates examined, is counted, and explained to where it was cut', async () => {
    const [campaign] = baseFiles().campaigns;
    const [lineItem] = (campaign as { lineItems: JsonObject[] }).lineItems;
    running = await startBidder({
      ...baseFiles(),
      campaigns: [{ ...campaign, lineItems: lineItems.map((each) => ({ ...lineItem, ...each })) }],
    });
    const body = JSON.stringify(fullRequest(request));
    expect((await running.post('generic', body)).status).toBe(204);
    const metrics = await (await running.admin('/metrics')).text();
    expect(metrics).toMatch(/^narrowcast_auctions_cut_short_total 1$/m);
    const { impressions, impressionsLeftOut } = (await (
      await running.explain('generic', body)
    ).json()) as Explanation;
    expect(impressions[0]?.lineItems.map(({ rule }) => rule)).toEqual(
      lineItems.map(() => 'blocked-advertiser'),
    );
    expect(impressions.length + impressionsLeftOut.length).toBe(100);
    expect(impressionsLeftOut).toContain('99');
  });
});

describe('an explanation', () => {
  const deals = (...offered: JsonObject[]) => ({ imp: [{ pmp: { deals: offered } }] });
  const holder = { bid: { amount: 5 }, deals: ['D1', 'D2'] };

  it('names the deal that it failed on, and its floor', async () => {
    const { impressions } = await explained(
      holder,
      deals({ id: 'D1', bidfloor: 2, wseat: ['other'] }, { id: 'D2', bidfloor: 50 }),
    );
    const [rejected] = impressions[0]?.lineItems ?? [];
    expect(rejected).toMatchObject({ rule: 'below-floor', deal: 'D2' });
    expect(rejected?.price?.join()).toContain('floor 50 USD');
  });

  it('names the currency that has no rate, also when it is a deal’s', async () => {
    const { impressions } = await explained(holder, deals({ id: 'D1', bidfloor: 2, bidfloorcur: 'XXX' }));
    expect(impressions[0]?.lineItems[0]?.wanted).toBe('rates between USD, XXX and USD');
  });

  it('names only the creatives that the rule stopped', async () => {
    const { impressions } = await explained(
      {
        creatives: [{ categories: ['IAB7-39'] }, { id: 'cr2', categories: ['IAB1-1'], attributes: ['pop'] }],
      },
      { bcat: ['IAB7'], imp: [{ banner: { battr: [8] } }] },
    );
    const [rejected] = impressions[0]?.lineItems ?? [];
    expect(rejected).toMatchObject({ rule: 'creative-category' });
    expect(rejected?.wanted).not.toContain('IAB1-1');
  });

  it('shows one campaign when asked for one', async () => {
    const started = (running = await startBidder(baseFiles()));
    const ask = async (campaign: string) => {
      const response = await started.admin(`/explain/generic?campaign=${campaign}`, {
        method: 'POST',
        body: JSON.stringify(fullRequest()),
      });
      const explanation = (await response.json()) as Explanation;
      return explanation.impressions[0]?.lineItems.length;
    };
    expect([await ask('shoes'), await ask('boots')]).toEqual([1, 0]);
  });
});
