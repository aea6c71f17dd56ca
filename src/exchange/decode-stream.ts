import type { Audio, Banner, Pod, Video } from '../domain/bid-request.js';
import { areReadableIntegers, readAllowed, readLowerCodes } from './codes.js';
import { decodeBanner, type BannerFields } from './decode-banner.js';
import { decodeTimedFloors, type TimedFloorFields } from './decode-floors.js';
import {
  isSet,
  isTold,
  readCount,
  readFlag,
  readInteger,
  readIntegers,
  readList,
  readNumber,
  readObject,
  readSingle,
  readText,
  type JsonObject,
} from './read.js';

/** Further companions are not offered to anybody. */
const COMPANIONS_MAX = 20;

type StreamField =
  | 'mimes'
  | 'minduration'
  | 'maxduration'
  | 'rqddurs'
  | 'protocols'
  | 'protocol'
  | 'startdelay'
  | 'minbitrate'
  | 'maxbitrate'
  | 'delivery'
  | 'battr'
  | 'api'
  | 'apis'
  | 'companionad'
  | 'companiontype'
  | 'poddur'
  | 'maxseq'
  | 'podid'
  | 'podseq'
  | 'slotinpod'
  | 'poddedupe'
  | 'ext';
type StreamFields = JsonObject<StreamField> & TimedFloorFields;

export type VideoFields = StreamFields &
  JsonObject<
    | 'w'
    | 'h'
    | 'linearity'
    | 'skip'
    | 'skipmin'
    | 'skipafter'
    | 'plcmt'
    | 'placement'
    | 'playbackmethod'
    | 'pos'
    | 'boxingallowed'
  >;
export type AudioFields = StreamFields & JsonObject<'feed' | 'stitched' | 'nvol'>;

/** OpenRTB 2.6 §3.2.7. @returns undefined when nothing can be shown in it (rule 14) */
export function decodeVideo(fields: VideoFields): Video | undefined {
  const stream = decodeStream(fields);
  if (!stream) return undefined;
  const w = readCount(fields.w);
  const h = readCount(fields.h);
  return {
    ...stream,
    size: w === undefined || h === undefined ? undefined : { w, h },
    linearity: readInteger(fields.linearity),
    skippable: readFlag(fields.skip),
    skipSecondsMin: readNumber(fields.skipmin) ?? 0,
    skipAfterSeconds: readNumber(fields.skipafter) ?? 0,
    plcmt: readInteger(fields.plcmt ?? readObject<'plcmt'>(fields.ext)?.plcmt),
    placement: readInteger(fields.placement),
    playbackMethods: readIntegers(fields.playbackmethod),
    position: readInteger(fields.pos),
    boxingAllowed: readFlag(fields.boxingallowed) !== false,
  };
}

/** OpenRTB 2.6 §3.2.8. @returns undefined when nothing can be played in it */
export function decodeAudio(fields: AudioFields): Audio | undefined {
  const stream = decodeStream(fields);
  if (!stream) return undefined;
  return {
    ...stream,
    feed: readInteger(fields.feed),
    stitched: isSet(fields.stitched),
    volumeNormalization: readInteger(fields.nvol),
  };
}

/** Without content types, and with block lists or durations that cannot be read, nothing is known to be allowed. */
function decodeStream(fields: StreamFields) {
  const mimes = readAllowed(fields.mimes, readLowerCodes);
  const secondsMin = secondsOr(0, fields.minduration);
  const secondsMax = secondsOr(Infinity, fields.maxduration);
  const areListsReadable = areReadableIntegers(fields.battr) && areReadableIntegers(fields.rqddurs);
  if (mimes.length === 0 || secondsMin === undefined || secondsMax === undefined || !areListsReadable) {
    return undefined;
  }
  return {
    ...decodeTimedFloors(fields),
    mimes,
    secondsMin,
    secondsMax,
    secondsRequired: readIntegers(fields.rqddurs),
    protocols: [...readIntegers(fields.protocols), ...readIntegers(fields.protocol)],
    startDelay: readInteger(fields.startdelay),
    bitrateMin: readNumber(fields.minbitrate) ?? 0,
    bitrateMax: readCount(fields.maxbitrate) ?? Infinity,
    deliveries: readIntegers(fields.delivery),
    attributesBlocked: readIntegers(fields.battr),
    apis: readIntegers(fields.api ?? fields.apis),
    companions: decodeCompanions(fields.companionad),
    companionTypes: readIntegers(fields.companiontype),
    pod: decodePod(fields),
  };
}

/** @returns undefined for what is told and is no time */
function secondsOr(absent: number, value: unknown): number | undefined {
  if (!isTold(value)) return absent;
  const seconds = readNumber(readSingle(value));
  return seconds !== undefined && seconds >= 0 ? seconds : undefined;
}

/** A list of banners; before OpenRTB 2.2 an object with such a list in `banner`. */
function decodeCompanions(value: unknown): readonly Banner[] {
  const entries = readList(readObject<'banner'>(value)?.banner ?? value);
  const companions: Banner[] = [];
  for (const entry of entries) {
    if (companions.length === COMPANIONS_MAX) break;
    const fields: BannerFields | undefined = readObject(entry);
    const banner = fields && decodeBanner(fields);
    if (banner && typeof banner !== 'string') companions.push(banner);
  }
  return companions;
}

/**
 * OpenRTB 2.6 §7.6: time to be filled (`poddur`, `maxseq`) makes a pod dynamic, in a break that has fixed slots beside it or
 * not; a pod's id or place alone is one slot of a structured one.
 */
function decodePod(fields: StreamFields): Pod | undefined {
  const seconds = readCount(fields.poddur);
  const bidsMax = readCount(fields.maxseq);
  const id = readText(fields.podid);
  const slot = readInteger(fields.slotinpod);
  const isDynamic = seconds !== undefined || bidsMax !== undefined;
  if (!isDynamic && id === undefined && slot === undefined) return undefined;
  return {
    kind: isDynamic ? 'dynamic' : 'structured',
    id,
    seconds: isDynamic ? (seconds ?? Infinity) : 0,
    bidsMax: isDynamic ? (bidsMax ?? Infinity) : 1,
    sequence: readInteger(fields.podseq) ?? 0,
    slot: slot ?? 0,
    dedupe: readIntegers(fields.poddedupe),
  };
}
