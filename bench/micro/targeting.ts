import type { Choice, HoursChoice, Place, Targeting } from '../../src/domain/campaign.js';
import type { Profile } from '../../src/domain/profile.js';
import type { Visit } from '../../src/domain/visit.js';
import { parseIpRange, type IpRange } from '../../src/lib/ip.js';
import { integerBetween, pick, seededRandom, type Random } from '../../src/lib/prng.js';
import { TargetingIndex, type IndexedLineItem } from '../../src/targeting/targeting-index.js';
import {
  anImpression,
  aVisit,
  lineItemWith,
  profileWith,
  sized,
} from '../../test/support/targeting-samples.js';
import type { BenchTask } from '../task.js';

const SIZES = [
  [300, 250],
  [320, 50],
  [728, 90],
  [160, 600],
  [300, 600],
] as const;
const COUNTRIES = ['USA', 'CHN', 'DEU', 'GBR', 'JPN', 'FRA', 'BRA', 'IND'];
const SYSTEMS = ['ios', 'android', 'windows', 'macos'];
const VISIT_COUNT = 64;

/**
 * Matching one request against 10, 1,000 and 10,000 line items, to the first candidate and to the last. Catalogues and
 * requests are seeded; each call takes the next of 64 requests.
 */
export function targetingTasks(): BenchTask[] {
  const visits = seededVisits(VISIT_COUNT);
  return [10, 1000, 10_000].flatMap((size) => {
    const index = TargetingIndex.build(seededLineItems(size));
    return [
      {
        name: `match, first candidate, ${size.toLocaleString('en')} line items`,
        run: matching(index, visits, 1),
      },
      {
        name: `match, all candidates, ${size.toLocaleString('en')} line items`,
        run: matching(index, visits, Infinity),
      },
    ];
  });
}

/** @returns a call that matches one request and adds up the numbers of at most `countMax` candidates */
function matching(index: TargetingIndex, visits: readonly Visit[], countMax: number): () => number {
  const scratch = index.newScratch();
  const impression = anImpression();
  let turn = 0;
  return () => {
    const visit = visits[turn++ % visits.length] as Visit;
    let sum = 0;
    index.beginVisit(visit, scratch);
    index.beginImpression(impression, scratch);
    for (let count = 0; count < countMax; count++) {
      const number = index.next(scratch);
      if (number < 0) break;
      sum += number;
    }
    index.endVisit(scratch);
    return sum;
  };
}

/** Line items as a busy desk books them: two to five dimensions each, a long tail of segments, domains and places. */
export function seededLineItems(size: number): IndexedLineItem[] {
  const random = seededRandom(1);
  return Array.from({ length: size }, () => {
    const [w, h] = pick(random, SIZES);
    return lineItemWith(seededTargeting(random), { creatives: [sized(w, h)] });
  });
}

/**
 * Line items that each want few people in few places: segments, a part of a country, and sites or words, so that of a hundred
 * thousand hardly one wants a request.
 */
export function narrowLineItems(size: number): IndexedLineItem[] {
  const random = seededRandom(4);
  return Array.from({ length: size }, () => {
    const [w, h] = pick(random, SIZES);
    const region = tail(random, 'r', 50);
    const sites = some(random, 5, () => tail(random, 'site', 20_000));
    const words = some(random, 4, () => tail(random, 'word', 20_000));
    const targeting: Partial<Targeting> = {
      ...seededTargeting(random),
      segments: { anyOf: some(random, 3, () => tail(random, 's', 5000)), noneOf: [] },
      geo: {
        anyOf: [{ kind: 'area', country: pick(random, COUNTRIES), region, city: undefined, zip: undefined }],
        noneOf: [],
      },
      ...(random() < 0.5
        ? { domains: { anyOf: sites, noneOf: [] } }
        : { keywords: { anyOf: words, noneOf: [] } }),
    };
    return lineItemWith(targeting, { creatives: [sized(w, h)] });
  });
}

