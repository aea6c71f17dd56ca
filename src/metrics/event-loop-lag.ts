import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const NANOSECONDS_PER_SECOND = 1e9;

export interface EventLoopLag {
  /** Seconds by which timers came late since the last call, by quantile; 0 when there was no time to measure. */
  take(): ReadonlyMap<'0.5' | '0.99' | '1', number>;
  close(): void;
}

/** Measures how late the event loop is by a timer that should fire every 10 ms. */
export function watchEventLoopLag(): EventLoopLag {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    take() {
      const lags = new Map([
        ['0.5', lagSeconds(delays.percentile(50))],
        ['0.99', lagSeconds(delays.percentile(99))],
        ['1', lagSeconds(delays.max)],
      ] as const);
      delays.reset();
      return lags;
    },
    close() {
      delays.disable();
    },
  };
}

/** The monitor reports the time between two firings, so the interval that was asked for is taken off. */
function lagSeconds(delayNanoseconds: number): number {
  return Math.max(0, delayNanoseconds / NANOSECONDS_PER_SECOND - RESOLUTION_MS / 1000);
}
