import type { Row } from '../table.js';

/** How much a part does. */
export interface Effort {
  /** How long each thing is measured each time. */
  readonly seconds: number;
  /** How often each thing is measured; figures are medians over them. */
  readonly rounds: number;
  /** Of the catalogue. */
  readonly lineItems: number;
}

/** A line of "Must reach". */
export interface Goal {
  readonly name: string;
  /** In words, such as "at least 2 x". */
  readonly target: string;
  readonly figure: string;
  /** Undefined where it could not be measured; `figure` says why. */
  readonly isReached: boolean | undefined;
}

export interface PartTable {
  readonly title: string;
  /** Heading of the column of names. */
  readonly what: string;
  readonly rows: readonly Row[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
}

/** What a part has measured, as it is kept in `var/bench/` between two runs of the report. */
export interface PartResult {
  readonly goals: readonly Goal[];
  readonly tables: readonly PartTable[];
  /** Traffic that was measured with, a fact a line. */
  readonly traffic: readonly string[];
  /** Plots by the name of their file beside the report. */
  readonly plots: Readonly<Record<string, string>>;
}

/** Told of what is being done now. */
export type Progress = (what: string) => void;

/** A chapter of the report, which can be measured alone: `npm run bench:<name>`. */
export interface Part {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly about: string;
  readonly full: Effort;
  readonly quick: Effort;
  /** As little as shows that it works. */
  readonly smoke: Effort;
  readonly run: (effort: Effort, progress: Progress) => Promise<PartResult>;
}
