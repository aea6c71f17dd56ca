import type { Banner, Deal, FlexSize, Impression, Size, SkippedImpression } from '../domain/bid-request.js';
import { MICROS_PER_UNIT, microsFromUnits, type Micros } from '../domain/money.js';
import { areReadableIntegers, readAllowed, readDomains, readLowerCodes } from './codes.js';
import {
  isSet,
  isTold,
  readCount,
  readFlag,
  readInteger,
  readIntegers,
  readList,
  readObject,
  readPrice,
  readSingle,
  readText,
  readTexts,
  UNREADABLE,
  type JsonObject,
} from './read.js';

/** Further entries of a banner's `format` are not offered to anybody. */
const FORMATS_MAX = 64;
/** Further deals are not offered to anybody. */
const DEALS_MAX = 256;
const DOLLARS = 'USD';
const INSTL_DEFAULT = 0;

type ImpressionField =
  'id' | 'banner' | 'video' | 'audio' | 'native' | 'instl' | 'bidfloor' | 'bidfloorcur' | 'secure' | 'pmp';

type BannerField = 'w' | 'h' | 'format' | 'pos' | 'mimes' | 'btype' | 'battr' | 'api' | 'expdir';

/**
 * @param value an impression that passed `findInvalid`
 * @returns the impression, or why no banner can be shown in it (rules 11 and 14)
 */
export function decodeImpression(value: unknown): Impression | SkippedImpression {
  const impression = readObject<ImpressionField>(value) ?? {};
  const id = readText(impression.id) ?? '';
  const bannerFields = readObject<BannerField>(impression.banner);
  if (!bannerFields) return { id, why: 'no-format-we-serve' };
  // What cannot be read might block the creative.
  if (!areReadableIntegers(bannerFields.battr) || !areReadableIntegers(bannerFields.btype)) {
    return { id, why: 'unusable-banner' };
  }
  const banner = decodeBanner(bannerFields);
  if (banner.sizes.length === 0 && banner.flexSizes.length === 0) {
    return { id, why: readList(bannerFields.format).length === 0 ? 'no-size' : 'unusable-banner' };
  }
  const market = readObject<'private_auction' | 'deals'>(readSingle(impression.pmp));
  return {
    id,
    banner,
    video: undefined,
    audio: undefined,
    native: undefined,
    multiFormat:
      readObject(impression.video) !== undefined ||
      readObject(impression.audio) !== undefined ||
      readObject(impression.native) !== undefined,
    rewarded: false,
    multiplier: 1,
    expirySeconds: undefined,
    interstitial: readFlag(impression.instl ?? INSTL_DEFAULT),
    floorMicros: floorMicros(impression.bidfloor),
    floorCurrency: currencyCode(impression.bidfloorcur),
    secure: isSet(impression.secure),
    privateAuction: market ? isSet(market.private_auction) : isTold(impression.pmp),
    deals: decodeDeals(market?.deals),
  };
}

function decodeBanner(banner: JsonObject<BannerField>): Banner {
  const sizes: Size[] = [];
  const flexSizes: FlexSize[] = [];
  const formats = readList(banner.format);
  for (let i = 0; i < formats.length && i < FORMATS_MAX; i++) addFormat(formats[i], sizes, flexSizes);
  addSize(banner.w, banner.h, sizes);
  return {
    sizes,
    flexSizes,
    position: readInteger(banner.pos),
    mimes: readAllowed(banner.mimes, readLowerCodes),
    typesBlocked: readIntegers(banner.btype),
    attributesBlocked: readIntegers(banner.battr),
    apis: readIntegers(banner.api),
    expandDirections: readIntegers(banner.expdir),
  };
}

/** A flexible format needs all of wratio, hratio and wmin; an entry that is neither fixed nor flexible is left out. */
function addFormat(value: unknown, sizes: Size[], flexSizes: FlexSize[]): void {
  const format = readObject<'w' | 'h' | 'wratio' | 'hratio' | 'wmin'>(value);
  if (!format) return;
  addSize(format.w, format.h, sizes);
  const widthRatio = readCount(format.wratio);
  const heightRatio = readCount(format.hratio);
  const widthMin = readCount(format.wmin);
  if (widthRatio === undefined || heightRatio === undefined || widthMin === undefined) return;
  flexSizes.push({ widthRatio, heightRatio, widthMin });
}

function addSize(width: unknown, height: unknown, sizes: Size[]): void {
  const w = readCount(width);
  const h = readCount(height);
  if (w === undefined || h === undefined) return;
  for (const size of sizes) if (size.w === w && size.h === h) return;
  sizes.push({ w, h });
}

function decodeDeals(value: unknown): readonly Deal[] {
  const deals: Deal[] = [];
  for (const entry of readList(value)) {
    const deal = readObject<'id' | 'bidfloor' | 'bidfloorcur' | 'at' | 'wseat' | 'wadomain'>(entry);
    const id = readText(deal?.id);
    if (deals.length === DEALS_MAX) return deals;
    if (!deal || id === undefined) continue;
    deals.push({
      id,
      floorMicros: floorMicros(deal.bidfloor),
      floorCurrency: currencyCode(deal.bidfloorcur),
      auctionType: readCount(deal.at),
      seatsAllowed: readAllowed(deal.wseat, readTexts),
      advertiserDomains: readAllowed(deal.wadomain, readDomains),
      guaranteed: false,
      durationFloors: [],
      floorMicrosPerSecond: undefined,
    });
  }
  return deals;
}

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
