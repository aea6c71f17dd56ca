import { endCall, type Call, type HeaderList } from './call.js';

/** Whoever reads a body of unknown length that is sent piece by piece. */
export interface StreamReader {
  /** @returns false when the reader is behind; what was written is sent all the same, when he takes it */
  write(text: string): boolean;
  /** @param listener called when the reader may have caught up; the next `write` tells */
  onReady(listener: () => void): void;
  onGone(listener: () => void): void;
  end(): void;
}

/**
 * Answers the call with a body in chunks. A reader who takes nothing for ten seconds is cut by the library.
 *
 * @param gone aborted when the caller went away
 * @param start called at once with the reader
 */
export function streamAnswer(
  call: Call,
  status: string,
  headers: HeaderList,
  gone: AbortSignal | undefined,
  start: (reader: StreamReader) => void,
): void {
  if (call.over) return;
  const { res } = call;
  let onReady = (): void => {};
  res.onWritable(() => {
    onReady();
    // Nothing is offered twice, so nothing can have failed.
    return true;
  });
  res.cork(() => {
    res.writeStatus(status);
    for (const [name, value] of headers) res.writeHeader(name, value);
  });
  start({
    write(text) {
      let isTaken = true;
      if (!call.over) res.cork(() => (isTaken = res.write(text)));
      return isTaken;
    },
    onReady(listener) {
      onReady = listener;
    },
    onGone(listener) {
      gone?.addEventListener('abort', listener, { once: true });
    },
    end() {
      if (call.over) return;
      res.cork(() => res.end());
      endCall(call);
    },
  });
}
