import { connect, type Socket } from 'node:net';
import { OverloadControl } from '../../src/admission/overload.js';
import {
  SILENT_METRICS,
  type BidAnswer,
  type BidCall,
  type ConversionCall,
  type NoticeCall,
  type RequestOutcome,
} from '../../src/domain/ports.js';
import { startBidServer, type BidServer, type BidServerOptions } from '../../src/http/bid-server.js';
import { systemClock } from '../../src/lib/clock.js';

export interface RawResponse {
  readonly status: number;
  /** Lower-cased names; of several equal ones the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** A TCP connection on which tests write exactly the bytes they mean. */
export interface RawConnection {
  readonly socket: Socket;
  send(bytes: string | Uint8Array): void;
  /** The next whole response. @throws when the connection closes before it is complete */
  response(): Promise<RawResponse>;
  /** Resolves, with every response that had not been asked for, once the server has closed. */
  closed(): Promise<readonly RawResponse[]>;
  destroy(): void;
}

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let received: Buffer = Buffer.alloc(0);
  let wake: () => void = () => undefined;
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on('error', () => wake());
  socket.on('close', () => wake());
  const changed = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const take = (): RawResponse | undefined => {
    const parsed = parseResponse(received, socket.closed);
    received = received.subarray(parsed?.bytes ?? 0);
    return parsed?.response;
  };
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return {
    socket,
    send: (bytes) => socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    response: async () => {
      for (;;) {
        const response = take();
        if (response) return response;
        if (socket.closed)
          throw new Error(`closed before a whole response: ${JSON.stringify(received.toString('latin1'))}`);
        await changed();
      }
    },
    closed: async () => {
      while (!socket.closed) await changed();
      const responses: RawResponse[] = [];
      for (let response = take(); response; response = take()) responses.push(response);
      return responses;
    },
    destroy: () => socket.destroy(),
  };
}

/** Reads one response off the front; without Content-Length the body ends with the connection, except for 204. */
function parseResponse(
  bytes: Buffer,
  isClosed: boolean,
): { response: RawResponse; bytes: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const status = Number(statusLine.split(' ')[1]);
  const length = status === 204 || status === 100 ? '0' : headers.get('content-length');
  if (length === undefined && !isClosed) return undefined;
  const bodyStart = end + 4;
  const bodyEnd = length === undefined ? bytes.length : bodyStart + Number(length);
  if (bytes.length < bodyEnd) return undefined;
  return { response: { status, headers, body: bytes.subarray(bodyStart, bodyEnd) }, bytes: bodyEnd };
}

/** A complete POST of `body` to the bid route. */
export function post(
  body: string | Uint8Array,
  headers: readonly string[] = [],
  path = '/openrtb2/generic',
): Buffer {
  const bytes = Buffer.from(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: bidder.example',
    `Content-Length: ${bytes.length}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

export function get(path: string, headers: readonly string[] = []): string {
  return [`GET ${path} HTTP/1.1`, 'Host: bidder.example', ...headers, '', ''].join('\r\n');
}

export interface TestServer extends BidServer {
  /** Label and outcome of every counted request, in order. */
  readonly outcomes: readonly (readonly [label: string, outcome: RequestOutcome])[];
  /** Every body that reached the bid handler, as text. */
  readonly bodies: readonly string[];
  readonly notices: readonly NoticeCall[];
  readonly conversions: readonly ConversionCall[];
}

const VERSIONS = new Map([
  ['generic', '2.6'],
  ['older', '2.5'],
]);

/** Answers with what the body asks for; real ones decode the body before their first await as well. */
export async function answerByBody(body: string): Promise<BidAnswer> {
  if (body === 'malformed' || body === '') return { kind: 'malformed' };
  if (body === 'no-bid') return { kind: 'no-bid', nbr: undefined, response: undefined };
  if (body === 'no-bid-3') return { kind: 'no-bid', nbr: 3, response: undefined };
  if (body === 'no-bid-told')
    return { kind: 'no-bid', nbr: 3, response: { body: '{}', contentType: 'text/json' } };
  if (body === 'unknown') return { kind: 'unknown-exchange' };
  return { kind: 'bid', body: `{"id":"${body.slice(0, 40)}"}`, contentType: 'application/json', gzip: true };
}

export async function startTestServer(
  overrides: Partial<BidServerOptions> = {},
  answer: (body: string, call: BidCall) => Promise<BidAnswer> = answerByBody,
): Promise<TestServer> {
  const outcomes: [string, RequestOutcome][] = [];
  const bodies: string[] = [];
  const notices: NoticeCall[] = [];
  const conversions: ConversionCall[] = [];
  const server = await startBidServer({
    host: '127.0.0.1',
    port: 0,
    inFlightMax: 100,
    // However slow the machine is while tests run: only the test of it sheds what waited too long.
    overload: new OverloadControl(Infinity),
    handleBid: (call) => {
      const body = Buffer.from(call.body).toString('latin1');
      bodies.push(body);
      return answer(body, call);
    },
    handleNotice: (call) => {
      notices.push(call);
      if (call.token === 'forged') return { kind: 'refused' };
      if (call.kind === 'impression') return { kind: 'pixel' };
      if (call.kind === 'click') return { kind: 'redirect', location: 'https://shop.example/landing?a=1' };
      return { kind: 'accepted' };
    },
    handleConversion: (call) => {
      conversions.push(call);
      if (call.advertiser === 'nobody') return Promise.resolve('unknown-advertiser');
      return Promise.resolve(call.query === 'bad' ? 'invalid' : 'attributed');
    },
    handleSync: () => ({ kind: 'refused' }),
    versionOf: (name) => VERSIONS.get(name),
    unreadAnswer: (_exchange, why) => ({
      kind: 'no-bid',
      nbr: why === 'quota' ? 504 : 1,
      response: undefined,
    }),
    metrics: { ...SILENT_METRICS, outcome: (label, outcome) => outcomes.push([label, outcome]) },
    clock: systemClock,
    ...overrides,
  });
  return { ...server, outcomes, bodies, notices, conversions };
}

/** Resolves when the server has seen everything that was sent to it before: it answers one more request. */
export async function roundTrip(port: number): Promise<void> {
  const connection = await openRaw(port);
  connection.send(get('/'));
  await connection.response();
  connection.destroy();
}

/** Waits until `condition` holds; the test's own limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
