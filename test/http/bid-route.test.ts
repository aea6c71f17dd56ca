import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { OverloadControl } from '../../src/admission/overload.js';
import type { BidCall } from '../../src/domain/ports.js';
import type { BidServerOptions } from '../../src/http/bid-server.js';
import { systemClock } from '../../src/lib/clock.js';
import {
  get,
  openRaw,
  post,
  roundTrip,
  startTestServer,
  until,
  type RawConnection,
  type TestServer,
} from './support.js';

const BODY_BYTES_MAX = 262_144;

let server: TestServer;
let connection: RawConnection;

async function start(overrides: Partial<BidServerOptions> = {}): Promise<void> {
  server = await startTestServer(overrides);
  connection = await openRaw(server.port);
}

/** The proof that the connection still serves. */
async function expectNextRequestServed(): Promise<void> {
  connection.send(post('next'));
  const response = await connection.response();
  expect(response.status).toBe(200);
  expect(response.body.toString()).toBe('{"id":"next"}');
}

afterEach(() => {
  connection.destroy();
  server.close();
});

describe('statuses of the bid route (rule 1)', () => {
  it('answers a bid with JSON, its length and our version', async () => {
    await start();
    connection.send(post('a'));
    const { status, headers, body } = await connection.response();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('x-openrtb-version')).toBe('2.6');
    expect(headers.get('content-length')).toBe(String(body.length));
    expect(headers.has('content-encoding')).toBe(false);
    expect(server.outcomes).toEqual([['generic', 'bid']]);
    await expectNextRequestServed();
  });

  it.each([
    ['no-bid', 204, undefined, 'no-bid'],
    ['no-bid-3', 204, '3', 'no-bid'],
    ['malformed', 400, undefined, 'malformed'],
    ['', 400, undefined, 'malformed'],
    ['unknown', 404, undefined, 'unknown-exchange'],
  ] as const)(
    'answers %j with %i, no body, and keeps the connection (rule 7)',
    async (body, status, nbr, outcome) => {
      await start();
      connection.send(post(body));
      const response = await connection.response();
      expect(response.status).toBe(status);
      expect(response.body.length).toBe(0);
      expect(response.headers.get('x-nbr')).toBe(nbr);
      expect(response.headers.get('x-openrtb-version')).toBe('2.6');
      expect(response.headers.has('connection')).toBe(false);
      expect(response.headers.get('content-length')).toBe(status === 204 ? undefined : '0');
      expect(server.outcomes).toEqual([['generic', outcome]]);
      await expectNextRequestServed();
    },
  );

  it.each(['nobody', '__proto__', 'constructor', '%67eneric', '..'])(
    'answers 404 for the exchange %j before its body has arrived, and counts it under one common label',
    async (name) => {
      await start();
      const request = post('x'.repeat(1000), [], `/openrtb2/${name}`);
      connection.send(request.subarray(0, -500));
      expect((await connection.response()).status).toBe(404);
      expect(server.outcomes).toEqual([['unknown', 'unknown-exchange']]);
      connection.send(request.subarray(-500));
      await expectNextRequestServed();
      expect(server.bodies).toEqual(['next']);
    },
  );

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'BREW', 'post'])('answers %s with 405', async (method) => {
    await start();
    connection.send(`${method} /openrtb2/generic HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab`);
    const response = await connection.response();
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(server.outcomes).toEqual([['generic', 'wrong-method']]);
    await expectNextRequestServed();
  });

  it.each([
    '/',
    '/openrtb2',
    '/openrtb2/',
    '/openrtb2/generic/',
    '/openrtb2/generic/x',
    '/OPENRTB2/generic',
    '//',
  ])('answers 404 for the path %s', async (path) => {
    await start();
    connection.send(post('a', [], path));
    expect((await connection.response()).status).toBe(404);
    await expectNextRequestServed();
    expect(server.bodies).toEqual(['next']);
  });

  it('tells the version that the exchange speaks (rule 5)', async () => {
    await start();
    connection.send(post('a', [], '/openrtb2/older'));
    const response = await connection.response();
    expect(response.headers.get('x-openrtb-version')).toBe('2.5');
  });

  it('tells a no-bid in a response where the exchange wants one', async () => {
    await start();
    connection.send(post('no-bid-told', [], '/openrtb2/older'));
    const response = await connection.response();
    expect([response.status, response.body.toString()]).toEqual([200, '{}']);
    expect([response.headers.get('content-type'), response.headers.get('x-nbr')]).toEqual(['text/json', '3']);
    expect(server.outcomes.at(-1)).toEqual(['older', 'no-bid']);
  });

  it('ignores the query string and any x-openrtb-version', async () => {
    await start();
    for (const version of ['2.6', '9.9', 'garbage', '']) {
      connection.send(post('a', [`x-openrtb-version: ${version}`], '/openrtb2/generic?key=1'));
      const response = await connection.response();
      expect(response.status).toBe(200);
      expect(response.headers.get('x-openrtb-version')).toBe('2.6');
    }
  });

  it('is not impressed by headers named like members of every object', async () => {
    await start();
    connection.send(post('a', ['__proto__: x', 'constructor: y', 'prototype: z', 'toString: 1']));
    expect((await connection.response()).status).toBe(200);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('leaves capacity to requests in work and tells the others that there is none', async () => {
    await start({ inFlightMax: 0 });
    connection.send(post('a'));
    const response = await connection.response();
    expect(response.status).toBe(204);
    expect(response.headers.get('x-nbr')).toBe('1');
    connection.send(post('b'));
    expect((await connection.response()).status).toBe(204);
    expect(server.bodies).toEqual([]);
    expect(server.outcomes).toEqual([
      ['generic', 'no-bid'],
      ['generic', 'no-bid'],
    ]);
  });
});

