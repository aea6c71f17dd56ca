import type { Budget } from '../domain/campaign.js';
import type { FlightTraffic, Stretch } from './flight-traffic.js';

/** The money is to be out a little before the time is, since what was bid last is not paid at once. */
const LEAD_MS_MAX = 600_000;
const LEAD_SHARE = 0.02;
const FRONT_START = 1.5;

export type PacingMode = Budget['pacing'];

export interface SpentFigures {
  readonly todayMicros: number;
  readonly totalMicros: number;
}

/**
 * The share of a budget that should be spent when a share `x` of the traffic is over.
 *
 * `even`: the same share. `front-loaded`: 1.5 x - 0.5 x², which starts with one and a half times the even pace, ends
 * with half of it, and has spent half of the budget after 38 % of the traffic.
 */
export function plannedShare(mode: PacingMode, x: number): number {
  return mode === 'front-loaded' ? x * (FRONT_START - (FRONT_START - 1) * x) : x;
}

/**
 * The money that should be spent in a stretch of today: of what is left of the total, what the stretch is of the rest of
 * the flight, and the same for what is left of the day, whichever is less. What was not spent is thereby spread over what is left of the
 * day or the flight, and what was spent too much is saved there; a changed budget is a new rest.
 *
 * @param spent what is spent already, as far as that is known or to be expected
 * @param fromMs, untilMs within one day, the day that `traffic` is set to
 * @returns 0 or more
 */
export function plannedMicros(
  budget: Budget,
  traffic: FlightTraffic,
  spent: SpentFigures,
  fromMs: number,
  untilMs: number,
): number {
  const { startMs, endMs } = traffic.windowMs;
  if (fromMs >= endMs || untilMs <= startMs) return 0;
  const leadMs = Math.min(LEAD_MS_MAX, LEAD_SHARE * (endMs - startMs));
  const stretch = traffic.stretch(Math.max(startMs, fromMs), untilMs);
  const lead = traffic.stretch(startMs, endMs - leadMs).dayAfter;
  const left = (spentMicros: number, ofMicros: number) => Math.max(0, ofMicros - spentMicros);
  const ofDay =
    budget.dailyMicros === undefined
      ? Infinity
      : left(spent.todayMicros, budget.dailyMicros) *
        shareOfRest(budget.pacing, stretch, stretch.dayBefore, stretch.dayAfter - lead);
  const ofFlight =
    left(spent.totalMicros, budget.totalMicros) *
    shareOfRest(budget.pacing, stretch, stretch.flightBefore, stretch.flightAfter - lead);
  return Math.min(ofDay, ofFlight);
}

/** @returns 0 to 1: everything, when nothing comes after the stretch */
function shareOfRest(mode: PacingMode, { within }: Stretch, before: number, after: number): number {
  if (after <= 0) return 1;
  const whole = before + within + after;
  const until = plannedShare(mode, before / whole);
  return (plannedShare(mode, (before + within) / whole) - until) / (1 - until);
}
