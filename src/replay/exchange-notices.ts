import type { SentBid } from '../bid/respond.js';
import type { BidRequest } from '../domain/bid-request.js';
import { unitsText, type Micros } from '../domain/money.js';
import type { NoticeFacts } from '../domain/notice.js';
import type {
  ConversionHandler,
  NoticeAnswer,
  NoticeCaller,
  NoticeHandler,
  NoticeKind,
  NoticeSigner,
} from '../domain/ports.js';
import { assert } from '../lib/assert.js';
import type { Timeline } from './timeline.js';

/** When an exchange and a browser tell what became of a bid, after the bid. */
const AUCTION_MS = 100;
const SHOWN_MS = 1_000;
const CLICKED_MS = 5_000;
const CONVERTED_MS = 10_000;
/** After that nothing is told of a bid any more. */
export const LAST_NOTICE_MS = CONVERTED_MS;
/** OpenRTB's loss reason "lost to higher bid". */
const OUTBID = 102;
/** An exchange calls from its own servers and speaks for nobody. */
const EXCHANGE: NoticeCaller = {
  address: '',
  userAgent: '',
  forwardedFor: '',
  deviceAddress: '',
  deviceUserAgent: '',
};

export interface NoticeCalls {
  readonly timeline: Timeline;
  readonly signer: NoticeSigner;
  readonly notice: NoticeHandler;
  readonly conversion: ConversionHandler;
}

/** What a visitor did with an advertisement. */
export interface Reaction {
  readonly click: boolean;
  readonly conversion: boolean;
}

/**
 * Calls the links of our bids as an exchange and a browser would: with the tokens that the links carry, and prices in plain text. A
 * bid that won is told as won, then as billed or shown, and then clicked; whoever clicked brings the click's id to the advertiser.
 */
export class ExchangeNotices {
  readonly #calls: NoticeCalls;

  constructor(calls: NoticeCalls) {
    this.#calls = calls;
  }

  /** @param converted called when the advertiser's conversion was taken */
  won(
    bid: SentBid,
    request: BidRequest,
    paidMicros: Micros,
    reaction: Reaction,
    converted: () => void,
  ): void {
    const { timeline, conversion } = this.#calls;
    const { facts, winner } = bid;
    const paid = `p=${unitsText(paidMicros)}&c=${facts.currency}`;
    const visitor: NoticeCaller = {
      ...EXCHANGE,
      address: request.device.ip ?? '',
      userAgent: request.device.userAgent ?? '',
    };
    this.#after(AUCTION_MS, 'win', facts, paid, EXCHANGE);
    // The pixel says nothing beside a billing.
    if (facts.billing !== 'impression') this.#after(SHOWN_MS, 'bill', facts, paid, EXCHANGE);
    else this.#after(SHOWN_MS, 'impression', { ...facts, isForPage: true }, paid, visitor);
    if (reaction.click) {
      const { landing } = winner.offer.creative.creative;
      this.#after(CLICKED_MS, 'click', { ...facts, landing }, '', visitor);
    }
    if (!reaction.conversion) return;
    timeline.after(CONVERTED_MS, () => {
      const query = reaction.click ? `click=${facts.bidId}` : '';
      const call = { advertiser: facts.advertiser, query, cookies: '', isPrivate: false };
      void conversion(call).then((outcome) => {
        assert(outcome !== 'invalid' && outcome !== 'unknown-advertiser', `a conversion was ${outcome}`);
        converted();
      });
    });
  }

  /** @param leastMicros would have won; undefined where the exchange does not tell */
  lost({ facts }: SentBid, leastMicros: Micros | undefined): void {
    const least = leastMicros === undefined ? '' : `&m=${unitsText(leastMicros)}`;
    this.#after(AUCTION_MS, 'loss', facts, `r=${OUTBID}${least}`, EXCHANGE);
  }

  #after(delayMs: number, kind: NoticeKind, facts: NoticeFacts, query: string, caller: NoticeCaller): void {
    const { timeline, signer, notice } = this.#calls;
    timeline.after(delayMs, () => {
      const answer = notice({ kind, token: signer.sign(facts), query, caller });
      if (answer instanceof Promise) void answer.then(requireTaken);
      else requireTaken(answer);
    });
  }
}

/** What we signed ourselves is not refused, and nothing is full. */
function requireTaken({ kind }: NoticeAnswer): void {
  assert(kind !== 'refused' && kind !== 'unavailable', `a notice of a replay was answered: ${kind}`);
}
