const TIDY_AFTER = 1_024;

/** First in, first out; taking costs the same however many wait. */
export class WaitingLine<Item> {
  #items: Item[] = [];
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  get first(): Item | undefined {
    return this.#items[this.#taken];
  }

  add(item: Item): void {
    this.#items.push(item);
  }

  take(): Item | undefined {
    const item = this.first;
    if (item === undefined) return undefined;
    this.#taken += 1;
    if (this.#taken >= TIDY_AFTER && this.#taken * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return item;
  }
}
