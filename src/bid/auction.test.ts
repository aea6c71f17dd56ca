import { describe, expect, it } from 'vitest';
import { aCatalog } from '../../test/support/catalog.js';
import { aVideo, FORMAT_CREATIVES } from '../../test/support/format-samples.js';
import { anImpression, aVisit, lineItemWith, NOW_MS, sized } from '../../test/support/targeting-samples.js';
import { SILENT_TRACE } from '../../test/support/silent-trace.js';
import { exchangeFile, exchangeOf } from '../catalog/schema/exchange.js';
import type { Impression } from '../domain/bid-request.js';
import type { Campaign, LineItem } from '../domain/campaign.js';
import { NOBODY_SEEN } from '../domain/frequency.js';
import type { CampaignId, CreativeId } from '../domain/ids.js';
import { USD, type Micros, type Rates } from '../domain/money.js';
import type { BidMoney, Deliveries, DeliveryFate, Reservation } from '../domain/money-ports.js';
import { DayNumbers } from '../lib/day-numbers.js';
import { holdAuctions, type AuctionContext } from './auction.js';
import { DeliverySurvey } from './delivery-survey.js';
import { ResponseSizes } from './response-sizes.js';
import { buildSnapshot } from './snapshot.js';
import { Spending } from './spending.js';
import type { BidTrace } from './trace.js';
import { UNPACED } from './unlimited-spending.js';

const RATES: Rates = { date: '2026-11-20', perUsd: new Map([[USD, 1]]), validUntilMs: Infinity };

/** Money without end, of which it is known what is set aside. */
function countedMoney(parts: Partial<BidMoney> = {}): BidMoney & { readonly held: Set<Reservation> } {
  const held = new Set<Reservation>();
  return {
    held,
    availableMicros: () => Infinity,
    reserve: (reservation) => {
      held.add(reservation);
      return true;
    },
    release: (reservation) => held.delete(reservation),
    problem: () => undefined,
    ...parts,
  };
}

function campaign(id: string, units: number, parts: Partial<LineItem> = {}): Campaign {
  const amountMicros = (units * 1_000_000) as Micros;
  const made = lineItemWith({}, { bid: { model: 'cpm', amountMicros }, ...parts });
  return { ...made.campaign, id: id as CampaignId, lineItems: [made.lineItem] };
}

function auctionsOf(
  campaigns: readonly Campaign[],
  impressions: readonly Impression[],
  money: BidMoney,
  { deliveries = UNPACED, trace }: { deliveries?: Deliveries; trace?: BidTrace } = {},
) {
  const days = new DayNumbers();
  const snapshot = buildSnapshot(aCatalog(campaigns, RATES), 'https://bid.example');
  const visit = aVisit();
  const request = { ...visit.request, impressions };
  let bids = 0;
  const context: AuctionContext = {
    request,
    exchange: exchangeOf(exchangeFile.parse({}), 'generic'),
    currency: USD,
    rates: RATES,
    nowMs: NOW_MS,
    responseSizes: new ResponseSizes(() => 0),
    spending: new Spending({ money, deliveries, days, moneyWords: () => '', isDry: false }),
    nextBidId: () => `b${bids++}`,
    frequency: NOBODY_SEEN,
    isPersonal: true,
  };
  const scratch = snapshot.index.newScratch();
  const hold = () => holdAuctions({ ...visit, request }, context, snapshot, scratch, trace);
  return { hold, endVisits: countEnds(snapshot.index) };
}

function countEnds(index: { endVisit: (...of: never[]) => void }): () => number {
  const end = index.endVisit.bind(index);
  let ends = 0;
  index.endVisit = (...of) => {
    ends += 1;
    end(...of);
  };
  return () => ends;
}

const [VIDEO] = FORMAT_CREATIVES;
const FILE = {
  url: 'https://cdn.acme.example/1.mp4',
  mime: 'video/mp4',
  size: { w: 1280, h: 720 },
  kbps: 1500,
  delivery: 'progressive',
} as const;

describe('a mistake in the middle of the auctions', () => {
  it('keeps no money for bids that nobody hears of, and leaves the scratch as it was', () => {
    let asked = 0;
    const money = countedMoney({
      availableMicros: () => {
        asked += 1;
        if (asked === 3) throw new Error('a mistake of the program');
        return Infinity;
      },
    });
    const campaigns = [campaign('c1', 2, { repeatCreative: true })];
    const impressions = ['1', '2', '3'].map((id) => anImpression({ id }));
    const { hold, endVisits } = auctionsOf(campaigns, impressions, money);
    expect(hold).toThrow('a mistake of the program');
    expect(asked).toBe(3);
    expect(money.held.size).toBe(0);
    expect(endVisits()).toBe(1);
    // The next request finds everything as it should be.
    expect(hold().winners).toHaveLength(3);
    expect(money.held.size).toBe(3);
  });

  it('keeps none either when it is whoever watches that fails', () => {
    const money = countedMoney();
    const trace: BidTrace = {
      ...SILENT_TRACE,
      auctionWon: () => {
        throw new Error('a mistake of the program');
      },
    };
    const { hold } = auctionsOf([campaign('c1', 2)], [anImpression()], money, { trace });
    expect(hold).toThrow('a mistake of the program');
    expect(money.held.size).toBe(0);
  });
});

