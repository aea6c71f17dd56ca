import type { ChildProcess } from 'node:child_process';
import type { MetricFigures } from '../metrics/merge.js';
import type { FromWorker, Question, Questions, ToWorker, Topic } from './protocol.js';

/** Beats that may be missing in a row before a worker counts as hung; while it starts it may have more to do at once. */
const BEATS_MISSED_MAX = 5;
const BEATS_MISSED_STARTING_MAX = 120;
const ANSWER_MS_MAX = 2_000;
const WAITING_MAX = 1_000;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** How a worker ended, in words for the operator. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded';
}

/** One worker as its supervisor sees it, from its start to its end. */
export class WorkerProcess {
  readonly number: number;
  readonly startedMs = performance.now();
  /** Rejects with WorkerEnded when it ends before. */
  readonly ready: Promise<void>;
  /** Why it ended, in words. */
  readonly ended: Promise<string>;
  /** What it had measured when it was asked last. */
  figures: MetricFigures = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #state: 'starting' | 'serving' | 'leaving' | 'ended' = 'starting';
  #beatsMissed = 0;
  #questions = 0;
  #failure: string | undefined;

  /** @param child with a channel that clones what is sent */
  constructor(number: number, child: ChildProcess) {
    this.number = number;
    this.#child = child;
    this.ended = new Promise((resolve) => {
      // Who was never made does not end; what else goes wrong with a process, such as a message that does not get through, ends it or does no harm.
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(this.#end(error.message));
      });
      // Unlike its exit, this comes when everything that it said has been heard.
      child.once('close', (code, signal) => resolve(this.#end(signal ?? `exit code ${code}`)));
    });
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (message) => {
        const said = message as FromWorker;
        if (said.kind === 'ready') {
          if (this.#state === 'starting') this.#state = 'serving';
          resolve();
        }
        this.#hear(said);
      });
      void this.ended.then((why) => reject(new WorkerEnded(why)));
    });
    // Who does not wait for it hears of the end all the same.
    this.ready.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isServing(): boolean {
    return this.#state === 'serving';
  }

  /** @throws when it does not answer in time, or refuses */
  ask<About extends Topic>(
    about: About,
    asks: Questions[About]['asks'],
  ): Promise<Questions[About]['answer']> {
    const id = this.#questions++;
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= WAITING_MAX) {
        reject(new Error(`worker ${this.number} has ${WAITING_MAX} questions to answer`));
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`worker ${this.number} does not answer`));
      }, ANSWER_MS_MAX);
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject, timer });
      this.#say({ kind: 'ask', id, question: { about, asks } as Question });
    });
  }

  /**
   * Tells it to finish, and kills it when it has not after a while.
   *
   * @param lingerMs how long its callers may take to find another worker; 0 when there is none
   * @param limitMs for all of it
   */
  async leave(lingerMs: number, limitMs: number): Promise<void> {
    if (this.#state !== 'ended') {
      this.#state = 'leaving';
      this.#say({ kind: 'leave', lingerMs });
    }
    const timer = setTimeout(() => this.kill(), limitMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /**
   * Call once a beat. Beats are counted and not timed: when the supervisor itself stood still, a worker has not missed any.
   *
   * @returns whether the worker was killed now, since it has not been heard of for too long
   */
  killIfHung(): boolean {
    const isExpected = this.#state === 'starting' || this.#state === 'serving';
    if (!isExpected || this.#failure !== undefined) return false;
    this.#beatsMissed += 1;
    const missedMax = this.#state === 'starting' ? BEATS_MISSED_STARTING_MAX : BEATS_MISSED_MAX;
    if (this.#beatsMissed <= missedMax) return false;
    this.#fail('it hung and was killed');
    return true;
  }

  #fail(why: string): void {
    this.#failure = why;
    this.kill();
  }

  #say(message: ToWorker): void {
    // A channel that is broken belongs to a process that is about to end, which is heard of anyway.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #hear(said: FromWorker): void {
    this.#beatsMissed = 0;
    if (said.kind === 'answer') this.#waitingFor(said.id)?.resolve(said.answer);
    else if (said.kind === 'refusal') this.#waitingFor(said.id)?.reject(new Error(said.message));
    else if (said.kind === 'failure') this.#fail(said.message);
    else if (said.kind === 'farewell') this.figures = said.figures;
  }

  #waitingFor(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  #end(how: string): string {
    this.#state = 'ended';
    for (const id of this.#waiting.keys())
      this.#waitingFor(id)?.reject(new Error(`worker ${this.number} has ended`));
    return this.#failure ?? how;
  }
}
