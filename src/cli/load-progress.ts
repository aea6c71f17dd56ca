import type { BulkLoad } from '../profile/bulk-load.js';
import { wholeText, type Output } from './output.js';

const ON_TERMINAL_EVERY_MS = 200;
const IN_PIPE_EVERY_MS = 5_000;
const BAR_CHARACTERS = 24;
const CLEAR_LINE = '\r\u001B[K';

/** Shows how far a load has come: a bar that is redrawn on a terminal, a line now and then in a pipe. */
export function showProgress(load: BulkLoad, output: Output, nowMs: () => number): { stop: () => void } {
  const isTerminal = output.isTTY === true;
  const startMs = nowMs();
  const takenBefore = load.totals.taken;
  const show = (): void => {
    const seconds = Math.max((nowMs() - startMs) / 1000, 0.001);
    const text = progressText(load, (load.totals.taken - takenBefore) / seconds, isTerminal);
    output.write(isTerminal ? `${CLEAR_LINE}${text}` : `${text}\n`);
  };
  const timer = setInterval(show, isTerminal ? ON_TERMINAL_EVERY_MS : IN_PIPE_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      if (isTerminal) output.write(CLEAR_LINE);
    },
  };
}

/** Such as `[######------]  50 %  12,000 taken  3 rejected  24,000/s`; bytes read where the whole is not known. */
export function progressText(
  load: Pick<BulkLoad, 'totals' | 'bytesTotal' | 'bytesRead'>,
  profilesPerSecond: number,
  withBar: boolean,
): string {
  const { taken, rejected } = load.totals;
  const counts = `${wholeText(taken)} taken  ${wholeText(rejected)} rejected  ${wholeText(profilesPerSecond)}/s`;
  const { bytesTotal } = load;
  if (bytesTotal === undefined) return `${wholeText(load.bytesRead() / 1e6)} MB read  ${counts}`;
  const share = bytesTotal === 0 ? 1 : Math.min(load.bytesRead() / bytesTotal, 1);
  const done = Math.floor(share * BAR_CHARACTERS);
  const bar = withBar ? `[${'#'.repeat(done)}${'-'.repeat(BAR_CHARACTERS - done)}] ` : '';
  return `${bar}${String(Math.floor(share * 100)).padStart(3)} %  ${counts}`;
}
