import { decodeSlowly } from '../../test/oracles/decode-slowly.js';
import { decodeBidRequest } from '../../src/exchange/decode.js';
import { mainTraffic, syntheticTraffic } from '../http/traffic.js';

/**
 * Decodes all bodies again and again with one of two decoders and tells over the channel what that costs. Alone in its process: both in one would make
 * the extraction, which they share, meet two kinds of objects, and slower than either is by itself.
 */

/** What is to be measured, as JSON in the only argument. */
export interface DecodeJob {
  readonly side: 'ours' | 'JSON.parse';
  readonly traffic: 'main' | 'synthetic';
  readonly seconds: number;
}

/** What it came to. */
export interface DecodeCost {
  /** Processor time, user and system, for each body. */
  readonly us: number;
  /** Equal for sides that found the same. */
  readonly impressions: number;
}

const MICROS_PER_SECOND = 1e6;

const { side, traffic, seconds } = JSON.parse(process.argv[2] as string) as DecodeJob;
const decode = side === 'ours' ? decodeBidRequest : decodeSlowly;
const { bodies } = traffic === 'main' ? (await mainTraffic()).traffic : syntheticTraffic();

function decodeAll(): number {
  let impressions = 0;
  for (const body of bodies) {
    const result = decode(body);
    if (result.kind === 'request') impressions += result.request.impressions.length;
  }
  return impressions;
}

/** @returns how many bodies were decoded */
function decodeFor(micros: number): number {
  const start = process.cpuUsage();
  let count = 0;
  for (let spent = 0; spent < micros; spent = cpuMicros(start)) {
    decodeAll();
    count += bodies.length;
  }
  return count;
}

function cpuMicros(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

decodeFor(seconds * MICROS_PER_SECOND);
const start = process.cpuUsage();
const count = decodeFor(seconds * MICROS_PER_SECOND);
const cost: DecodeCost = { us: cpuMicros(start) / count, impressions: decodeAll() };
process.send?.(cost);
