import type { InvalidRequest } from '../domain/bid-request.js';
import { UNITS_MAX } from '../domain/money.js';
import { areReadableTexts } from './codes.js';
import type { TimedFloorFields } from './decode-floors.js';
import { extensionOf } from './decode-stream.js';
import {
  isTold,
  readLimit,
  readList,
  readNumber,
  readObject,
  readPrice,
  readSingle,
  readText,
  type JsonObject,
} from './read.js';

/**
 * The rules that refuse a whole request (OpenRTB 2.6 §3.2; rules 10, 12 and 15 of the rule book). They are asked
 * before anything is extracted, so that extraction meets valid fields only and needs no way out. Each check gives
 * back the first thing wrong, with a path relative to its object; the path is put together on the way out, so that a
 * valid request pays for none of it.
 */

/** A request with more is a mistake or an attack; each one costs a walk through the line items. */
export const IMPRESSIONS_MAX = 100;

/** Ids are echoed and hashed for every candidate. */
const ID_CHARACTERS_MAX = 512;
const FOUND_CHARACTERS_MAX = 40;
/** A pod or a break has not as many kinds of length. */
const DURATION_FLOORS_MAX = 64;
/** No screen is seen by more at once; a price for so many still is a sum that can be counted. */
const MULTIPLIER_MAX = 100_000;
const MEDIA_NUMBERS = ['w', 'h', 'minbitrate', 'maxbitrate', 'maxseq'] as const;

export type RequestFields = JsonObject<
  | 'id'
  | 'imp'
  | 'site'
  | 'app'
  | 'dooh'
  | 'device'
  | 'user'
  | 'regs'
  | 'source'
  | 'ext'
  | 'test'
  | 'at'
  | 'tmax'
  | 'cur'
  | 'wseat'
  | 'bseat'
  | 'bcat'
  | 'acat'
  | 'cattax'
  | 'badv'
  | 'bapp'
  | 'wlang'
  | 'wlangb'
>;

/** @returns the first rule that `request` breaks, or undefined when it is valid */
export function findInvalid(request: RequestFields): InvalidRequest | undefined {
  return (
    badId(request.id) ??
    badImpressions(request.imp) ??
    badInventory(request) ??
    badNumber(readSingle(request.tmax), 'tmax') ??
    badBlockList(request.bseat, 'bseat') ??
    badBlockList(request.bcat, 'bcat') ??
    badBlockList(request.badv, 'badv') ??
    badBlockList(request.bapp, 'bapp') ??
    inside('device', badDevice(request.device))
  );
}

function badId(value: unknown): InvalidRequest | undefined {
  const id = readText(value);
  if (id !== undefined && id.length > ID_CHARACTERS_MAX) {
    return { path: 'id', problem: `must have at most ${ID_CHARACTERS_MAX} characters, found ${id.length}` };
  }
  if (id !== undefined) return undefined;
  return { path: 'id', problem: `must be a non-empty text, found ${found(value)}` };
}

function badImpressions(value: unknown): InvalidRequest | undefined {
  const impressions = readList(value);
  if (impressions.length === 0) {
    return { path: 'imp', problem: `must hold at least one impression, found ${found(value)}` };
  }
  if (impressions.length > IMPRESSIONS_MAX) {
    return {
      path: 'imp',
      problem: `must hold at most ${IMPRESSIONS_MAX} impressions, found ${impressions.length}`,
    };
  }
  for (const [i, impression] of impressions.entries()) {
    const bad = badImpression(impression);
    if (bad) return inside(`imp[${i}]`, bad);
  }
  return repeatedId(impressions);
}

function repeatedId(impressions: readonly unknown[]): InvalidRequest | undefined {
  if (impressions.length === 1) return undefined;
  const seen = new Set<string | undefined>();
  for (const [i, impression] of impressions.entries()) {
    const id = readText(readObject<'id'>(impression)?.id);
    if (seen.has(id)) return { path: `imp[${i}].id`, problem: `must be unique, found ${found(id)} again` };
    seen.add(id);
  }
  return undefined;
}

type ImpressionField = 'id' | 'bidfloor' | 'banner' | 'video' | 'audio' | 'pmp' | 'qty' | 'ext';

function badImpression(value: unknown): InvalidRequest | undefined {
  const impression = readObject<ImpressionField>(value);
  if (!impression) return { path: '', problem: `must be an object, found ${found(value)}` };
  return (
    badId(impression.id) ??
    badFloor(impression.bidfloor) ??
    inside('banner', badBanner(impression.banner)) ??
    inside('video', badMedia(impression.video)) ??
    inside('audio', badMedia(impression.audio)) ??
    inside('pmp', badDeals(impression.pmp)) ??
    badQuantity(impression)
  );
}

function badBanner(value: unknown): InvalidRequest | undefined {
  const banner = readObject<'w' | 'h' | 'format'>(value);
  if (!banner) return undefined;
  for (const [i, entry] of readList(banner.format).entries()) {
    const format = readObject<'w' | 'h' | 'wratio' | 'hratio' | 'wmin'>(entry);
    if (!format) continue;
    const bad =
      badNumber(format.w, 'w') ??
      badNumber(format.h, 'h') ??
      badNumber(format.wratio, 'wratio') ??
      badNumber(format.hratio, 'hratio') ??
      badNumber(format.wmin, 'wmin');
    if (bad) return inside(`format[${i}]`, bad);
  }
  return badNumber(banner.w, 'w') ?? badNumber(banner.h, 'h');
}

