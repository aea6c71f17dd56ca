import { setTimeout as sleep } from 'node:timers/promises';
import { integerBetween, pick, type Random } from '../../src/lib/prng.js';
import type { BidderProcess } from './bidder-process.js';
import { BILLING_WITHIN_SECONDS, EXCHANGES, EUR_PER_USD, type TortureCampaign } from './configuration.js';
import { ExchangeAccount, type ExchangeBid } from './exchange-account.js';
import { httpCall, type HttpAnswer } from './http-call.js';
import { forgedPath, readResponse, type BidLinks } from './response.js';

/** From the bid on, its money is held for twice the time in which it is to be billed. */
const HELD_MS = 2 * BILLING_WITHIN_SECONDS * 1_000;
const AGAIN_MS = { min: 100, max: 800 };
const WAKE_MS = 5;

/** Shares of bids, or of notices. What is neither won nor lost is never heard of again. */
const HABITS = {
  won: 0.55,
  lost: 0.35,
  lateBillings: 0.001,
  duplicates: 0.12,
  forged: 0.03,
  contradictions: 0.004,
} as const;

export interface ExchangeOptions {
  readonly name: string;
  readonly perSecond: number;
  readonly visitors: number;
  readonly random: Random;
  /** Processes that share their money; dead ones among them. */
  readonly bidders: readonly BidderProcess[];
  readonly campaigns: readonly TortureCampaign[];
}

/**
 * Posts bid requests at a steady rate, whatever comes back, and tells what becomes of the bids: won, billed, lost or nothing; at the
 * right time or late, once or several times, in any order, to any of the processes. A billing is told again until it is
 * answered with 200 or 204.
 */
