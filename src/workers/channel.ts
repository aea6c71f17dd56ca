import type { FromWorker, ToWorker } from './protocol.js';

/** The way from a worker to its supervisor. */
export interface Channel {
  /** Resolves when it was said, or when nobody is there to hear it any more. */
  readonly say: (message: FromWorker) => Promise<void>;
  readonly onMessage: (listener: (message: ToWorker) => void) => void;
  /** Resolves when the supervisor has gone. */
  readonly lost: Promise<void>;
  readonly close: () => void;
}

export function openChannel(process: NodeJS.Process): Channel {
  const lost = new Promise<void>((resolve) => {
    process.once('disconnect', resolve);
  });
  return {
    say: (message) =>
      new Promise((resolve) => {
        if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
        else resolve();
      }),
    onMessage: (listener) => {
      process.on('message', listener);
    },
    lost,
    close: () => {
      if (process.connected) process.disconnect();
    },
  };
}
