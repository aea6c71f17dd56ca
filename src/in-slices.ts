import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './lib/clock.js';
import type { Steps } from './lib/steps.js';

/** Long enough that taking turns costs little, short enough that no request notices. */
const SLICE_MS = 1;

/** Does long work a little at a time, so that bid requests are answered in between. */
export async function inSlices<Result>(steps: Steps<Result>, clock: Clock): Promise<Result> {
  let sliceEndMs = clock.monotonicMs() + SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (clock.monotonicMs() < sliceEndMs) continue;
    await nextTurn();
    sliceEndMs = clock.monotonicMs() + SLICE_MS;
  }
}
