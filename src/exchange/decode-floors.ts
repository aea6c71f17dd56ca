import type { Deal, DurationFloor } from '../domain/bid-request.js';
import { MICROS_PER_UNIT, microsFromUnits, type Micros } from '../domain/money.js';
import { readAllowed, readDomains } from './codes.js';
import {
  isTold,
  readCount,
  readFlag,
  readLimit,
  readList,
  readObject,
  readPrice,
  readSingle,
  readText,
  readTexts,
  UNREADABLE,
  type JsonObject,
} from './read.js';

/** Further deals are not offered to anybody. */
const DEALS_MAX = 256;
const DOLLARS = 'USD';
const NO_FLOORS: readonly DurationFloor[] = [];

export type TimedFloorFields = JsonObject<'durfloors' | 'mincpmpersec'>;

/** `mincpmpersec` of video, audio and deals. @param value one that passed `findInvalid` */
export function decodeFloorPerSecond(value: unknown): Micros | undefined {
  return isTold(value) ? decodeFloor(readSingle(value)) : undefined;
}

/**
 * OpenRTB 2.6 §3.2.35, which says that a range has one end only and then shows ranges with both: either will do.
 *
 * @param value `durfloors` that passed `findInvalid`
 */
export function decodeDurationFloors(value: unknown): readonly DurationFloor[] {
  const list = readList(value);
  if (list.length === 0) return NO_FLOORS;
  const floors: DurationFloor[] = [];
  for (const entry of list) {
    const fields = readObject<'mindur' | 'maxdur' | 'bidfloor'>(entry);
    if (!fields) continue;
    floors.push({
      secondsMin: readLimit(fields.mindur, 0) ?? 0,
      secondsMax: readLimit(fields.maxdur, Infinity) ?? Infinity,
      floorMicros: decodeFloor(fields.bidfloor),
    });
  }
  return floors;
}

/** OpenRTB 2.6 §3.2.12. One without id is no deal (rule 14). */
export function decodeDeals(value: unknown): readonly Deal[] {
  const deals: Deal[] = [];
  for (const entry of readList(value)) {
    const deal = readObject<DealField>(entry);
    const id = readText(deal?.id);
    if (deals.length === DEALS_MAX) return deals;
    if (!deal || id === undefined) continue;
    deals.push({
      id,
      floorMicros: decodeFloor(deal.bidfloor),
      floorCurrency: decodeFloorCurrency(deal.bidfloorcur),
      durationFloors: decodeDurationFloors(deal.durfloors),
      floorMicrosPerSecond: decodeFloorPerSecond(deal.mincpmpersec),
      auctionType: readCount(deal.at),
      seatsAllowed: readAllowed(deal.wseat, readTexts),
      advertiserDomains: readAllowed(deal.wadomain, readDomains),
      // It takes the brakes off, so that only a clear yes will do.
      guaranteed: readFlag(deal.guar) === true,
    });
  }
  return deals;
}

type DealField =
  'id' | 'bidfloor' | 'bidfloorcur' | 'at' | 'wseat' | 'wadomain' | 'guar' | 'durfloors' | 'mincpmpersec';

/** Rounded up, so that a bid at the floor is never below what the exchange meant. */
export function decodeFloor(value: unknown): Micros {
  const floor = readPrice(value) ?? 0;
  const micros = microsFromUnits(floor);
  return micros / MICROS_PER_UNIT < floor ? ((micros + 1) as Micros) : micros;
}

/** No rate is held for what cannot be read, so that nothing is bid at such a floor: it is no free ticket. */
export function decodeFloorCurrency(value: unknown): string {
  if (!isTold(value)) return DOLLARS;
  return readText(readSingle(value))?.trim().toUpperCase() ?? UNREADABLE;
}
