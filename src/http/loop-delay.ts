import type { Clock } from '../lib/clock.js';

/** Often enough that a delay is known before it costs an exchange its patience; ten timers a second would do less. */
const TICK_MS = 10;

export interface LoopDelay {
  /** For how long what is read now may have been waiting to be read, in milliseconds. */
  readonly delayMs: () => number;
}

/**
 * Tells how late the event loop is. Nobody says when a request arrived in the socket's buffer; but a timer that fires
 * late was kept waiting by the same work as the requests that are read after it, and while it is overdue they are, too.
 */
export function watchLoopDelay(clock: Clock): LoopDelay {
  let dueMs = clock.monotonicMs() + TICK_MS;
  let lastDelayMs = 0;
  const timer = setInterval(() => {
    const nowMs = clock.monotonicMs();
    lastDelayMs = Math.max(0, nowMs - dueMs);
    dueMs = nowMs + TICK_MS;
  }, TICK_MS);
  timer.unref();
  return { delayMs: () => Math.max(lastDelayMs, clock.monotonicMs() - dueMs, 0) };
}
