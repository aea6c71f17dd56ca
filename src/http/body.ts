import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { createCall, cutCall, holdCall, refuseCall, type Call, type Port } from './call.js';
import { readHead } from './head.js';

export interface BodyLimits {
  /** Of one body, as it arrives. */
  readonly bytesMax: number;
  /** From the first byte of a body to its last. A caller who sends none is cut by the library. */
  readonly timeoutMs: number;
  /** Of the unfinished bodies of all calls together. */
  readonly heldBytesMax: number;
}

/** What becomes of a body: its bytes, valid until the receiver first returns or awaits, or why they were dropped. */
export type ReceivedBody = Uint8Array | 'too-large' | 'shed';

const BUFFER_BYTES_MIN = 4096;
const NOTHING = Buffer.alloc(0);

/**
 * Gathers the body of a call.
 *
 * Most bodies arrive in one piece and are handed on without a copy. The others are gathered in a buffer that doubles,
 * so it holds at most twice what has really arrived: a length that is only promised costs nothing. A body over its
 * limit is dropped from there on and told at once; one that would break the limit on all bodies is dropped too, but
 * read to its end, because its caller gets an answer on the same connection. A body that does not end in time is cut.
 *
 * @param contentLength in bytes, 0 when it was not told
 * @param receive called at most once, never for a call that is over or refused; `too-large` must end in `refuseCall`,
 *   because the rest of the body is still on its way
 */
export function receiveBody(
  call: Call,
  contentLength: number,
  limits: BodyLimits,
  receive: (body: ReceivedBody) => void,
): void {
  let gathered: Buffer = NOTHING;
  let arrivedBytes = 0;
  let shed = false;
  call.res.onData((chunk, isLast) => {
    if (call.over) return;
    if (call.refused) {
      // Not before the library has sent what it holds back while it parses.
      if (isLast) setImmediate(cutCall, call);
      return;
    }
    const start = arrivedBytes;
    arrivedBytes += chunk.byteLength;
    if (arrivedBytes > limits.bytesMax) {
      receive('too-large');
      if (isLast) setImmediate(cutCall, call);
      return;
    }
    if (isLast && start === 0) {
      receive(new Uint8Array(chunk));
      return;
    }
    shed ||= !holdBytes(call, chunk.byteLength, limits.heldBytesMax);
    gathered = shed ? NOTHING : append(gathered, start, new Uint8Array(chunk), limits.bytesMax);
    if (isLast) {
      clearTimeout(call.timer);
      receive(shed ? 'shed' : gathered.subarray(0, arrivedBytes));
    } else {
      call.timer ??= setTimeout(cutCall, limits.timeoutMs, call);
    }
  });
  if (contentLength > limits.bytesMax) receive('too-large');
}

/**
 * Opens a call whose body nobody wants: the library skips it, and cuts a caller who takes longer than 10 s over it.
 *
 * @returns undefined when the framing was invalid and the call has been refused
 */
export function openWithoutBody(port: Port, res: HttpResponse, req: HttpRequest): Call | undefined {
  const { framing } = readHead(req);
  const call = createCall(port, res, framing, req.getCaseSensitiveMethod());
  holdCall(call, undefined);
  if (framing !== 'invalid') return call;
  refuseCall(call, '400 Bad Request', []);
  dropBody(call);
  return undefined;
}

/** Drops the body of a refused call as it arrives, and closes the connection at its end. */
export function dropBody(call: Call): void {
  call.res.onData((_chunk, isLast) => {
    if (isLast) setImmediate(cutCall, call);
  });
}

/** @returns false when there is no room; the call then holds nothing at all */
function holdBytes(call: Call, bytes: number, heldBytesMax: number): boolean {
  const { port } = call;
  const hasRoom = port.heldBytes + bytes <= heldBytesMax;
  const change = hasRoom ? bytes : -call.heldBytes;
  port.heldBytes += change;
  call.heldBytes += change;
  return hasRoom;
}

function append(gathered: Buffer, used: number, chunk: Uint8Array, bytesMax: number): Buffer {
  let buffer = gathered;
  if (used + chunk.byteLength > buffer.byteLength) {
    const wanted = Math.max(BUFFER_BYTES_MIN, used + chunk.byteLength, buffer.byteLength * 2);
    buffer = Buffer.allocUnsafeSlow(Math.min(wanted, bytesMax));
    gathered.copy(buffer, 0, 0, used);
  }
  buffer.set(chunk, used);
  return buffer;
}
