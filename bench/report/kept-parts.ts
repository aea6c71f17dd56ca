import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commit } from '../machine.js';
import { tableMarkdown } from '../markdown.js';
import type { Effort, PartResult } from '../parts/part.js';
import type { MeasuredTable } from '../table.js';

/**
 * What was measured, in files, so that a part can be measured again alone and a run that is broken off loses only the part that it was at.
 */

/** Something measured, and of what and when: parts of one report should be of the same commit. */
interface Kept<Measured> {
  readonly measured: Measured;
  readonly commit: string;
  /** ISO 8601, when it ended. */
  readonly endedAt: string;
}

export type KeptPart = Kept<{
  readonly result: PartResult;
  readonly effort: Effort;
  /** As given to `npm run bench:<name>`, such as `--quick`. */
  readonly options: readonly string[];
}>;

/** A table of `npm run bench`. */
export interface TitledTable extends MeasuredTable {
  readonly title: string;
}
export type KeptTables = Kept<{ readonly tables: readonly TitledTable[]; readonly timeMs: number }>;

const KEPT_IN = 'var/bench';
const TABLES = 'tables';
/** Beside the report, which links to them. */
const PLOTS_IN = 'bench';

export function keepPart(name: string, measured: KeptPart['measured']): void {
  keep(name, measured);
  for (const [file, svg] of Object.entries(measured.result.plots)) writeFileSync(join(PLOTS_IN, file), svg);
}

/** @returns undefined for a part that was never measured here */
export function readKeptPart(name: string): KeptPart | undefined {
  return readKept(name) as KeptPart | undefined;
}

export function keepTables(tables: readonly TitledTable[], timeMs: number): void {
  keep(TABLES, { tables, timeMs });
}

/** @returns undefined when they were never measured here */
export function readKeptTables(): KeptTables | undefined {
  return readKept(TABLES) as KeptTables | undefined;
}

export function tableWithHash(table: TitledTable, level?: number): string {
  return tableMarkdown(
    { ...table, notes: [...table.notes, `Hash of the results: \`${table.hash}\`.`] },
    level,
  );
}

function keep(name: string, measured: unknown): void {
  const kept: Kept<unknown> = { measured, commit: commit(), endedAt: new Date().toISOString() };
  mkdirSync(KEPT_IN, { recursive: true });
  writeFileSync(join(KEPT_IN, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

function readKept(name: string): unknown {
  const path = join(KEPT_IN, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined;
}
