import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LatencyHistogram } from '../../src/load/latency.js';
import { httpCall } from '../torture/http-call.js';

export interface NoticeLatency {
  readonly calls: number;
  /** Not answered with 200 or 204. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

const EVERY_MS = 50;
const REQUESTS_MAX = 5_000;
const PRICE = '0.1';

/** Notices of bids that were made before, called at a steady pace while something else goes on. */
export class NoticeCalls {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #port: number;
  readonly #paths: readonly string[];

  private constructor(port: number, paths: readonly string[]) {
    this.#port = port;
    this.#paths = paths;
  }

  /** Has bids made until there are notices for so long. @throws an Error when the traffic brings none */
  static async prepare(bidUrl: URL, bodies: readonly Buffer[], durationMs: number): Promise<NoticeCalls> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const port = Number(bidUrl.port);
    const paths: string[] = [];
    let posted = 0;
    for (const body of bodies) {
      if (paths.length * EVERY_MS >= durationMs || posted === REQUESTS_MAX) break;
      posted += 1;
      const answer = await httpCall({
        agent,
        port,
        method: 'POST',
        path: bidUrl.pathname,
        body: body.toString(),
      });
      const link = /"[bn]url":"([^"]+)"/.exec(answer.body)?.[1];
      if (link === undefined) continue;
      const { pathname, search } = new URL(link.replaceAll('${AUCTION_PRICE}', PRICE));
      paths.push(pathname + search);
    }
    agent.destroy();
    if (paths.length === 0)
      throw new Error(`the traffic must bring bids, but ${posted} requests brought none`);
    return new NoticeCalls(port, paths);
  }

  /** Latency counts from when a call was due. */
  async callFor(durationMs: number): Promise<NoticeLatency> {
    const latency = new LatencyHistogram();
    const startMs = performance.now();
    let failed = 0;
    const calls: Promise<void>[] = [];
    for (let dueMs = startMs; dueMs < startMs + durationMs; dueMs += EVERY_MS) {
      await sleep(Math.max(0, dueMs - performance.now()));
      const path = this.#paths[calls.length % this.#paths.length] as string;
      const call = httpCall({ agent: this.#agent, port: this.#port, method: 'GET', path });
      calls.push(
        call.then(({ status }) => {
          latency.record(performance.now() - dueMs);
          if (status !== 200 && status !== 204) failed += 1;
        }),
      );
    }
    await Promise.all(calls);
    this.#agent.destroy();
    const { count, p50Ms, p99Ms, maxMs } = latency.figures();
    return { calls: count, failed, p50Ms, p99Ms, longestMs: maxMs };
  }
}
