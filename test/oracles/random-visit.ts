import type { Impression, Video } from '../../src/domain/bid-request.js';
import { GENDERS } from '../../src/domain/campaign.js';
import { STAGES, type Profile } from '../../src/domain/profile.js';
import type { Visit } from '../../src/domain/visit.js';
import { integerBetween, pick, type Random } from '../../src/lib/prng.js';
import { anImpression, aVisit, NOW_MS, profileWith } from '../support/targeting-samples.js';
import { aNative, anAudio, aVideo } from '../support/format-samples.js';
import { textSetOf } from '../support/text-set-of.js';
import { LISTS, POOLS, randomPoint, several } from './random-pools.js';
import { assert } from '../../src/lib/assert.js';

const DAY_MS = 86_400_000;
const LISTS_LOADED = new Map(Object.entries(LISTS).map(([name, entries]) => [name, textSetOf(entries)]));

/** A request of any shape that the types allow. */
export function randomVisit(random: Random): Visit {
  const some = <Value>(value: Value): Value | undefined => (random() < 0.75 ? value : undefined);
  const plain = aVisit();
  const personal = random() < 0.8;
  const [latitude, longitude] = random() < 0.6 ? randomPoint(random) : [undefined, undefined];
  return {
    exchange: pick(random, POOLS.exchanges),
    personal,
    profile: personal && random() < 0.7 ? randomProfile(random) : undefined,
    nowMs: NOW_MS + integerBetween(random, -30, 30) * 8 * 3_600_000 + pick(random, [0, 1, -1, 1_234_567]),
    lists: LISTS_LOADED,
    geo: {
      country: some(pick(random, ['USA', 'CHN'])),
      region: some(pick(random, ['CA', 'US-CA', '31', 'Bas-Rhin'])),
      city: some(pick(random, ['Springfield', 'shanghai'])),
      zip: some(pick(random, ['94105', '850'])),
      latitude,
      longitude,
      utcOffsetMinutes: some(integerBetween(random, -48, 56) * 15),
    },
    request: {
      ...plain.request,
      impressions: several(random, 1, 3, () => randomImpression(random)),
      inventory: {
        kind: 'site',
        domain: some(pick(random, POOLS.domains)),
        bundle: some(pick(random, POOLS.bundles)),
        id: undefined,
        publisherId: some(pick(random, POOLS.publishers)),
        publisherDomain: undefined,
        partnerDomain: undefined,
        categories: several(random, 0, 3, () =>
          pick(random, [...POOLS.categories, 'iab17-3', 'IAB2-4', '483']),
        ),
        keywords: several(random, 0, 2, () =>
          several(random, 0, 3, () => pick(random, [...POOLS.keywords, ' Trail Running shoes', ''])).join(
            ',',
          ),
        ),
        page: some(
          `https://x.example/${pick(random, ['', 'Marathon-of-Fun?q=trail', '%C3%A9/%E9%A9%AC%E6%8B%89%E6%9D%BE'])}`,
        ),
        contentLanguage: undefined,
      },
      device: {
        ...plain.request.device,
        type: some(integerBetween(random, 0, 9)),
        os: some(pick(random, ['iOS', 'iPhone OS', 'Android', 'tvOS'])),
        osVersion: some(pick(random, ['9', '10.1', '12', 'unknown'])),
        make: some(pick(random, ['Apple', 'acer'])),
        model: some(pick(random, ['iPhone', 'X1'])),
        carrier: some(pick(random, ['Verizon', 'vodafone'])),
        connection: some(integerBetween(random, 0, 8)),
        language: some(pick(random, ['en', 'en_US', 'EN-us-x', 'de', 'zh-Hant-TW'])),
        ip: some(pick(random, ['203.0.113.7', '203.0.113.8', '10.9.8.7', 'nonsense'])),
        ipv6: random() < 0.2 ? pick(random, ['2001:db8::1', '::ffff:10.0.0.1', 'fe80::1']) : undefined,
      },
      user: {
        ...plain.request.user,
        yearOfBirth: some(pick(random, [1980, 2001, 1800, 2030])),
        gender: some(pick(random, ['M', 'F', 'O', '?'])),
      },
    },
  };
}

function randomImpression(random: Random): Impression {
  const plain = anImpression();
  const { banner } = plain;
  assert(banner !== undefined, 'a plain impression has a banner');
  return {
    ...plain,
    ...randomFormats(random),
    interstitial: pick(random, [true, false, undefined]),
    rewarded: pick(random, [true, false, undefined]),
    privateAuction: random() < 0.2,
    deals: several(random, 0, 2, () => ({
      id: pick(random, POOLS.deals),
      floorMicros: plain.floorMicros,
      floorCurrency: 'USD',
      auctionType: undefined,
      seatsAllowed: [],
      advertiserDomains: [],
      guaranteed: false,
      durationFloors: [],
      floorMicrosPerSecond: undefined,
    })),
    banner:
      random() < 0.2
        ? undefined
        : {
            ...banner,
            sizes: several(random, 0, 4, () => ({
              w: pick(random, [300, 320, 728]),
              h: pick(random, [50, 250]),
            })),
            flexSizes: several(random, 0, 1, () => ({ widthRatio: 16, heightRatio: 9, widthMin: 100 })),
            position: randomPosition(random),
          },
  };
}

function randomFormats(random: Random): Pick<Impression, 'video' | 'audio' | 'native'> {
  const startDelay = (): number | undefined => pick(random, [undefined, 0, -1, -2, -3, 15]);
  const code = (): number | undefined => pick(random, [undefined, 0, 1, 2, 3, 4, 5, 6]);
  const video = (): Video =>
    aVideo({
      plcmt: code(),
      placement: code(),
      startDelay: startDelay(),
      position: randomPosition(random),
    });
  return {
    video: random() < 0.4 ? video() : undefined,
    audio: random() < 0.2 ? anAudio({ startDelay: startDelay() }) : undefined,
    native: random() < 0.2 ? aNative() : undefined,
  };
}

function randomPosition(random: Random): number | undefined {
  return pick(random, [undefined, 0, 1, 2, 3, 4, 5, 6, 7]);
}

function randomProfile(random: Random): Profile {
  const some = <Value>(value: Value): Value | undefined => (random() < 0.7 ? value : undefined);
  const number = (): number | undefined => some(integerBetween(random, 0, 60));
  return profileWith({
    segments: new Map(
      several(random, 0, 3, () => [
        pick(random, POOLS.segments),
        pick(random, [Infinity, NOW_MS, NOW_MS + 20 * DAY_MS, 0]),
      ]),
    ),
    people: {
      age: number(),
      gender: some(pick(random, GENDERS)),
      education: some(pick(random, POOLS.education)),
      occupation: some(pick(random, POOLS.occupation)),
      marital: some(pick(random, POOLS.marital)),
      income: some(pick(random, POOLS.income)),
    },
    interests: new Map(several(random, 0, 2, () => [pick(random, POOLS.interests), random()])),
    value: { recency: number(), frequency: number(), monetary: number(), lifetime: number() },
    stage: some(pick(random, STAGES)),
    updatedMs: some(NOW_MS - integerBetween(random, 0, 40) * DAY_MS),
  });
}
