import {
  categoryProblems,
  converted,
  isOnDomains,
  languageProblems,
  secondsOf,
  type BidFacts,
  type BidRule,
} from './bid-facts.js';
import {
  allowList,
  domains,
  flag,
  list,
  fields,
  lowerTexts,
  number,
  numbers,
  text,
  texts,
  type Fields,
} from './loose-json.js';

/** AdCOM "Auction Types". */
const FIXED_PRICE = 3;

/** Half a micro: prices are whole micros. */
const PRICE_TOLERANCE = 0.000_000_5;

/** What the request allows: lines 17 to 24, 28, 29, 41 and 42 of the rule book, whatever the format. */
export const AUCTION_RULES: readonly BidRule[] = [
  [17, fixedPriceProblems],
  [
    19,
    (facts) =>
      facts.deal || timedFloorOf(facts.placement, facts) ? [] : floorProblems(facts.impression, facts),
  ],
  [20, (facts) => (facts.deal && !timedFloorOf(facts.deal, facts) ? floorProblems(facts.deal, facts) : [])],
  [20, (facts) => timedFloorProblems('durfloors', facts)],
  [21, (facts) => timedFloorProblems('mincpmpersec', facts)],
  [23, categoryProblems],
  [24, advertiserProblems],
  [24, languageProblems],
  [28, attributeProblems],
  [29, secureProblems],
  [
    41,
    ({ impression, deal }) => (isPrivate(impression) && !deal ? ['a private auction takes deals only'] : []),
  ],
  [42, dealProblems],
];

function isPrivate(impression: BidFacts['impression']): boolean {
  return flag(fields(impression['pmp'])['private_auction']);
}

function floorProblems(source: Fields, facts: BidFacts): string[] {
  return priceProblems(number(source['bidfloor']) ?? 0, source['bidfloorcur'], facts);
}

/** Nobody said at which rates a bidder that is not ours converts. */
function knowsNoRates({ isOurs, perUsd }: BidFacts): boolean {
  return !isOurs && Object.keys(perUsd).length === 0;
}

/** @param amount CPM in the currency `given`, as the request has it */
function priceProblems(amount: number, given: unknown, facts: BidFacts): string[] {
  const { bid, currency, perUsd } = facts;
  const floor = converted(amount, floorCurrency(given), currency, perUsd);
  const price = number(bid['price']) ?? 0;
  if (amount === 0) return [];
  if (floor === undefined)
    return knowsNoRates(facts) ? [] : ['there is no rate for the currency of the floor'];
  return price + PRICE_TOLERANCE < floor
    ? [`the price ${price} is below the floor ${floor} ${currency}`]
    : [];
}

interface TimedFloor {
  readonly name: 'durfloors' | 'mincpmpersec';
  readonly amount: number;
}

/** The floor for the creative's duration, in the order of line 20: by its range, else by the second. */
function timedFloorOf(source: Fields, facts: BidFacts): TimedFloor | undefined {
  const seconds = secondsOf(facts);
  if (seconds === undefined || (facts.format !== 'video' && facts.format !== 'audio')) return undefined;
  const inRange = list(source['durfloors'])
    .map(fields)
    .find(
      (floor) =>
        seconds >= (number(floor['mindur']) ?? 0) && seconds <= (number(floor['maxdur']) ?? Infinity),
    );
  if (inRange) return { name: 'durfloors', amount: number(inRange['bidfloor']) ?? 0 };
  const aSecond = number(list(source['mincpmpersec'])[0]);
  return aSecond === undefined ? undefined : { name: 'mincpmpersec', amount: aSecond * seconds };
}

function timedFloorProblems(name: TimedFloor['name'], facts: BidFacts): string[] {
  const { deal, placement, impression } = facts;
  const floor = timedFloorOf(deal ?? placement, facts);
  if (floor?.name !== name) return [];
  return priceProblems(floor.amount, (deal ?? impression)['bidfloorcur'], facts).map(
    (problem) => `${name}: ${problem}`,
  );
}

/** A deal of type 3 has one price. */
function fixedPriceProblems(facts: BidFacts): string[] {
  const { deal, bid, currency, perUsd } = facts;
  if (!deal || number(deal['at']) !== FIXED_PRICE) return [];
  const amount = number(deal['bidfloor']) ?? 0;
  // One that names no price leaves it to what both sides have agreed.
  if (amount === 0) return [];
  const price = converted(amount, floorCurrency(deal['bidfloorcur']), currency, perUsd);
  if (price === undefined && knowsNoRates(facts)) return [];
  const isRight = price !== undefined && Math.abs((number(bid['price']) ?? 0) - price) <= 4 * PRICE_TOLERANCE;
  return isRight
    ? []
    : [`the deal's price is ${price ?? 'in a currency without a rate'}, found ${text(bid['price'])}`];
}

/** What a creative brings must not be blocked, and what it needs must be there. */
function attributeProblems({ bid, placement }: BidFacts): string[] {
  const blocked = numbers(placement['battr']);
  const supported = numbers(placement['api'] ?? placement['apis']);
  return [
    ...numbers(bid['attr'])
      .filter((it) => blocked.includes(it))
      .map((it) => `attribute ${it} is in battr`),
    ...[...numbers(bid['apis']), ...numbers(bid['api'])]
      .filter((it) => !supported.includes(it))
      .map((it) => `API ${it} is not in api`),
  ];
}

/** Only one that is not given is dollars. */
function floorCurrency(given: unknown): string {
  if (given === undefined || given === null || given === '') return 'USD';
  return text(list(given)[0])?.trim().toUpperCase() ?? 'a currency that cannot be read';
}

function advertiserProblems({ bid, request }: BidFacts): string[] {
  const blocked = domains(request['badv']);
  const bundle = text(bid['bundle'])?.toLowerCase();
  return [
    ...texts(bid['adomain'])
      .filter((domain) => isOnDomains(domain, blocked))
      .map((domain) => `${domain} is in badv`),
    ...(bundle !== undefined && lowerTexts(request['bapp']).includes(bundle) ? [`${bundle} is in bapp`] : []),
  ];
}

/** In XML the names of schemas are addresses as well, and load nothing. */
function secureProblems({ bid, impression, vast }: BidFacts): string[] {
  if (!flag(impression['secure'])) return [];
  return ['adm', 'nurl', 'burl', 'lurl', 'iurl']
    .filter((name) => {
      const texts = name === 'adm' && vast ? vast.texts : [text(bid[name]) ?? ''];
      return texts.some((each) => /http:|http%3A/i.test(each));
    })
    .map((name) => `${name} holds an http: link`);
}

function dealProblems({ bid, deal, seat }: BidFacts): string[] {
  const id = text(bid['dealid']);
  if (id === undefined) return [];
  if (!deal) return [`the deal ${id} is not offered`];
  const seats = allowList(deal['wseat']);
  const advertisers = allowList(deal['wadomain']) && domains(deal['wadomain']);
  return [
    ...(seats && !seats.includes(seat ?? '') ? [`the deal ${id} is not for the seat ${seat}`] : []),
    ...(advertisers && !texts(bid['adomain']).every((domain) => isOnDomains(domain, advertisers))
      ? [`the deal ${id} is not for this advertiser`]
      : []),
  ];
}
