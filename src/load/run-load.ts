import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { seededRandom } from '../lib/prng.js';
import { Dispatcher } from './dispatcher.js';
import { addressOf } from './http-get.js';
import type { LoadResult } from './load-result.js';
import { Measurements } from './measurements.js';
import { Pacer } from './pacer.js';
import { Series } from './series.js';
import { readMetrics, serverFigures, type AdminPort, type ServerFigures } from './server-figures.js';
import { createChooser, type Traffic } from './traffic.js';
import { Usage } from './usage.js';

export interface LoadOptions {
  readonly traffic: Traffic;
  /** Requests a second, above 0. */
  readonly ratePerSecond: number;
  /** How long is measured. */
  readonly durationMs: number;
  /** Sent before that at the same rate, and counted apart. */
  readonly warmUpMs: number;
  /** Kept open throughout. */
  readonly connections: number;
  /** While all are busy, more are opened up to this many; beyond that requests wait. */
  readonly connectionsMax: number;
  /** How long after its timeout an answer is still waited for, so that it is known how late it was. */
  readonly patienceMs: number;
  /** For which file and which requests compressed. */
  readonly seed: number;
  readonly admin: AdminPort | undefined;
  /** Ends the run early; what was measured so far is the result. */
  readonly signal?: AbortSignal;
  /** A few times a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

export interface LoadProgress {
  /** Requests so far, of so many, the warm-up included. */
  readonly done: number;
  readonly all: number;
  readonly phase: 'warming up' | 'measuring';
  /** Of the phase so far. */
  readonly p99Ms: number;
}

const MS_PER_SECOND = 1_000;
const PROGRESS_MS = 200;
const nowMs = () => performance.now();

