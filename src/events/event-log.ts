import { mkdir } from 'node:fs/promises';
import type { DroppableEvent, MoneyEvent } from '../domain/event.js';
import type { EventLog, EventLogMetrics } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { encodeEvent } from './encode-event.js';
import { messageOf, RotatingFile, type WritableFile } from './rotating-file.js';
import { Upkeep } from './upkeep.js';
import { WaitingLines, type Lines } from './waiting-lines.js';

export interface EventLogOptions {
  /** Made when missing. Belongs to the processes of one machine. */
  readonly folder: string;
  /** Compressed files are deleted this long after they were begun. */
  readonly keepMs: number;
  /** The oldest compressed files are deleted while all together are longer. */
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly metrics: EventLogMetrics;
  /** Told in words when something fails; at most once a second for writing, once a minute for the rest. */
  readonly onTrouble: (message: string) => void;
  /** Length at which a file is finished before its hour is over. Default 64 MiB. */
  readonly fileBytesMax?: number;
  /** How often finished files are looked after. Default one minute. */
  readonly upkeepMs?: number;
  readonly openFile?: (path: string) => Promise<WritableFile>;
}

const FILE_BYTES_MAX = 64 * 1024 * 1024;
const UPKEEP_MS = 60_000;
/** How long what may be dropped is gathered: what a killed process loses of it, and how seldom it writes. */
const GATHER_MS = 20;
/** Notices of money written at once; turning them into text takes about half a millisecond. */
const BATCH_MONEY_MAX = 512;
/** So many lines that wait are a batch although nothing else does. */
const BATCH_LINES = 512;
/** Up to about 1 KB each. */
const DROPPABLE_WAITING_MAX = 16_384;
const MONEY_WAITING_MAX = 4_096;
/** After a failure nothing is tried for so long. */
const PAUSE_MS = 1_000;
/** About what a batch of money takes. */
const PROBE_BYTES = 65_536;
/** How long closing waits for a disk that does not answer. */
const CLOSE_MS_MAX = 1_500;

interface WaitingMoney {
  readonly event: MoneyEvent;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Money was not written. */
class EventNotWritten extends Error {
  override readonly name = 'EventNotWritten';
}

/**
 * Opens the event log. What an earlier process left behind is compressed in the background.
 *
 * @throws when the folder cannot be made; not when the disk is full
 */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  await mkdir(options.folder, { recursive: true, mode: 0o750 });
  return new FileEventLog(options);
}

/**
 * Events wait in two bounded queues, money, and the lines of what may be dropped. One run at a time empties them: it takes a batch,
 * money first, writes it at once and, when there is money in it, waits until it is on disk. What is
 * recorded meanwhile is the next batch, so that a slow disk makes batches larger and not more.
 *
 * Money starts a run as soon as the event loop comes round, so that the notices of one turn share a sync; the rest starts
 * one after a few milliseconds. When a write fails, the batch is not in the file: its money is refused to whoever told
 * of it, the rest of it is dropped, and for a second every batch fails like this without a try.
 */
