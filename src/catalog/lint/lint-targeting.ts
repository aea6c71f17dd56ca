import {
  CONNECTION_TYPES,
  DEVICE_TYPES,
  GENDERS,
  ROLLS,
  type Choice,
  type Flight,
  type HoursChoice,
  type LineItem,
  type Targeting,
} from '../../domain/campaign.js';
import type { DimensionName } from '../../domain/dimensions.js';
import { STAGES } from '../../domain/profile.js';
import { nearestWord } from '../../lib/words.js';
import { zoneClock } from '../../lib/local-day.js';
import {
  coversBranch,
  coversDomain,
  coversInterest,
  coversOs,
  coversPart,
  coversPlace,
  coversRange,
  sameEntry,
  type Covers,
} from './covers.js';
import { DIMENSION_PATHS, type Report } from './lint-finding.js';
import { lintPlaces } from './lint-places.js';

const HOUR_MS = 3_600_000;
/** After so long every hour of the week has come, whatever the clocks did. */
const WEEK_AND_DAY_MS = 8 * 24 * HOUR_MS;
/** No clock on earth is further from UTC. */
const ZONE_OFFSET_MAX_MS = 14 * HOUR_MS;

const OS_NAMES = ['ios', 'android', 'windows', 'macos', 'linux', 'chromeos', 'tvos', 'tizen', 'webos'];
/** What people say for a system that requests call otherwise. */
const OS_ALIASES = new Map([
  ['iphone', 'ios'],
  ['ipad', 'ios'],
  ['iphone os', 'ios'],
  ['ipados', 'ios'],
  ['mac', 'macos'],
  ['osx', 'macos'],
  ['os x', 'macos'],
  ['mac os', 'macos'],
  ['mac os x', 'macos'],
]);

/** Finds wishes of a line item that contradict themselves or each other. */
export function lintTargeting(lineItem: LineItem, flight: Flight, nowMs: number, report: Report): void {
  const { targeting } = lineItem;
  reportContradictions(targeting, report);
  reportAllBanned(targeting, report);
  reportOsNames(targeting, report);
  lintPlaces(targeting.geo, report);
  if (targeting.hours) reportHours(targeting.hours, flight, nowMs, report);
  reportFormats(lineItem, report);
  if (wants(targeting.bundles) && wants(targeting.domains)) {
    const says =
      'asks for apps while "domains" asks for sites, and an ad is in one or the other; make a line item for each';
    report('warning', DIMENSION_PATHS.bundles, says);
  }
}

/** What only places for video and audio tell, and no creative for them. */
function reportFormats({ targeting, creatives }: LineItem, report: Report): void {
  const hasVideo = creatives.some(({ format }) => format === 'video');
  const hasAudio = creatives.some(({ format }) => format === 'audio');
  if (wants(targeting.placements) && !hasVideo) {
    report(
      'warning',
      DIMENSION_PATHS.placements,
      'asks for places for video, but there is no video creative',
    );
  }
  if (wants(targeting.roll) && !hasVideo && !hasAudio) {
    const says = 'asks for places for video or audio, but there is no creative for them';
    report('warning', DIMENSION_PATHS.roll, says);
  }
}

function wants(choice: Choice<unknown> | undefined): boolean {
  return choice !== undefined && choice.anyOf.length > 0;
}

