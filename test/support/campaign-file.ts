import type { Json } from './merge.js';

/** A campaign that uses every kind of setting once, as its file says it. */
const CAMPAIGN = {
  id: 'trail-shoes',
  advertiser: { id: 'acme', domain: 'acme.example', categories: ['IAB18-5'] },
  flight: { start: '2026-11-01', end: '2026-12-31', timeZone: 'Asia/Shanghai' },
  budget: { total: 20000, daily: 800, currency: 'USD', pacing: 'even' },
  lineItems: [
    {
      id: 'runners',
      bid: { model: 'cpm', amount: 3.2 },
      frequency: [{ impressions: 3, per: '1d' }],
      targeting: {
        segments: { anyOf: ['runner', 'outdoor'], noneOf: ['bought-shoes-30d'] },
        people: { age: [25, 44], gender: ['F'], occupation: ['teacher'] },
        interests: { anyOf: { running: 0.6 } },
        value: { recency: { max: 30 } },
        stage: ['active'],
        geo: {
          include: [
            { country: 'CHN', region: '31' },
            { near: [31.23, 121.47], km: 25 },
          ],
        },
        devices: { types: ['phone'], os: ['ios', { name: 'android', min: '8', max: '12' }] },
        inventory: {
          domains: { noneOf: ['badnews.example'] },
          keywords: ['marathon'],
          positions: ['header'],
        },
        languages: ['zh', 'en'],
        hours: { 'mon-fri': ['07-09', '18-23'] },
        unknown: 'reject',
      },
      creatives: [
        {
          id: 'cr1',
          format: 'banner',
          w: 300,
          h: 250,
          html: '<a href="${CLICK_URL}"><img src="https://cdn.acme.example/trail.png" alt=""></a>',
          landing: 'https://acme.example/trail',
        },
      ],
    },
  ],
} satisfies Json;

export type Path = readonly (string | number)[];

/** A copy of the sample campaign with `value` at `path`; undefined takes away what stands there. */
export function campaignWith(path: Path = [], value?: Json): Json {
  const campaign: Json = structuredClone(CAMPAIGN);
  const last = path.at(-1);
  if (last === undefined) return campaign;
  let holder: Json = campaign;
  for (const part of path.slice(0, -1)) holder = (holder as Record<string, Json>)[part] as Json;
  const record = holder as Record<string, Json>;
  // What cannot be taken away, such as the length of a list, stays.
  if (value === undefined) Reflect.deleteProperty(record, last);
  else record[last] = value;
  return campaign;
}

/** As an editor would save it. */
export function fileText(json: Json): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}
