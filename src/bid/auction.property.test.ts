import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeFile, exchangeOf } from '../catalog/schema/exchange.js';
import type { Deal, Impression } from '../domain/bid-request.js';
import type { Campaign, DealTerms } from '../domain/campaign.js';
import type { Exchange } from '../domain/catalog.js';
import { NOBODY_SEEN } from '../domain/frequency.js';
import type { AdvertiserId, CampaignId, LineItemId } from '../domain/ids.js';
import { USD, type Currency, type Micros, type Rates } from '../domain/money.js';
import { DayNumbers } from '../lib/day-numbers.js';
import { hashString } from '../lib/hash.js';
import { aCatalog } from '../../test/support/catalog.js';
import { anImpression, aVisit, lineItemWith, NOW_MS, sized } from '../../test/support/targeting-samples.js';
import { SILENT_TRACE } from '../../test/support/silent-trace.js';
import { holdAuctions } from './auction.js';
import { ResponseSizes } from './response-sizes.js';
import { buildSnapshot, type BidSnapshot } from './snapshot.js';
import type { BidTrace } from './trace.js';
import { unlimitedSpending } from './unlimited-spending.js';

const EUR = 'EUR' as Currency;
/** A euro is two dollars, so that every amount here is exact in both. */
const RATES: Rates = {
  date: '2026-11-20',
  validUntilMs: Infinity,
  perUsd: new Map([
    [USD, 1],
    [EUR, 0.5],
  ]),
};
const MICROS = 1_000_000;
const DEAL_IDS = ['D1', 'D2', 'D3'];

/** A line item with a campaign of its own; amounts in whole units, few enough to be equal often. */
interface Seller {
  readonly advertiser: number;
  readonly currency: Currency;
  readonly amount: number;
  readonly repeats: boolean;
  /** Undefined: it buys openly. */
  readonly deals: readonly { id: string; terms: Terms | undefined }[] | undefined;
}

interface Terms {
  readonly amount: number | undefined;
  readonly priority: number;
  readonly guaranteed: boolean;
}

const currency = fc.constantFrom(USD, EUR);
const terms: fc.Arbitrary<Terms> = fc.record({
  amount: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
  priority: fc.constantFrom(0, 0, 1, 5),
  guaranteed: fc.constantFrom(false, false, false, true),
});
const held = fc.uniqueArray(
  fc.record({ id: fc.constantFrom(...DEAL_IDS), terms: fc.option(terms, { nil: undefined }) }),
  { selector: ({ id }) => id, minLength: 1 },
);
const seller: fc.Arbitrary<Seller> = fc.record({
  advertiser: fc.integer({ min: 0, max: 2 }),
  currency,
  amount: fc.integer({ min: 0, max: 8 }),
  repeats: fc.boolean(),
  deals: fc.option(held, { nil: undefined }),
});
const offered: fc.Arbitrary<Deal> = fc.record({
  id: fc.constantFrom(...DEAL_IDS),
  floorMicros: fc.integer({ min: 0, max: 5 }).map((units) => (units * MICROS) as Micros),
  floorCurrency: currency,
  durationFloors: fc.constant([]),
  floorMicrosPerSecond: fc.constant(undefined),
  auctionType: fc.constantFrom(undefined, 1, 3),
  seatsAllowed: fc.constantFrom([], [], ['seat-0'], ['ours']),
  advertiserDomains: fc.constantFrom([], [], ['a1.example']),
  guaranteed: fc.constantFrom(false, false, true),
});
const place = fc.record({
  floorMicros: fc.integer({ min: 0, max: 4 }).map((units) => (units * MICROS) as Micros),
  floorCurrency: currency,
  privateAuction: fc.constantFrom(false, false, true),
  deals: fc.uniqueArray(offered, { selector: ({ id }) => id }),
});
const market = fc.record({
  requestId: fc.constantFrom('r1', 'r2', 'r3'),
  seatsAllowed: fc.constantFrom<readonly string[]>([], [], ['ours'], ['seat-0', 'seat-1']),
  severalBids: fc.boolean(),
  oneSeat: fc.boolean(),
  hasSeats: fc.boolean(),
});
type Market = typeof market extends fc.Arbitrary<infer Value> ? Value : never;

/** `impression line-item deal price` */
type Bid = string;

