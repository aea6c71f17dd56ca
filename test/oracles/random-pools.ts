import { integerBetween, pick, type Random } from '../../src/lib/prng.js';

/** Small pools, so that wishes and facts meet often; next to each value stands one that nearly is it. */
export const POOLS = {
  deals: ['d1', 'd2', '', 'open'],
  exchanges: ['generic', 'north', 'south'],
  domains: ['news.example', 'a.news.example', 'xnews.example', 'example', 'sport.example'],
  bundles: ['com.game', 'com.news', '123'],
  publishers: ['p1', 'p2', 'P1'],
  lists: ['premium', 'unsafe', 'missing'],
  categories: ['IAB1', 'IAB1-2', 'IAB17', 'IAB17-3', 'IAB2'],
  keywords: ['trail', 'running', 'trail running', 'marathon', '马拉松', 'é'],
  makes: ['apple', 'acer'],
  models: ['iphone', 'x1'],
  carriers: ['verizon', 'vodafone'],
  languages: ['en', 'en-us', 'de', 'zh-hant'],
  education: ['school', 'university'],
  occupation: ['teacher', 'nurse'],
  marital: ['single', 'married'],
  income: ['low', 'high'],
  segments: ['runner', 'outdoor', 'traveller', 'bought'],
  interests: ['sport', 'music'],
  systems: ['ios', 'android', 'tvos'],
  networks: ['0.0.0.0/0', '203.0.113.0/24', '203.0.113.7', '10.0.0.0/8', '2001:db8::/32', '::/0'],
  zones: ['UTC', 'Asia/Kathmandu', 'America/New_York', 'user'],
} as const;

/** What stands in the lists, in plain words; the one that is missing is in none. */
export const LISTS: Readonly<Record<string, readonly string[]>> = {
  premium: ['news.example', 'com.game', 'publisher:p1'],
  unsafe: ['a.news.example', 'sport.example', 'example', '123', 'publisher:north/p2'],
};

/** Some points are near the poles and the date line. */
export function randomPoint(random: Random): [latitude: number, longitude: number] {
  return [
    pick(random, [90, 89.9, -90, 0, 31.2, 31.3, random() * 180 - 90]),
    pick(random, [180, -180, 179.9, -179.9, 0, 121.5, random() * 360 - 180]),
  ];
}

export function several<Value>(random: Random, min: number, max: number, make: () => Value): Value[] {
  return Array.from({ length: integerBetween(random, min, max) }, make);
}
