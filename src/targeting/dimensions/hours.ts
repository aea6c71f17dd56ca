import type { HoursChoice } from '../../domain/campaign.js';
import type { Visit } from '../../domain/visit.js';
import { defineDimension, type Dimension } from '../dimension.js';
import type { TermSink } from '../postings.js';
import { clockWords, hourOfWeek, hoursWords, zoneClock, type ZoneClock } from './week.js';

const USER_ZONE = 'user';
const ZONE_TOLD = 1;
const OFFSET_TOLD = 2;

/** The distinct choices of one zone; each is a term. */
interface ZoneHours {
  /** Undefined for the visitor's own zone. */
  readonly clock: ZoneClock | undefined;
  /** Term by the flags of the week, as `weekKey` writes them. */
  readonly terms: Map<string, number>;
  readonly weeks: { readonly ofWeek: readonly boolean[]; readonly term: number }[];
}

/**
 * Hours of the week, in the zone that the choice names, daylight saving included, or in the visitor's own, which the
 * request tells by its offset from UTC. What time it is in a named zone is always known.
 */
export const hours: Dimension<Visit> = defineDimension<HoursChoice, Visit>({
  name: 'hours',
  choiceOf({ targeting }) {
    return targeting.hours && { anyOf: [targeting.hours], noneOf: [] };
  },
  kindCount: 2,
  kindOf: ({ timeZone }) => (timeZone === USER_ZONE ? OFFSET_TOLD : ZONE_TOLD),
  newVocabulary() {
    const zones = new Map<string, ZoneHours>();
    let count = 0;
    return {
      learn({ timeZone, ofWeek }) {
        const zone = zones.get(timeZone) ?? newZone(timeZone);
        zones.set(timeZone, zone);
        const week = weekKey(ofWeek);
        if (zone.terms.has(week)) return;
        zone.terms.set(week, count);
        zone.weeks.push({ ofWeek, term: count++ });
      },
      finish() {
        const all = [...zones.values()];
        return {
          count,
          termsOf: ({ timeZone, ofWeek }, sink) =>
            sink.add(zones.get(timeZone)?.terms.get(weekKey(ofWeek)) as number),
          resolve: (visit, found) => resolveHours(visit, all, found),
        };
      },
    };
  },
  conditionWords: ({ ofWeek, timeZone }) =>
    `${hoursWords(ofWeek)} (${timeZone === USER_ZONE ? "the visitor's time" : timeZone})`,
  factWords({ geo, nowMs }, { targeting }) {
    const zone = targeting.hours?.timeZone ?? 'UTC';
    if (zone !== USER_ZONE) return clockWords(zoneClock(zone)(nowMs));
    return geo.utcOffsetMinutes === undefined
      ? undefined
      : clockWords(hourOfWeek(nowMs, geo.utcOffsetMinutes));
  },
});

function newZone(timeZone: string): ZoneHours {
  const clock = timeZone === USER_ZONE ? undefined : zoneClock(timeZone);
  return { clock, terms: new Map(), weeks: [] };
}

const HOURS_A_CHARACTER = 16;

/** The hours as bits, sixteen a character: digits of their own take longer to write than all else of a condition. */
function weekKey(ofWeek: readonly boolean[]): string {
  let key = '';
  for (let from = 0; from < ofWeek.length; from += HOURS_A_CHARACTER) {
    let bits = 0;
    for (let hour = from; hour < from + HOURS_A_CHARACTER; hour++)
      bits = (bits << 1) | Number(ofWeek[hour] === true);
    key += String.fromCharCode(bits);
  }
  return key;
}

function resolveHours({ geo, nowMs }: Visit, zones: readonly ZoneHours[], found: TermSink): number {
  const offsetMinutes = geo.utcOffsetMinutes;
  for (const { clock, weeks } of zones) {
    if (!clock && offsetMinutes === undefined) continue;
    const hour = clock ? clock(nowMs) : hourOfWeek(nowMs, offsetMinutes as number);
    for (const week of weeks) if (week.ofWeek[hour]) found.add(week.term);
  }
  return offsetMinutes === undefined ? ZONE_TOLD : ZONE_TOLD | OFFSET_TOLD;
}
