import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Budget } from '../domain/campaign.js';
import { microsFromUnits, USD } from '../domain/money.js';
import { seededRandom } from '../lib/prng.js';
import type { MoneyFigures } from './money-figures.js';
import { Pacer, pacingHash, type PacedCampaign } from './pacer.js';
import { readPacerState } from './pacer-state.js';
import { ZoneDays } from './zone-days.js';

const TIME_ZONE = 'Europe/Paris';
const START_MS = Date.parse('2026-11-09T00:00:00+01:00');
const DAY_MS = 86_400_000;
const NO_MONEY: MoneyFigures = { spentTodayMicros: 0, spentTotalMicros: 0, openMicros: 0, reservedMicros: 0 };
const COST_MICROS = 2000;

function campaign(total: number, pacing: Budget['pacing'] = 'even', daily?: number): PacedCampaign {
  const dailyMicros = daily === undefined ? undefined : microsFromUnits(daily);
  return {
    flight: { startMs: START_MS, endMs: START_MS + DAY_MS, timeZone: TIME_ZONE },
    budget: { totalMicros: microsFromUnits(total), dailyMicros, currency: USD, pacing },
    lineItems: [
      {
        status: 'active',
        bid: { model: 'cpm', amountMicros: microsFromUnits(2) },
        targeting: { unknown: { lineItem: 'reject', byDimension: new Map() } },
      },
    ],
  };
}

function pacerOf(of: PacedCampaign, state?: unknown) {
  return new Pacer(of, new ZoneDays(TIME_ZONE), state === undefined ? undefined : readPacerState(state));
}

/** Every bid wins at once, at the pacer's price; so many candidates a second come for so long. */
function run(pacer: Pacer, fromMs: number, seconds: number, perSecond: number, before = NO_MONEY) {
  const random = seededRandom(7);
  let spent = before.spentTotalMicros;
  for (let second = 0; second < seconds; second++) {
    for (let i = 0; i < perSecond; i++) {
      if (pacer.passes(random() * 2 ** 32)) spent += Math.round(COST_MICROS * pacer.bidMultiplier);
    }
    pacer.observe(fromMs + second * 1000, moneySpent(spent));
  }
  return moneySpent(spent);
}

function moneySpent(micros: number): MoneyFigures {
  return { spentTodayMicros: micros, spentTotalMicros: micros, openMicros: 0, reservedMicros: micros };
}

describe('the pacer', () => {
  it('answers the same request alike', () => {
    const pacer = pacerOf(campaign(24));
    run(pacer, START_MS, 600, 20);
    const answers = Array.from({ length: 1000 }, (_, i) => pacer.wouldPass(pacingHash(`r${i}`, 'item')));
    expect(answers).toEqual(
      Array.from({ length: 1000 }, (_, i) => pacer.wouldPass(pacingHash(`r${i}`, 'item'))),
    );
    const share = answers.filter(Boolean).length / answers.length;
    expect(Math.abs(share - pacer.throttle)).toBeLessThan(0.06);
  });

  it('starts slowly and keeps the pace after minutes', () => {
    const pacer = pacerOf(campaign(240));
    const first = run(pacer, START_MS, 60, 50);
    expect(first.spentTotalMicros).toBeLessThan((240e6 / 24 / 60) * 2);
    const plan = pacer.plan(START_MS + 60_000)[0];
    const hour = run(pacer, START_MS + 60_000, 3540, 50, first);
    expect((hour.spentTotalMicros - first.spentTotalMicros) / (plan?.micros ?? 0)).toBeCloseTo(1, 1);
  });

  it.each([
    ['doubles', 2],
    ['halves', 0.5],
  ])('is back at its pace within three minutes when traffic %s', (_words, factor) => {
    const pacer = pacerOf(campaign(60));
    const settled = run(pacer, START_MS, 3600, 40);
    const changedMs = START_MS + 3_600_000;
    const reacted = run(pacer, changedMs, 180, 40 * factor, settled);
    const planned = pacer.plan(changedMs + 180_000)[0]?.micros ?? 0;
    const later = run(pacer, changedMs + 180_000, 600, 40 * factor, reacted);
    const share = (later.spentTotalMicros - reacted.spentTotalMicros) / (planned * (10 / 57));
    expect(share).toBeGreaterThan(0.85);
    expect(share).toBeLessThan(1.15);
  });

  it('never holds back as soon as possible, until the money is gone', () => {
    const pacer = pacerOf(campaign(1, 'asap'));
    pacer.observe(START_MS, NO_MONEY);
    expect([pacer.throttle, pacer.bidMultiplier]).toEqual([1, 1]);
    expect(run(pacer, START_MS + 1000, 100, 100).spentTotalMicros).toBe(1_000_000);
    expect(pacer.wouldPass(0)).toBe(false);
    expect(pacer.explain()).toMatch(/^held back/);
  });

  it('takes an edited budget at the next look', () => {
    const pacer = pacerOf(campaign(240));
    const spent = run(pacer, START_MS, 3600, 50);
    const pace = pacer.plan(START_MS + 3_600_000)[0]?.micros ?? 0;
    pacer.campaignChanged(campaign(480));
    expect((pacer.plan(START_MS + 3_600_000)[0]?.micros ?? 0) / pace).toBeCloseTo(2, 1);
    pacer.campaignChanged(campaign(1));
    pacer.observe(START_MS + 3_601_000, spent);
    expect(pacer.throttle).toBe(0);
    expect(pacer.wouldPass(0)).toBe(false);
  });

  it('does not touch its price while nothing comes, nor while the money is gone', () => {
    const pacer = pacerOf(campaign(240));
    const spent = run(pacer, START_MS, 7200, 50);
    run(pacer, START_MS + 7_200_000, 300, 0, spent);
    const price = pacer.bidMultiplier;
    run(pacer, START_MS + 7_500_000, 1800, 0, spent);
    expect(pacer.bidMultiplier).toBe(price);
    run(pacer, START_MS + 9_300_000, 1800, 50, moneySpent(240_000_000));
    expect(pacer.bidMultiplier).toBe(price);
  });

  it('keeps its pace when the clock was put back', () => {
    const pacer = pacerOf(campaign(240));
    const spent = run(pacer, START_MS + 7_200_000, 1200, 50);
    const back = run(pacer, START_MS + 3_600_000, 600, 50, spent);
    const planned = pacer.plan(START_MS + 4_200_000)[0]?.micros ?? 0;
    const later = run(pacer, START_MS + 4_200_000, 600, 50, back);
    const share = (later.spentTotalMicros - back.spentTotalMicros) / (planned / 5);
    expect(share).toBeGreaterThan(0.85);
    expect(share).toBeLessThan(1.15);
  });

  it('goes on after a restart where it was', () => {
    const before = pacerOf(campaign(240));
    const spent = run(before, START_MS, 7200, 50);
    const after = pacerOf(campaign(240), JSON.parse(JSON.stringify(before.toJson())));
    after.observe(START_MS + 7_260_000, spent);
    before.observe(START_MS + 7_260_000, spent);
    expect(after.bidMultiplier).toBe(before.bidMultiplier);
    expect(after.throttle).toBeCloseTo(before.throttle, 1);
    expect(after.plan(START_MS + 7_260_000)[3]?.micros).toBeCloseTo(
      before.plan(START_MS + 7_260_000)[3]?.micros ?? 0,
      -4,
    );
    expect(JSON.stringify(before.toJson()).length).toBeLessThan(10_000);
  });

  it('does not take a state that is damaged or of another version', () => {
    const state = pacerOf(campaign(1)).toJson();
    expect(readPacerState(state)).toEqual(state);
    for (const bad of [undefined, null, {}, { ...state, version: 2 }, { ...state, curve: [[0, -1]] }]) {
      expect(readPacerState(bad)).toBeUndefined();
    }
  });

  it('says in words what it does', () => {
    const pacer = pacerOf(campaign(240));
    run(pacer, START_MS, 1, 50);
    expect(pacer.explain()).toMatch(/^starting slowly: 2 % of what comes is bid on/);
    run(pacer, START_MS + 1000, 600, 50);
    expect(pacer.explain()).toMatch(
      /^paced: \d+ % of what comes is bid on.*, since [\d.]+ USD an hour are planned now and bidding on everything would cost [\d.]+$/,
    );
    pacer.observe(START_MS + DAY_MS, NO_MONEY);
    expect(pacer.explain()).toBe('not in flight: nothing is bid on');
    expect(pacer.plan(START_MS + DAY_MS)).toEqual([]);
  });
});