function seededTargeting(random: Random): Partial<Targeting> {
  const chosen: Record<string, unknown> = {};
  const choose = (share: number, name: keyof Targeting, make: () => Choice<unknown> | HoursChoice): void => {
    if (random() < share) chosen[name] = make();
  };
  choose(0.5, 'segments', () => ({ anyOf: some(random, 3, () => tail(random, 's', 5000)), noneOf: [] }));
  choose(0.5, 'geo', () => ({ anyOf: some(random, 2, () => seededPlace(random)), noneOf: [] }));
  choose(0.4, 'deviceTypes', () => ({ anyOf: [pick(random, ['phone', 'desktop', 'tablet'])], noneOf: [] }));
  choose(0.3, 'age', () => {
    const min = integerBetween(random, 18, 60);
    return { anyOf: [{ min, max: min + 20 }], noneOf: [] };
  });
  choose(0.3, 'domains', () => ({ anyOf: [], noneOf: some(random, 5, () => tail(random, 'site', 20_000)) }));
  choose(0.2, 'os', () => {
    const version = { min: integerBetween(random, 8, 16) * 1e6, max: Infinity };
    return { anyOf: [{ name: pick(random, SYSTEMS), version }], noneOf: [] };
  });
  choose(0.2, 'hours', () => ({ ofWeek: seededWeek(random), timeZone: 'Asia/Shanghai' }));
  choose(0.1, 'categories', () => ({ anyOf: [`IAB${integerBetween(random, 1, 26)}`], noneOf: [] }));
  choose(0.1, 'keywords', () => ({ anyOf: some(random, 4, () => tail(random, 'word', 20_000)), noneOf: [] }));
  choose(0.1, 'interests', () => {
    return { anyOf: [{ name: tail(random, 'i', 300), weightMin: random() }], noneOf: [] };
  });
  return chosen;
}

function seededPlace(random: Random): Place {
  const country = pick(random, COUNTRIES);
  const kind = random();
  if (kind < 0.7) {
    const region = random() < 0.5 ? tail(random, 'r', 50) : undefined;
    return { kind: 'area', country, region, city: undefined, zip: undefined };
  }
  if (kind < 0.9) {
    const radiusKm = pick(random, [5, 25, 100]);
    return { kind: 'circle', ...seededTown(random), radiusKm };
  }
  const bits = pick(random, [16, 24]);
  const text = `203.${integerBetween(random, 0, 20)}.${integerBetween(random, 0, 255)}.0/${bits}`;
  return { kind: 'network', range: parseIpRange(text) as IpRange };
}

/** One of a thousand towns between Shanghai and Berlin. */
function seededTown(random: Random): { latitude: number; longitude: number } {
  const town = Number(tail(random, '', 1000));
  return { latitude: 31 + (town % 37) * 0.6, longitude: 121 - (town % 101) };
}

function seededWeek(random: Random): boolean[] {
  const from = pick(random, [6, 8, 12, 18]);
  return Array.from({ length: 168 }, (_, hour) => hour % 24 >= from && hour % 24 < from + 6);
}

export function seededVisits(count: number): Visit[] {
  const random = seededRandom(2);
  return Array.from({ length: count }, () =>
    aVisit({
      profile: random() < 0.6 ? seededProfile(random) : undefined,
      geo: {
        country: pick(random, COUNTRIES),
        region: tail(random, 'r', 50),
        ...seededTown(random),
        utcOffsetMinutes: 480,
      },
      inventory: {
        domain: `www.${tail(random, 'site', 20_000)}`,
        categories: [`IAB${integerBetween(random, 1, 26)}-1`, 'IAB19'],
        keywords: [some(random, 10, () => tail(random, 'word', 20_000)).join(',')],
        page: `https://www.site.example/${tail(random, 'word', 20_000)}/${tail(random, 'word', 20_000)}.html?p=1`,
      },
      device: {
        type: pick(random, [2, 4, 5]),
        os: pick(random, SYSTEMS),
        osVersion: `${integerBetween(random, 8, 17)}.1`,
        ip: `203.${integerBetween(random, 0, 20)}.${integerBetween(random, 0, 255)}.9`,
        language: 'zh-CN',
      },
      user: { yearOfBirth: integerBetween(random, 1950, 2008) },
    }),
  );
}

function seededProfile(random: Random): Profile {
  return profileWith({
    segments: new Map(some(random, 20, () => [tail(random, 's', 5000), Infinity])),
    interests: new Map(some(random, 8, () => [tail(random, 'i', 300), random()])),
  });
}

/** One of many names, the first ones far more often than the last. */
function tail(random: Random, name: string, count: number): string {
  return `${name}${Math.floor(count * random() ** 3)}`;
}

function some<Value>(random: Random, max: number, make: () => Value): Value[] {
  return Array.from({ length: integerBetween(random, 1, max) }, make);
}