class FileEventLog implements EventLog {
  readonly #options: EventLogOptions;
  readonly #file: RotatingFile;
  readonly #upkeep: Upkeep;
  readonly #upkeepTimer: NodeJS.Timeout;
  readonly #lines = new WaitingLines();
  #money: WaitingMoney[] = [];
  #timer: NodeJS.Timeout | undefined;
  #run: Promise<void> | undefined;
  #pausedUntilMs = -Infinity;
  #problem: string | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: EventLogOptions) {
    this.#options = options;
    const { folder, fileBytesMax = FILE_BYTES_MAX, openFile, metrics } = options;
    this.#file = new RotatingFile({
      folder,
      fileBytesMax,
      ...(openFile && { openFile }),
      onFinished: () => {
        metrics.eventFileFinished();
        this.#upkeep.start();
      },
    });
    this.#upkeep = new Upkeep({ ...options, nameInUse: () => this.#file.nameInUse });
    this.#upkeep.start();
    this.#upkeepTimer = setInterval(() => {
      this.#wake(true);
      this.#upkeep.start();
    }, options.upkeepMs ?? UPKEEP_MS);
    this.#upkeepTimer.unref();
  }

  record(event: DroppableEvent): void {
    if (this.#closed || this.#lines.count >= DROPPABLE_WAITING_MAX) {
      this.#options.metrics.eventDropped(event.kind);
      return;
    }
    this.#lines.add(event);
    this.#wake(false);
  }

  recordMoney(event: MoneyEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: WaitingMoney = { event, resolve, reject };
      if (this.#closed) this.#refuse(waiting, 'the event log is closed');
      else if (this.#money.length >= MONEY_WAITING_MAX) this.#refuse(waiting, 'too many events are waiting');
      else {
        this.#money.push(waiting);
        this.#wake(true);
      }
    });
  }

  problem(): string | undefined {
    return this.#problem;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#probeTimer);
    clearInterval(this.#upkeepTimer);
    clearTimeout(this.#timer);
    let giveUp: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (giveUp = setTimeout(resolve, CLOSE_MS_MAX)));
    await Promise.race([patience, Promise.all([this.#finish(), this.#upkeep.close()])]);
    clearTimeout(giveUp);
    this.#giveUpOn(this.#lines.take(), this.#money.splice(0), 'the event log is closed');
  }

  async #finish(): Promise<void> {
    await this.#run;
    while (this.#lines.count + this.#money.length > 0) await this.#writeBatch();
    try {
      await this.#file.finish();
    } catch (error) {
      this.#failed(error);
    }
  }

  #wake(atOnce: boolean): void {
    if (this.#run) return;
    if (atOnce) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#run = this.#writeAll();
    } else {
      this.#timer ??= setTimeout(() => this.#wake(true), GATHER_MS);
    }
  }

  /** Never rejects. */
  async #writeAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    do await this.#writeBatch();
    while (this.#money.length > 0 || this.#lines.count >= BATCH_LINES);
    this.#run = undefined;
    if (this.#lines.count > 0 && !this.#closed) this.#wake(false);
  }

  /** Writes a batch, or without any finishes a file whose hour is over. Never rejects. */
  async #writeBatch(): Promise<void> {
    const { clock, metrics } = this.#options;
    const money = this.#money.splice(0, BATCH_MONEY_MAX);
    const lines = this.#lines.take();
    if (clock.monotonicMs() < this.#pausedUntilMs) {
      this.#giveUpOn(lines, money, 'the event log could not be written just now');
      return;
    }
    try {
      if (money.length + lines.kinds.length === 0) {
        await this.#file.finishIfOver(clock.nowMs());
        return;
      }
      const moneyText = money.map(({ event }) => encodeEvent(event)).join('');
      const bytes = Buffer.concat([Buffer.from(moneyText), lines.bytes]);
      await this.#file.append(bytes, clock.nowMs(), money.length > 0);
      this.#problem = undefined;
      metrics.eventBytesWritten(bytes.length);
      for (const { event, resolve } of money) {
        metrics.eventWritten(event.kind);
        resolve();
      }
      for (const kind of lines.kinds) metrics.eventWritten(kind);
    } catch (error) {
      this.#failed(error);
      this.#giveUpOn(lines, money, `the event log cannot be written: ${messageOf(error)}`);
    }
  }

  #failed(error: unknown): void {
    const { clock, metrics, onTrouble } = this.#options;
    this.#pausedUntilMs = clock.monotonicMs() + PAUSE_MS;
    metrics.eventLogFailed('write');
    this.#problem = `the event log cannot be written: ${messageOf(error)}`;
    onTrouble(this.#problem);
    this.#probeLater();
  }

  /** Who bids only when money can be written down brings no events by which it would be noticed that the disk has room again. */
  #probeLater(): void {
    clearTimeout(this.#probeTimer);
    if (this.#closed) return;
    this.#probeTimer = setTimeout(() => void this.#probe(), PAUSE_MS);
    this.#probeTimer.unref();
  }

  async #probe(): Promise<void> {
    if (this.#problem === undefined) return;
    try {
      await this.#file.probe(PROBE_BYTES);
      this.#problem = undefined;
    } catch (error) {
      this.#problem = `the event log cannot be written: ${messageOf(error)}`;
      this.#probeLater();
    }
  }

  #giveUpOn({ kinds }: Lines, money: readonly WaitingMoney[], why: string): void {
    for (const kind of kinds) this.#options.metrics.eventDropped(kind);
    for (const waiting of money) this.#refuse(waiting, why);
  }

  #refuse({ event, reject }: WaitingMoney, why: string): void {
    this.#options.metrics.eventRefused(event.kind);
    reject(new EventNotWritten(why));
  }
}
