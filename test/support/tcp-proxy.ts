import { createServer, connect, type Server, type Socket } from 'node:net';

/** What the proxy does with what passes through it. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Connections stay open and nothing moves any more, in either direction. What came in meanwhile is lost. */
  | { readonly kind: 'hang' }
  /** Each piece of a reply comes later by this. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Passes so many bytes of the next reply and then breaks the connection. */
  | { readonly kind: 'cut'; readonly replyBytes: number }
  /** Answers each piece of a request with these bytes instead of asking the server. */
  | { readonly kind: 'garbage'; readonly bytes: Uint8Array }
  /** Breaks what is connected and refuses new connections. */
  | { readonly kind: 'refuse' }
  /** Takes new connections and serves them only after this; those that are there go on. */
  | { readonly kind: 'slow-accept'; readonly ms: number };

export interface TcpProxy {
  readonly port: number;
  /** Works at once, also on connections that are there; only what hung stays broken. */
  set(mode: ProxyMode): Promise<void>;
  /** What connects from now on comes to another server, as when a name is given to another machine. */
  retarget(port: number): void;
  /** Connections taken since the start. */
  readonly accepted: number;
  /** Breaks every connection, once. */
  breakAll(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes were swallowed, so that what follows would make no sense. */
  isSpoilt: boolean;
  /** When the last delayed piece of a reply is due, so that none overtakes it. */
  dueMs: number;
}

/** A proxy on loopback between a client and a server, that fails in the ways in which networks and servers fail. */
export async function startTcpProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
  const proxy = new Proxy(targetPort, targetHost);
  await proxy.listen(0);
  return proxy;
}

class Proxy implements TcpProxy {
  port = 0;
  accepted = 0;
  #mode: ProxyMode = { kind: 'pass' };
  #server: Server | undefined;
  #targetPort: number;
  readonly #targetHost: string;
  readonly #pairs = new Set<Pair>();

  constructor(targetPort: number, targetHost: string) {
    this.#targetPort = targetPort;
    this.#targetHost = targetHost;
  }

  async listen(port: number): Promise<void> {
    const server = createServer((client) => this.#accept(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
  }

  async set(mode: ProxyMode): Promise<void> {
    const wasHanging = this.#mode.kind === 'hang';
    this.#mode = mode;
    if (mode.kind === 'refuse') await this.#stopListening();
    else if (this.#server === undefined) await this.listen(this.port);
    // The sockets' own buffers may hold the rest of a swallowed request; the peer has to find out by itself.
    if (wasHanging && mode.kind !== 'hang') for (const pair of this.#pairs) pair.isSpoilt = true;
  }

  retarget(port: number): void {
    this.#targetPort = port;
  }

  breakAll(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  async close(): Promise<void> {
    await this.#stopListening();
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) =>
      server === undefined ? resolve() : server.close(() => resolve()),
    );
    this.breakAll();
    await closed;
  }

  #accept(client: Socket): void {
    this.accepted++;
    const wait = this.#mode.kind === 'slow-accept' ? this.#mode.ms : 0;
    client.on('error', () => client.destroy());
    if (wait === 0) this.#join(client);
    else {
      client.pause();
      setTimeout(() => !client.destroyed && this.#join(client), wait).unref();
    }
  }

  #join(client: Socket): void {
    const server = connect(this.#targetPort, this.#targetHost);
    const pair: Pair = { client, server, isSpoilt: false, dueMs: 0 };
    this.#pairs.add(pair);
    client.on('data', (bytes) => this.#request(pair, bytes));
    server.on('data', (bytes) => this.#reply(pair, bytes));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#pairs.delete(pair);
        if (this.#mode.kind !== 'hang') other.destroy();
      });
    }
    client.resume();
  }

  #request(pair: Pair, bytes: Buffer): void {
    if (this.#mode.kind === 'garbage') pair.client.write(this.#mode.bytes);
    else if (this.#mode.kind !== 'hang' && !pair.isSpoilt) pair.server.write(bytes);
    else pair.isSpoilt = true;
  }

  #reply(pair: Pair, bytes: Buffer): void {
    const mode = this.#mode;
    const nowMs = performance.now();
    if (mode.kind === 'delay' || pair.dueMs > nowMs) {
      pair.dueMs = Math.max(pair.dueMs, nowMs + (mode.kind === 'delay' ? mode.ms : 0));
      setTimeout(() => !pair.client.destroyed && pair.client.write(bytes), pair.dueMs - nowMs).unref();
    } else if (mode.kind === 'cut') {
      pair.client.write(bytes.subarray(0, mode.replyBytes), () => pair.client.resetAndDestroy());
    } else if (mode.kind !== 'hang' && mode.kind !== 'garbage' && !pair.isSpoilt) {
      pair.client.write(bytes);
    } else {
      pair.isSpoilt = true;
    }
  }
}
