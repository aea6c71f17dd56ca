import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Campaign } from '../domain/campaign.js';
import type { AdvertiserId, CampaignId, LineItemId } from '../domain/ids.js';
import { microsFromUnits, USD, type Micros } from '../domain/money.js';
import { ManualClock } from '../lib/clock.js';
import type { MoneyFigures } from '../pacing/money-figures.js';
import { DeliveryKeeper } from './delivery-keeper.js';
import { isRunaway } from './runaway.js';
import { readDeliveryStates, writeDeliveryStates, type DeliveryStates } from './state-file.js';

const START_MS = Date.parse('2026-11-24T00:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function lineItem(id: string): Campaign['lineItems'][number] {
  return {
    id: id as LineItemId,
    status: 'active',
    bid: { model: 'cpm', amountMicros: microsFromUnits(2) },
    frequency: [],
    dealTerms: new Map(),
    unknownPerson: 'reject',
    targeting: { unknown: { lineItem: 'reject', byDimension: new Map() } },
    repeatCreative: false,
    creatives: [],
  };
}

function campaignOf(id: string, pacing: 'even' | 'asap' = 'even', timeZone = 'UTC'): Campaign {
  return {
    id: id as CampaignId,
    advertiser: {
      id: 'acme' as AdvertiserId,
      domain: 'acme.example',
      categories: [],
      categoriesElsewhere: new Map(),
      transparency: undefined,
      frequency: [],
    },
    frequency: [],
    status: 'active',
    flight: { startMs: START_MS, endMs: START_MS + 10 * DAY_MS, timeZone },
    budget: {
      totalMicros: microsFromUnits(2400),
      dailyMicros: microsFromUnits(240),
      currency: USD,
      pacing,
    },
    lineItems: [lineItem('cheap'), lineItem('dear')],
    file: `${id}.json`,
  };
}

function setUp(states: DeliveryStates = {}) {
  const clock = new ManualClock(START_MS);
  const money = new Map<string, MoneyFigures>();
  const alarms: string[] = [];
  const keeper = new DeliveryKeeper({
    clock,
    figures: (campaign) => money.get(campaign),
    states,
    onRunaway: (message) => alarms.push(message),
  });
  /** Time passes, and one candidate a step comes for each of these campaigns. */
  const pass = (ms: number, stepMs = 1000, ...wanted: readonly Campaign[]) => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(stepMs);
      for (const campaign of wanted) keeper.of(campaign, clock.nowMs()).passes(0);
      keeper.tick();
    }
  };
  const spend = (campaign: Campaign, units: number) => {
    const spent = microsFromUnits(units);
    money.set(campaign.id, {
      spentTodayMicros: spent,
      spentTotalMicros: spent,
      openMicros: 0,
      reservedMicros: spent,
    });
  };
  return { clock, keeper, alarms, pass, spend };
}