describe('an impression that takes several bids', () => {
  const thirtySeconds = aVideo({
    pod: { kind: 'dynamic', id: undefined, seconds: 30, bidsMax: 5, sequence: 0, slot: 0, dedupe: [] },
  });
  const video = (id: string, seconds: number) => ({
    ...VIDEO,
    id: id as CreativeId,
    seconds,
    // Another address, or they would all be the same film.
    landing: `https://acme.example/${id}`,
    files: [FILE],
  });
  const film = (id: string, units: number, seconds: number): Campaign =>
    campaign(id, units, { creatives: [video(id, seconds)] });
  const poster = (id: string, units: number): Campaign =>
    campaign(id, units, { creatives: [{ ...sized(300, 250), id: id as CreativeId }] });

  function bidders(campaigns: readonly Campaign[]): string[] {
    const { hold } = auctionsOf(campaigns, [anImpression({ video: thirtySeconds })], countedMoney());
    return hold().winners.map(({ item }) => item.campaign.id);
  }

  it('is filled, or takes one banner that is worth more than all that fills it', () => {
    const films = [film('one', 3, 15), film('two', 2, 15), film('three', 1, 15)];
    expect(bidders(films)).toEqual(['one', 'two']);
    expect(bidders([...films, poster('poster', 4), poster('poster2', 4.5)])).toEqual(['one', 'two']);
    expect(bidders([...films, poster('poster', 6), poster('poster2', 5.5)])).toEqual(['poster']);
    expect(bidders([poster('poster', 1), poster('poster2', 2)])).toEqual(['poster2']);
  });

  it('is filled with short ones that stand far behind dearer long ones', () => {
    const long = Array.from({ length: 40 }, (_, i) => film(`long${i}`, 5, 30));
    const short = [film('short1', 3, 15), film('short2', 3, 15)];
    expect(bidders([...long, ...short]).sort()).toEqual(['short1', 'short2']);
  });

  it('counts once for each line item, whether it finds a place or not', () => {
    const fates = new Map<DeliveryFate, number>();
    const delivery = UNPACED.of(poster('poster', 1), NOW_MS);
    const deliveries: Deliveries = {
      of: () => ({
        ...delivery,
        count: (fate, weight) => fates.set(fate, (fates.get(fate) ?? 0) + weight),
      }),
      surveyShare: () => 1,
    };
    const trace = new DeliverySurvey({
      deliveries,
      nowMs: NOW_MS,
      weight: 1,
      number: 0,
      lineItemCount: 3,
    });
    const campaigns = [film('one', 3, 15), film('two', 2, 15), film('three', 1, 15)];
    const impressions = [anImpression({ video: thirtySeconds })];
    auctionsOf(campaigns, impressions, countedMoney(), { deliveries, trace }).hold();
    expect(Object.fromEntries(fates)).toEqual({ bid: 2, 'outbid-by-own': 1 });
  });
});

describe('a trace', () => {
  it('is told of what can win, and behind it only of what it wants to hear of', () => {
    const campaigns = [5, 4, 3, 2, 1].map((units) => campaign(`c${units}`, units));
    const told: string[] = [];
    const trace: BidTrace = {
      ...SILENT_TRACE,
      hears: (item) => item.campaign.id === 'c2',
      offered: (item) => told.push(item.campaign.id),
    };
    const { hold } = auctionsOf(campaigns, [anImpression()], countedMoney(), { trace });
    expect(hold().winners.map(({ item }) => item.campaign.id)).toEqual(['c5']);
    expect(told).toEqual(['c5', 'c2']);
  });

  it('that surveys deliveries hears of each of many line items once in as many surveys as there are parts', () => {
    const counts = new Map<string, number>();
    const delivery = UNPACED.of(campaign('any', 1), NOW_MS);
    const deliveries: Deliveries = {
      of: ({ id }) => ({
        ...delivery,
        count: (_, weight) => counts.set(id, (counts.get(id) ?? 0) + weight),
      }),
      surveyShare: () => 1,
    };
    const campaigns = Array.from({ length: 100 }, (_, i) => campaign(`c${i}`, 1 + i));
    // As if there were many more, so that there are four parts.
    for (let number = 7; number < 11; number++) {
      const trace = new DeliverySurvey({
        deliveries,
        nowMs: NOW_MS,
        weight: 3,
        number,
        lineItemCount: 2_000,
      });
      const before = counts.size;
      auctionsOf(campaigns, [anImpression()], countedMoney(), { deliveries, trace }).hold();
      expect(counts.size - before).toBeGreaterThan(10);
      expect(counts.size - before).toBeLessThan(50);
    }
    expect(counts.size).toBe(100);
    expect([...counts.values()].every((count) => count === 12)).toBe(true);
  });
});
