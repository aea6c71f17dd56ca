import type { SimulatedDay, SimulatedHour } from './simulate.js';

/** By how much an hour's spend differs from what was planned when the hour began; 0.1 is ten percent too much. */
export function deviation({ planMicros, spentMicros }: SimulatedHour): number {
  return planMicros > 0 ? spentMicros / planMicros - 1 : 0;
}

/** The largest deviation, either way, of hours that are not left out. */
export function worstDeviation(hours: readonly SimulatedHour[]): number {
  return Math.max(0, ...hours.map((hour) => Math.abs(deviation(hour))));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function spentMicros(days: readonly SimulatedDay[]): number {
  return sum(days.map((day) => day.spentMicros));
}

export function impressions(days: readonly SimulatedDay[]): number {
  return sum(days.map((day) => day.impressions));
}

/** How far hours after the first were from their plans, as a share of what was planned. */
export function meanDeviation(days: readonly SimulatedDay[]): number {
  const hours = days.flatMap((day) => day.hours).slice(1);
  const beside = sum(hours.map((hour) => Math.abs(hour.spentMicros - hour.planMicros)));
  return beside / sum(hours.map((hour) => hour.planMicros));
}
