import {
  us_listen_socket_close,
  us_socket_local_port,
  type TemplatedApp,
  type us_listen_socket,
} from 'uWebSockets.js';
import type { Port } from './call.js';

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
  /** Closes every connection now; calls in work end as aborted. */
  readonly close: () => void;
}

/** LIBUS_LISTEN_EXCLUSIVE_PORT: without it a second process silently takes half of the connections. */
const EXCLUSIVE_PORT = 1;

/** The library takes all four arguments; its declarations know them in threes only. */
interface ExclusiveListening {
  listen(host: string, port: number, options: number, done: (socket: us_listen_socket | false) => void): void;
}

/**
 * @param port 0 for any free one
 * @throws when the address is taken or not this machine's
 */
export async function listen(app: TemplatedApp, state: Port, host: string, port: number): Promise<Listener> {
  const socket = await new Promise<us_listen_socket | false>((resolve) => {
    (app as unknown as ExclusiveListening).listen(host, port, EXCLUSIVE_PORT, resolve);
  });
  if (socket === false) {
    app.close();
    throw new Error(
      `cannot listen on ${host}:${port}: expected an address of this machine and a port that no other process uses`,
    );
  }
  return createListener(app, state, socket);
}

function createListener(app: TemplatedApp, state: Port, socket: us_listen_socket): Listener {
  let isListening = true;
  let isClosed = false;
  let drained: Promise<void> | undefined;

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    isListening = false;
    app.close();
  }

  async function drain(graceMs: number): Promise<void> {
    if (isListening) us_listen_socket_close(socket);
    isListening = false;
    state.draining = true;
    await openCallsEnded(state, graceMs);
    close();
  }

  return { port: us_socket_local_port(socket), drain: (graceMs) => (drained ??= drain(graceMs)), close };
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
