import { hashString } from './hash.js';

/**
 * Which ids came lately. Two tables take turns: new ids go into the one, and when its time is over or it is three quarters full it becomes the
 * older one, whose ids are forgotten. Of an id only 64 bits of hash are kept, and when it came. So memory has a limit and
 * an id is forgotten early rather than an unknown one taken for known.
 */
export class RecentIds {
  readonly #slots: number;
  readonly #seed: number;
  #now: Table;
  #before: Table;
  #startMs = -Infinity;

  /**
   * @param slots a power of two; three quarters of it are remembered at least
   * @param seed of the hash, so that nobody can make ids that are taken for others
   */
  constructor(slots: number, seed: number) {
    this.#slots = slots;
    this.#seed = seed;
    this.#now = newTable(slots);
    this.#before = newTable(slots);
  }

  /**
   * Remembers an id, unless it is known.
   *
   * @param scope part of the id, such as who uses it
   * @param withinMs how long ids are known
   * @param nowMs never going back
   * @returns whether it came in the last `withinMs` already
   */
  add(scope: string, id: string, withinMs: number, nowMs: number): boolean {
    this.#turn(withinMs, nowMs);
    hash(scope, id, this.#seed);
    const { high, low } = hashed;
    if (this.#knows(high, low, withinMs, nowMs)) return true;
    put(this.#now, high, low, nowMs);
    return false;
  }

  /** As `add` would answer, without remembering. */
  has(scope: string, id: string, withinMs: number, nowMs: number): boolean {
    hash(scope, id, this.#seed);
    const { high, low } = hashed;
    return this.#knows(high, low, withinMs, nowMs);
  }

  #knows(high: number, low: number, withinMs: number, nowMs: number): boolean {
    return (
      nowMs - cameMs(this.#now, high, low) <= withinMs || nowMs - cameMs(this.#before, high, low) <= withinMs
    );
  }

  #turn(withinMs: number, nowMs: number): void {
    const isFull = this.#now.count >= this.#slots * 0.75;
    if (!isFull && nowMs - this.#startMs <= withinMs) return;
    this.#startMs = nowMs;
    if (this.#now.count === 0) return;
    [this.#now, this.#before] = [this.#before, this.#now];
    this.#now.count = 0;
    this.#now.atMs.fill(NEVER);
  }
}

/** Both halves of the hash that was made last. */
const hashed = { high: 0, low: 0 };

/** Two of FNV-1a's walks at once, with different factors and seeds, each mixed in the end. */
function hash(scope: string, id: string, seed: number): void {
  let high = seed ^ hashString(scope);
  let low = ~high;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b) ^ (low >>> 15);
  }
  high = Math.imul(high ^ (high >>> 16), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 13), 0x27d4eb2f);
  hashed.high = (high ^ (high >>> 15)) >>> 0;
  hashed.low = (low ^ (low >>> 16)) >>> 0;
}

/** Open addressing: an id stands at its hash or in the next free slot. */
interface Table {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly atMs: Float64Array;
  count: number;
}

const NEVER = -Infinity;

function newTable(slots: number): Table {
  return {
    high: new Uint32Array(slots),
    low: new Uint32Array(slots),
    atMs: new Float64Array(slots).fill(NEVER),
    count: 0,
  };
}

/** The slot of an id, or the free one where it would stand. */
function slotOf(table: Table, high: number, low: number): number {
  const mask = table.high.length - 1;
  let slot = high & mask;
  while (table.atMs[slot] !== NEVER && (table.high[slot] !== high || table.low[slot] !== low))
    slot = (slot + 1) & mask;
  return slot;
}

function cameMs(table: Table, high: number, low: number): number {
  return table.atMs[slotOf(table, high, low)] as number;
}

function put(table: Table, high: number, low: number, nowMs: number): void {
  const slot = slotOf(table, high, low);
  if (table.atMs[slot] === NEVER) table.count++;
  table.high[slot] = high;
  table.low[slot] = low;
  table.atMs[slot] = nowMs;
}
