import { weighted, zipf } from '../lib/distributions.js';
import { hashString } from '../lib/hash.js';
import { seededRandom, type Random } from '../lib/prng.js';
import { COUNTRIES, type Country } from './places.js';
import { SEGMENTS, TOPICS, type Topic } from './topics.js';

/**
 * What requests, profiles and campaigns of one seed have in common: who the visitors are, which sites and apps there are,
 * what they are worth. Nothing of it is stored. Each thing has a number, and everything about it is drawn from the seed and
 * that number, so that it is the same whenever it is met, in whatever order, and a million visitors take no memory.
 */
export interface World {
  readonly seed: number;
  readonly visitors: number;
  readonly publishers: number;
  readonly pickVisitor: (random: Random) => number;
  readonly pickSite: (random: Random) => number;
  readonly pickApp: (random: Random) => number;
  readonly pickSegment: (random: Random) => string;
  readonly pickTopic: (random: Random) => Topic;
  readonly pickCountry: (random: Random) => Country;
}

export interface WorldOptions {
  /** Any whole number; equal seeds make equal worlds. */
  readonly seed: number;
  /** How many visitors there are, 1 to 10,000,000; 8 bytes each. */
  readonly visitors?: number;
}

export const VISITORS_MAX = 10_000_000;
const VISITORS_DEFAULT = 100_000;
const SITES = 3_000;
const APPS = 2_000;
const CHANNELS_PER_PUBLISHER = 6;
/** Few visitors come again and again; sites and apps are even less equal. */
const VISITOR_EXPONENT = 0.8;
const CHANNEL_EXPONENT = 1;
const WORD_EXPONENT = 0.7;

export function createWorld(options: WorldOptions): World {
  const { seed, visitors = VISITORS_DEFAULT } = options;
  const segment = zipf(SEGMENTS.length, WORD_EXPONENT);
  const topic = zipf(TOPICS.length, WORD_EXPONENT);
  const countries = weighted(Object.fromEntries(COUNTRIES.map(({ code, weight }) => [code, weight])));
  const byCode = new Map(COUNTRIES.map((country) => [country.code, country]));
  return {
    seed,
    visitors,
    publishers: Math.ceil((SITES + APPS) / CHANNELS_PER_PUBLISHER),
    pickVisitor: zipf(visitors, VISITOR_EXPONENT),
    pickSite: zipf(SITES, CHANNEL_EXPONENT),
    pickApp: zipf(APPS, CHANNEL_EXPONENT),
    pickSegment: (random) => SEGMENTS[segment(random)] as string,
    pickTopic: (random) => TOPICS[topic(random)] as Topic,
    pickCountry: (random) => byCode.get(countries(random)) as Country,
  };
}

/** @returns a sequence that is always the same for this thing of this world */
export function randomOf({ seed }: World, kind: string, number: number): Random {
  return seededRandom(hashString(`${kind} ${number}`, seed));
}

const PAIRS_HEX = Array.from({ length: 65_536 }, (_, i) => i.toString(16).padStart(4, '0'));

/** So many hexadecimal digits. */
export function hexText(random: Random, digits: number): string {
  let text = '';
  for (let i = 0; i < digits; i += 8) {
    const bits = random() * 0x1_0000_0000;
    text += (PAIRS_HEX[bits >>> 16] as string) + (PAIRS_HEX[bits & 0xffff] as string);
  }
  return text.length === digits ? text : text.slice(0, digits);
}

export function uuid(random: Random): string {
  const hex = hexText(random, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
