import type { NativeAsset } from '../domain/bid-request.js';
import { isAllowListReadable, readAllowed, readLowerCodes } from './codes.js';
import {
  isSet,
  isTold,
  readInteger,
  readIntegers,
  readLimit,
  readList,
  readObject,
  type JsonObject,
} from './read.js';

/** A request for more is a mistake or an attack; each one is compared with every native creative. */
const ASSETS_MAX = 64;

type AssetFields = JsonObject<'id' | 'required' | 'title' | 'img' | 'video' | 'data'>;
type ImageFields = JsonObject<'type' | 'w' | 'h' | 'wmin' | 'hmin' | 'mimes'>;
type VideoFields = JsonObject<'mimes' | 'minduration' | 'maxduration' | 'protocols'>;
type TextFields = JsonObject<'type' | 'len'>;

/**
 * The assets of a native request (Native 1.2 §4.2). An id counts the list, the specification says, so that an asset
 * without one has its position; some senders leave out a 0, others every id.
 *
 * @returns undefined when there are none, when there are too many, and when a required one cannot be answered, because
 *   its id cannot be read or is another's
 */
export function decodeAssets(value: unknown): readonly NativeAsset[] | undefined {
  const list = readList(value);
  if (list.length > ASSETS_MAX) return undefined;
  const assets: NativeAsset[] = [];
  for (const [position, entry] of list.entries()) {
    const fields: AssetFields | undefined = readObject(entry);
    if (!fields) continue;
    const id = isTold(fields.id) ? readInteger(fields.id) : position;
    const required = isSet(fields.required);
    if (id !== undefined && !assets.some((asset) => asset.id === id)) {
      assets.push(decodeAsset(id, required, fields));
    } else if (required) return undefined;
  }
  return assets.length === 0 ? undefined : assets;
}

/** What is told twice over, or in a way that cannot be read, is an asset that nobody can fill. */
function decodeAsset(id: number, required: boolean, fields: AssetFields): NativeAsset {
  const title: TextFields | undefined = readObject(fields.title);
  const image: ImageFields | undefined = readObject(fields.img);
  const video: VideoFields | undefined = readObject(fields.video);
  const data: TextFields | undefined = readObject(fields.data);
  const unknown: NativeAsset = { id, required, kind: 'unknown' };
  if ([title, image, video, data].filter(Boolean).length > 1) return unknown;
  return (
    (title && decodeTitle(id, required, title)) ??
    (image && decodeImage(id, required, image)) ??
    (video && decodeVideo(id, required, video)) ??
    (data && decodeData(id, required, data)) ??
    unknown
  );
}

function decodeTitle(id: number, required: boolean, fields: TextFields): NativeAsset | undefined {
  const charactersMax = readLimit(fields.len, Infinity);
  return charactersMax === undefined ? undefined : { id, required, kind: 'title', charactersMax };
}

function decodeImage(id: number, required: boolean, fields: ImageFields): NativeAsset | undefined {
  const w = readLimit(fields.w, 0);
  const h = readLimit(fields.h, 0);
  const wMin = readLimit(fields.wmin, 0);
  const hMin = readLimit(fields.hmin, 0);
  if (w === undefined || h === undefined || wMin === undefined || hMin === undefined) return undefined;
  return {
    id,
    required,
    kind: 'image',
    type: readInteger(fields.type),
    // Beside a least size the other one is a wish only.
    w: wMin > 0 ? 0 : w,
    h: hMin > 0 ? 0 : h,
    wMin,
    hMin,
    mimes: readAllowed(fields.mimes, readLowerCodes),
  };
}

function decodeVideo(id: number, required: boolean, fields: VideoFields): NativeAsset | undefined {
  const mimes = readLowerCodes(fields.mimes);
  const secondsMin = readLimit(fields.minduration, 0);
  const secondsMax = readLimit(fields.maxduration, Infinity);
  if (mimes.length === 0 || secondsMin === undefined || secondsMax === undefined) return undefined;
  if (!isAllowListReadable(fields.protocols)) return undefined;
  return {
    id,
    required,
    kind: 'video',
    mimes,
    secondsMin,
    secondsMax,
    protocols: readIntegers(fields.protocols),
  };
}

function decodeData(id: number, required: boolean, fields: TextFields): NativeAsset | undefined {
  const type = readInteger(fields.type);
  const charactersMax = readLimit(fields.len, Infinity);
  if (type === undefined || charactersMax === undefined) return undefined;
  return { id, required, kind: 'data', type, charactersMax };
}