describe('whatever the pacer is told', () => {
  const anyNumber = fc.oneof(
    fc.double(),
    fc.integer({ min: 0, max: 10_000_000 }),
    fc.integer({ min: START_MS - DAY_MS, max: START_MS + 2 * DAY_MS }),
  );
  const look = fc.record({
    nowMs: anyNumber,
    spentTodayMicros: anyNumber,
    spentTotalMicros: anyNumber,
    openMicros: anyNumber,
    reservedMicros: anyNumber,
    candidates: fc.nat(50),
  });
  const mode = fc.constantFrom<Budget['pacing']>('even', 'front-loaded', 'asap');

  it('its throttle is from 0 to 1 and its state can be read again', () => {
    fc.assert(
      fc.property(fc.array(look, { maxLength: 40 }), mode, (looks, pacing) => {
        const pacer = pacerOf(campaign(1, pacing, 0.5));
        for (const { nowMs, candidates, ...money } of looks) {
          for (let i = 0; i < candidates; i++) pacer.passes(i * 80_000_000);
          pacer.observe(nowMs, money);
          expect(pacer.throttle).toBeGreaterThanOrEqual(0);
          expect(pacer.throttle).toBeLessThanOrEqual(1);
          expect(pacer.bidMultiplier).toBeGreaterThan(0);
          expect(pacer.bidMultiplier).toBeLessThanOrEqual(1);
          expect(pacer.explain()).not.toMatch(/NaN|Infinity/);
          for (const { micros } of pacer.plan(START_MS)) expect(micros).toBeGreaterThanOrEqual(0);
        }
        expect(readPacerState(JSON.parse(JSON.stringify(pacer.toJson())))).toBeDefined();
      }),
    );
  });

  it('never lets more pass than the budget pays for', () => {
    const second = fc.record({
      waitMs: fc.integer({ min: 0, max: 4_000_000 }),
      hashes: fc.array(fc.nat(0xffffffff), { maxLength: 300 }),
      billedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(second, { maxLength: 40 }), mode, (seconds, pacing) => {
        const pacer = pacerOf(campaign(0.5, pacing));
        let nowMs = START_MS;
        let [spent, open, reserved] = [0, 0, 0];
        for (const { waitMs, hashes, billedShare } of seconds) {
          nowMs += waitMs;
          const ended = Math.floor((open / COST_MICROS) * billedShare) * COST_MICROS;
          open -= ended;
          spent += ended;
          pacer.observe(nowMs, {
            spentTodayMicros: spent,
            spentTotalMicros: spent,
            openMicros: open,
            reservedMicros: reserved,
          });
          for (const hash of hashes) {
            if (!pacer.passes(hash)) continue;
            open += COST_MICROS;
            reserved += COST_MICROS;
          }
          expect(spent + open).toBeLessThanOrEqual(500_000);
        }
      }),
    );
  });
});
