import { setTimeout as wait } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import { backOffMs } from './back-off.js';
import { BEAT_MS } from './protocol.js';
import { WorkerProcess, type WorkerEnded } from './worker-process.js';

/** Who dies younger than this dies again and again, and is replaced ever later. */
const YOUNG_MS = 60_000;
/** How long callers of a worker that is replaced may take to find another one. The HTTP library closes idle connections after 10 s. */
const LINGER_MS = 12_000;
/** For what a worker does after its last request: money is given back, the event log is closed. */
const CLOSE_MS = 10_000;

export interface SupervisorOptions {
  readonly count: number;
  /** How long requests in work may take when a worker finishes. */
  readonly drainMs: number;
  /** Starts the program of a worker, with a channel that clones what is sent. */
  readonly fork: (number: number) => ChildProcess;
  readonly logger: Logger;
  /** Told of each worker that has ended, when nobody can ask it any more. */
  readonly onEnded: (worker: WorkerProcess) => void;
}

/** A place for one worker after the other. */
interface Place {
  readonly number: number;
  worker: WorkerProcess;
  /** Young ones in a row. */
  deaths: number;
}

/**
 * Keeps as many workers as there should be. One that ends unasked or hangs is replaced: at once, and later and later when it dies
 * young. In a rolling restart, one place after the other gets a new worker, and the old one leaves when the new one is ready.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #places: Place[] = [];
  /** All that run, those included that start or leave. */
  readonly #running = new Set<WorkerProcess>();
  readonly #stopping = new AbortController();
  readonly #beating: NodeJS.Timeout;
  #restarts = 0;
  #hasStarted = false;
  #rolling: Promise<void> | undefined;
  #mustRollAgain = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#beating = setInterval(() => {
      for (const worker of this.#running)
        if (worker.killIfHung())
          options.logger.error({ worker: worker.number }, 'a worker hung: it is killed');
    }, BEAT_MS);
    this.#beating.unref();
  }

  /** Workers that were replaced without having been told to leave. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Every worker of the first start was ready. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  get running(): readonly WorkerProcess[] {
    return [...this.#running];
  }

  get serving(): readonly WorkerProcess[] {
    return this.running.filter(({ isServing }) => isServing);
  }

  /**
   * Starts one worker, which finds what is wrong with settings and files, and then the others. Resolves when all are ready, or when it
   * was stopped meanwhile.
   *
   * @throws WorkerEnded when one cannot start; then the others have ended as well
   */
  async start(): Promise<void> {
    try {
      for (let number = 1; number <= this.#options.count && !this.isStopping; number++) {
        const place = { number, worker: this.#begin(number), deaths: 0 };
        this.#places.push(place);
        if (number === 1) await place.worker.ready;
      }
      await Promise.all(this.#places.map(({ worker }) => worker.ready));
    } catch (error) {
      if (this.isStopping) return;
      await this.stop();
      throw error;
    }
    this.#hasStarted = true;
    for (const place of this.#places) this.#occupy(place, place.worker);
  }

  /** A rolling restart. Called while there is one, it begins another one afterwards. */
  roll(): Promise<void> {
    this.#mustRollAgain = true;
    return (this.#rolling ??= this.#roll());
  }

  /** Lets all workers finish. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const limitMs = this.#options.drainMs + CLOSE_MS;
    await Promise.all(this.running.map((worker) => worker.leave(0, limitMs)));
    clearInterval(this.#beating);
  }

  #begin(number: number): WorkerProcess {
    const { fork, logger, onEnded } = this.#options;
    const worker = new WorkerProcess(number, fork(number));
    this.#running.add(worker);
    logger.info({ worker: number, workerPid: worker.pid }, 'a worker starts');
    void worker.ended.then(() => {
      this.#running.delete(worker);
      onEnded(worker);
    });
    return worker;
  }

  #occupy(place: Place, worker: WorkerProcess): void {
    place.worker = worker;
    void worker.ended.then((why) => this.#replace(place, worker, why));
  }

  /** Unless it was told to leave, or somebody else is in its place by then. */
  async #replace(place: Place, worker: WorkerProcess, why: string): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted || place.worker !== worker) return;
    this.#restarts += 1;
    if (performance.now() - worker.startedMs > YOUNG_MS) place.deaths = 0;
    const pauseMs = backOffMs(place.deaths++);
    this.#options.logger.error({ worker: place.number, why, pauseMs }, 'a worker died and is replaced');
    await wait(pauseMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted && place.worker === worker) this.#occupy(place, this.#begin(place.number));
  }

  async #roll(): Promise<void> {
    const { logger } = this.#options;
    while (this.#mustRollAgain && !this.isStopping) {
      this.#mustRollAgain = false;
      logger.info('rolling restart: one worker after the other is replaced');
      const failure = await this.#rollOnce();
      if (this.isStopping) break;
      if (failure === undefined) logger.info('rolling restart: all workers are new');
      else logger.error(`rolling restart given up, the workers that are there go on: ${failure}`);
    }
    this.#rolling = undefined;
  }

  /** @returns why it was given up; undefined when all workers are new */
  async #rollOnce(): Promise<string | undefined> {
    const { drainMs } = this.#options;
    for (const place of this.#places) {
      if (this.isStopping) return undefined;
      const next = this.#begin(place.number);
      const failure = await next.ready.then(
        () => undefined,
        (ended: WorkerEnded) => ended.message,
      );
      if (failure !== undefined) return `worker ${place.number} cannot start: ${failure}`;
      const before = place.worker;
      this.#occupy(place, next);
      await before.leave(LINGER_MS, LINGER_MS + drainMs + CLOSE_MS);
    }
    return undefined;
  }
}
