import type { IpRange } from './ip.js';
import type { IpWords } from './ip-words.js';
import type { Steps } from './steps.js';

/** So much is done between two yields. */
const STEP = 2_048;

/**
 * Networks that addresses are looked up in. Two networks lie one within the other or apart, never across. So those that
 * lie in another are left out, the others are sorted by their first address, and only the last one that begins at or
 * before an address can hold it: a binary search over flat arrays, some tens of nanoseconds with 100,000 networks.
 */
export class NetworkSet {
  readonly #first4: Uint32Array;
  readonly #last4: Uint32Array;
  /** Four words a network. */
  readonly #first6: Uint32Array;
  readonly #last6: Uint32Array;

  constructor(first4: Uint32Array, last4: Uint32Array, first6: Uint32Array, last6: Uint32Array) {
    this.#first4 = first4;
    this.#last4 = last4;
    this.#first6 = first6;
    this.#last6 = last6;
  }

  /** How many networks are left when those within others are not counted. */
  get size(): number {
    return this.#first4.length + this.#first6.length / 4;
  }

  has({ version, words }: IpWords): boolean {
    return version === 4 ? this.#has4(words[0] ?? 0) : this.#has6(words);
  }

  #has4(word: number): boolean {
    const first = this.#first4;
    let low = 0;
    let high = first.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((first[middle] as number) <= word) low = middle + 1;
      else high = middle;
    }
    return low > 0 && word <= (this.#last4[low - 1] as number);
  }

  #has6(words: Uint32Array): boolean {
    const first = this.#first6;
    let low = 0;
    let high = first.length / 4;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareWords(first, middle * 4, words, 0) <= 0) low = middle + 1;
      else high = middle;
    }
    return low > 0 && compareWords(words, 0, this.#last6, (low - 1) * 4) <= 0;
  }
}

const NONE = new Uint32Array(0);
export const NO_NETWORKS = new NetworkSet(NONE, NONE, NONE, NONE);

/** @param ranges in any order; they may repeat and lie within each other */
export function* networkSetSteps(ranges: readonly IpRange[]): Steps<NetworkSet> {
  const [first4, last4] = yield* bordersOf(ranges, 4);
  const [first6, last6] = yield* bordersOf(ranges, 6);
  return new NetworkSet(first4, last4, first6, last6);
}

/** First and last addresses of the networks of one version that lie in no other, ascending. */
function* bordersOf(ranges: readonly IpRange[], version: 4 | 6): Steps<[Uint32Array, Uint32Array]> {
  const width = version === 4 ? 1 : 4;
  let count = 0;
  for (const range of ranges) if (range.version === version) count++;
  const first = new Uint32Array(count * width);
  const last = new Uint32Array(count * width);
  let at = 0;
  for (const [i, range] of ranges.entries()) {
    if (i % STEP === 0) yield;
    if (range.version !== version) continue;
    for (let word = 0; word < width; word++) {
      const value = (((range.groups[2 * word] ?? 0) << 16) | (range.groups[2 * word + 1] ?? 0)) >>> 0;
      const bits = Math.min(32, Math.max(0, range.bits - 32 * word));
      first[at] = value;
      last[at] = value + 2 ** (32 - bits) - 1;
      at++;
    }
  }
  // The wider of two that begin alike comes first.
  const order = yield* sorted(
    count,
    (a, b) =>
      compareWords(first, a * width, first, b * width, width) ||
      compareWords(last, b * width, last, a * width, width),
  );
  const keptFirst = new Uint32Array(first.length);
  const keptLast = new Uint32Array(first.length);
  let kept = 0;
  for (const [i, network] of order.entries()) {
    if (i % STEP === 0) yield;
    const isWithin =
      kept > 0 && compareWords(last, network * width, keptLast, (kept - 1) * width, width) <= 0;
    if (isWithin) continue;
    for (let word = 0; word < width; word++) {
      keptFirst[kept * width + word] = first[network * width + word] ?? 0;
      keptLast[kept * width + word] = last[network * width + word] ?? 0;
    }
    kept++;
  }
  return [keptFirst.slice(0, kept * width), keptLast.slice(0, kept * width)];
}

function compareWords(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number, width = 4): number {
  for (let i = 0; i < width; i++) {
    const difference = (a[aAt + i] as number) - (b[bAt + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The numbers from 0 to `count` - 1 in order, by merging runs that double: a sort that can be left off. */
function* sorted(count: number, compare: (a: number, b: number) => number): Steps<Uint32Array> {
  let from = Uint32Array.from({ length: count }, (_, i) => i);
  let to = new Uint32Array(count);
  for (let run = 1; run < count; run *= 2) {
    for (let start = 0; start < count; start += 2 * run) {
      const middle = Math.min(count, start + run);
      const end = Math.min(count, start + 2 * run);
      let left = start;
      let right = middle;
      for (let i = start; i < end; i++) {
        if (i % STEP === 0) yield;
        const takeLeft =
          left < middle && (right >= end || compare(from[left] as number, from[right] as number) <= 0);
        to[i] = from[takeLeft ? left++ : right++] as number;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