interface Choice {
  readonly number: number;
  readonly seller: Seller;
  readonly deal: Deal | undefined;
  readonly priority: number;
  readonly value: number;
  readonly price: number;
}

/** Everybody's best offer for every impression, sorted; nothing is stopped early and nothing is remembered. */
function plainly(sellers: readonly Seller[], impressions: readonly Impression[], on: Market): Bid[] {
  const used = new Set<number>();
  const won: (Choice & { impression: string })[] = [];
  for (const impression of impressions) {
    const offers = sellers
      .flatMap((each, number) => {
        const isFree = each.repeats || !used.has(number);
        return isFree && seatIsTaken(seatOf(each, on), on) ? offersOf(each, number, impression, on) : [];
      })
      .sort(
        (a, b) => b.priority - a.priority || b.value - a.value || turn(b.number, on) - turn(a.number, on),
      );
    const ofDeal = offers.find(({ deal }) => deal);
    const open = offers.find(({ deal }) => !deal);
    const isPair = on.severalBids && !impression.privateAuction && ofDeal && open;
    for (const choice of isPair ? [ofDeal, open] : offers.slice(0, 1)) {
      used.add(choice.number);
      won.push({ ...choice, impression: impression.id });
    }
  }
  return seatRules(won, on).map(
    ({ impression, number, deal, price }) => `${impression} ${number} ${deal?.id ?? 'open'} ${price}`,
  );
}

function seatRules<Won extends Choice>(won: readonly Won[], on: Market): readonly Won[] {
  if (!on.oneSeat || !on.hasSeats) return won;
  const seats = [...new Set(won.map((each) => seatOf(each.seller, on)))];
  const worth = seats.map((seat) => {
    const ofSeat = won.filter((each) => seatOf(each.seller, on) === seat);
    const guaranteed = ofSeat.filter(({ priority }) => priority > 100).length;
    return { seat, worth: guaranteed * 1e12 + ofSeat.reduce((sum, { price }) => sum + price, 0) };
  });
  const most = Math.max(...worth.map((each) => each.worth));
  const best = worth.find((each) => each.worth === most)?.seat;
  return won.filter((each) => seatOf(each.seller, on) === best);
}

/** The offer through the deal that comes first and works out; without deals the open one. */
function offersOf(each: Seller, number: number, impression: Impression, on: Market): Choice[] {
  const inDollars = (units: number, of: string): number => units * (of === EUR ? 2 : 1);
  if (!each.deals) {
    const value = inDollars(each.amount, each.currency);
    const floor = inDollars(impression.floorMicros / MICROS, impression.floorCurrency);
    if (impression.privateAuction || value === 0 || value < floor) return [];
    return [{ number, seller: each, deal: undefined, priority: 0, value, price: value }];
  }
  const choices = impression.deals.flatMap((deal): Choice[] => {
    const own = each.deals?.find(({ id }) => id === deal.id);
    if (!own) return [];
    if (deal.seatsAllowed.length > 0 && !deal.seatsAllowed.includes(seatOf(each, on))) return [];
    if (deal.advertiserDomains.length > 0 && each.advertiser !== 1) return [];
    const value = inDollars(own.terms?.amount ?? each.amount, each.currency);
    const floor = inDollars(deal.floorMicros / MICROS, deal.floorCurrency);
    const isFixed = deal.auctionType === 3;
    if (value === 0 || value < floor) return [];
    if (isFixed && floor === 0 && own.terms?.amount === undefined) return [];
    const mustBid = deal.guaranteed || own.terms?.guaranteed === true;
    const priority = (own.terms?.priority ?? 0) + (mustBid ? 101 : 0);
    return [{ number, seller: each, deal, priority, value, price: isFixed && floor > 0 ? floor : value }];
  });
  const [first] = choices.sort((a, b) => b.priority - a.priority || b.value - a.value);
  return first ? [first] : [];
}

function seatOf({ advertiser }: Seller, { hasSeats }: Market): string {
  return hasSeats && advertiser < 2 ? `seat-${advertiser}` : 'ours';
}

/** Where we have one seat only, admission has asked for it already. */
function seatIsTaken(seat: string, { seatsAllowed, hasSeats }: Market): boolean {
  return !hasSeats || seatsAllowed.length === 0 || seatsAllowed.includes(seat);
}

