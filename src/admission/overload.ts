import type { OverloadPolicy } from '../domain/ports.js';

/**
 * Decides which requests are served when more come than can be.
 *
 * In one turn the event loop reads every socket on which something has arrived and answers one request after the other; what arrives
 * meanwhile waits, unseen, for the next turn. So nobody waits for longer than two turns take, and a turn that is kept short keeps
 * everybody in time. When the loop cannot keep up, turns grow: each finds what came during the one before. Hence the rule: a turn
 * serves requests for so many milliseconds, its *budget*, and the rest of what it read is shed, which costs a small part of serving.
 * Served is as much as the processor can do, whatever that is, and nothing about requests has to be guessed. With an offered rate of R times the
 * most that can be served, and a shed request at the share c of a served one's cost, a turn takes budget × (1 - c) / (1 - R·c), and
 * (1 - R·c) / (1 - c) of the most is served.
 *
 * A long turn alone is no overload: a collection of garbage or a new catalogue holds requests up as well, and those are better served a
 * little late than shed. The difference is that of Nichols and Jacobson ("Controlling Queue Delay", 2012), between a good queue,
 * which drains within an interval of 100 ms, and a standing one, in the form that Maurer gave it for servers ("Fail at Scale", 2015):
 * the budget is large, and becomes small when for an interval every turn was long and the loop never idle. It becomes large again when
 * the loop was idle for a twentieth of one, so no more than that is ever lost by shedding too much.
 *
 * Whatever the budget, a request that has waited for too long is not served: longer than the operator allows, or, which is told as too
 * late, than its exchange waits for an answer.
 */
export class OverloadControl implements OverloadPolicy {
  readonly #delayMsMax: number;
  #isStanding = false;
  #turnBeganMs = 0;
  #turnIdleMs = 0;
  /** Since when every turn was long, with nothing idle between them, and how many there were. */
  #longSinceMs = 0;
  #longTurns = 0;
  #intervalBeganMs = 0;
  #intervalIdleMs = 0;

  /** @param delayMsMax how long a request may have waited; a tenth of it is the small budget */
  constructor(delayMsMax: number) {
    this.#delayMsMax = delayMsMax;
  }

  /** For how long a turn serves requests, in milliseconds. */
  get budgetMs(): number {
    return this.#isStanding ? this.#delayMsMax * STANDING_SHARE : this.#delayMsMax;
  }

  turnBegan(nowMs: number, idleMs: number): void {
    const idleSinceMs = idleMs - this.#turnIdleMs;
    const busyMs = nowMs - this.#turnBeganMs - idleSinceMs;
    this.#turnBeganMs = nowMs;
    this.#turnIdleMs = idleMs;
    if (busyMs < this.#delayMsMax * LONG_TURN_SHARE || idleSinceMs > busyMs * IDLE_SHARE_BUSY) {
      this.#longSinceMs = nowMs;
      this.#longTurns = 0;
    } else {
      this.#longTurns += 1;
    }
    const isQueuing = this.#longTurns >= LONG_TURNS_MIN && nowMs - this.#longSinceMs >= INTERVAL_MS;
    if (isQueuing) this.#isStanding = true;
    const elapsedMs = nowMs - this.#intervalBeganMs;
    if (elapsedMs < INTERVAL_MS) return;
    if (idleMs - this.#intervalIdleMs > elapsedMs * IDLE_SHARE_CALM) this.#isStanding = false;
    this.#intervalBeganMs = nowMs;
    this.#intervalIdleMs = idleMs;
  }

  refusal(nowMs: number, waitedMs: number, patienceMs: number): 'overload' | 'too-late' | undefined {
    if (waitedMs >= patienceMs) return 'too-late';
    const isServed = waitedMs < this.#delayMsMax && nowMs - this.#turnBeganMs < this.budgetMs;
    return isServed ? undefined : 'overload';
  }
}

const INTERVAL_MS = 100;
/** The small budget as a share of the large one. */
const STANDING_SHARE = 0.1;
/** A turn that takes this share of the large budget leaves a queue behind. */
const LONG_TURN_SHARE = 0.05;
/** Less of what a turn took is as good as none. */
const IDLE_SHARE_BUSY = 0.01;
const IDLE_SHARE_CALM = 0.05;
/** Behind one thing that took long there are some long turns as well. */
const LONG_TURNS_MIN = 4;
