import { setImmediate as afterOtherWork } from 'node:timers/promises';

/** Short enough that no bid request notices. */
const TURN_MS = 2;

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
