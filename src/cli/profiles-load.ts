import { join } from 'node:path';
import type { ProfileStore } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { BulkLoad, type LoadEnd } from '../profile/bulk-load.js';
import type { LoadTotals } from '../profile/load-lines.js';
import { showProgress } from './load-progress.js';
import { countText, wholeText, type Terminal } from './output.js';

export interface LoadCommandOptions {
  readonly rejects?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

interface LoadReport {
  readonly end: LoadEnd;
  readonly totals: LoadTotals;
  /** Taken by this run; `totals` also has what a resumed one had taken. */
  readonly takenNow: number;
  readonly seconds: number;
  readonly rejectsFile: string;
}

const EXIT_CODES: Readonly<Record<LoadEnd['kind'], number>> = { complete: 0, stopped: 2, interrupted: 130 };
const EXIT_SOME_REJECTED = 1;

export const LOAD_HELP = `
FILE is NDJSON, one profile a line; a name ending in .gz is inflated, and - is standard input. A line that
cannot be used is written to the rejects file with its number and the reason, without its content.

Ctrl-C finishes what is on its way and leaves a checkpoint in DATA_DIR; --resume goes on from there.

Exit codes:
  0    every line was taken
  1    all files were read, and some lines rejected
  2    not begun or stopped before the end: a setting, the keys, a file or the store cannot be used
  130  interrupted

Examples:
  narrowcast profiles load customers.ndjson visitors.ndjson.gz
  zcat *.gz | narrowcast profiles load - --json
  narrowcast profiles load customers.ndjson --resume
`;

/** @returns the exit code. @throws InputProblem when nothing could be begun */
export async function loadCommand(
  store: ProfileStore,
  files: readonly string[],
  options: LoadCommandOptions,
  context: { dataDir: string; clock: Clock; terminal: Terminal; signal: AbortSignal },
): Promise<number> {
  const { dataDir, clock, terminal, signal } = context;
  const rejectsFile = options.rejects ?? join(dataDir, 'profiles-rejected.ndjson');
  const load = await BulkLoad.open(store, {
    files,
    standardInput: terminal.stdin,
    clock,
    dataDir,
    rejectsFile,
    resume: options.resume === true,
    signal,
  });
  const takenBefore = load.totals.taken;
  const startMs = clock.monotonicMs();
  const progress = showProgress(load, terminal.stderr, () => clock.monotonicMs());
  let end: LoadEnd;
  try {
    end = await load.run();
  } finally {
    progress.stop();
  }
  const seconds = (clock.monotonicMs() - startMs) / 1000;
  const { totals } = load;
  const report = { end, totals, takenNow: totals.taken - takenBefore, seconds, rejectsFile };
  terminal.stdout.write(
    options.json ? `${JSON.stringify(reportData(report), null, 2)}\n` : reportText(report),
  );
  if (end.kind !== 'complete') terminal.stderr.write(endText(end));
  return end.kind === 'complete' && totals.rejected > 0 ? EXIT_SOME_REJECTED : EXIT_CODES[end.kind];
}

function endText(end: LoadEnd): string {
  const why = end.kind === 'stopped' ? end.why : 'interrupted';
  return `narrowcast: ${why}\nGive the same files with --resume to go on from here.\n`;
}

function reportText({ totals, takenNow, seconds, rejectsFile }: LoadReport): string {
  const { taken, rejected, segmentsEnded } = totals;
  const earlier = taken === takenNow ? '' : `, ${wholeText(taken - takenNow)} of them before this run`;
  const lines = [
    `${countText(taken, 'profile')} taken${earlier}, in ${seconds.toFixed(1)} s (${wholeText(perSecond(takenNow, seconds))}/s)`,
  ];
  if (rejected > 0) {
    lines.push(`${countText(rejected, 'line')} rejected, listed in ${rejectsFile}:`);
    for (const [group, count] of [...totals.rejectedBy].sort(([, a], [, b]) => b - a))
      lines.push(`  ${wholeText(count).padStart(9)}  ${group}`);
  }
  if (segmentsEnded > 0) lines.push(`${countText(segmentsEnded, 'segment')} left out, ended already`);
  return `${lines.join('\n')}\n`;
}

function reportData({ end, totals, takenNow, seconds, rejectsFile }: LoadReport): object {
  return {
    end: end.kind,
    ...(end.kind === 'stopped' ? { why: end.why } : {}),
    taken: totals.taken,
    takenBefore: totals.taken - takenNow,
    rejected: totals.rejected,
    rejectedBy: Object.fromEntries(totals.rejectedBy),
    ...(totals.rejected > 0 ? { rejectsFile } : {}),
    segmentsEnded: totals.segmentsEnded,
    seconds,
    profilesPerSecond: Math.round(perSecond(takenNow, seconds)),
  };
}

function perSecond(count: number, seconds: number): number {
  return count / Math.max(seconds, 0.001);
}
