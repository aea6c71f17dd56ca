import { performance } from 'node:perf_hooks';

const MICROSECONDS_PER_MS = 1_000;

/** How much of its time this process works, from when this was made. */
export class Usage {
  readonly #loop = performance.eventLoopUtilization();
  readonly #cpu = process.cpuUsage();
  readonly #startMs = performance.now();

  /** @param spunMs how long of that the event loop went round with nothing to do */
  read(spunMs: number): { readonly busyShare: number; readonly cores: number } {
    const elapsedMs = Math.max(performance.now() - this.#startMs, 1 / MICROSECONDS_PER_MS);
    const { idle } = performance.eventLoopUtilization(this.#loop);
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      busyShare: Math.min(1, Math.max(0, 1 - (idle + spunMs) / elapsedMs)),
      cores: (user + system) / MICROSECONDS_PER_MS / elapsedMs,
    };
  }
}
