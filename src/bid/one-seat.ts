import { seatOf } from '../domain/catalog.js';
import type { AuctionContext, Winner } from './auction.js';
import { GUARANTEED_PRIORITY } from './snapshot.js';
import type { BidTrace } from './trace.js';

interface SeatOffer {
  readonly seat: string;
  guaranteed: number;
  micros: number;
}

/**
 * Some exchanges read one `seatbid` only (rule 61). Then the seat bids that has more bids that must be made (rule 44), else the one
 * whose bids are worth more together, else the one whose first bid comes first; the money of the others is free again.
 */
export function oneSeatOnly(
  winners: Winner[],
  { exchange, spending }: AuctionContext,
  trace: BidTrace | undefined,
): Winner[] {
  if (!exchange.oneSeat || exchange.seats.size === 0) return winners;
  const seat = ({ item }: Winner): string => seatOf(item.campaign.advertiser.id, exchange);
  const offers = new Map<string, SeatOffer>();
  for (const winner of winners) {
    const name = seat(winner);
    let offer = offers.get(name);
    if (!offer) offers.set(name, (offer = { seat: name, guaranteed: 0, micros: 0 }));
    if (winner.offer.priority >= GUARANTEED_PRIORITY) offer.guaranteed += 1;
    offer.micros += winner.offer.price.priceMicros;
  }
  if (offers.size < 2) return winners;
  const [best] = [...offers.values()].sort((a, b) => b.guaranteed - a.guaranteed || b.micros - a.micros);
  return winners.filter((winner) => {
    if (seat(winner) === best?.seat) return true;
    if (winner.reservation) spending.release(winner.reservation);
    trace?.dropped(winner.impression, winner.item, 'other-seat');
    return false;
  });
}