describe('the delivery keeper', () => {
  it('lets the first bids of a campaign pass, as many as the next minute pays for', () => {
    const { keeper, clock } = setUp();
    const delivery = keeper.of(campaignOf('c'), clock.nowMs());
    // 240 USD a day are 0.1667 USD a minute on average, less at night, and an impression costs 0.002 USD at most.
    const answers = Array.from({ length: 200 }, () => delivery.passes(2 ** 32 - 1));
    const passed = answers.filter(Boolean).length;
    expect(passed).toBeGreaterThan(20);
    expect(passed).toBeLessThan(84);
  });

  it('keeps what was learnt when a campaign is edited or only the process restarts, and forgets campaigns that are gone', () => {
    const first = setUp();
    const campaign = campaignOf('c');
    const delivery = first.keeper.of(campaign, first.clock.nowMs());
    for (let i = 0; i < 600; i++) {
      for (let j = 0; j < 50; j++) delivery.passes((j / 50) * 2 ** 32);
      first.keeper.of(campaign, first.clock.nowMs());
      first.pass(1000);
    }
    const edited = { ...campaign, budget: { ...campaign.budget, dailyMicros: microsFromUnits(300) } };
    first.keeper.catalogInUse([edited]);
    expect(first.keeper.of(edited, first.clock.nowMs())).toBe(delivery);
    const states = JSON.parse(JSON.stringify(first.keeper.states())) as DeliveryStates;
    const second = setUp(states);
    expect(second.keeper.of(edited, second.clock.nowMs()).bidMultiplier).toBe(delivery.bidMultiplier);
    first.keeper.catalogInUse([campaignOf('other')]);
    expect(first.keeper.of(edited, first.clock.nowMs())).not.toBe(delivery);
    // Another time zone has other days: the learnt hours of the week would be the wrong ones.
    first.keeper.catalogInUse([campaignOf('c', 'even', 'Asia/Shanghai')]);
    expect(Object.keys(first.keeper.states())).toEqual([]);
  });

  it('keeps the state of campaigns that nobody has wanted to bid for since the restart', () => {
    const { keeper } = setUp({ sleeping: { pacer: undefined, counts: undefined } });
    expect(Object.keys(keeper.states())).toEqual(['sleeping']);
    keeper.catalogInUse([campaignOf('sleeping')]);
    expect(Object.keys(keeper.states())).toEqual(['sleeping']);
    keeper.catalogInUse([campaignOf('other')]);
    expect(Object.keys(keeper.states())).toEqual([]);
  });

  it('learns nothing from what an account tells at first: that was spent before anybody looked', () => {
    const campaign = campaignOf('c');
    const [informed, late] = [setUp(), setUp()];
    informed.spend(campaign, 20);
    for (const { keeper, clock } of [informed, late]) keeper.of(campaign, clock.nowMs());
    for (const { pass } of [informed, late]) pass(2_000);
    late.spend(campaign, 20);
    for (const { pass } of [informed, late]) pass(2_000);
    // Behind three memories of the traffic come those of the money.
    const money = ({ keeper }: typeof late) => keeper.states()['c']?.pacer?.market.slice(3);
    expect(money(late)).toEqual(money(informed));
    expect(money(late)).toHaveLength(4);
  });

  it('surveys every request while few come, and twenty a second when many do', () => {
    const { keeper, pass } = setUp();
    expect(keeper.surveyShare()).toBe(1);
    const shares: number[] = [];
    for (let second = 0; second < 120; second++) {
      for (let i = 0; i < 1000; i++) shares.push(keeper.surveyShare());
      pass(1000);
    }
    const surveyed = shares.slice(-20_000).reduce((sum, share) => sum + share, 0);
    expect(surveyed / 20).toBeGreaterThan(15);
    expect(surveyed / 20).toBeLessThan(25);
  });

  it('looks after campaigns that began together each at a moment of its own, once a second', () => {
    const clock = new ManualClock(START_MS);
    const lookedAt: string[] = [];
    const figures = (campaign: CampaignId): undefined => void lookedAt.push(campaign);
    const keeper = new DeliveryKeeper({ clock, figures, states: {}, onRunaway: () => undefined });
    for (let i = 0; i < 200; i++) keeper.of(campaignOf(`c${i}`), clock.nowMs());
    const pass = (): void => {
      for (let tick = 0; tick < 50; tick++) {
        clock.advance(20);
        const before = lookedAt.length;
        keeper.tick();
        expect(lookedAt.length - before).toBeLessThan(20);
      }
    };
    pass();
    lookedAt.length = 0;
    pass();
    expect(lookedAt).toHaveLength(200);
    expect(new Set(lookedAt).size).toBe(200);
  });

  it('names why a campaign spends less than planned', () => {
    const { keeper, clock, pass, spend } = setUp();
    const campaign = campaignOf('c');
    const delivery = keeper.of(campaign, clock.nowMs());
    spend(campaign, 1);
    pass(3 * HOUR_MS, 10_000, campaign);
    delivery.count('below-floor', 900_000);
    delivery.count('bid', 1000);
    const [report] = keeper.reports(() => 500);
    expect(report).toMatchObject({ campaign: 'c', spentTodayMicros: 1_000_000, currency: 'USD' });
    expect(report?.underDelivery?.causes[0]).toMatchObject({ cause: 'floors', impressions: 900_000 });
    expect(report?.underDelivery?.causes[0]?.words).toContain('the floor was above the bid on 900000');
  });
});

