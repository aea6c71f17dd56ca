import type { ProfileStore } from '../domain/ports.js';
import { readLines, type FileLine, type LineProblem } from '../files/file-lines.js';
import { PendingPuts, StoreStopped, type LineWork, type PutLimits } from './pending-puts.js';
import { parseProfileLine } from './profile-line.js';

const LINE_BYTES_MAX = 64 * 1024;
const BYTE_ORDER_MARK = '\uFEFF';
const LINE_PROBLEMS: Readonly<Record<LineProblem, string>> = {
  'too-long': `the line is longer than ${LINE_BYTES_MAX} bytes`,
  'not-utf8': 'the line is not UTF-8',
};
const FULL_STORE = 'the store is full';
/** Further kinds of reasons are counted together, so that a file of nonsense does not fill the memory. */
const REASON_GROUPS_MAX = 50;
const OTHER_REASONS = 'other reasons';

const PUT_LIMITS: PutLimits = {
  linesMax: 2_000,
  bytesMax: 32 * 1024 * 1024,
  retryDelaysMs: [250, 1_000, 4_000],
  silenceMs: 30_000,
};

/** What came of lines so far. */
export interface LoadTotals {
  /** Lines whose profile is in the store, those that replaced an earlier one included. */
  taken: number;
  /** Segments left out because they had ended. */
  segmentsEnded: number;
  rejected: number;
  /** Rejected lines by what was wrong with them. */
  readonly rejectedBy: Map<string, number>;
}

export interface RejectedLine {
  /** Name of the file as it was given. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Such as `people.age is text of 3 characters, expected a whole number from 0 to 120`. Never names a person. */
  readonly reason: string;
}

export interface LineSource {
  /** For the reports on rejected lines. */
  readonly file: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly firstLine?: number;
}

export interface LoadOptions {
  /** Segments that ended before this are left out. */
  readonly nowMs: number;
  /** A full store stops the load, or costs the line, which is then rejected. */
  readonly whenFull: 'stop' | 'lose-line';
  readonly onReject: (rejected: RejectedLine) => void;
  /** Told after every line that is done, in order. */
  readonly onDone?: (line: number) => void;
  /** Ends the load after what is on its way. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<PutLimits>;
}

export function noTotals(): LoadTotals {
  return { taken: 0, segmentsEnded: 0, rejected: 0, rejectedBy: new Map() };
}

/**
 * Puts the profiles of lines into a store, many on their way at once. A bad line is reported and costs its neighbours
 * nothing; empty lines are passed over.
 *
 * @param totals counted up as lines are done, so that whoever holds it can watch
 * @returns whether all lines are done; false when `signal` ended the load
 * @throws StoreStopped when the store takes no more, and what the source throws; the lines done are told until then
 */
export async function loadLines(
  source: LineSource,
  store: ProfileStore,
  options: LoadOptions,
  totals: LoadTotals,
): Promise<boolean> {
  const { signal, onDone } = options;
  const puts = new PendingPuts(
    store,
    { ...PUT_LIMITS, ...options.limits },
    options.whenFull,
    (line, stored) => {
      const rejected = count(line.work, stored, totals);
      if (rejected !== undefined)
        options.onReject({ file: source.file, line: line.number, reason: rejected });
      onDone?.(line.number);
    },
  );
  try {
    for await (const line of readLines(source.chunks, LINE_BYTES_MAX, source.firstLine)) {
      if (signal?.aborted) break;
      if (!puts.hasRoom()) await puts.makeRoom();
      puts.add({ number: line.number, bytes: line.bytes, work: workOf(line, options.nowMs) });
    }
  } catch (error) {
    if (error instanceof StoreStopped) throw error;
    // The source broke in the middle, or was closed because the load is to end: what was read of it counts.
    await puts.drain();
    if (signal?.aborted) return false;
    throw error;
  }
  await puts.drain();
  return !signal?.aborted;
}

function workOf({ content }: FileLine, nowMs: number): LineWork {
  if ('problem' in content) {
    const reason = LINE_PROBLEMS[content.problem];
    return { kind: 'rejected', reason, group: reason };
  }
  const { text } = content;
  const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  if (json.trim() === '') return { kind: 'blank' };
  const line = parseProfileLine(json, nowMs);
  if (line.kind === 'problem')
    return { kind: 'rejected', reason: line.problem.message, group: line.problem.group };
  return { kind: 'put', key: line.key, profile: line.profile, segmentsEnded: line.segmentsEnded };
}

/** @returns why the line was rejected; undefined when it was not */
function count(work: LineWork, stored: 'stored' | 'full', totals: LoadTotals): string | undefined {
  if (work.kind === 'blank') return undefined;
  if (work.kind === 'put' && stored === 'stored') {
    totals.taken++;
    totals.segmentsEnded += work.segmentsEnded;
    return undefined;
  }
  const { reason, group } = work.kind === 'put' ? { reason: FULL_STORE, group: FULL_STORE } : work;
  totals.rejected++;
  const { rejectedBy } = totals;
  const counted = rejectedBy.has(group) || rejectedBy.size < REASON_GROUPS_MAX ? group : OTHER_REASONS;
  rejectedBy.set(counted, (rejectedBy.get(counted) ?? 0) + 1);
  return reason;
}
