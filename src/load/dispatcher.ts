import type { Address, Connection, ConnectionEnd } from './connection.js';
import { Connections, type ConnectionCounts, type ConnectionLimits } from './connections.js';
import type { Measurements } from './measurements.js';
import type { HttpAnswer } from './response-reader.js';
import type { Series } from './series.js';
import type { ChosenRequest } from './traffic.js';
import { WaitingLine } from './waiting-line.js';

/** A request that is due and has not come to its end. */
export interface Work extends ChosenRequest {
  readonly number: number;
  readonly dueMs: number;
  /** Of the stretch of time that it belongs to. */
  readonly measurements: Measurements;
}

export interface DispatcherOptions {
  readonly address: Address;
  readonly limits: ConnectionLimits;
  readonly requestBytesMax: number;
  /** How long after its timeout an answer is still waited for. */
  readonly patienceMs: number;
  /** Tells the ids of this run from those of others, 32 bits. */
  readonly run: number;
  readonly nowMs: () => number;
  readonly series: Series;
  /** An answer came. */
  readonly onWork: () => void;
}

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Brings requests to connections, and each to one end: an answer, a failure, or a wait that was too long. HTTP/1.1 has one request on
 * a connection at a time, and no exchange pipelines, so a request that finds all connections busy waits for one; when the exchange would
 * have stopped waiting by then, it is not sent at all.
 */
export class Dispatcher {
  /** Requests without an end. */
  outstanding = 0;
  answered = 0;
  queuedMost = 0;
  readonly #options: DispatcherOptions;
  readonly #connections: Connections<Work>;
  readonly #waiting = new WaitingLine<Work>();
  #onConnected: () => void = () => undefined;

  constructor(options: DispatcherOptions) {
    const { address, limits, requestBytesMax, nowMs } = options;
    this.#options = options;
    this.#connections = new Connections<Work>(address, limits, requestBytesMax, nowMs, {
      onFree: (connection) => {
        this.#onFree(connection);
        if (!this.#connections.isOpening) this.#onConnected();
      },
      onAnswer: (connection, answer) => this.#onAnswer(connection, answer),
      onEnd: (connection, end) => {
        this.#onEnd(connection, end);
        if (!this.#connections.isOpening) this.#onConnected();
      },
    });
  }

  get connectionCounts(): Readonly<ConnectionCounts> {
    return this.#connections.counts;
  }

  /** Opens the connections. @throws an Error when none can be opened */
  async connect(): Promise<void> {
    const connected = new Promise<void>((resolve) => (this.#onConnected = resolve));
    this.#connections.replenish(0);
    const timer = setTimeout(() => this.#connections.dropOpening(Infinity), CONNECT_TIMEOUT_MS);
    await connected;
    clearTimeout(timer);
    if (this.#connections.openCount > 0) return;
    const { host, port } = this.#options.address;
    throw new Error(`${host}:${port} cannot be connected to: ${this.#connections.lastProblem}`);
  }

  dispatch(work: Work): void {
    this.outstanding += 1;
    const connection = this.#connections.take();
    if (connection) {
      this.#send(connection, work);
      return;
    }
    this.#waiting.add(work);
    this.queuedMost = Math.max(this.queuedMost, this.#waiting.length);
    this.#connections.replenish(this.#waiting.length);
  }

  /** Gives up what has waited too long, and replaces connections. To be called every few milliseconds. */
  tidy(nowMs: number): void {
    const { patienceMs } = this.#options;
    for (;;) {
      const first = this.#waiting.first;
      if (first === undefined || nowMs - first.dueMs <= first.timeoutMs) break;
      this.#waiting.take();
      this.#giveUp(first, 'unsent', nowMs);
    }
    for (const connection of this.#connections) {
      const { work } = connection;
      if (work === undefined || nowMs - work.dueMs <= work.timeoutMs + patienceMs) continue;
      connection.work = undefined;
      this.#giveUp(work, 'unanswered', nowMs);
      connection.drop('no answer in time');
    }
    this.#connections.dropOpening(nowMs - CONNECT_TIMEOUT_MS);
    this.#connections.replenish(this.#waiting.length);
  }

  close(): void {
    this.#connections.close();
  }

  #send(connection: Connection<Work>, work: Work): void {
    connection.work = work;
    work.measurements.addSent(connection.send(work.request, this.#options.run, work.number));
    this.#options.series.addSent();
  }

  #onFree(connection: Connection<Work>): void {
    for (let work = this.#waiting.take(); work; work = this.#waiting.take()) {
      const nowMs = this.#options.nowMs();
      if (nowMs - work.dueMs <= work.timeoutMs) {
        this.#send(connection, work);
        return;
      }
      this.#giveUp(work, 'unsent', nowMs);
    }
    this.#connections.giveBack(connection);
  }

  #onAnswer(connection: Connection<Work>, answer: HttpAnswer): void {
    const { work } = connection;
    if (work === undefined) {
      connection.drop('an answer to nothing');
      return;
    }
    const latencyMs = this.#options.nowMs() - work.dueMs;
    const isGood = work.measurements.addAnswer(answer, latencyMs, work.timeoutMs);
    this.#options.series.addAnswer(latencyMs, isGood);
    this.#options.onWork();
    this.answered += 1;
    this.outstanding -= 1;
    connection.work = undefined;
    if (answer.keepsAlive && connection.isReady) this.#onFree(connection);
    else connection.drop('not to be used again');
  }

  #onEnd(connection: Connection<Work>, { message }: ConnectionEnd): void {
    const { work } = connection;
    if (work) {
      work.measurements.addFailure(message);
      this.#options.series.addFailure();
      this.outstanding -= 1;
    }
    this.#connections.replenish(this.#waiting.length);
  }

  #giveUp(work: Work, why: 'unsent' | 'unanswered', nowMs: number): void {
    const waitedMs = nowMs - work.dueMs;
    work.measurements.addUnmet(why, waitedMs);
    this.#options.series.addUnmet(waitedMs);
    this.outstanding -= 1;
  }
}