function badDeals(value: unknown): InvalidRequest | undefined {
  for (const [i, deal] of readList(readObject<'deals'>(readSingle(value))?.deals).entries()) {
    const fields = readObject<'bidfloor' | 'durfloors' | 'mincpmpersec'>(deal);
    const bad = badFloor(fields?.bidfloor) ?? (fields && badTimedFloors(fields));
    if (bad) return inside(`deals[${i}]`, bad);
  }
  return undefined;
}

function badInventory(request: RequestFields): InvalidRequest | undefined {
  const site = readObject(request.site) !== undefined;
  const app = readObject(request.app) !== undefined;
  const dooh = readObject(request.dooh) !== undefined;
  if (!((site && app) || (site && dooh) || (app && dooh))) return undefined;
  const path = app && site ? 'app' : 'dooh';
  return { path, problem: 'must be absent: at most one of site, app and dooh is sold at once' };
}

function badDevice(value: unknown): InvalidRequest | undefined {
  const device = readObject<'w' | 'h' | 'ppi' | 'geo'>(value);
  if (!device) return undefined;
  return (
    badNumber(device.w, 'w') ??
    badNumber(device.h, 'h') ??
    badNumber(device.ppi, 'ppi') ??
    inside('geo', badNumber(readObject<'accuracy'>(device.geo)?.accuracy, 'accuracy'))
  );
}

/** Video or audio. A request with a broken one is broken for everybody. */
function badMedia(value: unknown): InvalidRequest | undefined {
  const media = readObject<(typeof MEDIA_NUMBERS)[number] | 'durfloors' | 'mincpmpersec' | 'ext'>(value);
  if (!media) return undefined;
  const floor = badTimedFloors(media) ?? inside('ext', badTimedFloors(extensionOf(media)));
  if (floor) return floor;
  for (const field of MEDIA_NUMBERS) {
    const bad = badNumber(media[field], field);
    if (bad) return bad;
  }
  return undefined;
}

function badTimedFloors(fields: TimedFloorFields): InvalidRequest | undefined {
  const { durfloors, mincpmpersec } = fields;
  if (!isTold(durfloors) && !isTold(mincpmpersec)) return undefined;
  const floors = readList(durfloors);
  if (floors.length > DURATION_FLOORS_MAX) {
    const problem = `must hold at most ${DURATION_FLOORS_MAX} floors, found ${floors.length}`;
    return { path: 'durfloors', problem };
  }
  for (const [i, entry] of floors.entries()) {
    const bad = badDurationFloor(entry);
    if (bad) return inside(`durfloors[${i}]`, bad);
  }
  return badFloor(readSingle(mincpmpersec), 'mincpmpersec');
}

/** Nor is one for times that cannot be read: nobody knows when it holds. */
function badDurationFloor(value: unknown): InvalidRequest | undefined {
  const floor = readObject<'mindur' | 'maxdur' | 'bidfloor'>(value);
  if (!floor) return { path: '', problem: `must be an object, found ${found(value)}` };
  return badFloor(floor.bidfloor) ?? badTime(floor.mindur, 'mindur') ?? badTime(floor.maxdur, 'maxdur');
}

function badTime(value: unknown, path: string): InvalidRequest | undefined {
  if (readLimit(value, 0) !== undefined) return undefined;
  return { path, problem: `must be a number of seconds from 0 up, found ${found(value)}` };
}

/** What a play costs hangs on it, so that it may not count as absent either. */
function badQuantity(impression: JsonObject<'qty' | 'ext'>): InvalidRequest | undefined {
  if (impression.qty === undefined && impression.ext === undefined) return undefined;
  const value = impression.qty ?? readObject<'qty'>(impression.ext)?.qty;
  if (value === undefined || value === null) return undefined;
  const quantity = readObject<'multiplier'>(value);
  if (!quantity) return { path: 'qty', problem: `must be an object, found ${found(value)}` };
  const multiplier = readLimit(quantity.multiplier, 1);
  if (multiplier !== undefined && multiplier <= MULTIPLIER_MAX) return undefined;
  const problem = `must be a number from 0 to ${MULTIPLIER_MAX}, found ${found(quantity.multiplier)}`;
  return { path: 'qty.multiplier', problem };
}

/** What is no number at all counts as absent. */
function badNumber(value: unknown, path: string): InvalidRequest | undefined {
  const number = readNumber(value);
  if (number === undefined || (number >= 0 && number !== Infinity)) return undefined;
  return { path, problem: `must be a number from 0 up, found ${found(value)}` };
}

/** A floor that cannot be read is no free ticket: unlike other fields it may not count as absent. */
function badFloor(value: unknown, path = 'bidfloor'): InvalidRequest | undefined {
  if (value === undefined || value === null || readPrice(value) !== undefined) return undefined;
  return { path, problem: `must be a price from 0 to ${UNITS_MAX}, found ${found(value)}` };
}

/** Likewise a block list: what cannot be read might be us. */
function badBlockList(value: unknown, path: string): InvalidRequest | undefined {
  if (areReadableTexts(value)) return undefined;
  return { path, problem: `must be a list of texts, found ${found(value)}` };
}

function inside(path: string, bad: InvalidRequest | undefined): InvalidRequest | undefined {
  if (!bad) return undefined;
  return { path: bad.path === '' ? path : `${path}.${bad.path}`, problem: bad.problem };
}

function found(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, FOUND_CHARACTERS_MAX));
  // JSON has no word for the infinite number that 1e999 was read as.
  return value === Infinity || value === -Infinity ? 'a number beyond counting' : JSON.stringify(value);
}