/** What is both wanted and banned can never be reached. */
function reportContradictions(targeting: Targeting, report: Report): void {
  const compare = <Entry>(
    name: ListDimension,
    choice: Choice<Entry> | undefined,
    covers: Covers<Entry>,
  ): void => {
    if (!choice) return;
    for (const [i, wanted] of choice.anyOf.entries()) {
      if (!choice.noneOf.some((banned) => covers(banned, wanted))) continue;
      const named = typeof wanted === 'string' ? ` (${JSON.stringify(wanted)})` : '';
      const says = `is wanted${named} but also banned, and banned wins; remove it from one of the two lists`;
      report('error', [...DIMENSION_PATHS[name], 'anyOf', i], says);
    }
  };
  compare('exchanges', targeting.exchanges, sameEntry);
  compare('positions', targeting.positions, sameEntry);
  compare('placements', targeting.placements, sameEntry);
  compare('roll', targeting.roll, sameEntry);
  compare('domains', targeting.domains, coversDomain);
  compare('bundles', targeting.bundles, sameEntry);
  compare('publishers', targeting.publishers, sameEntry);
  compare('lists', targeting.lists, sameEntry);
  compare('categories', targeting.categories, coversBranch);
  compare('keywords', targeting.keywords, sameEntry);
  compare('deviceTypes', targeting.deviceTypes, coversPart);
  compare('os', targeting.os, coversOs);
  compare('makes', targeting.makes, sameEntry);
  compare('models', targeting.models, sameEntry);
  compare('carriers', targeting.carriers, sameEntry);
  compare('connections', targeting.connections, coversPart);
  compare('languages', targeting.languages, coversBranch);
  compare('geo', targeting.geo, coversPlace);
  compare('age', targeting.age, coversRange);
  compare('gender', targeting.gender, sameEntry);
  compare('education', targeting.education, sameEntry);
  compare('occupation', targeting.occupation, sameEntry);
  compare('marital', targeting.marital, sameEntry);
  compare('income', targeting.income, sameEntry);
  compare('segments', targeting.segments, sameEntry);
  compare('interests', targeting.interests, coversInterest);
  compare('recency', targeting.recency, coversRange);
  compare('frequency', targeting.frequency, coversRange);
  compare('monetary', targeting.monetary, coversRange);
  compare('lifetime', targeting.lifetime, coversRange);
  compare('stage', targeting.stage, sameEntry);
}

type ListDimension = Exclude<DimensionName, 'sizes' | 'deals' | 'hours' | 'interstitial' | 'rewarded'>;

/** A ban of every word there is leaves nobody. */
function reportAllBanned(targeting: Targeting, report: Report): void {
  const vocabularies = [
    ['gender', targeting.gender, GENDERS],
    ['stage', targeting.stage, STAGES],
    ['deviceTypes', targeting.deviceTypes, DEVICE_TYPES],
    ['connections', targeting.connections, CONNECTION_TYPES],
    ['roll', targeting.roll, ROLLS],
  ] as const;
  for (const [name, choice, words] of vocabularies) {
    const banned: readonly string[] = choice?.noneOf ?? [];
    if (!words.every((word) => banned.some((ban) => coversPart(ban, word)))) continue;
    report('error', [...DIMENSION_PATHS[name], 'noneOf'], 'bans everything there is, so nobody is left');
  }
}

function reportOsNames(targeting: Targeting, report: Report): void {
  for (const list of ['anyOf', 'noneOf'] as const) {
    for (const [i, { name }] of (targeting.os?.[list] ?? []).entries()) {
      if (OS_NAMES.includes(name)) continue;
      const meant = OS_ALIASES.get(name) ?? nearestWord(name, OS_NAMES);
      if (meant === undefined) continue;
      const says = `is ${JSON.stringify(name)}, which no request calls itself; did you mean ${JSON.stringify(meant)}?`;
      report('warning', [...DIMENSION_PATHS.os, list, i], says);
    }
  }
}

/** Hours that never come are an error whatever the time; that they are over is one of time. */
function reportHours(hours: HoursChoice, flight: Flight, nowMs: number, report: Report): void {
  if (neverComes(hours, flight, flight.startMs)) {
    const says = 'never come while the flight lasts; change the hours or the flight';
    report('error', DIMENSION_PATHS.hours, says);
  } else if (neverComes(hours, flight, nowMs)) {
    const says = 'do not come again before the flight ends; change the hours or the flight';
    report('warning', DIMENSION_PATHS.hours, says);
  }
}

/** Do none of the wanted hours lie in what is left of the flight from `nowMs` on? */
function neverComes({ ofWeek, timeZone }: HoursChoice, { startMs, endMs }: Flight, nowMs: number): boolean {
  const leftFromMs = Math.max(startMs, nowMs);
  if (leftFromMs >= endMs) return false;
  // Visitors' own clocks may be anywhere on earth.
  const marginMs = timeZone === 'user' ? ZONE_OFFSET_MAX_MS : 0;
  const clock = zoneClock(timeZone === 'user' ? 'UTC' : timeZone);
  const fromMs = leftFromMs - marginMs;
  const untilMs = Math.min(endMs + marginMs, fromMs + WEEK_AND_DAY_MS);
  for (let ms = fromMs; ms < untilMs; ms += HOUR_MS) {
    if (ofWeek[clock.hourOfWeek(ms)]) return false;
  }
  // The last, broken hour.
  return !ofWeek[clock.hourOfWeek(untilMs - 1)];
}
