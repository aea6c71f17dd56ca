import type { LedgerAuthority, Settlement } from '../domain/ledger.js';
import type { BillOutcome, LedgerMetrics } from '../domain/money-ports.js';

/** How long an answer is waited for. */
const ANSWER_MS = 1_000;
/** Billings on their way at once, and of those that are told again. */
const ON_THEIR_WAY_MAX = 10_000;
const AGAIN_AT_ONCE = 200;
const WAITING_MAX = 100_000;
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5_000;
/** What was booked lately is told again when the authority may have lost it. */
const RECENT_MS = 600_000;
const RECENT_MAX = 100_000;

interface OnItsWay {
  readonly settlement: Settlement;
  readonly sentMs: number;
  readonly resolve: (outcome: BillOutcome) => void;
}

export interface BillingsOptions {
  readonly authority: Pick<LedgerAuthority, 'settle'>;
  readonly metrics: Pick<LedgerMetrics, 'billingTold'>;
  /** There was no room to wait for a billing of this campaign: it is only in the log. */
  readonly onOverflow: (campaign: string) => void;
}

/**
 * Tells the authority what bids cost, until it has heard: each billing is told at once, and when there is no answer it waits, by
 * its bid id and in the order of arrival. The ones that wait longest are told again, with growing pauses while nothing is
 * answered. What was booked in the last minutes is remembered, since a Redis that comes back may have lost it.
 */
export class Billings {
  readonly #options: BillingsOptions;
  readonly #onTheirWay = new Set<OnItsWay>();
  readonly #waiting = new Map<string, Settlement>();
  readonly #recent = new Map<string, { readonly settlement: Settlement; readonly atMs: number }>();
  #again = 0;
  #pauseMs = PAUSE_MS_MIN;
  #againMs = -Infinity;

  constructor(options: BillingsOptions) {
    this.#options = options;
  }

  /** How many wait to be told again. */
  get waiting(): number {
    return this.#waiting.size;
  }

  bill(settlement: Settlement, nowMs: number): Promise<BillOutcome> {
    return new Promise((resolve) => {
      if (this.#onTheirWay.size < ON_THEIR_WAY_MAX) this.#send({ settlement, sentMs: nowMs, resolve });
      else {
        this.#wait(settlement);
        resolve('later');
      }
    });
  }

  /** Tells again what was booked lately. */
  tellRecentAgain(): void {
    for (const { settlement } of this.#recent.values()) this.#wait(settlement);
    this.#pauseMs = PAUSE_MS_MIN;
    this.#againMs = -Infinity;
  }

  tick(nowMs: number): void {
    for (const one of this.#onTheirWay) {
      if (nowMs - one.sentMs < ANSWER_MS) break;
      this.#ended(one, 'later', nowMs);
    }
    for (const [bidId, { atMs }] of this.#recent) {
      if (nowMs - atMs < RECENT_MS) break;
      this.#recent.delete(bidId);
    }
    if (this.#again === 0 && nowMs >= this.#againMs) this.#tellAgain(nowMs);
  }

  #tellAgain(nowMs: number): void {
    const oldest: Settlement[] = [];
    for (const settlement of this.#waiting.values()) {
      if (oldest.push(settlement) === AGAIN_AT_ONCE) break;
    }
    this.#again = oldest.length;
    for (const settlement of oldest) {
      const resolve = (outcome: BillOutcome): void => {
        this.#again -= 1;
        if (outcome === 'later') return;
        this.#pauseMs = PAUSE_MS_MIN;
      };
      this.#send({ settlement, sentMs: nowMs, resolve });
    }
  }

  #send(one: OnItsWay): void {
    this.#onTheirWay.add(one);
    this.#options.authority.settle(one.settlement).then(
      (outcome) => this.#ended(one, outcome, one.sentMs),
      () => this.#ended(one, 'later', one.sentMs),
    );
  }

  /** The first end counts: an answer that comes after its time is told again, which does no harm. */
  #ended(one: OnItsWay, outcome: BillOutcome, nowMs: number): void {
    if (!this.#onTheirWay.delete(one)) return;
    const { settlement } = one;
    if (outcome === 'later') {
      this.#wait(settlement);
      if (nowMs >= this.#againMs) {
        this.#againMs = nowMs + this.#pauseMs;
        this.#pauseMs = Math.min(PAUSE_MS_MAX, 2 * this.#pauseMs);
      }
    } else {
      this.#waiting.delete(settlement.bidId);
      this.wasBooked(settlement, nowMs);
    }
    this.#options.metrics.billingTold(outcome);
    one.resolve(outcome);
  }

  #wait(settlement: Settlement): void {
    if (this.#waiting.has(settlement.bidId)) return;
    if (this.#waiting.size < WAITING_MAX) this.#waiting.set(settlement.bidId, settlement);
    else {
      this.#options.metrics.billingTold('overflow');
      this.#options.onOverflow(settlement.campaign);
    }
  }

  /** The authority may lose it again: it is remembered for some minutes. */
  wasBooked(settlement: Settlement, nowMs: number): void {
    this.#recent.delete(settlement.bidId);
    this.#recent.set(settlement.bidId, { settlement, atMs: nowMs });
    if (this.#recent.size <= RECENT_MAX) return;
    for (const bidId of this.#recent.keys()) {
      this.#recent.delete(bidId);
      break;
    }
  }
}
