import { setTimeout as sleep } from 'node:timers/promises';
import type { ProfileStore } from '../domain/ports.js';
import type { Profile, ProfileKey } from '../domain/profile.js';

/** What a line of a profile file asks for, or why it asks for nothing. */
export type LineWork =
  | {
      readonly kind: 'put';
      readonly key: ProfileKey;
      readonly profile: Profile;
      readonly segmentsEnded: number;
    }
  | { readonly kind: 'rejected'; readonly reason: string; readonly group: string }
  | { readonly kind: 'blank' };

export interface WorkedLine {
  readonly number: number;
  readonly bytes: number;
  readonly work: LineWork;
}

export interface PutLimits {
  /** Most lines that wait for an answer, and for those before them, at once. */
  readonly linesMax: number;
  /** Most bytes of such lines. */
  readonly bytesMax: number;
  /** How long to wait before each further attempt when the store refuses. */
  readonly retryDelaysMs: readonly number[];
  /** The store is given up when nothing at all is answered for so long. */
  readonly silenceMs: number;
}

/** The store does not take profiles any more: it refused to the last attempt, or does not answer. */
export class StoreStopped extends Error {
  override readonly name = 'StoreStopped';
}

/** A full store refuses like a broken one, unless the caller would rather lose the line. */
const FULL = 'there is no room for more profiles';

interface Pending {
  readonly line: WorkedLine;
  state: 'asked' | 'answered' | 'full' | 'refused';
  /** Why it was refused. */
  why: string;
}

/**
 * Lines on their way into a store. Puts are sent ahead of their answers up to a limit, and lines are reported done in
 * the order of the file: a line is done when it and every line before it are answered. So at any time one number tells
 * how far a load has come, however the answers arrive.
 *
 * When the store refuses a put, nothing more is sent until everything sent is answered; then the refused line is tried
 * again alone, and once it is taken, all lines behind it are put again in order. Thus of two lines with one key the later
 * one counts, whatever had been refused in between.
 */
export class PendingPuts {
  readonly #store: ProfileStore;
  readonly #limits: PutLimits;
  readonly #onDone: (line: WorkedLine, stored: 'stored' | 'full') => void;
  readonly #fullIsRefusal: boolean;
  #queue: Pending[] = [];
  /** Place of the first line that is not done; what is before it is cut off from time to time. */
  #head = 0;
  #bytes = 0;
  #wake: () => void = () => undefined;

  /**
   * @param whenFull whether a full store stops the load or costs the line
   * @param onDone told of each line, in order
   */
  constructor(
    store: ProfileStore,
    limits: PutLimits,
    whenFull: 'stop' | 'lose-line',
    onDone: (line: WorkedLine, stored: 'stored' | 'full') => void,
  ) {
    this.#store = store;
    this.#limits = limits;
    this.#fullIsRefusal = whenFull === 'stop';
    this.#onDone = onDone;
  }

  /** Sends a line on. Call `makeRoom` before. */
  add(line: WorkedLine): void {
    const pending: Pending = { line, state: 'answered', why: '' };
    this.#queue.push(pending);
    this.#bytes += line.bytes;
    this.#ask(pending);
    this.#finishHead();
  }

  /** Whether a line can be added at once. */
  hasRoom(): boolean {
    this.#finishHead();
    const isRefused = this.#first()?.state === 'refused';
    return !isRefused && this.#waiting() < this.#limits.linesMax && this.#bytes < this.#limits.bytesMax;
  }

  /** Waits until a line can be added. @throws StoreStopped */
  async makeRoom(): Promise<void> {
    while (!this.hasRoom()) await this.#advance();
  }

  /** Waits until every line is done. @throws StoreStopped */
  async drain(): Promise<void> {
    this.#finishHead();
    while (this.#waiting() > 0) {
      await this.#advance();
      this.#finishHead();
    }
  }

  async #advance(): Promise<void> {
    if (this.#first()?.state === 'refused') await this.#tryAgain();
    else await this.#answer();
  }

  #waiting(): number {
    return this.#queue.length - this.#head;
  }

  #first(): Pending | undefined {
    return this.#queue[this.#head];
  }

  #finishHead(): void {
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      if (first.state !== 'answered' && first.state !== 'full') break;
      this.#head++;
      this.#bytes -= first.line.bytes;
      this.#onDone(first.line, first.state === 'full' ? 'full' : 'stored');
    }
    if (this.#head < this.#limits.linesMax && this.#head < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #ask(pending: Pending): void {
    const { work } = pending.line;
    if (work.kind !== 'put') return;
    pending.state = 'asked';
    void this.#put(pending, work.key, work.profile);
  }

  async #put(pending: Pending, key: ProfileKey, profile: Profile): Promise<void> {
    try {
      const stored = await this.#store.put(key, profile);
      if (stored === 'stored') pending.state = 'answered';
      else pending.state = this.#fullIsRefusal ? 'refused' : 'full';
      pending.why = FULL;
    } catch (error) {
      pending.state = 'refused';
      pending.why = error instanceof Error ? error.message : String(error);
    }
    this.#wake();
  }

  /** Waits until nothing is on its way any more; what is refused by then stays so. */
  async #settle(): Promise<void> {
    while (this.#queue.some(({ state }) => state === 'asked')) await this.#answer();
    this.#finishHead();
  }

  /** Waits for any answer. @throws StoreStopped when there is none for too long */
  async #answer(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const isAnswered = await new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
      timer = setTimeout(() => resolve(false), this.#limits.silenceMs);
    });
    clearTimeout(timer);
    if (!isAnswered)
      throw new StoreStopped(`the store has not answered for ${this.#limits.silenceMs / 1000} seconds`);
  }

  /** @throws StoreStopped when the first line is refused to the last */
  async #tryAgain(): Promise<void> {
    await this.#settle();
    const first = this.#first();
    if (first === undefined) return;
    // What was taken behind it is put again as well: it may have the same key, and must be put later.
    const behind = this.#queue.slice(this.#head + 1);
    for (const later of behind) if (later.line.work.kind === 'put') later.state = 'refused';
    for (const delayMs of this.#limits.retryDelaysMs) {
      await sleep(delayMs);
      this.#ask(first);
      await this.#settle();
      if (this.#first() === first) continue;
      for (const later of behind) this.#ask(later);
      return;
    }
    throw new StoreStopped(`the store refuses profiles: ${first.why}`);
  }
}
