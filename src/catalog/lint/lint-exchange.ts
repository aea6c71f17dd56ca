import type { Exchange } from '../../domain/catalog.js';
import type { Report } from './lint-finding.js';

/** A bid with a clickable picture and the shortest names there are; see the schema of `responseBytesMax`. */
const BID_BYTES_MIN = 1_050;

/**
 * Finds settings of an exchange that contradict each other, or do nothing. Warnings only.
 *
 * @param advertisers ids of those that have campaigns
 */
export function lintExchange(exchange: Exchange, advertisers: ReadonlySet<string>, report: Report): void {
  lintSeats(exchange, advertisers, report);
  lintIds(exchange, report);
  const { severalBids, responseBytesMax } = exchange;
  if (severalBids && responseBytesMax < 2 * BID_BYTES_MIN) {
    const says = `is ${responseBytesMax}, which has no room for the several bids that "severalBids" lets through; raise it if the exchange takes more`;
    report('warning', ['responseBytesMax'], says);
  }
}

function lintSeats(
  { seat: main, seats, oneSeat }: Exchange,
  advertisers: ReadonlySet<string>,
  report: Report,
): void {
  for (const [advertiser, seat] of seats) {
    if (!advertisers.has(advertiser)) {
      const says = `is the seat of an advertiser that no campaign has; the id stands in "advertiser" of its campaigns`;
      report('warning', ['seats', advertiser], says);
    } else if (seat === main) {
      report('warning', ['seats', advertiser], `is "${seat}", which is everybody's "seat" anyway`);
    }
  }
  if (!oneSeat && seats.size === 0) {
    const says = 'is false, and yet all bids are of one seat: "seats" names no others';
    report('warning', ['oneSeat'], says);
  }
}

function lintIds({ idOrder, extendedIdSources, syncRedirect }: Exchange, report: Report): void {
  if (extendedIdSources && !idOrder.includes('eids')) {
    report('warning', ['extendedIdSources'], 'ranks ids that "idOrder" leaves out; add "eids" there');
  }
  if (syncRedirect !== undefined && !idOrder.includes('cookie')) {
    const says =
      'hands out our cookie id, but "idOrder" leaves it out, so that nobody is known by it; add "cookie" there';
    report('warning', ['syncRedirect'], says);
  }
}
