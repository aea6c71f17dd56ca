import type { DroppableEvent } from '../domain/event.js';
import { encodeEvent } from './encode-event.js';

type DroppableKind = DroppableEvent['kind'];

/** Some lines for the event log, and what they tell of. */
export interface Lines {
  readonly bytes: Uint8Array;
  /** One a line. */
  readonly kinds: readonly DroppableKind[];
}

const BYTES_AT_FIRST = 16_384;
const UTF8_BYTES_MAX = 3;

/**
 * Events that wait to be written, as the bytes of their lines. As objects they would hold much of the requests that they are about,
 * for long enough to outlive two collections of the young, so that full collections came more often.
 */
export class WaitingLines {
  #bytes = Buffer.allocUnsafeSlow(BYTES_AT_FIRST);
  #length = 0;
  #kinds: DroppableKind[] = [];

  get count(): number {
    return this.#kinds.length;
  }

  add(event: DroppableEvent): void {
    const line = encodeEvent(event);
    this.#makeRoom(line.length * UTF8_BYTES_MAX);
    this.#length += this.#bytes.write(line, this.#length);
    this.#kinds.push(event.kind);
  }

  /** Hands them over. */
  take(): Lines {
    const lines = { bytes: this.#bytes.subarray(0, this.#length), kinds: this.#kinds };
    this.#bytes = Buffer.allocUnsafeSlow(BYTES_AT_FIRST);
    this.#length = 0;
    this.#kinds = [];
    return lines;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
