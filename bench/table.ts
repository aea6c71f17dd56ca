import { hashString } from '../src/lib/hash.js';

/** What was measured of one thing: its figures by the heading of their column, which names the unit. */
export interface Row {
  readonly name: string;
  /** Undefined where a figure could not be had. */
  readonly figures: Readonly<Record<string, number | undefined>>;
}

export interface MeasuredTable {
  /** Heading of the column of names. */
  readonly what: string;
  readonly rows: readonly Row[];
  /** Sentences below the table: what else was measured or has to be known. */
  readonly notes: readonly string[];
  /** Over the results of all work: two runs that did the same work print the same hash. */
  readonly hash: string;
}

/** A table of the benchmark. Nothing is made before it is measured, since catalogues take a while. */
export interface BenchTable {
  readonly title: string;
  /** @param timeMs how long each task is repeated; a few milliseconds make a smoke run, of fixed amounts of work too */
  readonly measure: (timeMs: number) => Promise<MeasuredTable>;
}

/** What `npm run bench` takes unless told otherwise. */
export const FULL_TIME_MS = 500;
/** The shortest of which figures are kept; less makes a smoke run. */
export const QUICK_TIME_MS = 50;

/** @returns how much of a fixed amount of work to do, at most all of it and at least one */
export function amountOf(full: number, timeMs: number): number {
  return Math.ceil(full * Math.min(1, timeMs / FULL_TIME_MS));
}

/** @returns the size of what a row is named for, such as a catalogue: the full one, but in a smoke run */
export function sizeOf(full: number, timeMs: number): number {
  return timeMs < QUICK_TIME_MS ? amountOf(full, timeMs) : full;
}

export function hashOf(results: string): string {
  return hashString(results).toString(16).padStart(8, '0');
}

export function medianOf(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