describe('a request that is shed', () => {
  it('is answered before its body has arrived, and the connection goes on behind it', async () => {
    let serves = false;
    await start({
      overload: { turnBegan: () => undefined, refusal: () => (serves ? undefined : 'overload') },
    });
    const request = post('x'.repeat(1000));
    connection.send(request.subarray(0, request.length - 600));
    expect((await connection.response()).headers.get('x-nbr')).toBe('1');
    connection.send(request.subarray(request.length - 600, request.length - 300));
    serves = true;
    connection.send(Buffer.concat([request.subarray(request.length - 300), post('a')]));
    expect((await connection.response()).status).toBe(200);
    expect(server.bodies).toEqual(['a']);
    expect(server.outcomes).toEqual([
      ['generic', 'no-bid'],
      ['generic', 'bid'],
    ]);
  });

  it('is no way around the checks of its head', async () => {
    await start({ overload: { turnBegan: () => undefined, refusal: () => 'overload' } });
    connection.send(post('a', ['Content-Length: 1']));
    expect((await connection.response()).status).toBe(400);
  });

  it('leaves no more than the limit in work while the store does not answer', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const stuck = await startTestServer({ inFlightMax: 5 }, async () => {
      await finished;
      return { kind: 'no-bid', nbr: 0, response: undefined };
    });
    const connections = await Promise.all(Array.from({ length: 20 }, () => openRaw(stuck.port)));
    const answers = connections.map((each) => {
      each.send(post('a'));
      return each.response();
    });
    await until(() => stuck.outcomes.length === 15);
    expect(stuck.inFlight()).toBe(5);
    finish();
    const codes = (await Promise.all(answers)).map(({ headers }) => headers.get('x-nbr'));
    expect(codes.filter((code) => code === '0')).toHaveLength(5);
    for (const each of connections) each.destroy();
    stuck.close();
  });
});

