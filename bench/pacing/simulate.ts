import { seededRandom, type Random } from '../../src/lib/prng.js';
import { Pacer, type PacedCampaign, type PlannedHour } from '../../src/pacing/pacer.js';
import { readPacerState } from '../../src/pacing/pacer-state.js';
import { ZoneDays, type LocalDay } from '../../src/pacing/zone-days.js';
import { bestOfferMicros, isProcessDown, poisson, trafficPerSecond, type Market } from './market.js';
import { SimulatedMoney } from './money.js';

const SECOND_MS = 1000;
/** Billing comes after about a minute; of the losses half are told at once, and the others time out. */
const BILLING_MEAN_MS = 45_000;
const BILLING_MS_MAX = 600_000;
const LOSS_TOLD_SHARE = 0.5;
const LOSS_TOLD_MS = 2000;
const LOSS_TIMEOUT_MS = 300_000;

/** Which of the pacer's two outputs are used: the ways that are compared. */
export type Method = 'throttle and price' | 'throttle only';

export interface Simulation {
  readonly campaign: PacedCampaign;
  readonly market: Market;
  readonly method: Method;
  /** Stops before the end of the flight. */
  readonly untilMs?: number;
  readonly seed: number;
}

export interface SimulatedHour {
  readonly startMs: number;
  readonly endMs: number;
  /** As planned at the start of the day. */
  readonly dayPlanMicros: number;
  /** As planned at the start of the hour, when what went before was known. */
  readonly planMicros: number;
  readonly spentMicros: number;
  readonly candidates: number;
  /** At the end of the hour. */
  readonly throttle: number;
  readonly bidMultiplier: number;
}

export interface SimulatedDay {
  readonly startMs: number;
  readonly spentMicros: number;
  readonly impressions: number;
  readonly hours: readonly SimulatedHour[];
}

interface OpenHour {
  readonly planned: PlannedHour;
  readonly dayPlanMicros: number;
  candidates: number;
}

/** Runs a campaign through its flight, second by second. The same simulation gives the same figures. */
export function simulate(simulation: Simulation): readonly SimulatedDay[] {
  const { flight } = simulation.campaign;
  const untilMs = Math.min(flight.endMs, simulation.untilMs ?? Infinity);
  const days = new ZoneDays(flight.timeZone);
  const money = new SimulatedMoney();
  const bidder = new SimulatedBidder(simulation, days, money);
  const simulated: { day: LocalDay; hours: Omit<SimulatedHour, 'spentMicros'>[]; impressions: number }[] = [];
  for (let day = days.dayAt(flight.startMs); day.startMs < untilMs; day = days.dayAt(day.endMs)) {
    money.startDay(day.startMs);
    const before = money.impressions;
    simulated.push({ day, hours: bidder.runDay(day), impressions: money.impressions - before });
  }
  money.settleEverything();
  return simulated.map(({ day, hours, impressions }) => ({
    startMs: day.startMs,
    spentMicros: money.spentBetweenMicros(day.startMs, day.endMs),
    impressions,
    hours: hours.map((hour) => ({
      ...hour,
      spentMicros: money.spentBetweenMicros(hour.startMs, hour.endMs),
    })),
  }));
}

/** A bidder with one campaign, the exchange it bids at, and the process that may be away for a time. */
class SimulatedBidder {
  readonly #simulation: Simulation;
  readonly #days: ZoneDays;
  readonly #money: SimulatedMoney;
  readonly #random: Random;
  #pacer: Pacer;
  #isDown = false;

  constructor(simulation: Simulation, days: ZoneDays, money: SimulatedMoney) {
    this.#simulation = simulation;
    this.#days = days;
    this.#money = money;
    this.#random = seededRandom(simulation.seed);
    this.#pacer = new Pacer(simulation.campaign, days, undefined);
  }

  runDay(day: LocalDay): Omit<SimulatedHour, 'spentMicros'>[] {
    this.#pacer.observe(day.startMs, this.#money);
    const dayPlan = this.#pacer.plan(day.startMs);
    return day.hours.map(({ startMs, hourOfWeek }, i) => {
      this.#pacer.observe(startMs, this.#money);
      const planned = this.#pacer.plan(startMs)[0] as PlannedHour;
      const hour: OpenHour = { planned, dayPlanMicros: dayPlan[i]?.micros ?? 0, candidates: 0 };
      for (let nowMs = startMs; nowMs < planned.endMs; nowMs += SECOND_MS)
        this.#second(nowMs, hourOfWeek, hour);
      const { throttle, bidMultiplier } = this.#pacer;
      const { candidates, dayPlanMicros } = hour;
      return {
        startMs,
        endMs: planned.endMs,
        dayPlanMicros,
        planMicros: planned.micros,
        candidates,
        throttle,
        bidMultiplier,
      };
    });
  }

  #second(nowMs: number, hourOfWeek: number, hour: OpenHour): void {
    const { market, campaign } = this.#simulation;
    this.#money.settle(nowMs);
    const isDown = isProcessDown(market, nowMs);
    if (this.#isDown && !isDown) this.#restart(campaign);
    this.#isDown = isDown;
    if (isDown) return;
    this.#pacer.observe(nowMs, this.#money);
    const count = poisson(this.#random, trafficPerSecond(market, nowMs, hourOfWeek));
    hour.candidates += count;
    for (let i = 0; i < count; i++) this.#auction(nowMs);
  }

  /** As a process would: what was learnt is read back from its file. */
  #restart(campaign: PacedCampaign): void {
    const state = readPacerState(JSON.parse(JSON.stringify(this.#pacer.toJson())));
    this.#pacer = new Pacer(campaign, this.#days, state);
  }

  #auction(nowMs: number): void {
    const { market, campaign, method } = this.#simulation;
    const best = bestOfferMicros(market, this.#random);
    const fullMicros = campaign.lineItems[0]?.bid.amountMicros ?? 0;
    if (!this.#pacer.passes(Math.floor(this.#random() * 2 ** 32))) return;
    const cpmMicros = Math.round(
      method === 'throttle only' ? fullMicros : fullMicros * this.#pacer.bidMultiplier,
    );
    const isWon = cpmMicros > best;
    const paidMicros = market.auction === 'first-price' ? cpmMicros : best;
    const outcome = {
      bidMs: nowMs,
      reservedMicros: Math.round(cpmMicros / 1000),
      spentMicros: isWon ? Math.round(paidMicros / 1000) : 0,
    };
    this.#money.bid(outcome, nowMs + SECOND_MS + this.#delayMs(isWon));
  }

  #delayMs(isWon: boolean): number {
    if (isWon) return Math.min(BILLING_MS_MAX, -Math.log(1 - this.#random()) * BILLING_MEAN_MS);
    return this.#random() < LOSS_TOLD_SHARE ? LOSS_TOLD_MS : LOSS_TIMEOUT_MS;
  }
}
