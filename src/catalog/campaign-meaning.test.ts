import { describe, expect, it } from 'vitest';
import { campaignWith, fileText, type Path } from '../../test/support/campaign-file.js';
import type { Json } from '../../test/support/merge.js';
import type { Campaign, Targeting } from '../domain/campaign.js';
import type { Creative } from '../domain/creative.js';
import { parseIpRange } from '../lib/ip.js';
import { readCampaign } from './read-file.js';

function campaign(path?: Path, value?: Json): Campaign {
  const found = readCampaign(Buffer.from(fileText(campaignWith(path, value))), 'campaigns/trail.json');
  if (!found.good) throw new Error(found.problems.map(({ message }) => message).join('\n'));
  return found.content.campaign;
}

const T = ['lineItems', 0, 'targeting'];
const C = ['lineItems', 0, 'creatives', 0];
const targeting = (path: Path, value: Json) =>
  campaign([...T, ...path], value).lineItems[0]?.targeting as Targeting;
const creative = (path: Path = [], value?: Json) =>
  campaign(value === undefined ? [] : [...C, ...path], value).lineItems[0]?.creatives[0] as Creative;
const all = (...anyOf: unknown[]) => ({ anyOf, noneOf: [] });

describe('what a campaign file means', () => {
  it('money in micros, the flight in instants, the end day included', () => {
    const { budget, flight, file } = campaign();
    expect(budget).toEqual({
      totalMicros: 20_000_000_000,
      dailyMicros: 800_000_000,
      currency: 'USD',
      pacing: 'even',
    });
    expect(new Date(flight.startMs).toISOString()).toBe('2026-10-31T16:00:00.000Z');
    expect(new Date(flight.endMs).toISOString()).toBe('2026-12-31T16:00:00.000Z');
    expect(file).toBe('trail.json');
  });

  it('what is left out is left out, not there as undefined', () => {
    const { targeting: wishes, status, repeatCreative } = campaign(T).lineItems[0] ?? {};
    expect({ wishes, status, repeatCreative }).toEqual({
      wishes: { unknown: { lineItem: 'reject', byDimension: new Map() } },
      status: 'active',
      repeatCreative: false,
    });
    expect(Object.keys(wishes ?? {})).toEqual(['unknown']);
  });

  it.each<[Path, Json, keyof Targeting, unknown]>([
    [['segments'], ['Runner '], 'segments', all('runner')],
    [['people', 'gender'], ['F', 'other'], 'gender', all('female', 'other')],
    [['people', 'age'], [25, 44], 'age', all({ min: 25, max: 44 })],
    [['people', 'age'], { noneOf: [[0, 17]] }, 'age', { anyOf: [], noneOf: [{ min: 0, max: 17 }] }],
    [['interests'], ['Running'], 'interests', all({ name: 'running', weightMin: 0.01 })],
    [
      ['interests'],
      { anyOf: { Running: 0.6 }, noneOf: ['gambling'] },
      'interests',
      { anyOf: [{ name: 'running', weightMin: 0.6 }], noneOf: [{ name: 'gambling', weightMin: 0.01 }] },
    ],
    [['value'], { recency: { max: 30 } }, 'recency', all({ min: -Infinity, max: 30 })],
    [
      ['value'],
      { frequency: { anyOf: [{ min: 2, max: 3 }], noneOf: [{ min: 3 }] } },
      'frequency',
      { anyOf: [{ min: 2, max: 3 }], noneOf: [{ min: 3, max: Infinity }] },
    ],
    [
      ['geo'],
      [{ country: 'usa', city: 'Austin' }],
      'geo',
      all({ kind: 'area', country: 'USA', region: undefined, city: 'austin', zip: undefined }),
    ],
    [
      ['geo'],
      { exclude: [{ ip: '203.0.113.9/24' }] },
      'geo',
      { anyOf: [], noneOf: [{ kind: 'network', range: parseIpRange('203.0.113.0/24') }] },
    ],
    [
      ['devices', 'os'],
      [{ name: 'iOS', min: '15', max: '17' }],
      'os',
      all({ name: 'ios', version: { min: 15_000_000, max: 17_999_999 } }),
    ],
    [['inventory'], { positions: ['above-the-fold'], interstitial: false }, 'interstitial', all(false)],
    [['inventory'], { positions: ['full-screen'] }, 'positions', all(7)],
    [['inventory'], { placements: ['instream', 'standalone'] }, 'placements', all(1, 4)],
    [['inventory'], { roll: { noneOf: ['post'] } }, 'roll', { anyOf: [], noneOf: ['post'] }],
    [['inventory'], { rewarded: true }, 'rewarded', all(true)],
    [['inventory'], { categories: ['iab17-3'] }, 'categories', all('IAB17-3')],
    [['inventory'], { domains: ['News.Example'] }, 'domains', all('news.example')],
    [['languages'], ['pt_BR'], 'languages', all('pt-br')],
    [
      ['unknown'],
      { default: 'accept', frequency: 'reject' },
      'unknown',
      { lineItem: 'accept', byDimension: new Map([['frequency', 'reject']]) },
    ],
  ])('%j = %j', (path, value, name, meaning) => {
    expect(targeting(path, value)[name]).toEqual(meaning);
  });

  it('deals stand on the line item', () => {
    expect(campaign(['lineItems', 0, 'deals'], ['Deal-1']).lineItems[0]?.targeting.deals).toEqual(
      all('Deal-1'),
    );
  });
});