describe('bodies', () => {
  it('gathers a request that arrives byte by byte behind its first line', async () => {
    await start();
    const body = 'abcdefghij'.repeat(10);
    const request = post(body);
    // The library turns a first line that is torn near its end away with 505.
    const lineEnd = request.indexOf('\n') + 1;
    connection.socket.setNoDelay(true);
    connection.send(request.subarray(0, lineEnd));
    for (const byte of request.subarray(lineEnd)) {
      connection.send(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await connection.response()).status).toBe(200);
    expect(server.bodies).toEqual([body]);
    await expectNextRequestServed();
  });

  it('takes a body of exactly the limit, whole', async () => {
    await start();
    const body = 'a'.repeat(BODY_BYTES_MAX - 1) + 'b';
    connection.send(post(body));
    expect((await connection.response()).status).toBe(200);
    expect(server.bodies).toEqual([body]);
    await expectNextRequestServed();
  });

  it('refuses a longer one by its announced length, at once, and closes', async () => {
    await start();
    connection.send(
      `POST /openrtb2/generic HTTP/1.1\r\nHost: a\r\nContent-Length: ${BODY_BYTES_MAX + 1}\r\n\r\n`,
    );
    const response = await connection.response();
    expect(response.status).toBe(413);
    expect(response.headers.get('connection')).toBe('close');
    expect(response.body.length).toBe(0);
    expect(await connection.closed()).toEqual([]);
    expect(server.outcomes).toEqual([['generic', 'too-large']]);
    expect(server.bodies).toEqual([]);
  });

  it('lets a caller who sends a longer one read the answer, and serves nothing behind it', async () => {
    await start();
    connection.send(Buffer.concat([post(Buffer.alloc(2 * BODY_BYTES_MAX)), post('smuggled')]));
    const responses = await connection.closed();
    expect(responses.map(({ status }) => status)).toEqual([413]);
    expect(server.bodies).toEqual([]);
  });

  it('lets ordinary clients read it too, which a reset connection would not', async () => {
    await start();
    const url = `http://127.0.0.1:${server.port}/openrtb2/generic`;
    for (const bytes of [BODY_BYTES_MAX + 1, 1_000_000, 8_000_000]) {
      const response = await fetch(url, { method: 'POST', body: Buffer.alloc(bytes) });
      expect(response.status).toBe(413);
      expect(await response.text()).toBe('');
    }
    const response = await fetch(url, { method: 'POST', body: 'a' });
    expect(await response.text()).toBe('{"id":"a"}');
  });

  it('counts a chunked body while it arrives', async () => {
    await start();
    connection.send('POST /openrtb2/generic HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')]);
    for (let i = 0; i < 5; i++) connection.send(chunk);
    const response = await connection.response();
    expect(response.status).toBe(413);
    await connection.closed();
    expect(server.outcomes).toEqual([['generic', 'too-large']]);
  });

  it.each([
    ['abcde', 200],
    ['no-bid', 204],
  ])('takes the chunked body %j and closes after it, because its end is uncertain', async (body, status) => {
    await start();
    const chunks = `3\r\n${body.slice(0, 3)}\r\n${body.length - 3}\r\n${body.slice(3)}\r\n0\r\n\r\n`;
    connection.send(
      `POST /openrtb2/generic HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n${chunks}`,
    );
    const response = await connection.response();
    expect(response.status).toBe(status);
    expect(response.headers.get('connection')).toBe('close');
    expect(await connection.closed()).toEqual([]);
    expect(server.bodies).toEqual([body]);
  });

  it('sheds what all unfinished bodies together may not hold, and keeps the connection', async () => {
    await start({ heldBytesMax: 1000 });
    const request = post('x'.repeat(3000));
    connection.send(request.subarray(0, -1000));
    await roundTrip(server.port);
    connection.send(request.subarray(-1000));
    const response = await connection.response();
    expect([response.status, response.headers.get('x-nbr')]).toEqual([204, '1']);
    expect(server.bodies).toEqual([]);
    await expectNextRequestServed();
  });

  it('counts only unfinished bodies against that limit', async () => {
    await start({ heldBytesMax: 1000 });
    const request = post('x'.repeat(900));
    const left = await openRaw(server.port);
    left.send(request.subarray(0, -1));
    await roundTrip(server.port);
    left.destroy();
    await until(() => server.outcomes.length === 1);
    for (let i = 0; i < 3; i++) {
      connection.send(request.subarray(0, -1));
      await roundTrip(server.port);
      connection.send(request.subarray(-1));
      expect((await connection.response()).status).toBe(200);
    }
  });

  it('asks for the body when the caller waits to be asked', async () => {
    await start();
    const request = post('a', ['Expect: 100-continue']);
    connection.send(request.subarray(0, -1));
    expect((await connection.response()).status).toBe(100);
    connection.send('a');
    expect((await connection.response()).status).toBe(200);
  });
});

describe('gzip (rule 4)', () => {
  const gzipped = gzipSync('a'.repeat(100));

  it.each(['gzip', 'GZip', 'x-gzip'])('inflates a body encoded as %s', async (encoding) => {
    await start();
    connection.send(post(gzipped, [`Content-Encoding: ${encoding}`]));
    expect((await connection.response()).status).toBe(200);
    expect(server.bodies).toEqual(['a'.repeat(100)]);
  });

  it('takes identity for what it is', async () => {
    await start();
    connection.send(post('abc', ['Content-Encoding: identity']));
    await connection.response();
    expect(server.bodies).toEqual(['abc']);
  });

  const flipped = Buffer.from(gzipped);
  flipped[flipped.length - 6] = (flipped.at(-6) ?? 0) ^ 1;
  it.each([
    ['that is plain text', Buffer.from('{}'), 'gzip'],
    ['that is empty', Buffer.alloc(0), 'gzip'],
    ['that is cut off', gzipped.subarray(0, -3), 'gzip'],
    ['with a wrong checksum', flipped, 'gzip'],
    ['with garbage behind it', Buffer.concat([gzipped, Buffer.from('xyz')]), 'gzip'],
    ['with zeros behind it', Buffer.concat([gzipped, Buffer.alloc(3)]), 'gzip'],
    ['encoded twice', gzipSync(gzipped), 'gzip, gzip'],
    ['in an encoding that we do not know', gzipped, 'br'],
  ])('answers 400 to a body %s, and keeps the connection', async (_about, body, encoding) => {
    await start();
    connection.send(post(body, [`Content-Encoding: ${encoding}`]));
    expect((await connection.response()).status).toBe(400);
    expect(server.outcomes).toEqual([['generic', 'malformed']]);
    await expectNextRequestServed();
    expect(server.bodies).toEqual(['next']);
  });

  it('answers 413 to a bomb, closes, and keeps none of it', async () => {
    await start();
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(11_000);
    const before = process.memoryUsage();
    const request = post(bomb, ['Content-Encoding: gzip']);
    connection.send(request);
    expect((await connection.response()).status).toBe(413);
    const after = process.memoryUsage();
    await connection.closed();
    expect(server.outcomes).toEqual([['generic', 'too-large']]);
    const grown = after.arrayBuffers + after.external - before.arrayBuffers - before.external;
    expect(grown).toBeLessThan(1024 * 1024);
  });

  it('compresses the response for callers who can read it', async () => {
    await start();
    connection.send(post('a', ['Accept-Encoding: br;q=1, gzip;q=0.5']));
    const response = await connection.response();
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('content-length')).toBe(String(response.body.length));
    expect(gunzipSync(response.body).toString()).toBe('{"id":"a"}');
    connection.send(post('a', ['Accept-Encoding: gzip;q=0, *']));
    expect((await connection.response()).headers.has('content-encoding')).toBe(false);
  });
});

