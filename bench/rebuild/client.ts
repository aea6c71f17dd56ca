import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { editCampaign, requestBodies } from './configuration.js';

/**
 * Asks for a bid every millisecond and edits files when told to; a thread of its own, so that the bidder's has nothing else to
 * do than to bid and to rebuild.
 */
export type ToClient =
  { readonly do: 'edit'; readonly path: string } | { readonly do: 'tell' } | { readonly do: 'stop' };

export type FromClient =
  /** `atNs` on the machine's monotonic clock, when the file stood there. */
  | { readonly is: 'edited'; readonly atNs: bigint }
  | { readonly is: 'latencies'; readonly latencies: Latencies };

/** Of the requests since the last telling, from the moment each was due, by the wall clock. */
export interface Latencies {
  readonly requests: number;
  readonly bids: number;
  /** Connections that broke. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

const EVERY_MS = 1;
/** Requests that are due while so many are open are not sent: a flood would lengthen the turns that are to be measured. */
const OPEN_MAX = 4;

const port = parentPort;
if (!port) throw new Error('this is started as a thread');
const { bidPort } = workerData as { readonly bidPort: number };
const agent = new Agent({ keepAlive: true });
const bodies = requestBodies();
let turn = 0;
let bids = 0;
let failures = 0;
let latenciesMs: number[] = [];
let open = 0;
let dueMs = performance.now();

const timer = setInterval(() => {
  for (const nowMs = performance.now(); dueMs <= nowMs; dueMs += EVERY_MS) if (open < OPEN_MAX) ask(dueMs);
}, EVERY_MS);

function ask(fromMs: number): void {
  open++;
  const body = bodies[turn++ % bodies.length] as string;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const call = request(
    { agent, port: bidPort, path: '/openrtb2/generic', method: 'POST', headers },
    (response) => {
      response.resume();
      response.once('end', () => {
        open--;
        if (response.statusCode === 200) bids++;
        latenciesMs.push(performance.now() - fromMs);
      });
    },
  );
  // The server may close an idle connection at the very moment that it is used.
  call.once('error', () => {
    open--;
    failures++;
  });
  call.end(body);
}

port.on('message', (message: ToClient) => {
  const tell = (told: FromClient): void => {
    port.postMessage(told);
  };
  if (message.do === 'edit') {
    editCampaign(message.path);
    tell({ is: 'edited', atNs: process.hrtime.bigint() });
  } else if (message.do === 'tell') {
    const sorted = latenciesMs.sort((a, b) => a - b);
    latenciesMs = [];
    const percentile = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
    const latencies = {
      requests: sorted.length,
      bids,
      failures,
      p50Ms: percentile(0.5),
      p99Ms: percentile(0.99),
      longestMs: sorted.at(-1) ?? 0,
    };
    bids = 0;
    failures = 0;
    tell({ is: 'latencies', latencies });
  } else {
    clearInterval(timer);
    port.close();
    agent.destroy();
  }
});
