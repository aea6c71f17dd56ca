import type { Campaign } from '../domain/campaign.js';
import type { CampaignId } from '../domain/ids.js';
import type { CampaignDelivery, Deliveries, DeliveryFigures } from '../domain/money-ports.js';
import type { Clock } from '../lib/clock.js';
import type { MoneyFigures } from '../pacing/money-figures.js';
import { ZoneDays } from '../pacing/zone-days.js';
import { PacedDelivery, type DeliveryReport } from './campaign-delivery.js';
import type { DeliveryStates } from './state-file.js';

/** How many requests a second are looked at to the end. */
const SURVEYED_PER_SECOND = 20;
/** How fast the rate of requests is forgotten. */
const RATE_MEMORY_MS = 10_000;

export interface DeliveryKeeperOptions {
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Money of a whole campaign; undefined while nothing is known of it. */
  readonly figures: (campaign: CampaignId) => MoneyFigures | undefined;
  /** What was known before a restart. */
  readonly states: DeliveryStates;
  /** Told in words when a line item is stopped. */
  readonly onRunaway: (message: string) => void;
}

/**
 * The deliveries of all campaigns. One is made when somebody first wants to bid for its campaign, since most of many campaigns
 * sleep; it stays until the campaign is gone from the catalogue. Call `tick` about fifty times a second: it looks after
 * those that are due, so that a thousand campaigns do not all take their turn in the same moment.
 */
export class DeliveryKeeper implements Deliveries {
  readonly #options: DeliveryKeeperOptions;
  readonly #deliveries = new Map<CampaignId, PacedDelivery>();
  readonly #days = new Map<string, ZoneDays>();
  /** The catalogue by id; undefined before the first one. */
  #catalog: ReadonlyMap<string, Campaign> | undefined;
  #requestsPerMs = 0;
  #requests = 0;
  #tickedMs: number;

  constructor(options: DeliveryKeeperOptions) {
    this.#options = options;
    this.#tickedMs = options.clock.nowMs();
  }

  of(campaign: Campaign, nowMs: number): CampaignDelivery {
    const known = this.#deliveries.get(campaign.id);
    if (known) {
      known.asked(nowMs);
      return known;
    }
    return this.#begin(campaign, nowMs);
  }

  surveyShare(): number {
    this.#requests += 1;
    const perSecond = this.#requestsPerMs * 1000;
    return perSecond <= SURVEYED_PER_SECOND ? 1 : SURVEYED_PER_SECOND / perSecond;
  }

  /** Takes edited campaigns over, and forgets those that are gone. */
  catalogInUse(campaigns: readonly Campaign[]): void {
    const byId = new Map(campaigns.map((campaign) => [campaign.id, campaign]));
    this.#catalog = byId;
    for (const [id, delivery] of this.#deliveries) {
      const campaign = byId.get(id);
      if (!campaign?.flight || !delivery.campaignChanged(campaign)) this.#deliveries.delete(id);
    }
  }

  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    const elapsedMs = nowMs - this.#tickedMs;
    if (elapsedMs > 0) {
      const kept = Math.exp(-elapsedMs / RATE_MEMORY_MS);
      this.#requestsPerMs = kept * this.#requestsPerMs + ((1 - kept) * this.#requests) / elapsedMs;
      this.#requests = 0;
    }
    this.#tickedMs = nowMs;
    for (const [id, delivery] of this.#deliveries)
      delivery.observeIfDue(nowMs, () => this.#options.figures(id));
  }

  /**
   * How the campaigns spend that are in flight or that somebody wanted to bid for, and why.
   *
   * @param impressionsToday bought ones of a campaign
   */
  reports(impressionsToday: (campaign: Campaign) => number): readonly DeliveryReport[] {
    const nowMs = this.#options.clock.nowMs();
    this.#beginAllInFlight(nowMs);
    return [...this.#deliveries.values()].map((delivery) =>
      delivery.report(nowMs, impressionsToday(delivery.campaign)),
    );
  }

  figures(): readonly DeliveryFigures[] {
    const nowMs = this.#options.clock.nowMs();
    return [...this.#deliveries.values()].map((delivery) => delivery.figures(nowMs));
  }

  /** Those that `reports` tells of. */
  campaigns(): readonly Campaign[] {
    this.#beginAllInFlight(this.#options.clock.nowMs());
    return [...this.#deliveries.values()].map(({ campaign }) => campaign);
  }

  /** What is to be known after a restart. */
  states(): DeliveryStates {
    const unused = Object.entries(this.#options.states).filter(
      ([id]) => !this.#deliveries.has(id as CampaignId) && (this.#catalog?.has(id) ?? true),
    );
    const used = [...this.#deliveries].map(([id, delivery]) => [id, delivery.toJson()]);
    return Object.fromEntries([...unused, ...used]) as DeliveryStates;
  }

  /** Who asks how campaigns do is to see those also that nobody has wanted to bid for. */
  #beginAllInFlight(nowMs: number): void {
    for (const campaign of this.#catalog?.values() ?? []) {
      const { id, status, flight } = campaign;
      const isInFlight = flight.startMs <= nowMs && nowMs < flight.endMs;
      if (status === 'active' && isInFlight && !this.#deliveries.has(id)) this.#begin(campaign, nowMs);
    }
  }

  #begin(campaign: Campaign, nowMs: number): PacedDelivery {
    const { states, figures, onRunaway } = this.#options;
    const state = Object.hasOwn(states, campaign.id) ? states[campaign.id] : undefined;
    const days = this.#daysOf(campaign.flight.timeZone);
    const delivery = new PacedDelivery(campaign, days, state ?? NOTHING_KNOWN, nowMs, onRunaway);
    this.#deliveries.set(campaign.id, delivery);
    delivery.observeIfDue(nowMs, () => figures(campaign.id));
    return delivery;
  }

  #daysOf(timeZone: string): ZoneDays {
    let days = this.#days.get(timeZone);
    if (!days) {
      days = new ZoneDays(timeZone);
      this.#days.set(timeZone, days);
    }
    return days;
  }
}

const NOTHING_KNOWN = { pacer: undefined, counts: undefined };
