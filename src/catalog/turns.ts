import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { systemClock, type Clock } from '../lib/clock.js';
import type { Steps } from '../lib/steps.js';

/** Long enough that taking turns costs little, short enough that no bid request notices. */
const TURN_MS = 1;

/** Long work in turns with other work. */
export interface Turns {
  /** Lets other work have its turn when this one has lasted long enough. Await it before each thing of a fraction of a millisecond. */
  pause(): Promise<void>;
}

/** @param clock on one that stands still, all work is done in one turn */
export function createTurns(clock: Clock = systemClock): Turns {
  let turnEndsMs = clock.monotonicMs() + TURN_MS;
  return {
    pause: async () => {
      if (clock.monotonicMs() < turnEndsMs) return;
      await afterOtherWork();
      turnEndsMs = clock.monotonicMs() + TURN_MS;
    },
  };
}

/** Does all the steps in turns with other work. */
export async function inTurns<Result>(steps: Steps<Result>, turns = createTurns()): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await turns.pause();
  }
}
