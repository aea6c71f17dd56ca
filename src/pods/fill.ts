/**
 * Filling a commercial break: which of the bids that could go out earn most together, in the time and the number of places
 * that there are, with none beside another that it must not stand beside (rule 35, OpenRTB 2.6 §7.6).
 *
 * An exact search: the bids by falling price are taken or left one after the other; a branch ends where even the dearest
 * bids that are left could not make it better than the best found so far. With two dozen bids that is some hundred steps;
 * a break made to take longer ends with the best found within STEPS_MAX.
 */

export interface PodCandidate {
  /** Above 0; in whatever unit all of them have. */
  readonly price: number;
  /** 0 for what takes no time. */
  readonly seconds: number;
  /** No two that share one of these stand in one break. */
  readonly keys: readonly string[];
}

export interface PodRoom {
  readonly secondsMax: number;
  readonly bidsMax: number;
}

export interface FilledPod<Candidate> {
  /** In the order in which they were given. */
  readonly chosen: readonly Candidate[];
  /** Was the search ended before it had seen everything? */
  readonly cutShort: boolean;
}

/** Of more bids than this the most promising are looked at. */
export const POD_CANDIDATES_MAX = 24;
const STEPS_MAX = 20_000;

/**
 * @param candidates in the order of preference among equal prices
 * @returns those that earn most together; of several that earn the same, the one with the earliest ones
 */
export function fillPod<Candidate extends PodCandidate>(
  candidates: readonly Candidate[],
  room: PodRoom,
): FilledPod<Candidate> {
  const places = new Map(candidates.map((candidate, place) => [candidate, place]));
  const placeOf = (candidate: Candidate): number => places.get(candidate) ?? 0;
  const byPrice = (a: Candidate, b: Candidate): number => b.price - a.price || placeOf(a) - placeOf(b);
  const fitting = candidates.filter(({ seconds }) => seconds <= room.secondsMax).sort(byPrice);
  const ranked = fitting.length <= POD_CANDIDATES_MAX ? fitting : mostPromising(fitting).sort(byPrice);
  const search = new Search(ranked, room);
  search.from(0, room.secondsMax, 0);
  return {
    chosen: [...search.best].sort((a, b) => placeOf(a) - placeOf(b)),
    cutShort: search.steps > STEPS_MAX || ranked.length < fitting.length,
  };
}

/**
 * One half the dearest, the other half the dearest for the time they take: a break of short ones may earn more.
 *
 * @param fitting by falling price
 */
function mostPromising<Candidate extends PodCandidate>(fitting: readonly Candidate[]): Candidate[] {
  const half = POD_CANDIDATES_MAX / 2;
  // The sort is stable: where nothing takes time, the next dearest follow.
  const perSecond = ({ price, seconds }: Candidate): number => price / Math.max(seconds, 1e-3);
  const others = fitting.slice(half).sort((a, b) => perSecond(b) - perSecond(a));
  return [...fitting.slice(0, half), ...others.slice(0, half)];
}

class Search<Candidate extends PodCandidate> {
  readonly #ranked: readonly Candidate[];
  readonly #bidsMax: number;
  /** Of the shortest one: no more than so many fit into what time is left. */
  readonly #secondsLeast: number;
  /** What the first so many of the ranked cost together. */
  readonly #sums: readonly number[];
  readonly #taken: Candidate[] = [];
  readonly #keys = new Set<string>();
  best: readonly Candidate[] = [];
  steps = 0;
  #bestPrice = 0;

  constructor(ranked: readonly Candidate[], { bidsMax }: PodRoom) {
    this.#ranked = ranked;
    this.#bidsMax = bidsMax;
    this.#secondsLeast = Math.min(...ranked.map(({ seconds }) => seconds));
    const sums = [0];
    for (const { price } of ranked) sums.push((sums.at(-1) ?? 0) + price);
    this.#sums = sums;
  }

  from(place: number, secondsLeft: number, price: number): void {
    this.steps += 1;
    if (price > this.#bestPrice) {
      this.#bestPrice = price;
      this.best = [...this.#taken];
    }
    const candidate = this.#ranked[place];
    const inTime = this.#secondsLeast > 0 ? Math.floor(secondsLeft / this.#secondsLeast) : Infinity;
    const bidsLeft = Math.min(this.#bidsMax - this.#taken.length, inTime);
    if (!candidate || bidsLeft <= 0 || this.steps > STEPS_MAX) return;
    if (price + this.#mostOf(place, bidsLeft) <= this.#bestPrice) return;
    const { keys, seconds } = candidate;
    if (seconds <= secondsLeft && !keys.some((key) => this.#keys.has(key))) {
      for (const key of keys) this.#keys.add(key);
      this.#taken.push(candidate);
      this.from(place + 1, secondsLeft - seconds, price + candidate.price);
      this.#taken.pop();
      for (const key of keys) this.#keys.delete(key);
    }
    this.from(place + 1, secondsLeft, price);
  }

  /** What the next so many cost together: no choice among them costs more. */
  #mostOf(place: number, count: number): number {
    const end = Math.min(this.#ranked.length, place + count);
    return (this.#sums[end] ?? 0) - (this.#sums[place] ?? 0);
  }
}
