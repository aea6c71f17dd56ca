/**
 * Decides whether something that may be in trouble should be asked at all.
 *
 * Closed, it lets everything through and counts how it goes, in two halves of a window that take turns, so that what is
 * older than a window never counts. It opens when at least `failuresMin` failed in the window and they were at least
 * half of all. Open, it lets nothing through but one probe every `probeMs`; a probe that succeeds closes it, and
 * everything else leaves it open. Half-open is the state while a probe is out.
 */
export interface BreakerOptions {
  /** Fewer failures than this within a window prove nothing. */
  readonly failuresMin: number;
  readonly windowMs: number;
  readonly probeMs: number;
}

export type BreakerState = 'closed' | 'half-open' | 'open';

/** `probe`: ask, but let nobody wait for the answer. */
export type Permission = 'ask' | 'probe' | 'refuse';

export class CircuitBreaker {
  readonly #options: BreakerOptions;
  #state: BreakerState = 'closed';
  #nextProbeMs = 0;
  #halfStartMs = 0;
  #current = { successes: 0, failures: 0 };
  #previous = { successes: 0, failures: 0 };

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** @param nowMs monotonic */
  permission(nowMs: number): Permission {
    if (this.#state === 'closed') return 'ask';
    if (nowMs < this.#nextProbeMs) return 'refuse';
    this.#state = 'half-open';
    this.#nextProbeMs = nowMs + this.#options.probeMs;
    return 'probe';
  }

  /** Call once for every question that was let through and answered in time. */
  succeeded(permission: Permission, nowMs: number): void {
    if (permission === 'probe') this.#close(nowMs);
    else this.#half(nowMs).successes++;
  }

  /** Call once for every question that was let through and failed or took too long. */
  failed(permission: Permission, nowMs: number): void {
    if (permission === 'probe') {
      if (this.#state === 'half-open') this.#state = 'open';
      return;
    }
    this.#half(nowMs).failures++;
    if (this.#state === 'closed' && this.#isInTrouble()) this.#open(nowMs);
  }

  #isInTrouble(): boolean {
    const failures = this.#current.failures + this.#previous.failures;
    const successes = this.#current.successes + this.#previous.successes;
    return failures >= this.#options.failuresMin && failures >= successes;
  }

  #open(nowMs: number): void {
    this.#state = 'open';
    this.#nextProbeMs = nowMs + this.#options.probeMs;
  }

  #close(nowMs: number): void {
    this.#state = 'closed';
    this.#halfStartMs = nowMs;
    this.#current = { successes: 0, failures: 0 };
    this.#previous = { successes: 0, failures: 0 };
  }

  #half(nowMs: number) {
    const halfMs = this.#options.windowMs / 2;
    const ageMs = nowMs - this.#halfStartMs;
    if (ageMs >= halfMs) {
      this.#previous = ageMs < 2 * halfMs ? this.#current : { successes: 0, failures: 0 };
      this.#current = { successes: 0, failures: 0 };
      this.#halfStartMs = nowMs;
    }
    return this.#current;
  }
}
