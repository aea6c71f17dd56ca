import type { TimedFloors } from '../domain/bid-request.js';
import type { Micros } from '../domain/money.js';

export interface FloorSource extends TimedFloors {
  readonly floorMicros: Micros;
}

/**
 * The floor for a creative that runs so long (rules 20 and 21, OpenRTB 2.6 §7.11): of the ranges that its duration is in the
 * dearest, and the price of its seconds; where neither is told, and outside of every range, the plain floor as well.
 *
 * @param seconds 0 for what does not run: then only the plain floor counts
 */
export function floorOf(
  { floorMicros, durationFloors, floorMicrosPerSecond }: FloorSource,
  seconds: number,
): Micros {
  if (seconds === 0) return floorMicros;
  let ofRange: Micros | undefined;
  for (const { secondsMin, secondsMax, floorMicros: micros } of durationFloors) {
    if (seconds < secondsMin || seconds > secondsMax) continue;
    if (ofRange === undefined || micros > ofRange) ofRange = micros;
  }
  const ofSeconds =
    floorMicrosPerSecond === undefined ? undefined : (Math.ceil(floorMicrosPerSecond * seconds) as Micros);
  if (ofRange !== undefined) return atLeast(ofRange, ofSeconds);
  if (ofSeconds !== undefined && durationFloors.length === 0) return ofSeconds;
  return atLeast(floorMicros, ofSeconds);
}

function atLeast(floor: Micros, other: Micros | undefined): Micros {
  return other !== undefined && other > floor ? other : floor;
}

/** @returns the least that any creative can be asked */
export function leastFloorOf({ floorMicros, durationFloors, floorMicrosPerSecond }: FloorSource): number {
  if (floorMicrosPerSecond !== undefined) return 0;
  return durationFloors.reduce((least, floor) => Math.min(least, floor.floorMicros), floorMicros as number);
}
