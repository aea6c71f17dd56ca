import type { Native, NativeAsset, NativeEventTracker } from '../domain/bid-request.js';
import { areReadableIntegers, readAllowed, readLowerCodes } from './codes.js';
import {
  isSet,
  isTold,
  readCount,
  readInteger,
  readIntegers,
  readList,
  readNumber,
  readObject,
  readSingle,
  readText,
  type JsonObject,
} from './read.js';

/**
 * The native requests of one bid request may have so many bytes together: they are JSON within JSON, so the guard of the body
 * (body-cost.ts) does not see into them, and that much is quick to parse whatever it holds.
 */
export const NATIVE_CHARACTERS_MAX = 12_288;

const ASSETS_MAX = 64;
const TRACKERS_MAX = 16;

export type NativeFields = JsonObject<'request' | 'request_native' | 'ver' | 'api' | 'apis' | 'battr'>;

type RequestFields = JsonObject<
  'native' | 'ver' | 'plcmtcnt' | 'assets' | 'eventtrackers' | 'privacy' | 'required'
>;
type AssetFields = JsonObject<'id' | 'required' | 'title' | 'img' | 'video' | 'data'>;

/**
 * OpenRTB 2.6 §3.2.9 and the Native 1.0-1.2 request in it: JSON as text, or, as some send it, an object; Native 1.0 has all of it
 * in a root object `native`.
 *
 * @param budget characters that may still be parsed; what is used is taken from it
 * @returns undefined when nothing can be shown in it (rules 14, 36)
 */
export function decodeNative(fields: NativeFields, budget: { nativeCharacters: number }): Native | undefined {
  if (!areReadableIntegers(fields.battr)) return undefined;
  const root: RequestFields | undefined = readObject(requestOf(fields, budget));
  const wrapped: RequestFields | undefined = readObject(root?.native);
  const request = wrapped ?? root;
  if (!request) return undefined;
  const assets = decodeAssets(request.assets);
  if (!assets || assets.length === 0) return undefined;
  return {
    version: readText(request.ver) ?? readText(fields.ver),
    isWrapped: wrapped !== undefined,
    bidsMax: readCount(request.plcmtcnt) ?? 1,
    assets,
    eventTrackers: decodeTrackers(request.eventtrackers),
    privacySupported: isSet(request.privacy),
    attributesBlocked: readIntegers(fields.battr),
    apis: readIntegers(fields.api ?? fields.apis),
  };
}

function requestOf(fields: NativeFields, budget: { nativeCharacters: number }): unknown {
  const request = readSingle(fields.request ?? fields.request_native);
  if (typeof request !== 'string') return request;
  budget.nativeCharacters -= request.length;
  if (budget.nativeCharacters < 0) return undefined;
  try {
    return JSON.parse(request) as unknown;
  } catch {
    return undefined;
  }
}

/** @returns undefined when a required asset cannot be answered, having no id, or when there are too many */
function decodeAssets(value: unknown): readonly NativeAsset[] | undefined {
  const list = readList(value);
  if (list.length > ASSETS_MAX) return undefined;
  const assets: NativeAsset[] = [];
  for (const entry of list) {
    const fields: AssetFields | undefined = readObject(entry);
    if (!fields) continue;
    const id = readInteger(fields.id);
    const required = isSet(fields.required);
    if (id !== undefined) assets.push({ id, required, ...decodeAsset(fields) });
    else if (required) return undefined;
  }
  return assets;
}

type Kind<Asset> = Asset extends NativeAsset ? Omit<Asset, 'id' | 'required'> : never;

function decodeAsset(fields: AssetFields): Kind<NativeAsset> {
  const title = readObject<'len'>(fields.title);
  if (title) return { kind: 'title', charactersMax: limitOf(title.len) };
  const image = readObject<'type' | 'w' | 'h' | 'wmin' | 'hmin' | 'mimes'>(fields.img);
  if (image) {
    const wMin = readCount(image.wmin) ?? 0;
    const hMin = readCount(image.hmin) ?? 0;
    return {
      kind: 'image',
      type: readInteger(image.type),
      // Beside a least size the other one is a wish only.
      w: wMin > 0 ? 0 : (readCount(image.w) ?? 0),
      h: hMin > 0 ? 0 : (readCount(image.h) ?? 0),
      wMin,
      hMin,
      mimes: readAllowed(image.mimes, readLowerCodes),
    };
  }
  const video = readObject<'mimes' | 'minduration' | 'maxduration' | 'protocols'>(fields.video);
  if (video) {
    return {
      kind: 'video',
      mimes: readAllowed(video.mimes, readLowerCodes),
      secondsMin: readNumber(video.minduration) ?? 0,
      secondsMax: limitOf(video.maxduration),
      protocols: readIntegers(video.protocols),
    };
  }
  const data = readObject<'type' | 'len'>(fields.data);
  const type = data && readInteger(data.type);
  if (type === undefined) return { kind: 'unknown' };
  return { kind: 'data', type, charactersMax: limitOf(data?.len) };
}

/** One that is told and cannot be read lets nothing through. */
function limitOf(value: unknown): number {
  return isTold(value) ? (readNumber(value) ?? 0) : Infinity;
}

function decodeTrackers(value: unknown): readonly NativeEventTracker[] {
  const trackers: NativeEventTracker[] = [];
  for (const entry of readList(value)) {
    const fields = readObject<'event' | 'methods'>(entry);
    const event = readInteger(fields?.event);
    if (trackers.length === TRACKERS_MAX) break;
    if (event !== undefined) trackers.push({ event, methods: readIntegers(fields?.methods) });
  }
  return trackers;
}