describe('hours', () => {
  const flags = (days: Json) => {
    const { ofWeek = [] } = targeting(['hours'], days).hours ?? {};
    return ofWeek.flatMap((on, hour) => (on ? [hour] : []));
  };

  it.each<[Json, number[]]>([
    [{ mon: ['07-09'] }, [7, 8]],
    [{ mon: ['7:00-9:00'] }, [7, 8]],
    [{ sun: ['22-02'] }, [0, 1, 6 * 24 + 22, 6 * 24 + 23]],
    [{ weekends: ['00-01'] }, [120, 144]],
    [{ 'sun-mon': ['00-01'] }, [0, 144]],
    [{ 'tue,thu-fri': ['12-13'] }, [36, 84, 108]],
    [{ sat: ['23-24'], daily: ['05-06'] }, [5, 29, 53, 77, 101, 125, 143, 149]],
  ])('%j', (days, hours) => {
    expect(flags(days)).toEqual(hours);
  });

  it('are whole days with 00-24, on the clock of the flight or of the user', () => {
    expect(flags({ daily: ['00-24'] })).toHaveLength(168);
    expect(targeting(['hoursIn'], 'flight').hours?.timeZone).toBe('Asia/Shanghai');
    expect(targeting(['hoursIn'], 'user').hours?.timeZone).toBe('user');
  });
});

describe('creatives', () => {
  it('a picture becomes a banner that leads through the click link', () => {
    const picture = {
      id: 'p',
      format: 'banner',
      w: 320,
      h: 50,
      image: 'https://cdn.acme.example/a.png?x=1&y=2',
      landing: 'https://acme.example/',
    };
    expect(creative([], picture)).toMatchObject({
      markup:
        '<a href="${CLICK_URL}" target="_blank"><img src="https://cdn.acme.example/a.png?x=1&amp;y=2" width="320" height="50" alt="" style="border:0"></a>',
      mime: 'image/png',
      bannerType: 2,
      secure: true,
      categories: ['IAB18-5'],
    });
  });

  it.each([
    ['<p>text</p>', 2],
    ['<SCRIPT src="https://x.example/a.js"></SCRIPT>', 3],
    ['<div onclick="go()">', 3],
    ['<iframe src="https://x.example/"></iframe>', 4],
  ])('%s has the banner type %i', (html, bannerType) => {
    expect(creative(['html'], html)).toMatchObject({ bannerType });
  });

  it('anything over plain http makes it insecure', () => {
    expect(creative(['html'], '<img src=HTTP://cdn.acme.example/a.png>').secure).toBe(false);
    expect(creative(['preview'], 'http://cdn.acme.example/a.png').secure).toBe(false);
    expect(creative().secure).toBe(true);
  });

  it('words of the trade become codes', () => {
    const declared = {
      attributes: ['expands-on-click', 'flash'],
      apis: ['mraid-2'],
      expands: ['full-screen'],
      language: 'PT-BR',
      app: 'com.Acme',
    };
    const plain = (campaignWith() as { lineItems: { creatives: Record<string, Json>[] }[] }).lineItems[0]
      ?.creatives[0];
    expect(creative([], { ...plain, ...declared })).toMatchObject({
      attributes: [4, 17],
      apis: [5],
      expandDirections: [5],
      language: 'pt-br',
      appBundle: 'com.acme',
    });
  });
});
