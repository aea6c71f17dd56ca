import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProfileStore } from '../domain/ports.js';
import { loadLines, noTotals, type RejectedLine } from './load-lines.js';

const REJECTED_SHOWN_MAX = 20;

/** What came of loading a folder of profile files. */
interface ProfilesLoaded {
  /** Lines taken, those that replaced an earlier one included. */
  readonly taken: number;
  /** Segments left out because they had ended. */
  readonly segmentsEnded: number;
  readonly rejectedCount: number;
  /** The first few of the rejected lines. They name no person. */
  readonly rejected: readonly RejectedLine[];
}

/**
 * Reads every `*.ndjson` of a folder, by name, into a store: one profile a line. A bad line is reported and costs its
 * neighbours nothing, and so does one for which there is no room; empty lines are passed over.
 *
 * @param nowMs segments that ended before this are left out
 * @throws when the folder or a file in it cannot be read
 */
export async function loadProfiles(dir: string, store: ProfileStore, nowMs: number): Promise<ProfilesLoaded> {
  const totals = noTotals();
  const rejected: RejectedLine[] = [];
  const onReject = (line: RejectedLine): void => {
    if (rejected.length < REJECTED_SHOWN_MAX) rejected.push(line);
  };
  const files = (await readdir(dir)).filter((name) => name.endsWith('.ndjson')).sort();
  for (const file of files) {
    const source = { file, chunks: createReadStream(join(dir, file)) as AsyncIterable<Buffer> };
    await loadLines(source, store, { nowMs, whenFull: 'lose-line', onReject }, totals);
  }
  const { taken, segmentsEnded } = totals;
  return { taken, segmentsEnded, rejectedCount: totals.rejected, rejected };
}
