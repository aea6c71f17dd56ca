import type { Deal, DurationFloor, Floor, TimedFloors } from '../domain/bid-request.js';
import { MICROS_PER_UNIT, microsFromUnits, type Micros } from '../domain/money.js';
import { readAllowed, readDomains } from './codes.js';
import {
  isSet,
  isTold,
  readCount,
  readList,
  readNumber,
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
/** Further floors by duration are not read, and so the floor beside them counts. */
const DURATION_FLOORS_MAX = 64;
const DOLLARS = 'USD';

export type FloorFields = JsonObject<'bidfloor' | 'bidfloorcur'>;
export type TimedFloorFields = JsonObject<'durfloors' | 'mincpmpersec'>;

export function decodeFloor({ bidfloor, bidfloorcur }: FloorFields): Floor {
  return { floorMicros: floorMicros(bidfloor), floorCurrency: currencyCode(bidfloorcur) };
}

/** `durfloors` and `mincpmpersec` of video, audio and deals (OpenRTB 2.6 §3.2.35). */
export function decodeTimedFloors({ durfloors, mincpmpersec }: TimedFloorFields): TimedFloors {
  return {
    durationFloors: decodeDurationFloors(durfloors),
    floorMicrosPerSecond: isTold(mincpmpersec) ? floorMicros(readSingle(mincpmpersec)) : undefined,
  };
}

function decodeDurationFloors(value: unknown): readonly DurationFloor[] {
  const list = readList(value);
  if (list.length === 0) return NONE;
  const floors: DurationFloor[] = [];
  for (let i = 0; i < list.length && i < DURATION_FLOORS_MAX; i++) {
    const fields = readObject<'mindur' | 'maxdur' | 'bidfloor'>(list[i]);
    if (!fields) continue;
    floors.push({
      secondsMin: readNumber(fields.mindur) ?? 0,
      secondsMax: readNumber(fields.maxdur) ?? Infinity,
      floorMicros: floorMicros(fields.bidfloor),
    });
  }
  return floors;
}

const NONE: readonly DurationFloor[] = [];

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
      floorMicros: floorMicros(deal.bidfloor),
      floorCurrency: currencyCode(deal.bidfloorcur),
      ...decodeTimedFloors(deal),
      auctionType: readCount(deal.at),
      seatsAllowed: readAllowed(deal.wseat, readTexts),
      advertiserDomains: readAllowed(deal.wadomain, readDomains),
      guaranteed: isSet(deal.guar),
    });
  }
  return deals;
}

type DealField =
  'id' | 'bidfloor' | 'bidfloorcur' | 'at' | 'wseat' | 'wadomain' | 'guar' | 'durfloors' | 'mincpmpersec';

/** Rounded up, so that a bid at the floor is never below what the exchange meant. */
function floorMicros(value: unknown): Micros {
  const floor = readPrice(value) ?? 0;
  const micros = microsFromUnits(floor);
  return micros / MICROS_PER_UNIT < floor ? ((micros + 1) as Micros) : micros;
}

/** No rate is held for what cannot be read, so that nothing is bid at such a floor: it is no free ticket. */
function currencyCode(value: unknown): string {
  if (!isTold(value)) return DOLLARS;
  return readText(readSingle(value))?.trim().toUpperCase() ?? UNREADABLE;
}
