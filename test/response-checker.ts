import { AUCTION_RULES } from './checker/auction-rules.js';
import { dealOf, impressionOf, type BidFacts } from './checker/bid-facts.js';
import { BID_RULES } from './checker/bid-rules.js';
import { allowList, fields, list, number, text, texts, type Fields } from './checker/loose-json.js';

const RESPONSE_BYTES_MAX = 4_096;

export interface CheckOptions {
  /** True where a line item may fill several impressions with one creative. */
  readonly creativesMayRepeat?: boolean;
}

/**
 * Holds a response against the request that it answers, by the rule book. Reads the raw JSON of both sides with code
 * of its own: neither the decoder nor the encoder is asked, so that it finds what they get wrong together.
 *
 * @param request the request as it was posted
 * @param exchange the exchange's file: `seat`, `currencies`, `responseBytesMax`, `billing`
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
  const response = parsed(responseText);
  if (!response) return [...tooLong, 'rule 54: the response is not a JSON object'];
  const known = { request: fields(request), response, exchange: fields(exchange) };
  return [
    ...tooLong,
    ...responseProblems(known),
    ...seatProblems(known),
    ...repeatProblems(response, options),
    ...bidsOf(response).flatMap((seatBid) => bidProblems(seatBid, known, fields(fields(rates)['perUsd']))),
  ];
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

function parsed(responseText: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(responseText);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? fields(value) : undefined;
  } catch {
    return undefined;
  }
}

function bidsOf(response: Fields): SeatBid[] {
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
  if (!texts(exchange['currencies']).includes(currency)) {
    problems.push(`rule 18: the exchange does not settle in ${currency}`);
  }
  for (const name of Object.keys(response)) {
    const isKnown = ['id', 'seatbid', 'bidid', 'cur', 'customdata', 'nbr', 'ext'].includes(name);
    if (!isKnown) problems.push(`rule 60: the specification knows no field ${name}`);
  }
  return problems;
}

function seatProblems({ request, response, exchange }: Known): string[] {
  const seats = list(response['seatbid']).map(fields);
  if (seats.length === 0) return ['rule 54: there is no seatbid'];
  const problems = seats.length > 1 ? ['rule 61: some exchanges take one seatbid only'] : [];
  const allowed = allowList(request['wseat']);
  for (const { seat: name, bid, group } of seats) {
    const seat = text(name) ?? '';
    if (list(bid).length === 0) problems.push('rule 54: a seatbid has no bid');
    if (seat !== text(exchange['seat'])) problems.push(`rule 22: ${seat} is not our seat`);
    if (allowed && !allowed.includes(seat)) problems.push(`rule 22: ${seat} is not in wseat`);
    if (texts(request['bseat']).includes(seat)) problems.push(`rule 22: ${seat} is in bseat`);
    if (group !== undefined && group !== 0) problems.push('rule 25: the bids are grouped');
  }
  return problems;
}

function repeatProblems(response: Fields, { creativesMayRepeat = false }: CheckOptions): string[] {
  const bids = bidsOf(response).map(({ bid }) => bid);
  return [
    ...repeated(bids, 'id').map((id) => `rule 55: the bid id ${id} stands twice`),
    ...repeated(bids, 'impid').map((id) => `rule 61: the impression ${id} got several bids`),
    ...(creativesMayRepeat
      ? []
      : repeated(bids, 'crid').map((id) => `rule 61: the creative ${id} is bid twice`)),
  ];
}

function repeated(bids: readonly Fields[], name: string): string[] {
  const values = bids.flatMap((bid) => text(bid[name]) ?? []);
  return [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];
}

function bidProblems(
  { seat, bid }: SeatBid,
  { request, response, exchange }: Known,
  perUsd: Fields,
): string[] {
  const label = `bid ${text(bid['id']) ?? ''}`;
  const impression = impressionOf(request, bid);
  if (!impression) return [`rule 55: ${label}: there is no impression ${text(bid['impid'])}`];
  const facts: BidFacts = {
    bid,
    request,
    impression,
    banner: fields(impression['banner']),
    deal: dealOf(impression, bid),
    seat,
    currency: currencyOf(response),
    exchange,
    perUsd,
  };
  const noBanner =
    impression['banner'] === undefined ? [`rule 11: ${label}: the impression takes no banner`] : [];
  const broken = [...AUCTION_RULES, ...BID_RULES].flatMap(([line, check]) =>
    check(facts).map((problem) => `rule ${line}: ${label}: ${problem}`),
  );
  return [...noBanner, ...broken];
}
