import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  App,
  us_listen_socket_close,
  us_socket_local_port,
  type TemplatedApp,
  type us_listen_socket,
} from 'uWebSockets.js';
import { systemClock } from '../lib/clock.js';
import { createPort, type Port } from './call.js';

/** An app that accepts connections. */
export interface Listener {
  /** The TCP port, also when any was asked for. */
  readonly port: number;
  /**
   * Takes no more connections, lets the open calls finish, then closes every connection. Answers given meanwhile ask
   * their callers to leave.
   *
   * @param graceMs how long the open calls may take
   */
  readonly drain: (graceMs: number) => Promise<void>;
  /**
   * Takes no more connections and goes on answering on those that are open, each answer asking its caller to leave. Resolves when all
   * have left. Somebody else must be listening on the port, or whoever leaves has nowhere to go.
   *
   * @param lingerMs how long callers may take
   */
  readonly leave: (lingerMs: number) => Promise<void>;
  /** Closes every connection now; calls in work end as aborted. */
  readonly close: () => void;
}

/** LIBUS_LISTEN_DEFAULT: the system deals connections out to all processes of this user that listen on the port like this. */
const SHARED_PORT = 0;
/** LIBUS_LISTEN_EXCLUSIVE_PORT: without it a second process silently takes half of the connections. */
const EXCLUSIVE_PORT = 1;
/** A turn of the event loop this short had next to nothing to do. */
const QUIET_TURN_MS = 0.05;
const QUIET_TURN_AWAITED_MS = 500;

/** The library takes all four arguments; its declarations know them in threes only. */
interface ListeningWithOptions {
  listen(host: string, port: number, options: number, done: (socket: us_listen_socket | false) => void): void;
}

/**
 * @param port 0 for any free one
 * @param isShared whether other processes of this user may listen on the port as well
 * @throws when the address is taken or not this machine's
 */
export async function listen(
  app: TemplatedApp,
  state: Port,
  host: string,
  port: number,
  isShared = false,
): Promise<Listener> {
  const options = isShared ? SHARED_PORT : EXCLUSIVE_PORT;
  const socket = await new Promise<us_listen_socket | false>((resolve) => {
    (app as unknown as ListeningWithOptions).listen(host, port, options, resolve);
  });
  if (socket === false) {
    app.close();
    throw new Error(
      `cannot listen on ${host}:${port}: expected an address of this machine and a port that no other process uses`,
    );
  }
  return createListener(app, state, socket);
}

/**
 * Makes sure that nobody listens there, for processes that are going to share the port: they would not notice.
 *
 * @param port 0 for any free one
 * @returns the port
 * @throws when the address is taken or not this machine's
 */
export async function claimPort(host: string, port: number): Promise<number> {
  const listener = await listen(App(), createPort(systemClock), host, port);
  listener.close();
  return listener.port;
}

function createListener(app: TemplatedApp, state: Port, socket: us_listen_socket): Listener {
  let connections = 0;
  let onEmpty: (() => void) | undefined;
  app.filter((_response, change) => {
    connections += change;
    if (connections === 0) onEmpty?.();
  });
  let isListening = true;
  let isClosed = false;
  let drained: Promise<void> | undefined;

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    isListening = false;
    app.close();
  }

  function stopListening(): void {
    if (isListening) us_listen_socket_close(socket);
    isListening = false;
  }

  async function leave(lingerMs: number): Promise<void> {
    await quietTurn();
    stopListening();
    state.draining = true;
    if (connections === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lingerMs);
      onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function drain(graceMs: number): Promise<void> {
    stopListening();
    state.draining = true;
    await openCallsEnded(state, graceMs);
    close();
  }

  return {
    port: us_socket_local_port(socket),
    drain: (graceMs) => (drained ??= drain(graceMs)),
    leave,
    close,
  };
}

/**
 * The system resets connections that have arrived at a socket which is closed before they were accepted, and it hands them to another process only where
 * net.ipv4.tcp_migrate_req is 1. The library accepts all that have arrived once in each turn of the event loop. So a moment to close is
 * when the turn before was so short that next to nothing can have arrived since. It is waited for, but not for long.
 */
async function quietTurn(): Promise<void> {
  let turnedMs = performance.now();
  const endMs = turnedMs + QUIET_TURN_AWAITED_MS;
  for (let isQuiet = false; !isQuiet && turnedMs < endMs;) {
    await nextTurn();
    const nowMs = performance.now();
    isQuiet = nowMs - turnedMs < QUIET_TURN_MS;
    turnedMs = nowMs;
  }
}

/** Resolves outside of the library's calls, when the last answer has left its buffers. */
async function openCallsEnded(state: Port, graceMs: number): Promise<void> {
  if (state.openCalls > 0) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      state.onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  await new Promise((resolve) => setImmediate(resolve));
}
