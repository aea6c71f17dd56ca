import type { Impression, SkippedImpression } from '../domain/bid-request.js';
import { decodeBanner, type BannerFields } from './decode-banner.js';
import { decodeDeals, decodeFloor, decodeFloorCurrency } from './decode-floors.js';
import { decodeNative, type NativeFields } from './decode-native.js';
import {
  decodeAudio,
  decodeVideo,
  extensionOf,
  type AudioFields,
  type VideoFields,
} from './decode-stream.js';
import type { NestedJson } from './nested-json.js';
import {
  isSet,
  isTold,
  readFlag,
  readNumber,
  readObject,
  readSingle,
  readText,
  type JsonObject,
} from './read.js';

const FLAG_DEFAULT = 0;

type ImpressionFields = JsonObject<
  | 'id'
  | 'banner'
  | 'video'
  | 'audio'
  | 'native'
  | 'instl'
  | 'rwdd'
  | 'bidfloor'
  | 'bidfloorcur'
  | 'secure'
  | 'pmp'
  | 'qty'
  | 'ext'
>;
type ExtensionFields = JsonObject<'rewarded' | 'is_rewarded_inventory' | 'prebid' | 'qty'>;

/**
 * @param value an impression that passed `findInvalid`
 * @param nested for JSON within it; one for all impressions of a request
 * @returns the impression with the formats that can be used, or why none can (rules 11 and 14)
 */
export function decodeImpression(value: unknown, nested: NestedJson): Impression | SkippedImpression {
  const impression: ImpressionFields = readObject(value) ?? {};
  const id = readText(impression.id) ?? '';
  const bannerFields: BannerFields | undefined = readObject(impression.banner);
  const videoFields: VideoFields | undefined = readObject(impression.video);
  const audioFields: AudioFields | undefined = readObject(impression.audio);
  const nativeFields: NativeFields | undefined = readObject(impression.native);
  const banner = bannerFields && decodeBanner(bannerFields);
  const usableBanner = typeof banner === 'string' ? undefined : banner;
  const video = videoFields && decodeVideo(videoFields);
  const audio = audioFields && decodeAudio(audioFields);
  const native = nativeFields && decodeNative(nativeFields, nested);
  if (!(usableBanner ?? video ?? audio ?? native)) {
    if (typeof banner === 'string') return { id, why: banner };
    if (videoFields) return { id, why: 'unusable-video' };
    if (audioFields) return { id, why: 'unusable-audio' };
    return { id, why: nativeFields ? 'unusable-native' : 'no-format-we-serve' };
  }
  const market = readObject<'private_auction' | 'deals'>(readSingle(impression.pmp));
  const extension: ExtensionFields = readObject(impression.ext) ?? {};
  return {
    id,
    floorMicros: decodeFloor(impression.bidfloor),
    floorCurrency: decodeFloorCurrency(impression.bidfloorcur),
    banner: usableBanner,
    video,
    audio,
    native,
    multiFormat:
      offered(bannerFields) + offered(videoFields) + offered(audioFields) + offered(nativeFields) > 1,
    interstitial: readFlag(impression.instl ?? FLAG_DEFAULT),
    rewarded: readFlag(impression.rwdd ?? rewardedBefore(extension, videoFields) ?? FLAG_DEFAULT),
    secure: isSet(impression.secure),
    privateAuction: market ? isSet(market.private_auction) : isTold(impression.pmp),
    deals: decodeDeals(market?.deals),
    multiplier: multiplierOf(impression.qty ?? extension.qty),
  };
}

function offered(fields: object | undefined): number {
  return fields ? 1 : 0;
}

/** Where exchanges told it before OpenRTB 2.6. */
function rewardedBefore(extension: ExtensionFields, video: VideoFields | undefined): unknown {
  return (
    extension.rewarded ??
    extension.is_rewarded_inventory ??
    readObject<'is_rewarded_inventory'>(extension.prebid)?.is_rewarded_inventory ??
    (video && extensionOf(video).rewarded)
  );
}

/** OpenRTB 2.6 §3.2.31. @param value a quantity that passed `findInvalid`; one without its multiplier is none (rule 14) */
function multiplierOf(value: unknown): number {
  const multiplier = readNumber(readSingle(readObject<'multiplier'>(value)?.multiplier));
  return multiplier !== undefined && multiplier > 0 ? multiplier : 1;
}
