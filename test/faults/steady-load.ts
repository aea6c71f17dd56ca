import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is sent once. */
export interface Shot {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string;
  /** Empty for none. */
  readonly cookie: string;
}

/** What came of one shot. */
export interface LoadAnswer {
  /** Which shot, counted from 0. */
  readonly number: number;
  /** When it should have been sent, on the monotonic clock. */
  readonly intendedMs: number;
  /** From then until the whole answer was there. */
  readonly tookMs: number;
  /** Undefined: the connection broke or nothing came. */
  readonly status: number | undefined;
  readonly body: string;
}

export interface SteadyLoad {
  /** In the order in which they came. */
  readonly answers: readonly LoadAnswer[];
  readonly sent: number;
  /** For how long of this time the machine did not let the process run: other work had the cores. */
  stolenMs(fromMs: number, toMs: number): number;
  /** Sends no more, and waits for what is on its way. */
  stop(): Promise<void>;
}

const ANSWER_WAIT_MS = 3_000;
const WAKE_MS = 1;
const STALL_MS_MIN = 5;

/** The event loop stood still from one wake to the next, longer than the process was computing. */
interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stolenMs: number;
}

/**
 * Sends at a constant rate whatever comes back (an open loop), over connections that are kept. Times count from when a
 * shot was due and not from when it was sent, so that a stall shows in every shot that it held up.
 */
export function startLoad(port: number, perSecond: number, shotOf: (number: number) => Shot): SteadyLoad {
  const agent = new Agent({ keepAlive: true });
  const answers: LoadAnswer[] = [];
  const startMs = performance.now();
  let sent = 0;
  const sendDue = (): void => {
    const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond);
    for (; sent < due; sent++) send(sent);
  };
  const send = (number: number): void => {
    const intendedMs = startMs + (number * 1000) / perSecond;
    const { method, path, body, cookie } = shotOf(number);
    const settle = (status: number | undefined, text: string): void => {
      const tookMs = performance.now() - intendedMs;
      answers.push({ number, intendedMs, tookMs, status, body: text });
    };
    const headers = cookie === '' ? {} : { cookie };
    const target = { host: '127.0.0.1', port, agent, method, path, headers };
    const outgoing = request({ ...target, timeout: ANSWER_WAIT_MS });
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => settle(response.statusCode, Buffer.concat(chunks).toString()));
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.once('error', () => settle(undefined, ''));
    outgoing.end(body);
  };
  const stalls: Stall[] = [];
  let woke = { ms: startMs, cpu: process.cpuUsage() };
  const noteStall = (): void => {
    const ms = performance.now();
    const { user, system } = process.cpuUsage(woke.cpu);
    const stolenMs = ms - woke.ms - (user + system) / 1000;
    if (stolenMs >= STALL_MS_MIN) stalls.push({ fromMs: woke.ms, toMs: ms, stolenMs });
    woke = { ms, cpu: process.cpuUsage() };
  };
  const timer = setInterval(() => {
    noteStall();
    sendDue();
  }, WAKE_MS);
  return {
    answers,
    get sent() {
      return sent;
    },
    stolenMs(fromMs, toMs) {
      const overlaps = stalls.map((stall) => {
        const overlapMs = Math.min(stall.toMs, toMs) - Math.max(stall.fromMs, fromMs);
        return Math.max(0, Math.min(stall.stolenMs, overlapMs));
      });
      return overlaps.reduce((sum, ms) => sum + ms, 0);
    },
    async stop() {
      clearInterval(timer);
      const endMs = performance.now() + 2 * ANSWER_WAIT_MS;
      while (answers.length < sent && performance.now() < endMs) await sleep(10);
      agent.destroy();
    },
  };
}
