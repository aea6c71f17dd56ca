import { performance } from 'node:perf_hooks';

/**
 * Tells the turns of the event loop apart: what is read in one has been waiting since the one before. A turn counts from its first
 * request, and ends when everything that had arrived by then has been read.
 */
export class Turns {
  readonly #onBegan: (nowMs: number, idleMs: number) => void;
  readonly #onEnded: () => void;
  #isOpen = false;

  /**
   * @param onBegan told when, and for how long the loop has been idle since the process began, both in milliseconds
   * @param onEnded comes once after each `onBegan`
   */
  constructor(onBegan: (nowMs: number, idleMs: number) => void, onEnded: () => void) {
    this.#onBegan = onBegan;
    this.#onEnded = onEnded;
  }

  /** Call for every request, before it is looked at. */
  enter(nowMs: number): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#onBegan(nowMs, performance.nodeTiming.idleTime);
    // Immediates are called behind the sockets, in the same turn.
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#isOpen = false;
    this.#onEnded();
  };
}
