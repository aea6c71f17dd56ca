import type { HttpResponse } from 'uWebSockets.js';
import type { Clock } from '../lib/clock.js';
import type { Framing } from './head.js';

/** What the calls of one listening port share. */
export interface Port {
  readonly clock: Clock;
  /** Calls whose head has arrived and whose answer has not left. */
  openCalls: number;
  /** Bytes of unfinished bodies held for all calls together. */
  heldBytes: number;
  /** While true, every answer asks its caller to leave. */
  draining: boolean;
  /** Called once when `openCalls` falls to 0. */
  onIdle: (() => void) | undefined;
}

/** One request from its head to its answer. */
export interface Call {
  readonly port: Port;
  readonly res: HttpResponse;
  /** Monotonic time at which the head was complete. */
  readonly receivedMs: number;
  /** Nothing that follows this call on its connection may be read as a request; its answer closes. */
  lastOfConnection: boolean;
  /** Refused while its body may still be arriving; the connection closes when that has ended. */
  refused: boolean;
  /** Answered, or the caller went away: `res` must not be touched any more. */
  over: boolean;
  /** Bytes of its body held; part of `port.heldBytes`. */
  heldBytes: number;
  timer: NodeJS.Timeout | undefined;
}

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** How long a refused caller may go on sending before the connection is cut under it. */
const LINGER_MS = 1000;

export function createPort(clock: Clock): Port {
  return { clock, openCalls: 0, heldBytes: 0, draining: false, onIdle: undefined };
}

/**
 * A chunked body's end is uncertain, and so is the claim of a POST to have no body: the library may have hidden its
 * length from us.
 *
 * @param method as sent
 */
export function createCall(port: Port, res: HttpResponse, framing: Framing, method: string): Call {
  return {
    port,
    res,
    receivedMs: port.clock.monotonicMs(),
    lastOfConnection: framing === 'chunked' || (framing === 'none' && method !== 'GET'),
    refused: false,
    over: false,
    heldBytes: 0,
    timer: undefined,
  };
}

/**
 * Counts the call as open until it is answered or its caller goes away. Must come before anything asynchronous.
 *
 * @param onGone called when the caller went away before the answer, or was cut off
 */
export function holdCall(call: Call, onGone: (() => void) | undefined): void {
  call.port.openCalls++;
  call.res.onAborted(() => {
    endCall(call);
    onGone?.();
  });
}

/**
 * Answers the call; does nothing when its caller is gone.
 *
 * The answer to the last call of a connection is put off until the library has looked at all that it has read: only
 * then does it close. Were it given at once, a request behind it in the same packet would be served and the order to
 * close forgotten. Put off, that request finds the connection busy, and the library cuts it: nothing is served.
 *
 * @param status such as `204 No Content`
 * @param body undefined for none at all, which also omits Content-Length
 */
export function answerCall(
  call: Call,
  status: string,
  headers: HeaderList,
  body: string | Uint8Array | undefined,
): void {
  if (call.over) return;
  if (call.lastOfConnection) setImmediate(writeAnswer, call, status, headers, body);
  else writeAnswer(call, status, headers, body);
}

function writeAnswer(
  call: Call,
  status: string,
  headers: HeaderList,
  body: string | Uint8Array | undefined,
): void {
  if (call.over) return;
  const { res, lastOfConnection } = call;
  res.cork(() => {
    res.writeStatus(status);
    for (const [name, value] of headers) res.writeHeader(name, value);
    // `end` says `connection: close` itself when it is told to close.
    if (call.port.draining && !lastOfConnection) res.writeHeader('connection', 'close');
    // Closing without a body takes a length of 0, even where none belongs: else the library makes one up.
    if (body === undefined && !lastOfConnection) res.endWithoutBody();
    else res.end(body ?? '', lastOfConnection);
  });
  endCall(call);
}

/**
 * Answers the call at once with an empty body and closes its connection when the caller has stopped sending, at the
 * latest after a second. A connection closed with bytes unread is reset, and a reset can overtake the answer.
 *
 * The library cannot answer and go on reading and then close. So the whole head of the answer is handed to it as the
 * status line, which it writes as it is; to the library the answer has only begun, and it may still be closed.
 *
 * `receiveBody` or `dropBody` has to be called as well: they notice the end of the body.
 */
export function refuseCall(call: Call, status: string, headers: HeaderList): void {
  if (call.over || call.refused) return;
  call.refused = true;
  let head = `${status}\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  call.res.cork(() => call.res.writeStatus(`${head}connection: close\r\ncontent-length: 0\r\n`));
  clearTimeout(call.timer);
  call.timer = setTimeout(cutCall, LINGER_MS, call);
}

/** Closes the connection of an open call without another word. */
export function cutCall(call: Call): void {
  if (!call.over) call.res.close();
}

/** The call is answered, or its caller is gone. */
export function endCall(call: Call): void {
  const { port } = call;
  call.over = true;
  clearTimeout(call.timer);
  call.timer = undefined;
  port.heldBytes -= call.heldBytes;
  call.heldBytes = 0;
  port.openCalls--;
  if (port.openCalls === 0) port.onIdle?.();
}
