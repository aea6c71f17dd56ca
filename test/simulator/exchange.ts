import type { Micros } from '../../src/domain/money.js';
import { integerBetween, pick, type Random } from '../../src/lib/prng.js';
import type { SimulatedBid } from './book.js';
import type { NoticeOutcome, SimulatedBidder, SimulatedNotice } from './bidder.js';
import type { Timeline } from './timeline.js';

/** What an exchange does with bids, as shares of all of them; what is left over is never heard of again. */
export interface ExchangeHabits {
  readonly wins: number;
  readonly losses: number;
  /** Of the won ones: billed only when the bid is not held any more. */
  readonly lateBillings: number;
  /** Of all notices: sent more than once, forged by somebody. */
  readonly duplicates: number;
  readonly forgeries: number;
  /** Of the bids with an end: the opposite is told as well. */
  readonly contradictions: number;
}

const AGAIN_MS = { min: 200, max: 3_000 };
/** Every charge is a share of the bid: nobody pays more, some pay the second price. */
const SECOND_PRICE_SHARE_MIN = 0.6;

/**
 * An exchange and the browsers behind it. It tells what becomes of a bid in whatever order it happens to arrive, to whichever
 * process it reaches, and tells a billing again until a process says that it took note of it.
 */
export class SimulatedExchange {
  /** Billings that it has been told were taken note of, by bid: its own account. */
  readonly acknowledged = new Map<string, Micros>();
  forgeries = 0;
  forgeriesTaken = 0;
  /** Notices that are still to be told. */
  pending = 0;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #habits: ExchangeHabits;
  readonly #bidders: () => readonly SimulatedBidder[];

  constructor(parts: {
    readonly timeline: Timeline;
    readonly random: Random;
    readonly habits: ExchangeHabits;
    readonly bidders: () => readonly SimulatedBidder[];
  }) {
    this.#timeline = parts.timeline;
    this.#random = parts.random;
    this.#habits = parts.habits;
    this.#bidders = parts.bidders;
  }

  takeBid(bid: SimulatedBid): void {
    const { wins, losses, forgeries } = this.#habits;
    const fate = this.#random();
    if (fate < wins) this.#win(bid);
    else if (fate < wins + losses) this.#lose(bid);
    if (this.#random() < forgeries) this.#forge(bid);
  }

  #win(bid: SimulatedBid): void {
    const { lateBillings, contradictions } = this.#habits;
    const isSecondPrice = this.#random() < 0.5;
    const share = isSecondPrice ? SECOND_PRICE_SHARE_MIN + this.#random() * (1 - SECOND_PRICE_SHARE_MIN) : 1;
    bid.chargeMicros = Math.round(bid.reservedMicros * share) as Micros;
    const holdMs = bid.releasedFromMs - bid.madeMs;
    const isLate = this.#random() < lateBillings;
    const billMs = Math.round(holdMs * (isLate ? 1 + 2 * this.#random() : 0.6 * this.#random()));
    this.#tell(integerBetween(this.#random, 20, 500), { kind: 'win', bid, isGenuine: true });
    this.#tell(billMs, { kind: 'bill', bid, isGenuine: true });
    if (this.#random() < contradictions)
      this.#tell(integerBetween(this.#random, 20, 2_000), { kind: 'loss', bid, isGenuine: true });
  }

  #lose(bid: SimulatedBid): void {
    this.#tell(integerBetween(this.#random, 20, 1_000), { kind: 'loss', bid, isGenuine: true });
  }

  /** Somebody who does not know the key claims that a bid was won for all the money in the world. */
  #forge(bid: SimulatedBid): void {
    this.forgeries++;
    this.#tell(integerBetween(this.#random, 0, 5_000), { kind: 'bill', bid, isGenuine: false });
  }

  #tell(delayMs: number, notice: SimulatedNotice): void {
    const times = this.#random() < this.#habits.duplicates ? integerBetween(this.#random, 2, 4) : 1;
    for (let i = 0; i < times; i++) {
      this.pending++;
      this.#timeline.after(delayMs + i * integerBetween(this.#random, 0, 3_000), () => this.#deliver(notice));
    }
  }

  #deliver(notice: SimulatedNotice): void {
    const bidder = pick(this.#random, this.#bidders());
    const answered = (answer: NoticeOutcome): void => {
      if (answer === 'unavailable' && notice.isGenuine) {
        this.#timeline.after(integerBetween(this.#random, AGAIN_MS.min, AGAIN_MS.max), () =>
          this.#deliver(notice),
        );
        return;
      }
      this.pending--;
      if (answer !== 'accepted') return;
      if (!notice.isGenuine) this.forgeriesTaken++;
      else if (notice.kind === 'bill') this.#acknowledge(notice.bid);
    };
    bidder.notice(notice, answered);
  }

  #acknowledge(bid: SimulatedBid): void {
    bid.isAcknowledged = true;
    this.acknowledged.set(bid.bidId, bid.chargeMicros as Micros);
  }
}
