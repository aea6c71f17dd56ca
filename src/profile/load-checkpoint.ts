import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { LoadTotals } from './load-lines.js';
import { errorText, InputProblem, STANDARD_INPUT, type ProfileSource } from './profile-source.js';

const FILE_NAME = 'profiles-load.json';
const count = z.number().int().nonnegative();
const CHECKPOINT = z.object({
  version: z.literal(1),
  /** Of each input that was begun: what it was, and up to which line every put was answered. */
  inputs: z.array(
    z.object({
      file: z.string(),
      size: count.optional(),
      modifiedMs: z.number().optional(),
      line: count,
      isComplete: z.boolean(),
    }),
  ),
  totals: z.object({
    taken: count,
    segmentsEnded: count,
    rejected: count,
    rejectedBy: z.record(z.string(), count),
  }),
  rejects: z.object({ file: z.string(), bytes: count }),
});

/** How far a load has come, kept in a file so that a later one can go on from there. It names files and no persons. */
export type Checkpoint = z.infer<typeof CHECKPOINT>;
export type InputPlace = Checkpoint['inputs'][number];

/** The place in a source from which nothing was read. */
export function startOf({ file, size, modifiedMs }: ProfileSource): InputPlace {
  return {
    file: file === STANDARD_INPUT ? file : resolve(file),
    ...(size === undefined ? {} : { size }),
    ...(modifiedMs === undefined ? {} : { modifiedMs }),
    line: 0,
    isComplete: false,
  };
}

/**
 * Where a source stood when the load was interrupted.
 *
 * @throws InputProblem when the file is not the same any more, so that its line numbers mean nothing
 */
export function placeIn(checkpoint: Checkpoint, source: ProfileSource): InputPlace {
  const start = startOf(source);
  const place = checkpoint.inputs.find(({ file }) => file === start.file);
  if (place === undefined) return start;
  if (place.size === start.size && place.modifiedMs === start.modifiedMs) return { ...place };
  throw new InputProblem(
    `${source.file} has changed since the load was interrupted: load it without --resume`,
  );
}

/** @throws InputProblem when there is none, or it cannot be used */
export function readCheckpoint(dataDir: string): Checkpoint {
  const path = join(dataDir, FILE_NAME);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputProblem(`there is no interrupted load to resume (${errorText(error)})`);
  }
  const checkpoint = CHECKPOINT.safeParse(parseJson(text));
  if (checkpoint.success) return checkpoint.data;
  throw new InputProblem(`${path} is damaged: load without --resume`);
}

/** Replaces the checkpoint in one step, so that there is always a whole one. */
export function writeCheckpoint(dataDir: string, checkpoint: Checkpoint): void {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, FILE_NAME);
  writeFileSync(`${path}.new`, `${JSON.stringify(checkpoint)}\n`);
  renameSync(`${path}.new`, path);
}

export function removeCheckpoint(dataDir: string): void {
  rmSync(join(dataDir, FILE_NAME), { force: true });
}

export function totalsFrom({ totals }: Checkpoint): LoadTotals {
  return { ...totals, rejectedBy: new Map(Object.entries(totals.rejectedBy)) };
}

export function totalsTo(totals: LoadTotals): Checkpoint['totals'] {
  return { ...totals, rejectedBy: Object.fromEntries(totals.rejectedBy) };
}

/** @returns undefined for what is no JSON, which is no checkpoint either */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
