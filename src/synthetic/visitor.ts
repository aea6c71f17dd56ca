import { logNormal } from '../lib/distributions.js';
import { integerBetween, pick, type Random } from '../lib/prng.js';
import { HANDHELD_AND_DESKTOP, type DeviceModel } from './devices.js';
import type { City, Country } from './places.js';
import type { Topic } from './topics.js';
import { hexText, randomOf, uuid, type World } from './world.js';

/** Everything about a visitor that stays from one request to the next. */
export interface Visitor {
  readonly number: number;
  /** The exchange's id. */
  readonly userId: string;
  /** Our cookie, as the exchange mapped it; undefined where it never did. */
  readonly cookie: string | undefined;
  /** Undefined where the device tells none. */
  readonly ifa: string | undefined;
  readonly limitsTracking: boolean;
  /** Extended ids, by source. */
  readonly eids: readonly (readonly [source: string, id: string])[];
  /** The address cut to its /24, as most exchanges send it. */
  readonly ip: string;
  readonly country: Country;
  readonly city: City;
  readonly latitude: number;
  readonly longitude: number;
  readonly zip: string;
  readonly language: string;
  readonly device: DeviceModel;
  readonly osVersion: string;
  /** AdCOM "Connection Types". */
  readonly connection: number;
  readonly carrier: string;
  readonly yearOfBirth: number;
  readonly gender: 'F' | 'M';
  readonly topics: readonly Topic[];
  /** How readily ads are clicked: around 1, the same for everything. */
  readonly clickiness: number;
  /** 0 to 1: what this visitor lets be done with personal data, from nothing to everything. */
  readonly consents: number;
}

/** Neighbours, who share a /24 and a city. */
const VISITORS_PER_NETWORK = 40;
const NETWORKS_MAX = 65_536;
const COOKIE_SHARE = 0.65;
const TRACKING_LIMITED_SHARE = 0.12;
const EIDS_SHARE = 0.35;
const EID_SOURCES = ['id.example', 'graph.example', 'hashed-mail.example'] as const;
/** Degrees around the city's centre. */
const CITY_RADIUS = 0.15;
const WIFI = 2;
const CELLULAR_4G = 6;
const CELLULAR_5G = 7;
const ETHERNET = 1;
const COMPUTER = 2;

/** @param number of 0 to `world.visitors` - 1; lower ones come more often */
export function visitorOf(world: World, number: number): Visitor {
  const random = randomOf(world, 'visitor', number);
  const { network, country, city } = homeOf(world, number);
  const device = pick(random, HANDHELD_AND_DESKTOP);
  const isComputer = device.type === COMPUTER;
  const limitsTracking = random() < TRACKING_LIMITED_SHARE;
  const userId = hexText(random, 24);
  const hasCookie = random() < COOKIE_SHARE;
  return {
    number,
    userId,
    cookie: hasCookie ? `c-${hexText(random, 12)}` : undefined,
    ifa: isComputer || limitsTracking ? undefined : uuid(random),
    limitsTracking,
    eids: random() < EIDS_SHARE ? EID_SOURCES.map((source) => [source, hexText(random, 32)] as const) : [],
    ip: networkAddress(network),
    country,
    city,
    latitude: hundredths(city.latitude + (random() - 0.5) * CITY_RADIUS * 2),
    longitude: hundredths(city.longitude + (random() - 0.5) * CITY_RADIUS * 2),
    zip: `${city.zip}${integerBetween(random, 10, 99)}`,
    language: pick(random, country.languages),
    device,
    osVersion: pick(random, device.versions),
    connection: isComputer
      ? pick(random, [ETHERNET, WIFI])
      : pick(random, [WIFI, WIFI, WIFI, CELLULAR_4G, CELLULAR_5G]),
    carrier: pick(random, country.carriers),
    yearOfBirth: integerBetween(random, 1946, 2008),
    gender: pick(random, ['F', 'M'] as const),
    topics: topicsOf(world, random),
    clickiness: logNormal(random, 0.7, 0.8),
    consents: random(),
  };
}

interface Home {
  readonly network: number;
  readonly country: Country;
  readonly city: City;
}

/** Where a visitor lives, without all the rest. */
export function homeOf(world: World, visitor: number): Home {
  const network = Math.floor(randomOf(world, 'home', visitor)() * networksOf(world));
  return { network, ...placeOfNetwork(world, network) };
}

export function networksOf(world: World): number {
  return Math.min(NETWORKS_MAX, Math.ceil(world.visitors / VISITORS_PER_NETWORK));
}

/** In 10.0.0.0/8, which is nobody's. */
export function networkAddress(network: number): string {
  return `10.${(network >>> 8) & 255}.${network & 255}.0`;
}

export function placeOfNetwork(world: World, network: number): Omit<Home, 'network'> {
  const random = randomOf(world, 'network', network);
  const country = world.pickCountry(random);
  return { country, city: pick(random, country.cities) };
}

function topicsOf(world: World, random: Random): readonly Topic[] {
  const topics = new Set<Topic>();
  for (let i = integerBetween(random, 1, 4); i > 0; i--) topics.add(world.pickTopic(random));
  return [...topics];
}

function hundredths(degrees: number): number {
  return Math.round(degrees * 100) / 100;
}
