import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTraffic } from '../../src/files/read-traffic.js';
import { syntheticBodies } from '../../src/synthetic/requests.js';

/** Bid requests to measure with. */
export interface BenchTraffic {
  /** Such as `adx2016.ndjson` or `synthetic, seed 1`. */
  readonly name: string;
  /** SHA-256 of the file as it is stored; of the bodies, one a line, where there is no file. */
  readonly sha256: string;
  /** As they are posted. Not empty. */
  readonly bodies: readonly Buffer[];
}

/** Above the built program and above the sources alike: this file lies at `bench/http/` of either. */
const HERE = dirname(fileURLToPath(import.meta.url));
const RECORDED = 'traffic/adx2016.ndjson';
const RECORDED_PLACES = ['../../../shared', '../../../../shared'];
const SYNTHETIC_COUNT = 1_000;
const SEED = 1;

/** Recorded traffic beside the repository, which a plain clone does not have. */
async function recordedTraffic(): Promise<BenchTraffic | undefined> {
  const path = RECORDED_PLACES.map((place) => resolve(HERE, place, RECORDED)).find(existsSync);
  return path === undefined ? undefined : trafficOf(path);
}

/** @throws TrafficFault for a line that cannot be read, what the file system throws */
export async function trafficOf(path: string): Promise<BenchTraffic> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  const bodies: Buffer[] = [];
  for await (const { body } of readTraffic(path)) bodies.push(body);
  return { name: basename(path), sha256: hash.digest('hex'), bodies };
}

export function syntheticTraffic(seed = SEED): BenchTraffic {
  const bodies = syntheticBodies(SYNTHETIC_COUNT, seed);
  const hash = createHash('sha256');
  for (const body of bodies) hash.update(body).update('\n');
  return { name: `synthetic, seed ${seed}`, sha256: hash.digest('hex'), bodies };
}

/** What figures are quoted for: the recorded traffic, or the synthetic where it is missing, and then why. */
export async function mainTraffic(): Promise<{ traffic: BenchTraffic; notes: readonly string[] }> {
  const recorded = await recordedTraffic();
  if (recorded) return { traffic: recorded, notes: [] };
  return {
    traffic: syntheticTraffic(),
    notes: [`../shared/${RECORDED} is not here, so this was measured on synthetic traffic.`],
  };
}

export function trafficFact({ name, sha256, bodies }: BenchTraffic): string {
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
  return `${name}: ${bodies.length} requests of ${Math.round(bytes / bodies.length)} bytes on average, SHA-256 ${sha256}`;
}
