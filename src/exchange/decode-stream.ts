import type { Audio, Banner, Video } from '../domain/bid-request.js';
import { areReadableIntegers, isAllowListReadable, readLowerCodes } from './codes.js';
import { decodeBanner, type BannerFields } from './decode-banner.js';
import { decodeDurationFloors, decodeFloorPerSecond, type TimedFloorFields } from './decode-floors.js';
import { decodePod, isReadablePod, type PodFields } from './decode-pod.js';
import {
  isSet,
  isTold,
  readCount,
  readFlag,
  readInteger,
  readIntegers,
  readLimit,
  readList,
  readNumber,
  readObject,
  readSingle,
  type JsonObject,
} from './read.js';

/** Further companions are not offered to anybody. */
const COMPANIONS_MAX = 20;

/** Fields that some send in `ext`, where they stood before OpenRTB 2.6. */
export type StreamExtension = PodFields & TimedFloorFields & JsonObject<'rqddurs' | 'plcmt' | 'rewarded'>;

type StreamFields = PodFields &
  TimedFloorFields &
  JsonObject<
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
    | 'ext'
  >;

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

const NO_EXTENSION: StreamExtension = {};

/** @returns `ext` of a video or audio object; never undefined */
export function extensionOf(fields: JsonObject<'ext'>): StreamExtension {
  return readObject(fields.ext) ?? NO_EXTENSION;
}

/** OpenRTB 2.6 §3.2.7. @returns undefined when nothing can be shown in it (rule 14) */
export function decodeVideo(fields: VideoFields): Video | undefined {
  const stream = decodeStream(fields);
  const linearity = readInteger(readSingle(fields.linearity));
  if (!stream || (linearity === undefined && isTold(fields.linearity))) return undefined;
  const w = readCount(fields.w);
  const h = readCount(fields.h);
  return {
    mimes: stream.mimes,
    secondsMin: stream.secondsMin,
    secondsMax: stream.secondsMax,
    secondsRequired: stream.secondsRequired,
    protocols: stream.protocols,
    startDelay: stream.startDelay,
    bitrateMin: stream.bitrateMin,
    bitrateMax: stream.bitrateMax,
    deliveries: stream.deliveries,
    attributesBlocked: stream.attributesBlocked,
    apis: stream.apis,
    companions: stream.companions,
    companionTypes: stream.companionTypes,
    pod: stream.pod,
    durationFloors: stream.durationFloors,
    floorMicrosPerSecond: stream.floorMicrosPerSecond,
    size: w === undefined || h === undefined ? undefined : { w, h },
    linearity,
    skippable: isTold(fields.skip) ? isSet(fields.skip) : undefined,
    skipSecondsMin: readNumber(fields.skipmin) ?? 0,
    skipAfterSeconds: readNumber(fields.skipafter) ?? 0,
    plcmt: readInteger(fields.plcmt ?? extensionOf(fields).plcmt),
    placement: readInteger(fields.placement),
    playbackMethods: readIntegers(fields.playbackmethod),
    position: readInteger(fields.pos),
    // An exact aspect does either way, so that only a clear yes counts.
    boxingAllowed: !isTold(fields.boxingallowed) || readFlag(fields.boxingallowed) === true,
  };
}

/** OpenRTB 2.6 §3.2.8. @returns undefined when nothing can be played in it */
export function decodeAudio(fields: AudioFields): Audio | undefined {
  const stream = decodeStream(fields);
  if (!stream) return undefined;
  return {
    mimes: stream.mimes,
    secondsMin: stream.secondsMin,
    secondsMax: stream.secondsMax,
    secondsRequired: stream.secondsRequired,
    protocols: stream.protocols,
    startDelay: stream.startDelay,
    bitrateMin: stream.bitrateMin,
    bitrateMax: stream.bitrateMax,
    deliveries: stream.deliveries,
    attributesBlocked: stream.attributesBlocked,
    apis: stream.apis,
    companions: stream.companions,
    companionTypes: stream.companionTypes,
    pod: stream.pod,
    durationFloors: stream.durationFloors,
    floorMicrosPerSecond: stream.floorMicrosPerSecond,
    feed: readInteger(fields.feed),
    stitched: isSet(fields.stitched),
    volumeNormalization: readInteger(fields.nvol),
  };
}

/**
 * What video and audio have in common. Without content types nothing is known to be allowed, nor where something that
 * narrows the choice is told and cannot be read.
 */
function decodeStream(fields: StreamFields) {
  const extension = extensionOf(fields);
  const mimes = readLowerCodes(fields.mimes);
  const secondsMin = readLimit(fields.minduration, 0);
  const secondsMax = readLimit(fields.maxduration, Infinity);
  const bitrateMin = readLimit(fields.minbitrate, 0);
  const bitrateMax = readLimit(fields.maxbitrate, Infinity);
  const rqddurs = fields.rqddurs ?? extension.rqddurs;
  const protocols = protocolsOf(fields);
  if (
    mimes.length === 0 ||
    secondsMin === undefined ||
    secondsMax === undefined ||
    bitrateMin === undefined ||
    bitrateMax === undefined ||
    protocols === undefined ||
    !areReadableIntegers(fields.battr) ||
    !isAllowListReadable(rqddurs) ||
    !isAllowListReadable(fields.delivery) ||
    !isReadablePod(fields, extension)
  ) {
    return undefined;
  }
  return {
    mimes,
    secondsMin,
    secondsMax,
    secondsRequired: readIntegers(rqddurs),
    protocols,
    startDelay: readInteger(fields.startdelay),
    bitrateMin,
    bitrateMax,
    deliveries: readIntegers(fields.delivery),
    attributesBlocked: readIntegers(fields.battr),
    apis: readIntegers(fields.api ?? fields.apis),
    companions: isAllowListReadable(fields.companiontype) ? decodeCompanions(fields.companionad) : [],
    companionTypes: readIntegers(fields.companiontype),
    pod: decodePod(fields, extension),
    durationFloors: decodeDurationFloors(fields.durfloors ?? extension.durfloors),
    floorMicrosPerSecond: decodeFloorPerSecond(fields.mincpmpersec ?? extension.mincpmpersec),
  };
}

/** Of both fields, each once. @returns undefined when they are told and none of them can be read */
function protocolsOf({ protocols, protocol }: StreamFields): readonly number[] | undefined {
  const listed = readIntegers(protocols);
  const before = readInteger(readSingle(protocol));
  const all = before === undefined || listed.includes(before) ? listed : [...listed, before];
  if (all.length > 0) return all;
  return isAllowListReadable(protocols) && isAllowListReadable(protocol) ? all : undefined;
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
