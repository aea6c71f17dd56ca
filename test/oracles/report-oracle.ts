import type { LoggedEvent, Touch } from '../../src/domain/event.js';

/** The figures of a report by plain loops, from the meaning of events and not from the report's queries. */
export interface OracleSums {
  bids: number;
  wins: number;
  lost: number;
  impressions: number;
  clicks: number;
  spendMicros: bigint;
  conversions: number;
}

type Bid = {
  keys: Record<string, string>;
  currency: string;
  won: boolean;
  lost: boolean;
  shown: boolean;
  clicked: boolean;
  clickedAtMs: number | undefined;
  charge: { timeMs: number; micros: bigint } | undefined;
};
type Conversion = Extract<LoggedEvent, { kind: 'conversion' }>;

const DAY_MS = 86_400_000;

/** @returns sums by the values of `by` and the budget's currency, joined with `|` */
export function oracleReport(
  events: readonly LoggedEvent[],
  by: readonly string[],
  days: { readonly from?: string; readonly to?: string } = {},
): Map<string, OracleSums> {
  const bids = oracleBids(events);
  const sums = new Map<string, OracleSums>();
  const sumsOf = (name: string): OracleSums => {
    const found = sums.get(name) ?? {
      bids: 0,
      wins: 0,
      lost: 0,
      impressions: 0,
      clicks: 0,
      spendMicros: 0n,
      conversions: 0,
    };
    sums.set(name, found);
    return found;
  };
  const inPeriod = (day: string) => day >= (days.from ?? '') && day <= (days.to ?? '9');
  const nameOf = (bid: Bid) => [...by.map((each) => bid.keys[each]), bid.currency].join('|');
  for (const bid of bids.values()) {
    if (!inPeriod(bid.keys['day'] as string)) continue;
    const own = sumsOf(nameOf(bid));
    own.bids += 1;
    if (bid.won) own.wins += 1;
    if (bid.lost && !bid.won) own.lost += 1;
    if (bid.shown) own.impressions += 1;
    if (bid.clicked) own.clicks += 1;
    own.spendMicros += bid.charge?.micros ?? 0n;
  }
  for (const conversion of distinctConversions(events)) {
    const last = lastTouch(conversion, bids);
    if (!last) continue;
    const bid = bids.get(last.bidId);
    if (!inPeriod(bid ? (bid.keys['day'] as string) : new Date(last.atMs).toISOString().slice(0, 10)))
      continue;
    sumsOf(bid ? nameOf(bid) : [...by.map(() => '(unknown)'), ''].join('|')).conversions += 1;
  }
  return sums;
}

/** The sum over the sampled requests of how many each stands for. */
export function oracleRequests(events: readonly LoggedEvent[]): number {
  let requests = 0;
  for (const event of events) if (event.kind === 'request' && !event.test) requests += 1 / event.sampleShare;
  return Math.round(requests);
}

/** The same conversion of an advertiser once, as it was told first. */
export function distinctConversions(events: readonly LoggedEvent[]): readonly Conversion[] {
  const first = new Map<string, Conversion>();
  for (const [i, event] of events.entries()) {
    if (event.kind !== 'conversion' || event.test) continue;
    const name = `${event.advertiser} ${event.conversionHash ?? `line ${i}`}`;
    const known = first.get(name);
    if (!known || event.timeMs < known.timeMs) first.set(name, event);
  }
  return [...first.values()];
}

function oracleBids(events: readonly LoggedEvent[]): Map<string, Bid> {
  const bids = new Map<string, Bid>();
  for (const event of events) {
    if (event.kind === 'request' || event.kind === 'conversion' || event.test) continue;
    const bid = bids.get(event.bidId) ?? {
      keys: {
        advertiser: event.advertiser,
        campaign: event.campaign,
        lineItem: event.lineItem,
        creative: event.creative,
        exchange: event.exchange ?? '',
        day: event.flightDay,
        domain: '(unknown)',
        hour: hourOf(event.kind === 'bid' ? event.timeMs : event.bidAtMs),
      },
      currency: event.budgetCurrency,
      won: false,
      lost: false,
      shown: false,
      clicked: false,
      clickedAtMs: undefined,
      charge: undefined,
    };
    bids.set(event.bidId, bid);
    if (event.kind === 'bid') {
      bid.keys['domain'] = event.domain ?? event.bundle ?? '(none)';
      continue;
    }
    if (event.outcome !== 'accepted') continue;
    if (event.kind === 'win' || event.kind === 'bill' || event.kind === 'impression') bid.won = true;
    if (event.kind === 'bill' || event.kind === 'impression') bid.shown = true;
    if (event.kind === 'click') {
      bid.clicked = true;
      bid.clickedAtMs = Math.min(bid.clickedAtMs ?? Infinity, event.timeMs);
    }
    if (event.kind === 'loss') bid.lost = true;
    if ((event.kind === 'win' || event.kind === 'bill') && event.spends) {
      const micros = BigInt(event.chargeMicros ?? 0);
      if (!bid.charge || event.timeMs < bid.charge.timeMs) bid.charge = { timeMs: event.timeMs, micros };
    }
  }
  return bids;
}

type TimedTouch = Touch & { readonly atMs: number };

/** A click that is told by its id only was when the click's own line says. */
function timed(touch: Touch, advertiser: string, bids: ReadonlyMap<string, Bid>): TimedTouch | undefined {
  const bid = bids.get(touch.bidId);
  const clickedAtMs = bid?.keys['advertiser'] === advertiser ? bid.clickedAtMs : undefined;
  const atMs = touch.atMs ?? clickedAtMs;
  return atMs === undefined ? undefined : { ...touch, atMs };
}

function lastTouch(
  { timeMs, touches, advertiser }: Conversion,
  bids: ReadonlyMap<string, Bid>,
): TimedTouch | undefined {
  let last: TimedTouch | undefined;
  for (const told of touches) {
    const touch = timed(told, advertiser, bids);
    if (!touch) continue;
    const ageMs = timeMs - touch.atMs;
    if (ageMs < 0 || ageMs > (touch.kind === 'click' ? 30 * DAY_MS : DAY_MS)) continue;
    const isLater =
      !last ||
      touch.atMs > last.atMs ||
      (touch.atMs === last.atMs && touch.kind === 'click' && last.kind === 'view');
    if (isLater) last = touch;
  }
  return last;
}

function hourOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 13).replace('T', ' ')}:00`;
}
