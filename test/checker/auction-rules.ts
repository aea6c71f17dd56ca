import {
  categoryProblems,
  converted,
  isOnDomains,
  languageProblems,
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
} from './loose-json.js';

/** Attributes of AdCOM's list that make a banner grow: automatically, on a click, on a rollover. */
const EXPANDABLE = new Set([3, 4, 5]);

/** Half a micro: prices are whole micros. */
const PRICE_TOLERANCE = 0.000_000_5;

/** What the request allows: lines 19 to 29, 41 and 42 of the rule book. */
export const AUCTION_RULES: readonly BidRule[] = [
  [19, ({ deal, ...facts }) => (deal ? [] : floorProblems(facts.impression, facts))],
  [20, (facts) => (facts.deal ? floorProblems(facts.deal, facts) : [])],
  [23, categoryProblems],
  [24, advertiserProblems],
  [24, languageProblems],
  [26, sizeProblems],
  [27, flexProblems],
  [28, creativeProblems],
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

function floorProblems(
  source: BidFacts['impression'],
  { bid, currency, perUsd }: BidFacts | Omit<BidFacts, 'deal'>,
): string[] {
  const amount = number(source['bidfloor']) ?? 0;
  const floor = converted(amount, floorCurrency(source['bidfloorcur']), currency, perUsd);
  const price = number(bid['price']) ?? 0;
  if (amount === 0) return [];
  if (floor === undefined) return ['there is no rate for the currency of the floor'];
  return price + PRICE_TOLERANCE < floor
    ? [`the price ${price} is below the floor ${floor} ${currency}`]
    : [];
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

function sizeProblems({ bid, banner }: BidFacts): string[] {
  if (bid['wratio'] !== undefined || bid['hratio'] !== undefined) return [];
  const [w, h] = [bid['w'], bid['h']];
  if (!isCount(w) || !isCount(h)) return [`w and h must be given, found ${String(w)} x ${String(h)}`];
  const offered = [banner, ...list(banner['format']).map(fields)];
  const fits = offered.some((size) => number(size['w']) === w && number(size['h']) === h);
  return fits ? [] : [`${w} x ${h} is not offered`];
}

function flexProblems({ bid, banner }: BidFacts): string[] {
  const [w, h] = [bid['wratio'], bid['hratio']];
  if (w === undefined && h === undefined) return [];
  if (!isCount(w) || !isCount(h)) return ['both wratio and hratio must be given'];
  if (bid['w'] !== undefined || bid['h'] !== undefined) return ['a size and a ratio exclude each other'];
  const fits = list(banner['format'])
    .map(fields)
    .some((format) => {
      const [wratio, hratio, wmin] = ['wratio', 'hratio', 'wmin'].map((name) => number(format[name]) ?? 0);
      return Boolean(wratio && hratio && wmin) && w * (hratio ?? 0) === h * (wratio ?? 0);
    });
  return fits ? [] : [`the ratio ${w} : ${h} is not offered`];
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

/** A response does not tell the creative's mime, so that `mimes` cannot be checked here. */
function creativeProblems({ bid, banner }: BidFacts): string[] {
  const attributes = numbers(bid['attr']);
  const blocked = numbers(banner['battr']);
  const supported = numbers(banner['api']);
  const type = bannerType(text(bid['adm']) ?? '');
  const grows = attributes.some((attribute) => EXPANDABLE.has(attribute));
  return [
    ...attributes.filter((it) => blocked.includes(it)).map((it) => `attribute ${it} is in battr`),
    ...numbers(bid['apis'])
      .filter((it) => !supported.includes(it))
      .map((it) => `API ${it} is not in api`),
    ...(type !== undefined && numbers(banner['btype']).includes(type)
      ? [`banner type ${type} is in btype`]
      : []),
    ...(grows && list(banner['expdir']).length === 0
      ? ['the creative expands, and expdir offers no direction']
      : []),
  ];
}

/** What markup gives away: 3 is JavaScript, 4 an iframe. Text and pictures look alike. */
function bannerType(markup: string): number | undefined {
  if (/<script/i.test(markup)) return 3;
  return /<iframe/i.test(markup) ? 4 : undefined;
}

function secureProblems({ bid, impression }: BidFacts): string[] {
  if (!flag(impression['secure'])) return [];
  return ['adm', 'nurl', 'burl', 'lurl', 'iurl']
    .filter((name) => /http:/i.test(text(bid[name]) ?? ''))
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
