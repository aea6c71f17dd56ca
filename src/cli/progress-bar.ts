import { countText, wholeText, type Output } from './output.js';

const ON_TERMINAL_EVERY_MS = 100;
const IN_PIPE_EVERY_MS = 5_000;
const BAR_CHARACTERS = 24;
const CLEAR_LINE = '\r\u001B[K';

export interface ProgressBar {
  /** Redraws when it is time for it. */
  readonly show: (done: number, all: number, what: string) => void;
  readonly end: () => void;
}

/**
 * A bar that is redrawn on a terminal; a line now and then in a pipe.
 *
 * @param noun of what is counted, for one of them
 */
export function progressBar(output: Output, nowMs: () => number, noun = 'request'): ProgressBar {
  const isTerminal = output.isTTY === true;
  const everyMs = isTerminal ? ON_TERMINAL_EVERY_MS : IN_PIPE_EVERY_MS;
  let shownMs = nowMs();
  let isDrawn = false;
  return {
    show(done, all, what) {
      if (nowMs() - shownMs < everyMs) return;
      shownMs = nowMs();
      isDrawn = true;
      const share = Math.min(done / Math.max(all, 1), 1);
      const filled = Math.floor(share * BAR_CHARACTERS);
      const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_CHARACTERS - filled)}] `;
      const figures = `${String(Math.floor(share * 100)).padStart(3)} %  ${wholeText(done)} of ${countText(all, noun)} ${what}`;
      output.write(isTerminal ? `${CLEAR_LINE}${bar}${figures}` : `${figures}\n`);
    },
    end() {
      if (isTerminal && isDrawn) output.write(CLEAR_LINE);
      isDrawn = false;
    },
  };
}
