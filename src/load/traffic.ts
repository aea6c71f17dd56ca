import { readTraffic } from '../files/read-traffic.js';
import type { Random } from '../lib/prng.js';
import { prepareGzipRequest, prepareRequest, splitAtId, type PreparedRequest } from './prepared-request.js';

/** A traffic file and how much of the load is taken from it, relative to the others. */
export interface TrafficSource {
  readonly path: string;
  readonly weight: number;
}

interface TrafficRequest {
  readonly plain: PreparedRequest;
  /** Undefined where nothing is sent compressed. */
  readonly gzip: PreparedRequest | undefined;
  /** When the exchange stops waiting for the answer. */
  readonly timeoutMs: number;
}

interface TrafficPart {
  readonly path: string;
  readonly weight: number;
  /** In the order of the file; sent over and over again. Not empty. */
  readonly requests: readonly TrafficRequest[];
  /** Has the file more lines than are used? */
  readonly isCut: boolean;
}

/** Everything that is sent, as bytes for one address. */
export interface Traffic {
  readonly url: URL;
  readonly parts: readonly TrafficPart[];
  readonly gzipShare: number;
  readonly requestBytesMax: number;
}

export interface TrafficOptions {
  /** Share of the requests that are sent compressed, 0 to 1. */
  readonly gzipShare: number;
  /** For every request; undefined takes each request's own `tmax`. */
  readonly timeoutMs: number | undefined;
}

/** What exchanges allow in most cases; for requests that do not tell. */
const DEFAULT_TIMEOUT_MS = 200;
/** More of a file is not needed to make a load, and would have to be held in memory. */
export const LINES_MAX = 100_000;

/** @throws TrafficFault for a line that cannot be read, an Error for a file without requests, what the file system throws */
export async function loadTraffic(
  url: URL,
  sources: readonly TrafficSource[],
  options: TrafficOptions,
): Promise<Traffic> {
  const parts: TrafficPart[] = [];
  for (const source of sources) {
    const bodies: Buffer[] = [];
    let isCut = false;
    for await (const { body } of readTraffic(source.path)) {
      isCut = bodies.length === LINES_MAX;
      if (isCut) break;
      bodies.push(body);
    }
    parts.push({ ...source, isCut, requests: prepareRequests(url, source.path, bodies, options) });
  }
  const requestBytesMax = parts.reduce((most, { requests }) => Math.max(most, largest(requests)), 0);
  return { url, parts, gzipShare: options.gzipShare, requestBytesMax };
}

function prepareRequests(
  url: URL,
  path: string,
  bodies: readonly Buffer[],
  { gzipShare, timeoutMs }: TrafficOptions,
): TrafficRequest[] {
  if (bodies.length === 0) throw new Error(`${path} must hold a bid request, but is empty`);
  const head = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\nx-openrtb-version: 2.6\r\n`;
  return bodies.map((body) => {
    const parts = splitAtId(body);
    return {
      plain: prepareRequest(head, parts),
      gzip: gzipShare > 0 ? prepareGzipRequest(head, parts) : undefined,
      timeoutMs: timeoutMs ?? parts.tmaxMs ?? DEFAULT_TIMEOUT_MS,
    };
  });
}

function largest(requests: readonly TrafficRequest[]): number {
  return requests.reduce(
    (most, { plain, gzip }) => Math.max(most, plain.bytes.length, gzip?.bytes.length ?? 0),
    0,
  );
}

export interface ChosenRequest {
  readonly request: PreparedRequest;
  readonly timeoutMs: number;
}

/** Takes files by their weights, and the lines of each in their order. The same seed chooses the same. */
export function createChooser({ parts, gzipShare }: Traffic, random: Random): () => ChosenRequest {
  const all = parts.reduce((sum, { weight }) => sum + weight, 0);
  const nexts = parts.map(() => 0);
  const choosePart = (): number => {
    let rest = random() * all;
    return Math.max(
      0,
      parts.findIndex(({ weight }) => (rest -= weight) < 0),
    );
  };
  return () => {
    const chosen = parts.length === 1 ? 0 : choosePart();
    const { requests } = parts[chosen] as TrafficPart;
    const next = nexts[chosen] as number;
    nexts[chosen] = (next + 1) % requests.length;
    const { plain, gzip, timeoutMs } = requests[next] as TrafficRequest;
    const isGzip = gzip !== undefined && random() < gzipShare;
    return { request: isGzip ? gzip : plain, timeoutMs };
  };
}
