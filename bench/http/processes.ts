import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServing, type ServingProcess } from '../../test/support/program.js';
import { getText } from '../../src/load/http-get.js';
import { readMetrics } from '../../src/load/server-figures.js';
import type { BareAnswer } from './bare-server.js';
import type { Market } from './market.js';

/** A server in a process of its own. */
export interface MeasuredServer {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<unknown>;
}

export interface BareServer extends MeasuredServer {
  readonly answerWith: (answer: BareAnswer) => Promise<void>;
}

const BARE_SERVER = fileURLToPath(new URL('bare-server.js', import.meta.url));
/**
 * For a bidder whose cost is measured in a closed loop, in which everybody asks again at once: its protection from overload would answer a
 * part unread, and cheaply.
 */
export const SERVES_ALL = { DELAY_MS_MAX: '10000' } as const;
const TICKS_PER_SECOND = 100;
const BYTES_PER_KIB = 1_024;

export async function startBareServer(): Promise<BareServer> {
  const child = fork(BARE_SERVER, { execArgv: [] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    pid: child.pid as number,
    port,
    async answerWith(answer) {
      const told = once(child, 'message');
      child.send(answer);
      await told;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** The real `serve`, once it is ready. @param environment beside that of the market */
export async function startServer(
  market: Market,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServingProcess> {
  const serving = await startServing({ ...market.environment, ...environment });
  const readyAt = new URL(`http://127.0.0.1:${serving.adminPort}/readyz`);
  while ((await getText(readyAt, undefined)).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return serving;
}

/** Processor time of a process so far, user and system, all of its threads. The system tells it in hundredths of a second. */
export function cpuSeconds({ pid }: Pick<MeasuredServer, 'pid'>): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; user and system time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function residentBytes({ pid }: Pick<MeasuredServer, 'pid'>): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * BYTES_PER_KIB;
}

/** What a bidder counts, by the names and labels of `/metrics` as they stand there. */
export type Counters = ReadonlyMap<string, number>;

export async function readCounters({ adminPort }: Pick<ServingProcess, 'adminPort'>): Promise<Counters> {
  const { body } = await getText(new URL(`http://127.0.0.1:${adminPort}/metrics`), undefined);
  const lines = [...body.matchAll(/^(narrowcast_\w+(?:\{[^}]*\})?) (\S+)$/gm)];
  return new Map(lines.map(([, name, value]) => [name as string, Number(value)]));
}

/** How much the counters of a name have gone up, by the value of a label. */
export function countedBy(
  label: string,
  name: string,
  before: Counters,
  after: Counters,
): ReadonlyMap<string, number> {
  const counted = new Map<string, number>();
  const pattern = new RegExp(`\\b${label}="([^"]*)"`);
  for (const [key, value] of after) {
    if (!key.startsWith(`${name}{`)) continue;
    const which = pattern.exec(key)?.[1] ?? '';
    counted.set(which, (counted.get(which) ?? 0) + value - (before.get(key) ?? 0));
  }
  return counted;
}

/** How many requests were answered without being read, since too many came at once. */
export function countUnread(before: Counters, after: Counters): number {
  const reasons = countedBy('reason', 'narrowcast_no_bids_total', before, after);
  return (reasons.get('overload') ?? 0) + (reasons.get('too-late') ?? 0);
}

/** Of the JavaScript heap, in use or not yet collected. */
export async function readHeapBytes({ adminPort }: Pick<ServingProcess, 'adminPort'>): Promise<number> {
  const { heapUsedBytes } = await readMetrics({
    url: new URL(`http://127.0.0.1:${adminPort}`),
    token: undefined,
  });
  if (heapUsedBytes === undefined) throw new Error('/metrics must tell the heap in use, but does not');
  return heapUsedBytes;
}
