import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbeddedStore } from './embedded-store.js';
import { readFileLines, type LineProblem } from './file-lines.js';
import { parseProfileLine } from './profile-line.js';

const LINE_BYTES_MAX = 64 * 1024;
const REJECTED_SHOWN_MAX = 20;
const REASONS: Readonly<Record<LineProblem, string>> = {
  'too-long': `the line is longer than ${LINE_BYTES_MAX} bytes`,
  'not-utf8': 'the line is not UTF-8',
};
const BYTE_ORDER_MARK = '\uFEFF';

/** What came of loading a folder of profile files. */
export interface ProfilesLoaded extends Readonly<Totals> {
  /** Lines whose key an earlier line had: the later one counts. */
  readonly replaced: number;
  /** The first few of the rejected lines. They name no person. */
  readonly rejected: readonly RejectedLine[];
}

interface Totals {
  /** Lines taken, those that replaced an earlier one included. */
  taken: number;
  /** Segments left out because they had ended. */
  segmentsEnded: number;
  rejectedCount: number;
}

interface RejectedLine {
  /** File name within the folder. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Such as `people.age is text of 3 characters, expected a whole number from 0 to 120`. */
  readonly reason: string;
}

/**
 * Reads every `*.ndjson` of a folder, by name, into a store: one profile a line. A bad line is reported and costs its
 * neighbours nothing; empty lines are passed over.
 *
 * @param nowMs segments that ended before this are left out
 * @throws when the folder or a file in it cannot be read
 */
export async function loadProfiles(
  dir: string,
  store: EmbeddedStore,
  nowMs: number,
): Promise<ProfilesLoaded> {
  const totals: Totals = { taken: 0, segmentsEnded: 0, rejectedCount: 0 };
  const rejected: RejectedLine[] = [];
  const sizeBefore = store.size;
  const files = (await readdir(dir)).filter((name) => name.endsWith('.ndjson')).sort();
  for (const file of files) {
    for await (const { number, content } of readFileLines(join(dir, file), LINE_BYTES_MAX)) {
      const reason =
        'problem' in content ? REASONS[content.problem] : await loadLine(content.text, store, nowMs, totals);
      if (reason === undefined) continue;
      totals.rejectedCount++;
      if (rejected.length < REJECTED_SHOWN_MAX) rejected.push({ file, line: number, reason });
    }
  }
  return { ...totals, replaced: totals.taken - (store.size - sizeBefore), rejected };
}

/** @returns why the line was rejected, undefined when it was not */
async function loadLine(
  text: string,
  store: EmbeddedStore,
  nowMs: number,
  totals: Totals,
): Promise<string | undefined> {
  const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  if (json.trim() === '') return undefined;
  const line = parseProfileLine(json, nowMs);
  if (line.kind === 'problem') return line.problem.message;
  const stored = await store.put(line.key, line.profile);
  if (stored === 'full') return `the store is full with ${store.size} profiles`;
  totals.taken++;
  totals.segmentsEnded += line.segmentsEnded;
  return undefined;
}
