import type { LineItem } from '../domain/campaign.js';
import { zoneClock, type ZoneClock } from '../lib/local-day.js';
import { HOURS_A_WEEK } from './traffic-curve.js';

const HOUR_MS = 3_600_000;
const VISITORS_ZONE = 'user';
/** Two looks an hour, since some zones are half an hour apart. */
const LOOKS_MS = [HOUR_MS / 4, (3 * HOUR_MS) / 4];

export type PacedLineItem = Pick<LineItem, 'status' | 'bid' | 'targeting'>;

/**
 * In which hours a campaign may bid at all, as its line items choose their hours, so that no money is planned for hours
 * without a chance. Line items may choose in other zones than the flight's; one that goes by the visitors' own time is
 * open always.
 */
export class OpenHours {
  readonly #choices: readonly { readonly ofWeek: readonly boolean[]; readonly clock: ZoneClock }[];
  readonly #always: boolean;

  constructor(lineItems: readonly PacedLineItem[]) {
    const active = lineItems.filter(({ status }) => status === 'active');
    this.#always = active.some(
      ({ targeting: { hours } }) => hours === undefined || hours.timeZone === VISITORS_ZONE,
    );
    this.#choices = this.#always
      ? []
      : active.flatMap(({ targeting: { hours } }) =>
          hours ? [{ ofWeek: hours.ofWeek, clock: zoneClock(hours.timeZone) }] : [],
        );
  }

  /**
   * @param startMs the start of a day in the flight's zone
   * @param hourOfWeek the hour of the week that the day starts with
   * @returns for each hour of the week of the flight's zone, from that day on, how much of it is open: 0 to 1
   */
  week(startMs: number, hourOfWeek: number): Float64Array {
    const open = new Float64Array(HOURS_A_WEEK);
    if (this.#always) return open.fill(1);
    for (let hour = 0; hour < HOURS_A_WEEK; hour++) {
      for (const lookMs of LOOKS_MS) {
        const instantMs = startMs + hour * HOUR_MS + lookMs;
        const isOpen = this.#choices.some(
          ({ ofWeek, clock }) => ofWeek[clock.hourOfWeek(instantMs)] === true,
        );
        const slot = (hourOfWeek + hour) % HOURS_A_WEEK;
        if (isOpen) open[slot] = (open[slot] as number) + 1 / LOOKS_MS.length;
      }
    }
    return open;
  }
}