describe('runaway spending', () => {
  it('is twice the plan and a tenth of the day beyond', () => {
    expect(isRunaway({ spentMicros: 50, untilNowMicros: 20, wholeDayMicros: 100 })).toBe(false);
    expect(isRunaway({ spentMicros: 51, untilNowMicros: 20, wholeDayMicros: 100 })).toBe(true);
    expect(isRunaway({ spentMicros: 51, untilNowMicros: 0, wholeDayMicros: 0 })).toBe(false);
  });

  it('stops the line item that spent most, says so, and goes on when the file is saved again', () => {
    const { keeper, clock, alarms, pass, spend } = setUp();
    const campaign = campaignOf('c');
    const delivery = keeper.of(campaign, clock.nowMs());
    delivery.sent('cheap' as LineItemId, 1000 as Micros);
    delivery.sent('dear' as LineItemId, 90_000_000 as Micros);
    spend(campaign, 10);
    pass(HOUR_MS, 10_000, campaign);
    expect(alarms).toEqual([]);
    spend(campaign, 90);
    pass(30_000, 10_000, campaign);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatch(
      /^line item dear of campaign c is stopped: 90 USD are spent today, where [\d.]+ USD were planned by now; /,
    );
    expect(delivery.stopped('dear' as LineItemId)).toBe(alarms[0]);
    expect(delivery.stopped('cheap' as LineItemId)).toBeUndefined();
    keeper.catalogInUse([campaignOf('c')]);
    expect(delivery.stopped('dear' as LineItemId)).toBeUndefined();
  });

  it('does not stop it again after a restart for what the file was saved again for', () => {
    const before = setUp();
    const campaign = campaignOf('c');
    before.keeper.of(campaign, before.clock.nowMs()).sent('dear' as LineItemId, 90_000_000 as Micros);
    before.spend(campaign, 90);
    before.pass(HOUR_MS, 10_000, campaign);
    expect(before.alarms).toHaveLength(1);
    before.keeper.catalogInUse([campaignOf('c')]);
    const after = setUp(before.keeper.states());
    after.clock.advance(HOUR_MS);
    after.spend(campaign, 91);
    after.keeper.of(campaign, after.clock.nowMs()).sent('dear' as LineItemId, 1_000_000 as Micros);
    after.pass(30_000, 10_000, campaign);
    expect(after.alarms).toEqual([]);
  });

  it('goes on with the next day', () => {
    const { keeper, clock, pass, spend } = setUp();
    const campaign = campaignOf('c');
    const delivery = keeper.of(campaign, clock.nowMs());
    delivery.sent('dear' as LineItemId, 90_000_000 as Micros);
    spend(campaign, 90);
    pass(HOUR_MS, 10_000);
    expect(delivery.stopped('dear' as LineItemId)).toBeDefined();
    spend(campaign, 0);
    pass(23.5 * HOUR_MS, 30_000);
    expect(delivery.stopped('dear' as LineItemId)).toBeUndefined();
  });

  it('is no matter of campaigns that spend as soon as possible', () => {
    const { keeper, clock, alarms, pass, spend } = setUp();
    const campaign = campaignOf('c', 'asap');
    keeper.of(campaign, clock.nowMs()).sent('dear' as LineItemId, 90_000_000 as Micros);
    spend(campaign, 240);
    pass(60_000);
    expect(alarms).toEqual([]);
  });
});

describe('reports', () => {
  it('tell of campaigns in flight also when nobody has wanted to bid for them, such as after a restart', () => {
    const { keeper, clock } = setUp();
    const later = { ...campaignOf('later').flight, startMs: START_MS + DAY_MS };
    const campaigns: Campaign[] = [
      campaignOf('c', 'asap'),
      { ...campaignOf('paused'), status: 'paused' },
      { ...campaignOf('later'), flight: later },
    ];
    keeper.catalogInUse(campaigns);
    expect(keeper.campaigns().map(({ id }) => id)).toEqual(['c']);
    expect(keeper.reports(() => 0).map(({ campaign }) => campaign)).toEqual(['c']);
    clock.advance(DAY_MS);
    expect(keeper.reports(() => 0).map(({ campaign }) => campaign)).toEqual(['c', 'later']);
  });

  it('of campaigns that spend as soon as possible hold all of the day against what is spent', () => {
    const { keeper, pass, spend } = setUp();
    // An even plan would have a tenth of the total for this day of ten.
    const campaign = {
      ...campaignOf('c', 'asap'),
      budget: { ...campaignOf('c', 'asap').budget, totalMicros: microsFromUnits(500) },
    };
    keeper.catalogInUse([campaign]);
    pass(HOUR_MS, 60_000, campaign);
    expect(keeper.figures()[0]).toMatchObject({
      plannedTodayMicros: microsFromUnits(240),
      plannedUntilNowMicros: microsFromUnits(240),
    });
    spend(campaign, 120);
    pass(1000, 1000, campaign);
    expect(keeper.figures()[0]?.plannedTodayMicros).toBe(microsFromUnits(240));
  });
});

describe('the file of what pacing has learnt', () => {
  it('comes back as it was, and is learnt anew where it is missing or damaged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'narrowcast-delivery-'));
    const path = join(folder, 'pacing.json');
    const troubles: string[] = [];
    const read = () => readDeliveryStates(path, (message) => troubles.push(message));
    try {
      expect(read()).toEqual({});
      expect(troubles).toEqual([]);
      const { keeper, clock } = setUp();
      keeper.of(campaignOf('c'), clock.nowMs());
      writeDeliveryStates(path, keeper.states());
      expect(read()).toEqual(JSON.parse(readFileSync(path, 'utf8')));
      writeFileSync(path, '{"c":');
      expect(read()).toEqual({});
      writeFileSync(path, '[1]');
      expect(read()).toEqual({});
      expect(troubles).toHaveLength(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
