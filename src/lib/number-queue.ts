const CHUNK_LENGTH = 1_024;

interface Chunk {
  readonly numbers: Float64Array;
  later: Chunk | undefined;
}

/** Numbers, first in first out, at eight bytes each. */
export class NumberQueue {
  #oldest: Chunk = { numbers: new Float64Array(CHUNK_LENGTH), later: undefined };
  #newest = this.#oldest;
  /** In the oldest chunk. */
  #start = 0;
  /** In the newest chunk. */
  #end = 0;

  push(number: number): void {
    if (this.#end === CHUNK_LENGTH) {
      const chunk = { numbers: new Float64Array(CHUNK_LENGTH), later: undefined };
      this.#newest.later = chunk;
      this.#newest = chunk;
      this.#end = 0;
    }
    this.#newest.numbers[this.#end++] = number;
  }

  /** @returns the one that was pushed first; undefined when there is none */
  peek(): number | undefined {
    const isEmpty = this.#oldest === this.#newest && this.#start === this.#end;
    return isEmpty ? undefined : this.#oldest.numbers[this.#start];
  }

  /** Takes away what `peek` tells. */
  shift(): void {
    this.#start += 1;
    if (this.#start < CHUNK_LENGTH || !this.#oldest.later) return;
    this.#oldest = this.#oldest.later;
    this.#start = 0;
  }
}