export class TortureExchange {
  readonly account = new ExchangeAccount();
  readonly name: string;
  readonly #options: ExchangeOptions;
  #requests = 0;
  /** Requests and notices that are under way or planned. */
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ExchangeOptions) {
    this.name = options.name;
    this.#options = options;
  }

  start(): void {
    const startMs = performance.now();
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startMs) / 1000) * this.#options.perSecond);
      while (this.#requests < due) void this.#ask(this.#requests++);
    }, WAKE_MS);
  }

  /** Sends no more requests. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Resolves when every notice has been told, as often as it takes. @throws when that does not end */
  async quiet(waitMs: number): Promise<void> {
    const endMs = performance.now() + waitMs;
    while (this.#pending > 0) {
      if (performance.now() > endMs) throw new Error(`${this.name}: ${this.#pending} notices are not taken`);
      await sleep(50);
    }
  }

  async #ask(number: number): Promise<void> {
    this.#pending++;
    const { random, bidders } = this.#options;
    const billing = random() < 0.5 ? 'burl' : 'impression';
    const user = `visitor-${integerBetween(random, 1, this.#options.visitors)}`;
    const bidder = pick(random, bidders);
    const body = JSON.stringify(requestOf(`${this.name}-${number}`, user));
    this.account.requests++;
    const answer = await this.#call(bidder, 'POST', `/openrtb2/${EXCHANGES[billing]}`, body);
    if (answer.status === undefined) this.account.unanswered++;
    if (answer.status === 200) {
      for (const links of readResponse(answer.body)) this.#play(links, user, billing);
    }
    this.#pending--;
  }

  #play(links: BidLinks, user: string, billing: 'burl' | 'impression'): void {
    const { random } = this.#options;
    this.account.bids++;
    const fate = random();
    const bid = this.#bidOf(links, user);
    if (fate < HABITS.won) this.#win(links, bid, billing);
    else if (fate < HABITS.won + HABITS.lost)
      this.#notice(links.loss(102), integerBetween(random, 10, 1_500));
    else if (random() < HABITS.forged) {
      // The price of somebody who can change the query of a link, but not sign one.
      this.account.absurd++;
      this.#notice(links.bill(bid.priceMicros * 1_000), integerBetween(random, 10, 1_500));
    }
    if (random() < HABITS.forged) this.#forge(links);
  }

  #win(links: BidLinks, bid: PricedBid, billing: 'burl' | 'impression'): void {
    const { random } = this.#options;
    const isLate = random() < HABITS.lateBillings;
    if (isLate) this.account.lateBillings++;
    const afterMs = isLate
      ? integerBetween(random, Math.round(1.1 * HELD_MS), Math.round(1.4 * HELD_MS))
      : integerBetween(random, 20, BILLING_WITHIN_SECONDS * 900);
    this.account.billed.set(bid.bidId, bid);
    this.#notice(links.win(bid.priceMicros), integerBetween(random, 10, 600));
    const spends = billing === 'burl' ? links.bill(bid.priceMicros) : links.pixel(bid.priceMicros);
    this.#notice(spends, afterMs, () => this.account.acknowledged.set(bid.bidId, bid));
    // Where the exchange has a billing notice, the browser loads the pixel all the same; it must not spend.
    if (billing === 'burl')
      this.#notice(links.pixel(bid.priceMicros), afterMs + integerBetween(random, -15, 400));
    if (random() < HABITS.contradictions) this.#notice(links.loss(1), integerBetween(random, 10, 3_000));
  }

  /** @param acknowledged called when it is answered with 200 or 204; without it nothing depends on the answer */
  #notice(path: string, delayMs: number, acknowledged?: () => void): void {
    const { random } = this.#options;
    const times = random() < HABITS.duplicates ? integerBetween(random, 2, 4) : 1;
    this.account.duplicates += times - 1;
    for (let i = 0; i < times; i++) {
      this.#pending++;
      const laterMs = Math.max(0, delayMs) + i * integerBetween(random, 0, 1_500);
      setTimeout(() => void this.#tell(path, acknowledged), laterMs);
    }
  }

  async #tell(path: string, acknowledged: (() => void) | undefined): Promise<void> {
    const { random, bidders } = this.#options;
    this.account.notices++;
    const { status } = await this.#call(pick(random, bidders), random() < 0.5 ? 'GET' : 'POST', path);
    if (status === 200 || status === 204) acknowledged?.();
    else {
      this.account.retries++;
      const againMs = integerBetween(random, AGAIN_MS.min, AGAIN_MS.max);
      setTimeout(() => void this.#tell(path, acknowledged), againMs);
      return;
    }
    this.#pending--;
  }

  #forge(links: BidLinks): void {
    const { random, bidders } = this.#options;
    this.#pending++;
    this.account.forged++;
    const path = forgedPath(links, random);
    setTimeout(
      () => {
        void this.#call(pick(random, bidders), 'GET', path).then(({ status }) => {
          if (status === 200 || status === 204) this.account.forgedTaken++;
          this.#pending--;
        });
      },
      integerBetween(random, 0, 3_000),
    );
  }

  #bidOf({ bidId, campaign, bidPriceMicros }: BidLinks, user: string): PricedBid {
    const { random, campaigns } = this.#options;
    // Some pay what was bid, some the second price; in micros, as the exchange settles.
    const priceMicros = Math.round(bidPriceMicros * (random() < 0.5 ? 1 : 0.6 + 0.4 * random()));
    const currency = campaigns.find(({ id }) => id === campaign)?.currency;
    const rate = currency === 'EUR' ? EUR_PER_USD : 1;
    const flightDay = new Date().toISOString().slice(0, 10);
    const chargeMicros = Math.round((priceMicros * rate) / 1000);
    return { bidId, campaign, user, flightDay, chargeMicros, priceMicros, madeMs: performance.now() };
  }

  #call(bidder: BidderProcess, method: 'GET' | 'POST', path: string, body?: string): Promise<HttpAnswer> {
    const { agent, port } = bidder;
    return httpCall({ agent, port, method, path, ...(body === undefined ? {} : { body }) });
  }
}

interface PricedBid extends ExchangeBid {
  readonly priceMicros: number;
}

function requestOf(id: string, user: string): unknown {
  return {
    id,
    at: 1,
    tmax: 2_000,
    cur: ['USD'],
    imp: [{ id: '1', secure: 1, banner: { w: 300, h: 250 } }],
    site: { id: 'site-1', domain: 'news.example', page: 'https://news.example/today' },
    device: { ua: 'Mozilla/5.0', ip: '192.0.2.10' },
    user: { buyeruid: user },
  };
}
