import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { LoadResult, RequestFigures } from '../src/load/load-result.js';
import { runLoad, type LoadOptions } from '../src/load/run-load.js';
import { loadTraffic, type TrafficOptions } from '../src/load/traffic.js';
import { startScriptedServer, type ScriptedRequest } from './support/scripted-server.js';

const folder = mkdtempSync(join(tmpdir(), 'narrowcast-load-'));
const file = join(folder, 'traffic.ndjson');
const lines = Array.from({ length: 7 }, (_, i) => JSON.stringify({ id: `request-${i}`, imp: [{ id: '1' }] }));
writeFileSync(file, lines.join('\n'));
afterAll(() => rmSync(folder, { recursive: true }));

let closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
});

const BID = JSON.stringify({ id: 'x', seatbid: [{ bid: [{ impid: '1', price: 2.5 }] }] });
const NO_BID = 'HTTP/1.1 204 No Content\r\n\r\n';

function answerOf(status: string, body: string | Buffer, ...headers: readonly string[]): Buffer {
  const head = [`HTTP/1.1 ${status}`, `content-length: ${body.length}`, ...headers, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

async function serve(answer: (request: ScriptedRequest) => void) {
  const server = await startScriptedServer(answer);
  closers.push(() => server.close());
  return server;
}

type Wishes = Partial<LoadOptions & TrafficOptions>;

/** A short run whose answers are never late unless the test makes them so. */
async function load(
  url: URL,
  { gzipShare = 0, timeoutMs = 20_000, ...wishes }: Wishes = {},
): Promise<LoadResult> {
  return runLoad({
    traffic: await loadTraffic(url, [{ path: file, weight: 1 }], { gzipShare, timeoutMs }),
    ratePerSecond: 500,
    durationMs: 200,
    warmUpMs: 0,
    connections: 4,
    connectionsMax: 16,
    patienceMs: 20_000,
    seed: 1,
    admin: undefined,
    ...wishes,
  });
}

/** Whatever happens, every request comes to one end. */
function expectAllAccountedFor({
  due,
  answered,
  unsent,
  unanswered,
  failed,
  late,
  timeouts,
  latency,
}: RequestFigures) {
  expect(answered + unsent + unanswered + failed).toBe(due);
  expect(late + unsent + unanswered).toBe(timeouts);
  expect(latency.count).toBe(due - failed);
}

describe('what a load generator measures', () => {
  it('counts the wait of every request that was due while the bidder stalled, not of those on its connections alone', async () => {
    let heldUntil: Promise<unknown> | undefined;
    let isStalled = false;
    const server = await serve(({ number, socket }) => {
      if (number === 300) {
        isStalled = true;
        heldUntil = sleep(300).then(() => (isStalled = false));
      }
      if (isStalled) void heldUntil?.then(() => socket.write(NO_BID));
      else socket.write(NO_BID);
    });
    const wishes = { ratePerSecond: 1_000, durationMs: 1_000, connections: 2, connectionsMax: 4 };
    const { measured } = await load(server.url, wishes);
    expectAllAccountedFor(measured);
    expect(measured.answered).toBe(1_000);
    // Of the 300 that were due while nothing moved, those of the first 250 ms waited for 50 ms at least.
    const slow = measured.distribution.find(({ latencyMs }) => latencyMs >= 50);
    expect(100 - (slow?.percentile ?? 100)).toBeGreaterThan(20);
  });

  it('goes on sending while answers are outstanding, over further connections', async () => {
    const waiting: ScriptedRequest[] = [];
    const server = await serve((request) => {
      waiting.push(request);
      // Nobody is answered before ten are there, which a closed loop over four connections never brings.
      if (waiting.length >= 10) for (const { socket } of waiting.splice(0)) socket.write(NO_BID);
    });
    const { measured, generator } = await load(server.url, { durationMs: 200 });
    expect(measured.answered).toBe(100);
    expect(generator.connectionsMost).toBeGreaterThanOrEqual(10);
  });

  it('keeps the warm-up apart', async () => {
    const server = await serve(({ number, socket }) => {
      socket.write(number < 50 ? answerOf('500 Oops', '') : NO_BID);
    });
    // One connection, so that requests arrive in their order.
    const { warmUp, measured, series } = await load(server.url, {
      warmUpMs: 100,
      connections: 1,
      connectionsMax: 1,
    });
    expect([warmUp.due, warmUp.statuses]).toEqual([50, { 500: 50 }]);
    expect([measured.due, measured.statuses, measured.badShare]).toEqual([100, { 204: 100 }, 0]);
    expect(series.reduce((sum, { sent }) => sum + sent, 0)).toBe(150);
    expect(series.reduce((sum, { answered }) => sum + answered, 0)).toBe(150);
    expect(series.map(({ isWarmUp }) => isWarmUp)).toContain(true);
  });

  it('counts an answer after the timeout as late, with the time that it took', async () => {
    const server = await serve(({ socket }) => setTimeout(() => socket.write(NO_BID), 60));
    const { measured } = await load(server.url, { timeoutMs: 20, connections: 64, connectionsMax: 64 });
    expectAllAccountedFor(measured);
    expect(measured.late + measured.unsent).toBe(100);
    expect(measured.late).toBeGreaterThan(0);
    expect(measured.badShare).toBe(1);
  });

  it('gives up what is never answered, and does not send what waited for a connection until it was too late', async () => {
    const server = await serve(() => undefined);
    const wishes = { timeoutMs: 30, patienceMs: 30, connections: 2, connectionsMax: 3 };
    const { measured, series } = await load(server.url, wishes);
    expectAllAccountedFor(measured);
    expect(measured.answered).toBe(0);
    expect(measured.unanswered).toBeGreaterThan(0);
    expect(measured.unsent).toBeGreaterThan(0);
    expect(measured.unanswered).toBe(server.requests);
    expect(Math.max(...series.map(({ maxMs }) => maxMs))).toBe(measured.latency.maxMs);
  });
});

describe('what a bidder may answer', () => {
  it('tells bids from no-bids, chunked, compressed or in pieces', async () => {
    const zipped = gzipSync(BID);
    const answers = [
      Buffer.from(NO_BID),
      answerOf('200 OK', BID),
      answerOf('200 OK', '{"id":"x","seatbid":[],"nbr":2}'),
      answerOf('200 OK', zipped, 'content-encoding: gzip'),
      Buffer.from(
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n${BID.slice(0, 5)}\r\n${(BID.length - 5).toString(16)}\r\n${BID.slice(5)}\r\n0\r\n\r\n`,
      ),
    ];
    const server = await serve(({ number, socket }) => {
      const answer = answers[number % answers.length] as Buffer;
      if (number % 2 === 0) socket.write(answer);
      else {
        socket.write(answer.subarray(0, 30));
        setTimeout(() => socket.write(answer.subarray(30)), 5);
      }
    });
    const { measured } = await load(server.url);
    expectAllAccountedFor(measured);
    expect([measured.answered, measured.bids, measured.noBids]).toEqual([100, 60, 40]);
    expect(measured.statuses).toEqual({ 200: 80, 204: 20 });
    expect(measured.badShare).toBe(0);
  });

  it('opens a new connection for each one that it is told to close', async () => {
    const close = Buffer.from('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
    const server = await serve(({ socket }) => socket.end(close));
    const { measured, generator } = await load(server.url);
    expect([measured.answered, measured.failed]).toEqual([100, 0]);
    expect(generator.connectionsOpened).toBeGreaterThanOrEqual(100);
  });

  it.each<[string, (request: ScriptedRequest) => void, RegExp]>([
    ['closes the connection instead', ({ socket }) => socket.end(), /closed/],
    ['closes it within the answer', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\n'), /within an answer/],
    ['resets it', ({ socket }) => socket.resetAndDestroy(), /ECONNRESET|closed/],
    ['answers with garbage', ({ socket }) => socket.write('garbage\r\n\r\n'), /status line/],
    [
      'says gzip and sends none',
      ({ socket }) => socket.write(answerOf('200 OK', 'plain', 'content-encoding: gzip')),
      /not gzip/,
    ],
  ])('counts a failure when it %s, and goes on', async (_, misbehave, why) => {
    const server = await serve((request) => {
      if (request.number % 10 === 3) misbehave(request);
      else request.socket.write(NO_BID);
    });
    const { measured } = await load(server.url);
    expectAllAccountedFor(measured);
    expect([measured.failed, measured.answered]).toEqual([10, 90]);
    expect(Object.keys(measured.failures).join()).toMatch(why);
    expect(measured.badShare).toBe(0.1);
  });

  it('counts 5xx as bad and 4xx not', async () => {
    const server = await serve(({ number, socket }) => {
      socket.write(answerOf(number % 4 === 0 ? '503 Busy' : '400 Bad Request', ''));
    });
    const { measured } = await load(server.url);
    expect([measured.statuses, measured.badShare]).toEqual([{ 400: 75, 503: 25 }, 0.25]);
  });
});

describe('a run', () => {
  it('sends each request with an id of its own, plain and compressed', async () => {
    const ids = new Set<string>();
    let compressed = 0;
    const server = await serve(({ head, body, socket }) => {
      const isGzip = head.includes('content-encoding: gzip');
      if (isGzip) compressed += 1;
      const request = JSON.parse((isGzip ? gunzipSync(body) : body).toString()) as {
        id: string;
        imp: unknown;
      };
      expect(request.imp).toEqual([{ id: '1' }]);
      ids.add(request.id);
      socket.write(NO_BID);
    });
    await load(server.url, { gzipShare: 0.5 });
    await load(server.url, { gzipShare: 0.5 });
    expect(ids.size).toBe(200);
    expect(compressed).toBeGreaterThan(50);
    expect(compressed).toBeLessThan(150);
  });

  it('lasts as long as its requests take at their rate, also when that is longer than was asked for', async () => {
    const server = await serve(({ socket }) => socket.write(NO_BID));
    const wishes = { ratePerSecond: 8, warmUpMs: 70, durationMs: 70 };
    const { elapsedMs, measured, warmUp, series } = await load(server.url, wishes);
    expect([warmUp.due, measured.due, elapsedMs]).toEqual([1, 1, 125]);
    expect(series.filter(({ isWarmUp }) => isWarmUp).map(({ startMs }) => startMs)).toEqual([0, 100]);
  });

  it('ends early when it is told to, with what it has', async () => {
    const stopping = new AbortController();
    const server = await serve(({ number, socket }) => {
      if (number === 40) stopping.abort();
      socket.write(NO_BID);
    });
    const { isInterrupted, measured } = await load(server.url, {
      durationMs: 60_000,
      signal: stopping.signal,
    });
    expectAllAccountedFor(measured);
    expect(isInterrupted).toBe(true);
    expect(measured.answered).toBeGreaterThan(40);
    expect(measured.due).toBeLessThan(30_000);
  });

  it('leaves no connection behind', async () => {
    const server = await serve(({ socket }) => socket.write(NO_BID));
    await load(server.url);
    const { connections } = server;
    await expect.poll(() => server.openConnections).toBe(0);
    await sleep(150);
    expect(server.connections).toBe(connections);
  });

  it('cannot be tried where nobody listens', async () => {
    const server = await startScriptedServer(() => undefined);
    await server.close();
    await expect(load(server.url)).rejects.toThrow(/cannot be connected to: .*ECONNREFUSED/);
  });

  it('outlives a bidder that goes away and comes to an end', async () => {
    const server = await startScriptedServer(({ number, socket }) => {
      socket.write(NO_BID);
      if (number === 20) void server.close();
    });
    const { measured, generator } = await load(server.url, { timeoutMs: 50 });
    expectAllAccountedFor(measured);
    expect(measured.unsent).toBeGreaterThan(0);
    expect(generator.connectionsUnopened).toBeGreaterThan(0);
  });
});