/**
 * Sends traffic at a constant rate, whatever becomes of it, and measures from the moment at which each request was due. It
 * must run in another process than the bidder, or it would measure itself.
 *
 * @throws an Error when the bidder or its admin port cannot be reached at the beginning
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { admin, signal } = options;
  const run = new Run(options);
  const stop = () => run.stop();
  signal?.addEventListener('abort', stop);
  try {
    await run.connect();
    // Asked at once, so that a wrong address is noticed before the time is spent.
    if (admin) await readMetrics(admin);
    if (signal?.aborted) run.stop();
    const server = admin && watchServer(admin, run);
    await run.toEnd();
    return { ...run.result(), server: await server };
  } finally {
    signal?.removeEventListener('abort', stop);
    run.close();
  }
}

/** The bidder's own figures from the end of the warm-up until the last request was sent. Never rejects. */
async function watchServer(admin: AdminPort, run: Run): Promise<ServerFigures | { problem: string }> {
  try {
    await run.warmedUp;
    const startMs = nowMs();
    const before = { ...(await readMetrics(admin)), answered: run.answered };
    await run.sent;
    const after = await readMetrics(admin);
    return serverFigures(before, after, nowMs() - startMs, run.answered - before.answered);
  } catch (error) {
    // A bidder that has too much to do for its admin port has been measured all the same.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A warm-up and what is measured behind it, as one sequence of requests. */
class Run {
  readonly warmedUp: Promise<void>;
  readonly sent: Promise<void>;
  readonly #options: LoadOptions;
  readonly #warmUp = new Measurements();
  readonly #measured = new Measurements();
  readonly #series: Series;
  readonly #pacer: Pacer;
  readonly #dispatcher: Dispatcher;
  readonly #warmUpCount: number;
  readonly #allCount: number;
  /** The time of a request ends when the next one is due, so these are whole intervals, however long was asked for. */
  readonly #warmUpMs: number;
  readonly #durationMs: number;
  #onWarmedUp: () => void = () => undefined;
  #onSent: () => void = () => undefined;
  #usage = new Usage();
  #spunBeforeMs = 0;
  #work = { busyShare: 0, cores: 0 };
  #elapsedMs = 0;
  #progressAtMs = 0;

  constructor(options: LoadOptions) {
    const { traffic, ratePerSecond, durationMs, warmUpMs, patienceMs, seed } = options;
    const intervalMs = MS_PER_SECOND / ratePerSecond;
    this.#options = options;
    this.#warmUpCount = Math.round(warmUpMs / intervalMs);
    this.#allCount = this.#warmUpCount + Math.max(1, Math.round(durationMs / intervalMs));
    this.#warmUpMs = this.#warmUpCount * intervalMs;
    this.#durationMs = this.#allCount * intervalMs - this.#warmUpMs;
    this.#series = new Series(this.#warmUpMs + this.#durationMs, this.#warmUpMs);
    this.warmedUp = new Promise((resolve) => (this.#onWarmedUp = resolve));
    this.sent = new Promise((resolve) => (this.#onSent = resolve));
    const choose = createChooser(traffic, seededRandom(seed));
    this.#pacer = new Pacer({
      intervalMs,
      count: this.#allCount,
      nowMs,
      onDue: (number, dueMs) => {
        if (number === this.#warmUpCount) this.#startMeasuring();
        const measurements = number < this.#warmUpCount ? this.#warmUp : this.#measured;
        measurements.addDue();
        this.#dispatcher.dispatch({ ...choose(), number, dueMs, measurements });
      },
      onChores: (atMs) => this.#doChores(atMs),
      onLast: (atMs) => this.#endSending(atMs),
      isSettled: () => this.#dispatcher.outstanding === 0,
    });
    this.#dispatcher = new Dispatcher({
      address: addressOf(traffic.url),
      limits: options,
      requestBytesMax: traffic.requestBytesMax,
      patienceMs,
      run: randomBytes(4).readUInt32LE(),
      nowMs,
      series: this.#series,
      onWork: () => (this.#pacer.hasWorked = true),
    });
  }

  /** Of the warm-up as well. */
  get answered(): number {
    return this.#dispatcher.answered;
  }

  connect(): Promise<void> {
    return this.#dispatcher.connect();
  }

  async toEnd(): Promise<void> {
    await this.#pacer.run();
    this.#series.end(nowMs() - this.#pacer.startMs);
  }

  stop(): void {
    this.#pacer.stop();
  }

  close(): void {
    this.#pacer.close();
    this.#dispatcher.close();
  }

  result(): Omit<LoadResult, 'server'> {
    const { opened, most, unopened, closedIdle } = this.#dispatcher.connectionCounts;
    return {
      ratePerSecond: this.#options.ratePerSecond,
      elapsedMs: this.#elapsedMs,
      isInterrupted: this.#pacer.isStopped,
      measured: this.#measured.figures(),
      warmUp: this.#warmUp.figures(),
      series: this.#series.intervals,
      generator: {
        lag: this.#pacer.lag.figures(),
        ...this.#work,
        connectionsOpened: opened,
        connectionsMost: most,
        connectionsUnopened: unopened,
        connectionsClosedIdle: closedIdle,
        queuedMost: this.#dispatcher.queuedMost,
      },
    };
  }

  #startMeasuring(): void {
    this.#pacer.lag.reset();
    this.#usage = new Usage();
    this.#spunBeforeMs = this.#pacer.spunMs;
    this.#onWarmedUp();
  }

  #endSending(atMs: number): void {
    this.#work = this.#usage.read(this.#pacer.spunMs - this.#spunBeforeMs);
    const measuredMs = Math.max(0, atMs - this.#pacer.startMs - this.#warmUpMs);
    this.#elapsedMs = this.#pacer.isStopped ? measuredMs : Math.max(measuredMs, this.#durationMs);
    // A run that was ended while it warmed up has nothing to be waited for.
    this.#onWarmedUp();
    this.#onSent();
  }

  #doChores(atMs: number): void {
    this.#dispatcher.tidy(atMs);
    this.#series.advance(atMs - this.#pacer.startMs);
    if (atMs < this.#progressAtMs) return;
    this.#progressAtMs = atMs + PROGRESS_MS;
    const done = this.#pacer.handedOver;
    const isWarmUp = done < this.#warmUpCount;
    this.#options.onProgress?.({
      done,
      all: this.#allCount,
      phase: isWarmUp ? 'warming up' : 'measuring',
      p99Ms: (isWarmUp ? this.#warmUp : this.#measured).p99Ms,
    });
  }
}
