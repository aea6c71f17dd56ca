import type { Campaign } from '../domain/campaign.js';
import type { LineItemId } from '../domain/ids.js';
import { unitsText, type Micros } from '../domain/money.js';
import {
  DELIVERY_FATES,
  type CampaignDelivery,
  type DeliveryFate,
  type DeliveryFigures,
} from '../domain/money-ports.js';
import { hashString } from '../lib/hash.js';
import type { MoneyFigures } from '../pacing/money-figures.js';
import { Pacer } from '../pacing/pacer.js';
import type { PacerState } from '../pacing/pacer-state.js';
import { underDelivery, type UnderDelivery } from '../pacing/under-delivery.js';
import type { ZoneDays } from '../pacing/zone-days.js';
import { isRunaway } from './runaway.js';

/** Who was asked about so long ago is looked at less often. */
const IDLE_MS = 60_000;
const OBSERVE_MS = 1_000;
const OBSERVE_IDLE_MS = 30_000;
/** What an hour and less brings says little about a day. */
const UNDER_DELIVERY_MS = 3_600_000;

/** What became of the impressions of one day, and what was bid. */
export interface DayCounts {
  readonly dayStartMs: number;
  readonly sinceMs: number;
  readonly fates: Record<DeliveryFate, number>;
  /** What had been spent when the guard last stopped a line item, or when the file was saved again. */
  answeredForMicros: number;
}

/** A campaign's day, and why it spends less than planned where it does. */
export interface DeliveryReport extends DeliveryFigures {
  /** In a sentence or two. */
  readonly words: string;
  readonly pacing: string;
  /** What became of the impressions that its targeting matched in this process today; estimated from a share of them. */
  readonly fates: Readonly<Record<DeliveryFate, number>>;
  readonly stopped: readonly string[];
  readonly underDelivery: UnderDelivery | undefined;
}

/**
 * How one campaign spends: its pacer, what became of the impressions that it wanted today, and the guard that stops line items
 * when much more is spent than planned. A stopped line item goes on when its file is saved again, or with the next day.
 */
export class PacedDelivery implements CampaignDelivery {
  readonly #days: ZoneDays;
  readonly #pacer: Pacer;
  readonly #onRunaway: (message: string) => void;
  readonly #stopped = new Map<LineItemId, string>();
  readonly #sentToday = new Map<LineItemId, number>();
  #campaign: Campaign;
  #counts: DayCounts;
  #figures: MoneyFigures | undefined;
  /** Did the last observation bring figures? Without, the ones before it are as good as any. */
  #isKnown = false;
  #reservedBeforeMicros = 0;
  #sentMicros = 0;
  #askedMs: number;
  #dueMs: number;
  /** Each campaign has its own moment in a second, so that thousands that began together are not all due together. */
  readonly #phaseMs: number;

  constructor(
    campaign: Campaign,
    days: ZoneDays,
    state: { readonly pacer: PacerState | undefined; readonly counts: DayCounts | undefined },
    nowMs: number,
    onRunaway: (message: string) => void,
  ) {
    this.#campaign = campaign;
    this.#days = days;
    this.#pacer = new Pacer(campaign, days, state.pacer);
    this.#onRunaway = onRunaway;
    this.#counts = state.counts ?? newCounts(days.dayAt(nowMs).startMs, nowMs);
    this.#askedMs = nowMs;
    this.#dueMs = nowMs;
    this.#phaseMs = hashString(campaign.id) % OBSERVE_IDLE_MS;
  }

  get bidMultiplier(): number {
    return this.#pacer.bidMultiplier;
  }

  passes(requestHash: number): boolean {
    return this.#pacer.passes(requestHash);
  }

  missed(): void {
    this.#pacer.missed();
  }

  wouldPass(requestHash: number): boolean {
    return this.#pacer.wouldPass(requestHash);
  }

  stopped(lineItem: LineItemId): string | undefined {
    return this.#stopped.size === 0 ? undefined : this.#stopped.get(lineItem);
  }

