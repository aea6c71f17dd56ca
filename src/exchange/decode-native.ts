import type { Native, NativeEventTracker } from '../domain/bid-request.js';
import { areReadableIntegers } from './codes.js';
import { decodeAssets } from './decode-native-assets.js';
import type { NestedJson } from './nested-json.js';
import {
  readCount,
  readFlag,
  readInteger,
  readIntegers,
  readList,
  readObject,
  readSingle,
  readText,
  type JsonObject,
} from './read.js';

/** Further trackers are not offered to anybody. */
const TRACKERS_MAX = 16;

export type NativeFields = JsonObject<'request' | 'request_native' | 'ver' | 'api' | 'apis' | 'battr'>;

type RequestFields = JsonObject<'native' | 'ver' | 'plcmtcnt' | 'assets' | 'eventtrackers' | 'privacy'>;

/**
 * OpenRTB 2.6 §3.2.9 and the Native 1.0-1.2 request in it: JSON as text, or, as some send it, an object; Native 1.0
 * has all of it in a root object `native`.
 *
 * @returns undefined when nothing can be shown in it (rules 14, 36)
 */
export function decodeNative(fields: NativeFields, nested: NestedJson): Native | undefined {
  // What cannot be read might block the creative.
  if (!areReadableIntegers(fields.battr)) return undefined;
  const root = requestOf(fields, nested);
  const wrapped: RequestFields | undefined = readObject(root?.native);
  const request = wrapped ?? root;
  const assets = request && decodeAssets(request.assets);
  if (!request || !assets) return undefined;
  return {
    version: readText(request.ver) ?? readText(fields.ver),
    isWrapped: wrapped !== undefined,
    bidsMax: readCount(request.plcmtcnt) ?? 1,
    assets,
    eventTrackers: decodeTrackers(request.eventtrackers),
    // A permission: only a clear yes will do.
    privacySupported: readFlag(request.privacy) === true,
    attributesBlocked: readIntegers(fields.battr),
    apis: readIntegers(fields.api ?? fields.apis),
  };
}

/** Some put the text into a text once more. */
function requestOf(fields: NativeFields, nested: NestedJson): RequestFields | undefined {
  const sent = readSingle(fields.request ?? fields.request_native);
  if (typeof sent !== 'string') return readObject(sent);
  const value = nested.parse(sent);
  return readObject(typeof value === 'string' ? nested.parse(value) : value);
}

function decodeTrackers(value: unknown): readonly NativeEventTracker[] {
  const trackers: NativeEventTracker[] = [];
  for (const entry of readList(value)) {
    if (trackers.length === TRACKERS_MAX) break;
    const fields = readObject<'event' | 'methods'>(entry);
    const event = readInteger(fields?.event);
    if (event !== undefined) trackers.push({ event, methods: readIntegers(fields?.methods) });
  }
  return trackers;
}
