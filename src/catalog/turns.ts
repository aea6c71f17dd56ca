import { setImmediate as afterOtherWork } from 'node:timers/promises';
import type { Steps } from '../lib/steps.js';

/** Short enough that no bid request notices. */
const TURN_MS = 1;

/** Long work in turns with other work. */
export interface Turns {
  /** Lets other work have its turn when this one has lasted long enough. Await it before each thing of a fraction of a millisecond. */
  pause(): Promise<void>;
}

export function createTurns(): Turns {
  let turnEndsMs = performance.now() + TURN_MS;
  return {
    pause: async () => {
      if (performance.now() < turnEndsMs) return;
      await afterOtherWork();
      turnEndsMs = performance.now() + TURN_MS;
    },
  };
}

/** Does all the steps in turns with other work. */
export async function inTurns<Result>(steps: Steps<Result>, turns: Turns): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await turns.pause();
  }
}