/** Equal offers take turns: the highest hash of line item, campaign and request wins. */
function turn(number: number, { requestId }: Market): number {
  return hashString('main', hashString(`c${number}`, hashString(requestId)));
}

function campaignOf(each: Seller, number: number): Campaign {
  const deals = each.deals?.map(({ id }) => id);
  const { campaign, lineItem } = lineItemWith(deals ? { deals: { anyOf: deals, noneOf: [] } } : {}, {
    id: 'main' as LineItemId,
    bid: { model: 'cpm', amountMicros: (each.amount * MICROS) as Micros },
    dealTerms: new Map(
      (each.deals ?? []).flatMap(({ id, terms: agreed }) => (agreed ? [[id, termsOf(agreed)] as const] : [])),
    ),
    repeatCreative: each.repeats,
    creatives: [sized(300, 250)],
  });
  return {
    ...campaign,
    id: `c${number}` as CampaignId,
    advertiser: {
      ...campaign.advertiser,
      id: `a${each.advertiser}` as AdvertiserId,
      domain: `a${each.advertiser}.example`,
    },
    budget: { ...campaign.budget, currency: each.currency },
    lineItems: [lineItem],
  };
}

function termsOf({ amount, priority, guaranteed }: Terms): DealTerms {
  const amountMicros = amount === undefined ? undefined : ((amount * MICROS) as Micros);
  return { amountMicros, priority, guaranteed };
}

function exchangeOn({ severalBids, oneSeat, hasSeats }: Market): Exchange {
  const plain = exchangeOf(exchangeFile.parse({}), 'generic');
  const seats = hasSeats ? new Map([0, 1].map((n) => [`a${n}`, `seat-${n}`])) : new Map<string, string>();
  return { ...plain, seat: 'ours', seats, severalBids, oneSeat };
}

const SPENDING = unlimitedSpending(new DayNumbers());
const SIZES = new ResponseSizes(() => 0);
function bidsOf(
  snapshot: BidSnapshot,
  impressions: readonly Impression[],
  on: Market,
  trace?: BidTrace,
): Bid[] {
  const plain = aVisit();
  const request = { ...plain.request, id: on.requestId, seatsAllowed: on.seatsAllowed, impressions };
  const context = {
    request,
    exchange: exchangeOn(on),
    currency: USD,
    rates: RATES,
    nowMs: NOW_MS,
    responseSizes: SIZES,
    spending: SPENDING,
    nextBidId: () => 'b',
    frequency: NOBODY_SEEN,
    isPersonal: true,
  };
  const scratch = snapshot.index.newScratch();
  const { winners } = holdAuctions({ ...plain, request }, context, snapshot, scratch, trace);
  return winners.map(({ impression, item, offer }) => {
    const number = item.campaign.id.slice(1);
    return `${impression.id} ${number} ${offer.deal?.id ?? 'open'} ${offer.price.priceMicros / MICROS}`;
  });
}

describe('the auction among our own', () => {
  it('gives what everybody, asked and sorted, would give', () => {
    const seen = { bids: 0, deals: 0, pairs: 0 };
    fc.assert(
      fc.property(
        fc.array(seller, { maxLength: 12 }),
        fc.array(place, { minLength: 1, maxLength: 3 }),
        market,
        (sellers, places, on) => {
          const impressions = places.map((each, i) => anImpression({ ...each, id: `i${i}` }));
          const snapshot = buildSnapshot(aCatalog(sellers.map(campaignOf), RATES), 'https://bid.example');
          const expected = plainly(sellers, impressions, on);
          expect(bidsOf(snapshot, impressions, on)).toEqual(expected);
          expect(bidsOf(snapshot, impressions, on, SILENT_TRACE)).toEqual(expected);
          seen.bids += expected.length;
          seen.deals += expected.filter((bid) => !bid.includes('open')).length;
          if (expected.length > impressions.length) seen.pairs += 1;
        },
      ),
      { numRuns: 2_000 },
    );
    // Proof that the markets were worth the run.
    expect(seen.bids).toBeGreaterThan(1_000);
    expect(seen.deals).toBeGreaterThan(300);
    expect(seen.pairs).toBeGreaterThan(50);
  });
});
