import { hashString } from '../lib/hash.js';
import { hashIpWords, type IpWords } from '../lib/ip-words.js';
import { RateSketch } from '../lib/rate-sketch.js';
import { RecentIds } from '../lib/recent-ids.js';

const MINUTE_MS = 60_000;
/** 100,000 ids at least: ten seconds of as many thousand requests. */
const ID_SLOTS = 131_072;

/**
 * What is remembered of the requests of the last minute or two: hashes and counts, from which nobody can be told, in some
 * five megabytes that never become more. It is this process's alone and goes with it.
 */
export class RecentTraffic {
  readonly #seed: number;
  readonly addresses = new RateSketch(MINUTE_MS);
  readonly users = new RateSketch(MINUTE_MS);
  readonly ids: RecentIds;

  constructor(seed: number) {
    this.#seed = seed;
    this.ids = new RecentIds(ID_SLOTS, seed);
  }

  addressHash(address: IpWords): number {
    return hashIpWords(address, this.#seed);
  }

  textHash(scope: string, text: string): number {
    return hashString(text, this.#seed ^ hashString(scope));
  }
}
