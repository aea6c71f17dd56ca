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

/** @returns how much of a fixed amount of work to do, at most all of it and at least one */
export function amountOf(full: number, timeMs: number): number {
  return Math.ceil(full * Math.min(1, timeMs / FULL_TIME_MS));
}

export function hashOf(results: string): string {
  return hashString(results).toString(16).padStart(8, '0');
}

export function medianOf(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