  sent(lineItem: LineItemId, micros: Micros): void {
    this.#sentMicros += micros;
    this.#sentToday.set(lineItem, (this.#sentToday.get(lineItem) ?? 0) + micros);
  }

  count(fate: DeliveryFate, weight: number): void {
    this.#counts.fates[fate] += weight;
  }

  pacingWords(): string {
    return this.#pacer.explain();
  }

  get campaign(): Campaign {
    return this.#campaign;
  }

  /** Somebody wants to bid. */
  asked(nowMs: number): void {
    if (nowMs - this.#askedMs > IDLE_MS) this.#dueMs = nowMs;
    this.#askedMs = nowMs;
  }

  /** @returns false for a campaign of another time zone: it gets a new delivery */
  campaignChanged(campaign: Campaign): boolean {
    if (campaign === this.#campaign) return true;
    if (campaign.flight.timeZone !== this.#campaign.flight.timeZone) return false;
    this.#campaign = campaign;
    this.#pacer.campaignChanged(campaign);
    this.#stopped.clear();
    this.#counts.answeredForMicros = this.#figures?.spentTodayMicros ?? 0;
    return true;
  }

  /** @returns whether it was time to */
  observeIfDue(nowMs: number, figures: () => MoneyFigures | undefined): boolean {
    // A clock that was put back must not leave it waiting.
    if (nowMs < this.#dueMs && this.#dueMs - nowMs <= OBSERVE_IDLE_MS) return false;
    const everyMs = nowMs - this.#askedMs > IDLE_MS ? OBSERVE_IDLE_MS : OBSERVE_MS;
    this.#dueMs = nowMs + everyMs - ((nowMs + this.#phaseMs) % everyMs);
    this.observe(nowMs, figures());
    return true;
  }

  /** @param figures of the whole campaign; undefined while nothing is known */
  observe(nowMs: number, known: MoneyFigures | undefined): void {
    const figures = known ?? this.#figures ?? NO_FIGURES;
    if (known && !this.#isKnown) this.#pacer.figuresBeginAnew();
    this.#isKnown = known !== undefined;
    const { startMs } = this.#days.dayAt(nowMs);
    if (startMs !== this.#counts.dayStartMs) {
      this.#counts = newCounts(startMs, startMs);
      this.#sentToday.clear();
      this.#stopped.clear();
    }
    if (known && !this.#figures) this.#reservedBeforeMicros = known.reservedMicros - this.#sentMicros;
    this.#figures = known ?? this.#figures;
    this.#pacer.observe(nowMs, figures);
    this.#stopRunaway(nowMs, figures);
  }

  figures(nowMs: number): DeliveryFigures {
    const { spentTodayMicros, spentTotalMicros } = this.#figures ?? NO_FIGURES;
    const planned = this.#pacer.plannedUntil(nowMs);
    return {
      campaign: this.#campaign.id,
      currency: this.#campaign.budget.currency,
      plannedUntilNowMicros: Math.round(planned.untilNowMicros),
      plannedTodayMicros: Math.round(planned.wholeDayMicros),
      spentTodayMicros,
      spentTotalMicros,
      throttle: this.#pacer.throttle,
      bidMultiplier: this.#pacer.bidMultiplier,
      stoppedLineItems: this.#stopped.size,
    };
  }

  /** @param impressions bought today */
  report(nowMs: number, impressions: number): DeliveryReport {
    const figures = this.figures(nowMs);
    const under = this.#underDelivery(
      nowMs,
      this.#figures ?? NO_FIGURES,
      figures.plannedUntilNowMicros,
      impressions,
    );
    const text = (micros: number) => `${roundedText(micros)} ${figures.currency}`;
    const spent =
      `spent ${text(figures.spentTodayMicros)} today, where ${text(figures.plannedUntilNowMicros)} were planned by now ` +
      `and ${text(figures.plannedTodayMicros)} for the whole day`;
    const stopped = [...this.#stopped.values()];
    return {
      ...figures,
      words: [spent, ...stopped, ...(under?.causes.slice(0, 1).map(({ words }) => words) ?? [])].join('; '),
      pacing: this.#pacer.explain(),
      fates: rounded(this.#counts.fates),
      stopped,
      underDelivery: under,
    };
  }

  toJson(): { readonly pacer: PacerState; readonly counts: DayCounts } {
    return { pacer: this.#pacer.toJson(), counts: this.#counts };
  }

  /** Among several processes, the part of the plan is looked at that corresponds to what this one bids. */
  #underDelivery(
    nowMs: number,
    figures: MoneyFigures,
    plannedMicros: number,
    impressions: number,
  ): UnderDelivery | undefined {
    const { fates, sinceMs } = this.#counts;
    if (nowMs - sinceMs < UNDER_DELIVERY_MS) return undefined;
    const all = figures.reservedMicros - this.#reservedBeforeMicros;
    const share = all > 0 ? Math.min(1, this.#sentMicros / all) : 1;
    const cpmMicros = Math.max(0, ...this.#campaign.lineItems.map(({ bid }) => bid.amountMicros));
    return underDelivery({
      plannedMicros: plannedMicros * share,
      spentMicros: figures.spentTodayMicros * share,
      currency: this.#campaign.budget.currency,
      fullCostMicros: cpmMicros / 1000,
      matched: DELIVERY_FATES.reduce((sum, fate) => sum + fates[fate], 0),
      blocked: fates.blocked,
      belowFloor: fates['below-floor'],
      capped: fates.capped,
      outbidByOwn: fates['outbid-by-own'],
      withoutMoney: fates['without-money'],
      paced: fates.paced,
      bids: fates.bid,
      impressions: Math.round(impressions * share),
    });
  }

  #stopRunaway(nowMs: number, { spentTodayMicros }: MoneyFigures): void {
    const { id, budget, lineItems } = this.#campaign;
    if (budget.pacing === 'asap') return;
    const planned = this.#pacer.plannedUntil(nowMs);
    // What has been spent before the last line item was stopped is no reason to stop another one.
    const spentMicros = spentTodayMicros - this.#counts.answeredForMicros;
    if (!isRunaway({ spentMicros, ...planned })) return;
    const running = lineItems.filter((lineItem) => !this.#stopped.has(lineItem.id));
    const dearest = running.sort((a, b) => this.#sentOf(b.id) - this.#sentOf(a.id))[0];
    if (!dearest || this.#sentOf(dearest.id) === 0) return;
    const text = (micros: number) => `${roundedText(micros)} ${budget.currency}`;
    const words =
      `line item ${dearest.id} of campaign ${id} is stopped: ${text(spentTodayMicros)} are spent today, where ` +
      `${text(planned.untilNowMicros)} were planned by now; it goes on when the file is saved again, or tomorrow`;
    this.#stopped.set(dearest.id, words);
    this.#counts.answeredForMicros = spentTodayMicros;
    this.#onRunaway(words);
  }

  #sentOf(lineItem: LineItemId): number {
    return this.#sentToday.get(lineItem) ?? 0;
  }
}

function rounded(fates: DayCounts['fates']): DayCounts['fates'] {
  return Object.fromEntries(
    DELIVERY_FATES.map((fate) => [fate, Math.round(fates[fate])]),
  ) as DayCounts['fates'];
}

/** To the hundredth of a unit. */
function roundedText(micros: number): string {
  return unitsText((Math.round(micros / 10_000) * 10_000) as Micros);
}

const NO_FIGURES: MoneyFigures = {
  spentTodayMicros: 0,
  spentTotalMicros: 0,
  openMicros: 0,
  reservedMicros: 0,
};

function newCounts(dayStartMs: number, sinceMs: number): DayCounts {
  const fates = Object.fromEntries(DELIVERY_FATES.map((fate) => [fate, 0])) as Record<DeliveryFate, number>;
  return { dayStartMs, sinceMs, fates, answeredForMicros: 0 };
}