describe('callers who go away', () => {
  it('counts one who leaves in the middle of the body as aborted and hands nothing on', async () => {
    await start();
    connection.send(post('abcdef').subarray(0, -2));
    await roundTrip(server.port);
    connection.destroy();
    await until(() => server.outcomes.length > 0);
    expect(server.outcomes).toEqual([['generic', 'aborted']]);
    expect(server.bodies).toEqual([]);
  });

  it('drops the answer of one who leaves while it is being made', async () => {
    let finish: () => void = () => undefined;
    let called: BidCall | undefined;
    server = await startTestServer({}, async (_body, call) => {
      called = call;
      await new Promise<void>((resolve) => (finish = resolve));
      return { kind: 'bid', body: '{}', contentType: 'application/json', gzip: false };
    });
    connection = await openRaw(server.port);
    connection.send(post('a'));
    await until(() => server.inFlight() === 1);
    expect(called?.isOver?.()).toBe(false);
    connection.destroy();
    await until(() => server.outcomes.length > 0);
    expect(called?.isOver?.(), 'whoever makes it is told').toBe(true);
    finish();
    await until(() => server.inFlight() === 0);
    expect(server.outcomes).toEqual([['generic', 'aborted']]);
    connection = await openRaw(server.port);
    connection.send(get('/'));
    expect((await connection.response()).status).toBe(404);
  });
});

describe('pipelining', () => {
  it('answers requests of one packet in their order', async () => {
    await start();
    connection.send(Buffer.concat(['a', 'no-bid', 'malformed', 'b'].map((body) => post(body))));
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await connection.response()).status);
    expect(statuses).toEqual([200, 204, 400, 200]);
    expect(server.bodies).toEqual(['a', 'no-bid', 'malformed', 'b']);
  });

  // The library closes a connection that speaks while its last answer is still to come.
  it('loses a caller who sends the next request while an answer is waited for', async () => {
    let finish: () => void = () => undefined;
    server = await startTestServer({}, async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return { kind: 'no-bid', nbr: undefined, response: undefined };
    });
    connection = await openRaw(server.port);
    connection.send(Buffer.concat([post('a'), post('b')]));
    expect(await connection.closed()).toEqual([]);
    finish();
    expect(server.bodies).toEqual(['a']);
    expect(server.outcomes).toEqual([['generic', 'aborted']]);
  });
});

describe('a server that was kept busy (rule 2)', () => {
  it('answers what waited too long without looking at it, and counts the wait into the time of the rest', async () => {
    const waits: number[] = [];
    const busy = await startTestServer({ overload: new OverloadControl(200) }, async (body, call) => {
      const startMs = systemClock.monotonicMs();
      waits.push(startMs - call.receivedMs);
      while (systemClock.monotonicMs() < startMs + Number(body));
      return { kind: 'no-bid', nbr: 0, response: undefined };
    });
    const connections = await Promise.all([1, 2].map(() => openRaw(busy.port)));
    const [one, other] = connections as [RawConnection, RawConnection];
    const answerBehind = async (blockMs: number): Promise<string | undefined> => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      one.send(post(String(blockMs)));
      other.send(post('0'));
      const [, response] = await Promise.all([one.response(), other.response()]);
      return response.headers.get('x-nbr');
    };
    expect(await answerBehind(400)).toBe('1');
    expect(waits).toHaveLength(1);
    expect(await answerBehind(100)).toBe('0');
    expect(waits.at(-1)).toBeGreaterThan(50);
    for (const connection of connections) connection.destroy();
    busy.close();
  });
});
