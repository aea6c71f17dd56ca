import type { FrequencyHashes, VisitorFrequency } from '../domain/frequency.js';
import { countedImpressions, type CountedImpression } from '../domain/frequency-log.js';
import type { Cap } from './caps.js';

/**
 * What a visitor has seen, for one request. Logs are folded when the first cap asks, once; then a cap is one walk over the
 * impressions. Windows slide: an impression counts for as long as a cap's time has not passed since it, to the millisecond.
 *
 * Bids of the same request count as well, as soon as they are won: two places on one page are two impressions.
 */
export class SeenImpressions {
  readonly #frequency: VisitorFrequency;
  readonly #nowMs: number;
  #person: readonly CountedImpression[] | undefined;
  #household: readonly CountedImpression[] | undefined;
  #own: CountedImpression[] = [];

  constructor(frequency: VisitorFrequency, nowMs: number) {
    this.#frequency = frequency;
    this.#nowMs = nowMs;
  }

  /** A bid of this request takes a place. */
  add({ advertiser, campaign, lineItem }: FrequencyHashes): void {
    this.#own.push({ atMs: this.#nowMs, advertiser, campaign, lineItem });
  }

  /** Is it known what the visitor has seen? */
  isKnown({ of }: Cap): boolean {
    const { personRecords, householdRecords } = this.#frequency;
    return (of === 'person' ? personRecords : householdRecords) !== undefined;
  }

  /** @returns how many impressions count; of an unknown visitor only this request's */
  count(cap: Cap): number {
    return countIn(this.#folded(cap), cap, this.#nowMs) + countIn(this.#own, cap, this.#nowMs);
  }

  /** @returns in how many milliseconds the cap will let one more pass, if nothing else is shown; 0 when it does now */
  waitMs(cap: Cap): number {
    const times = [...this.#folded(cap), ...this.#own]
      .filter((impression) => counts(impression, cap, this.#nowMs))
      .map(({ atMs }) => atMs)
      .sort((a, b) => a - b);
    const mustPass = times[times.length - cap.impressions];
    return mustPass === undefined ? 0 : mustPass + cap.perMs - this.#nowMs;
  }

  #folded({ of }: Cap): readonly CountedImpression[] {
    const { personRecords, householdRecords } = this.#frequency;
    if (of === 'person') return (this.#person ??= countedImpressions(personRecords ?? [], this.#nowMs));
    return (this.#household ??= countedImpressions(householdRecords ?? [], this.#nowMs));
  }
}

function countIn(impressions: readonly CountedImpression[], cap: Cap, nowMs: number): number {
  let count = 0;
  for (const impression of impressions) if (counts(impression, cap, nowMs)) count++;
  return count;
}

/** What a host with a faster clock has shown is in the future here, and counts. */
function counts(impression: CountedImpression, cap: Cap, nowMs: number): boolean {
  return impression[cap.level] === cap.hash && impression.atMs > nowMs - cap.perMs;
}
