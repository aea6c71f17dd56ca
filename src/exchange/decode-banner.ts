import type { Banner, FlexSize, Size } from '../domain/bid-request.js';
import { areReadableIntegers, readAllowed, readLowerCodes } from './codes.js';
import { readCount, readInteger, readIntegers, readList, readObject, type JsonObject } from './read.js';

/** Further entries of a banner's `format` are not offered to anybody. */
const FORMATS_MAX = 64;

export type BannerFields = JsonObject<
  'w' | 'h' | 'format' | 'pos' | 'mimes' | 'btype' | 'battr' | 'api' | 'apis' | 'expdir'
>;

/**
 * OpenRTB 2.6 §3.2.6.
 *
 * @returns the banner, or why nothing can be shown in it (rule 14)
 */
export function decodeBanner(fields: BannerFields): Banner | 'no-size' | 'unusable-banner' {
  // What cannot be read might block the creative.
  if (!areReadableIntegers(fields.battr) || !areReadableIntegers(fields.btype)) return 'unusable-banner';
  const banner = extract(fields);
  if (banner.sizes.length > 0 || banner.flexSizes.length > 0) return banner;
  return readList(fields.format).length === 0 ? 'no-size' : 'unusable-banner';
}

function extract(banner: BannerFields): Banner {
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
    apis: readIntegers(banner.api ?? banner.apis),
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
