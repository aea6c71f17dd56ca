import {
  Connection,
  INPUT_BYTES,
  type Address,
  type ConnectionEnd,
  type ConnectionOwner,
} from './connection.js';

export interface ConnectionLimits {
  /** Kept open throughout. */
  readonly connections: number;
  /** While all are busy, more are opened up to this many. */
  readonly connectionsMax: number;
}

export interface ConnectionCounts {
  opened: number;
  /** At the same time. */
  most: number;
  /** Attempts that failed. */
  unopened: number;
  /** Ended by the other side while nothing was asked. */
  closedIdle: number;
}

/** How long to wait before a connection is tried again that could not be opened. */
const RETRY_MS = 100;

/**
 * The connections of a run. Free ones are used in turns, so that none is idle for longer than others. What becomes of the work on
 * them is their user's affair.
 */
export class Connections<Work> {
  readonly counts: ConnectionCounts = { opened: 0, most: 0, unopened: 0, closedIdle: 0 };
  readonly #open: () => Connection<Work>;
  readonly #limits: ConnectionLimits;
  readonly #all = new Set<Connection<Work>>();
  readonly #opening = new Map<Connection<Work>, number>();
  readonly #free: Connection<Work>[] = [];
  readonly #nowMs: () => number;
  #retryAtMs = 0;
  #isClosed = false;
  #lastProblem = 'no connection was opened in time';

  constructor(
    address: Address,
    limits: ConnectionLimits,
    requestBytesMax: number,
    nowMs: () => number,
    user: Omit<ConnectionOwner<Work>, 'onOpen'> & {
      readonly onFree: (connection: Connection<Work>) => void;
    },
  ) {
    const input = Buffer.allocUnsafeSlow(INPUT_BYTES);
    const owner: ConnectionOwner<Work> = {
      onOpen: (connection) => {
        this.#opening.delete(connection);
        this.counts.opened += 1;
        user.onFree(connection);
      },
      onAnswer: user.onAnswer,
      onEnd: (connection, end) => {
        this.#forget(connection, end);
        user.onEnd(connection, end);
      },
    };
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#open = () => new Connection(address, input, requestBytesMax, owner);
  }

  /** Why the last attempt failed. */
  get lastProblem(): string {
    return this.#lastProblem;
  }

  get openCount(): number {
    return this.#all.size - this.#opening.size;
  }

  get isOpening(): boolean {
    return this.#opening.size > 0;
  }

  /** A free connection, which is the caller's until it is given back. */
  take(): Connection<Work> | undefined {
    for (;;) {
      const connection = this.#free.shift();
      if (connection === undefined || connection.isReady) return connection;
    }
  }

  giveBack(connection: Connection<Work>): void {
    this.#free.push(connection);
  }

  /** Opens what is missing. @param waiting how many requests wait for a connection */
  replenish(waiting: number): void {
    const { connections, connectionsMax } = this.#limits;
    if (this.#isClosed || this.#nowMs() < this.#retryAtMs) return;
    while (
      this.#all.size < connections ||
      (this.#opening.size < waiting && this.#all.size < connectionsMax)
    ) {
      const connection = this.#open();
      this.#all.add(connection);
      this.#opening.set(connection, this.#nowMs());
      this.counts.most = Math.max(this.counts.most, this.#all.size);
    }
  }

  /** Gives up attempts that began before `startedMs`. */
  dropOpening(startedMs: number): void {
    for (const [connection, beganMs] of this.#opening) {
      if (beganMs < startedMs) connection.drop('the connection was not opened in time');
    }
  }

  [Symbol.iterator](): Iterator<Connection<Work>> {
    return this.#all.values();
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#all) connection.drop('the run is over');
  }

  #forget(connection: Connection<Work>, end: ConnectionEnd): void {
    this.#all.delete(connection);
    if (this.#opening.delete(connection)) {
      this.counts.unopened += 1;
      this.#lastProblem = end.message;
      this.#retryAtMs = this.#nowMs() + RETRY_MS;
    } else if (end.why === 'closed' && connection.work === undefined) {
      this.counts.closedIdle += 1;
    }
  }
}
