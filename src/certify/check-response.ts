import { AUCTION_RULES } from './auction-rules.js';
import { BANNER_RULES } from './banner-rules.js';
import { dealOf, formatOf, impressionOf, type BidFacts, type BidRule, type Format } from './bid-facts.js';
import { BID_RULES } from './bid-rules.js';
import { allowList, fields, list, number, text, texts, type Fields } from './loose-json.js';
import { NATIVE_RULES } from './native-rules.js';
import { severalBidsProblems } from './several-bids.js';
import { AUDIO_RULES, VIDEO_RULES } from './stream-rules.js';
import { readVast } from './vast.js';

const RESPONSE_BYTES_MAX = 4_096;
const RESPONSE_FIELDS = ['id', 'seatbid', 'bidid', 'cur', 'customdata', 'nbr', 'ext'];

/** The rules that a bid is held to, by its format; those of the others are no concern of it. */
export const RULES_BY_FORMAT: Readonly<Record<Format, readonly BidRule[]>> = {
  banner: [...AUCTION_RULES, ...BANNER_RULES, ...BID_RULES],
  video: [...AUCTION_RULES, ...VIDEO_RULES, ...BID_RULES],
  audio: [...AUCTION_RULES, ...AUDIO_RULES, ...BID_RULES],
  native: [...AUCTION_RULES, ...NATIVE_RULES, ...BID_RULES],
};

export interface CheckOptions {
  /** True where a line item may fill several impressions with one creative. */
  readonly creativesMayRepeat?: boolean;
  /**
   * True, the default, for a bidder of this house, which promises more than the rule book asks: a campaign's id, an
   * expiry, the format and the markup in every bid, and our pixel where it bills.
   */
  readonly isOurs?: boolean;
}

/**
 * Holds a response against the request that it answers, by the rule book. Reads the raw JSON of both sides with code
 * of its own: neither the decoder nor the encoder is asked, so that it finds what they get wrong together.
 *
 * @param request the request as it was posted
 * @param exchange the exchange's file: `seat`, `seats`, `oneSeat`, `severalBids`, `version`, `currencies`,
 *   `responseBytesMax`, `billing`, `price`; what is not told there is not checked
 * @param rates the rates file: `perUsd`
 * @returns every problem, each starting with the line of the rule book; empty when the response is right
 */
export function checkResponse(
  request: unknown,
  responseText: string,
  exchange: unknown,
  rates: unknown,
  options: CheckOptions = {},
): string[] {
  const bytesMax = number(fields(exchange)['responseBytesMax']) ?? RESPONSE_BYTES_MAX;
  const bytes = Buffer.byteLength(responseText);
  const tooLong = bytes > bytesMax ? [`rule 9: the response has ${bytes} bytes, more than ${bytesMax}`] : [];
  const response = parsedResponse(responseText);
  if (!response) return [...tooLong, 'rule 54: the response is not a JSON object'];
  const known = { request: fields(request), response, exchange: fields(exchange) };
  const around = {
    request: known.request,
    currency: currencyOf(response),
    exchange: known.exchange,
    perUsd: fields(fields(rates)['perUsd']),
    isOurs: options.isOurs ?? true,
  };
  const bids = bidsOf(response).map((bid) => factsOf(bid, around));
  const placed = bids.filter((bid) => typeof bid !== 'string');
  return [
    ...tooLong,
    ...responseProblems(known),
    ...seatProblems(known),
    ...bids.filter((bid) => typeof bid === 'string'),
    ...severalBidsProblems(placed, known.exchange, options),
    ...placed.flatMap(bidProblems),
  ];
}

/** @returns the response, or undefined when it is no JSON object */
export function parsedResponse(responseText: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(responseText);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? fields(value) : undefined;
  } catch {
    return undefined;
  }
}

interface Known {
  readonly request: Fields;
  readonly response: Fields;
  readonly exchange: Fields;
}

