import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface ScriptedRequest {
  /** Counted from 0 over all connections. */
  readonly number: number;
  /** Head lines as they came, without the first. */
  readonly head: string;
  readonly body: Buffer;
  readonly socket: Socket;
}

export interface ScriptedServer {
  readonly url: URL;
  /** So far. */
  readonly connections: number;
  readonly openConnections: number;
  readonly requests: number;
  close(): Promise<void>;
}

/** A server that reads whole HTTP requests and leaves everything about the answers, down to the bytes, to the test. */
export async function startScriptedServer(
  answer: (request: ScriptedRequest) => void,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let requests = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    let received: Buffer = Buffer.alloc(0);
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The load generator may close while an answer is on its way.
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const end = received.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = received.toString('latin1', 0, end);
        const bodyEnd = end + 4 + Number(/^content-length: (\d+)$/m.exec(head)?.[1] ?? 0);
        if (received.length < bodyEnd) return;
        const body = received.subarray(end + 4, bodyEnd);
        received = received.subarray(bodyEnd);
        answer({ number: requests++, head, body, socket });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/bid`),
    get connections() {
      return connections;
    },
    get openConnections() {
      return sockets.size;
    },
    get requests() {
      return requests;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
