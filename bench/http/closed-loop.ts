import { Connection, INPUT_BYTES } from '../../src/load/connection.js';
import { prepareRequest, splitAtId, type PreparedRequest } from '../../src/load/prepared-request.js';

/** What came back. */
export interface ClosedLoopResult {
  readonly answers: number;
  /** With status 200. */
  readonly bids: number;
  /** Of the bodies of all answers together. */
  readonly bodyBytes: number;
  readonly statuses: ReadonlyMap<number, number>;
  readonly elapsedMs: number;
}

export interface ClosedLoopOptions {
  readonly port: number;
  readonly requests: readonly PreparedRequest[];
  readonly seconds: number;
}

const CONNECTIONS = 48;
const MS_PER_SECOND = 1_000;

export function prepareRequests(bodies: readonly Buffer[]): PreparedRequest[] {
  const head = 'POST /openrtb2/generic HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';
  // Many may be the same.
  const prepared = new Map<Buffer, PreparedRequest>();
  for (const body of bodies) {
    if (!prepared.has(body)) prepared.set(body, prepareRequest(head, splitAtId(body)));
  }
  return bodies.map((body) => prepared.get(body) as PreparedRequest);
}

/** Ids are counted on over all runs, so that none comes twice. */
let sent = 0;

/**
 * Asks as fast as it is answered: each of the keep-alive connections sends the next request when its answer is there. For the cost of an
 * answer, not for its latency.
 *
 * @throws an Error when a connection ends
 */
export async function closedLoop({ port, requests, seconds }: ClosedLoopOptions): Promise<ClosedLoopResult> {
  const statuses = new Map<number, number>();
  let answers = 0;
  let bodyBytes = 0;
  let next = 0;
  const startMs = performance.now();
  const endMs = startMs + seconds * MS_PER_SECOND;
  const bytesMax = requests.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
  const input = Buffer.allocUnsafeSlow(INPUT_BYTES);
  const send = (connection: Connection<undefined>): void => {
    const request = requests[next] as PreparedRequest;
    next = next + 1 === requests.length ? 0 : next + 1;
    connection.send(request, process.pid, sent++);
  };
  const connections = new Set<Connection<undefined>>();
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const connection = new Connection<undefined>({ host: '127.0.0.1', port }, input, bytesMax, {
        onOpen: send,
        onAnswer(asked, { status, body }) {
          answers += 1;
          bodyBytes += body.length;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (performance.now() < endMs) send(asked);
          else resolve();
        },
        onEnd: (_, { message }) => reject(new Error(`a connection to port ${port} ended: ${message}`)),
      });
      connections.add(connection);
    });
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, run));
  } finally {
    for (const connection of connections) connection.drop('the run is over');
  }
  const elapsedMs = performance.now() - startMs;
  return { answers, bids: statuses.get(200) ?? 0, bodyBytes, statuses, elapsedMs };
}