interface SeatBid {
  readonly seat: string | undefined;
  readonly bid: Fields;
}

export function bidsOf(response: Fields): SeatBid[] {
  return list(response['seatbid'])
    .map(fields)
    .flatMap((seat) => list(seat['bid']).map((bid) => ({ seat: text(seat['seat']), bid: fields(bid) })));
}

function currencyOf(response: Fields): string {
  return text(response['cur']) ?? 'USD';
}

function responseProblems({ request, response, exchange }: Known): string[] {
  const problems: string[] = [];
  const currency = currencyOf(response);
  const allowed = (allowList(request['cur']) ?? ['USD']).map((entry) => entry.toUpperCase());
  if (response['id'] !== text(request['id'])) problems.push('rule 54: id is not the id of the request');
  if (!allowed.includes(currency)) problems.push(`rule 18: ${currency} is not among ${allowed.join(', ')}`);
  if (exchange['currencies'] !== undefined && !texts(exchange['currencies']).includes(currency)) {
    problems.push(`rule 18: the exchange does not settle in ${currency}`);
  }
  for (const name of Object.keys(response)) {
    if (!RESPONSE_FIELDS.includes(name)) problems.push(`rule 60: the specification knows no field ${name}`);
  }
  return problems;
}

function seatProblems({ request, response, exchange }: Known): string[] {
  const seats = list(response['seatbid']).map(fields);
  if (seats.length === 0) return ['rule 54: there is no seatbid'];
  const problems: string[] = [];
  const ours =
    exchange['seat'] === undefined
      ? undefined
      : [text(exchange['seat']), ...Object.values(fields(exchange['seats']))];
  const names = seats.map(({ seat }) => text(seat) ?? '');
  const allowed = allowList(request['wseat']);
  if (seats.length > 1 && exchange['oneSeat'] !== false)
    problems.push('rule 61: the exchange takes one seatbid only');
  if (new Set(names).size < names.length) problems.push('rule 61: a seat stands twice');
  for (const [i, { bid, group }] of seats.entries()) {
    const seat = names[i] ?? '';
    if (list(bid).length === 0) problems.push('rule 54: a seatbid has no bid');
    if (ours && !ours.includes(seat)) problems.push(`rule 22: ${seat} is not our seat`);
    if (allowed && !allowed.includes(seat)) problems.push(`rule 22: ${seat} is not in wseat`);
    if (texts(request['bseat']).includes(seat)) problems.push(`rule 22: ${seat} is in bseat`);
    if (group !== undefined && group !== 0) problems.push('rule 25: the bids are grouped');
  }
  return problems;
}

function labelOf(bid: Fields): string {
  return `bid ${text(bid['id']) ?? ''}`;
}

/** @returns what bears on a bid, or the problem that it is for no impression */
function factsOf(
  { seat, bid }: SeatBid,
  around: Pick<BidFacts, 'request' | 'currency' | 'exchange' | 'perUsd' | 'isOurs'>,
): BidFacts | string {
  const impression = impressionOf(around.request, bid);
  if (!impression) return `rule 55: ${labelOf(bid)}: there is no impression ${text(bid['impid'])}`;
  const format = formatOf(impression, bid);
  const isStream = format === 'video' || format === 'audio';
  const { vast } = isStream ? readVast(text(bid['adm']) ?? '') : { vast: undefined };
  const placement = fields(impression[format]);
  return { ...around, seat, bid, impression, format, placement, vast, deal: dealOf(impression, bid) };
}

function bidProblems(facts: BidFacts): string[] {
  const { bid, impression, format } = facts;
  const label = labelOf(bid);
  const noPlace =
    impression[format] === undefined ? [`rule 11: ${label}: the impression takes no ${format}`] : [];
  const broken = RULES_BY_FORMAT[format].flatMap(([line, check]) =>
    check(facts).map((problem) => `rule ${line}: ${label}: ${problem}`),
  );
  return [...noPlace, ...broken];
}
