import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { campaignWith, fileText, type Path } from '../../test/support/campaign-file.js';
import type { Json } from '../../test/support/merge.js';
import { readCampaign, readExchange, readRates } from './read-file.js';

/** The encryption key of the published vector (rule 64). */
const PRICE_KEY = 'sIxwz7yw62yrfoLGt12lIHKuYrK/S5kLuApI2BQe7Ac=';

beforeEach(() => {
  vi.stubEnv('TEST_PRICE_KEY', PRICE_KEY);
  vi.stubEnv('TEST_SHORT_KEY', 'c2hvcnQ=');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const bytes = (json: Json) => Buffer.from(fileText(json));

function messages(json: Json): string[] {
  const found = readCampaign(bytes(json), 'campaigns/trail.json');
  return found.good ? [] : found.problems.map(({ message }) => message);
}

const L = ['lineItems', 0];
const T = [...L, 'targeting'];
const C = [...L, 'creatives', 0];

describe('a mistake in a campaign file is told in one sentence', () => {
  it.each<[Path, Json | undefined, string]>([
    [
      [...L, 'bid', 'amount'],
      'three',
      'lineItems[0].bid.amount is "three" but must be a number of USD per thousand impressions, such as 3.2',
    ],
    [
      [...L, 'bid', 'amount'],
      '3.2',
      'lineItems[0].bid.amount is "3.2" but must be a number of USD per thousand impressions, such as 3.2; did you mean 3.2?',
    ],
    [
      [...L, 'bid', 'amount'],
      -1,
      'lineItems[0].bid.amount is -1 but must be a number of USD per thousand impressions, such as 3.2 (at least 0)',
    ],
    [
      [...L, 'bid', 'amount'],
      10_000_001,
      'lineItems[0].bid.amount is 10000001 but must be a number of USD per thousand impressions, such as 3.2 (at most 10000000)',
    ],
    [
      [...L, 'bid', 'amount'],
      undefined,
      'lineItems[0].bid.amount is missing: it must be a number of USD per thousand impressions, such as 3.2',
    ],
    [
      [...L, 'bid', 'model'],
      'cpc',
      'lineItems[0].bid.model is "cpc" but must be "cpm", the only one that there is',
    ],
    [
      ['budget', 'total'],
      2000000000000,
      'budget.total is 2000000000000 but must be an amount of USD for the whole flight, such as 20000 (at most 1000000000)',
    ],
    [
      ['budget', 'currency'],
      'EURO',
      'budget.currency is "EURO" but must be a currency code such as "USD", "EUR" or "CNY"; did you mean "EUR"?',
    ],
    [['budget', 'pacing'], 'fast', 'budget.pacing is "fast" but must be one of even, asap, front-loaded'],
    [
      ['budget'],
      null,
      'budget is null (no value) but must be the budget, such as {"total": 20000, "daily": 800, "currency": "USD"}',
    ],
    [
      ['budget'],
      undefined,
      'budget is missing: it must be the budget, such as {"total": 20000, "daily": 800, "currency": "USD"}',
    ],
    [['budget', 'dayly'], 5, 'budget.dayly is not a setting that exists here; did you mean "daily"?'],
    [
      ['flight', 'start'],
      '2026-02-30',
      'flight.start is "2026-02-30" but must be a day of the calendar such as "2026-11-01" (year-month-day)',
    ],
    [
      ['flight', 'start'],
      '1.11.2026',
      'flight.start is "1.11.2026" but must be a day of the calendar such as "2026-11-01" (year-month-day)',
    ],
    [
      ['flight', 'end'],
      '2026-10-01',
      'flight.end is "2026-10-01" but must be a day on or after the start of the flight',
    ],
    [
      ['flight', 'timeZone'],
      'Asia/Shangai',
      'flight.timeZone is "Asia/Shangai" but must be a time zone such as "Europe/Paris", "America/New_York" or "UTC"; did you mean "Asia/Shanghai"?',
    ],
    [
      ['id'],
      'trail shoes',
      'id is "trail shoes" but must be a short name for the campaign of letters, digits, ".", "_" and "-" (40 at most), such as "trail-shoes-autumn"',
    ],
    [
      ['id'],
      '__proto__',
      'id is "__proto__" but must be a short name for the campaign of letters, digits, ".", "_" and "-" (40 at most), such as "trail-shoes-autumn"',
    ],
    [['status'], 'Active', 'status is "Active" but must be one of active, paused; did you mean "active"?'],
    [
      ['advertiser', 'domain'],
      'https://acme.example/shop',
      'advertiser.domain is "https://acme.example/shop" but must be a domain without https:// and without a path, such as "acme.example"; did you mean "acme.example"?',
    ],
    [
      ['advertiser', 'categories'],
      ['IAB18-9'],
      'advertiser.categories[0] is "IAB18-9" but must be a category of the IAB Content Taxonomy 1.0, such as "IAB17" or "IAB17-3"',
    ],
    [
      ['advertiser'],
      'acme',
      'advertiser is "acme" but must be the advertiser, such as {"id": "acme", "domain": "acme.example"}',
    ],
    [['lineItems'], [], 'lineItems is [] but must be a list of line items with at least one entry'],
    [['lineItems'], {}, 'lineItems is {} but must be a list of line items'],
    [['confirm'], 32, 'confirm is 32 but must be a list of amounts such as [32]'],
    [
      ['colour'],
      'red',
      'colour is not a setting that exists here; the settings here are id, advertiser, status, flight, budget, frequency, lineItems, confirm',
    ],
    [
      [...L, 'tagreting'],
      {},
      'lineItems[0].tagreting is not a setting that exists here; did you mean "targeting"?',
    ],
    [
      [...L, 'deals'],
      [5],
      'lineItems[0].deals[0] is 5 but must be the id of a deal as text in quotes, or its terms: {"id": "deal-7", "amount": 5.5}',
    ],
    [
      [...L, 'frequency', 0, 'per'],
      '1w',
      'lineItems[0].frequency[0].per is "1w" but must be a time such as "30m", "12h" or "7d" (minutes, hours, days; a year at most); did you mean "7d"?',
    ],
    [
      [...L, 'frequency', 0, 'impressions'],
      0,
      'lineItems[0].frequency[0].impressions is 0 but must be a whole number of impressions (at least 1)',
    ],
    [[...L, 'repeatCreative'], 'no', 'lineItems[0].repeatCreative is "no" but must be true or false'],
    [
      [...T, 'segments'],
      'runner',
      'lineItems[0].targeting.segments is "runner" but must be a list of names such as ["runner"], or {"anyOf": …, "noneOf": …}',
    ],
    [
      [...T, 'segments'],
      [],
      'lineItems[0].targeting.segments is [] but must be a list of names such as ["runner"] with at least one entry; leave it out when it should not matter',
    ],
    [
      [...T, 'segments'],
      {},
      'lineItems[0].targeting.segments needs "anyOf" or "noneOf"; leave it out when it should not matter',
    ],
    [
      [...T, 'segments', 'anyOff'],
      ['x'],
      'lineItems[0].targeting.segments.anyOff is not a setting that exists here; did you mean "anyOf"?',
    ],
    [
      [...T, 'segments', 'anyOf', 0],
      '',
      'lineItems[0].targeting.segments.anyOf[0] is empty ("") but must be the name of a segment in quotes, such as "runner"',
    ],
    [
      [...T, 'people', 'age'],
      [44, 25],
      'lineItems[0].targeting.people.age is [ 44, 25 ] but must be an age range such as [25, 44], the younger age first',
    ],
    [
      [...T, 'people', 'age'],
      [
        [18, 24],
        [54, 45],
      ],
      'lineItems[0].targeting.people.age[1] is [ 54, 45 ] but must be an age range such as [25, 44], the younger age first',
    ],
    [
      [...T, 'people', 'age'],
      '25-44',
      'lineItems[0].targeting.people.age is "25-44" but must be a list of age ranges such as [[18, 24], [45, 54]], or {"anyOf": …, "noneOf": …}',
    ],
    [
      [...T, 'people', 'age'],
      [18, 24, 45],
      'lineItems[0].targeting.people.age is [ 18, 24, 45 ] but must be an age range such as [25, 44], the younger age first',
    ],
    [
      [...T, 'devices', 'os'],
      [5],
      'lineItems[0].targeting.devices.os[0] is 5 but must be an operating system such as "ios" or {"name": "ios", "min": "15", "max": "17.4"}',
    ],
    [[...T, 'unknown'], 5, 'lineItems[0].targeting.unknown is 5 but must be one of reject, accept'],
    [
      [...T, 'geo'],
      { country: 'USA' },
      'lineItems[0].targeting.geo.country is not a setting that exists here; the settings here are include, exclude, anyOf, noneOf',
    ],
    [
      [...T, 'interests'],
      'running',
      'lineItems[0].targeting.interests is "running" but must be interests such as ["running"], or {"anyOf": …, "noneOf": …}',
    ],
    [
      [...T, 'geo'],
      'USA',
      'lineItems[0].targeting.geo is "USA" but must be a list of places such as [{"country": "USA"}], or {"include": […], "exclude": […]}',
    ],
    [
      [...T, 'people', 'gender'],
      ['femal'],
      'lineItems[0].targeting.people.gender[0] is "femal" but must be one of female, male, other, F, M, O; did you mean "female"?',
    ],
    [
      [...T, 'interests', 'anyOf', 'running'],
      2,
      'lineItems[0].targeting.interests.anyOf.running is 2 but must be a least weight above 0, up to 1, such as 0.6 (at most 1)',
    ],
    [
      [...T, 'interests'],
      { running: 0.6 },
      'lineItems[0].targeting.interests.running is not a setting that exists here; the settings here are anyOf, noneOf',
    ],
    [
      [...T, 'value', 'recency'],
      30,
      'lineItems[0].targeting.value.recency is 30 but must be a range of days since the last purchase such as {"min": 2} or {"min": 2, "max": 10}',
    ],
    [
      [...T, 'value', 'recency'],
      { min: 5, max: 1 },
      'lineItems[0].targeting.value.recency is { "min": 5, "max": 1 } but must be a range of days since the last purchase such as {"min": 2} or {"min": 2, "max": 10}, the smaller number as "min"',
    ],
    [
      [...T, 'value', 'recency', 'max'],
      -3,
      'lineItems[0].targeting.value.recency.max is -3 but must be a number of days since the last purchase (at least 0)',
    ],
    [
      [...T, 'stage'],
      ['lapsed'],
      'lineItems[0].targeting.stage[0] is "lapsed" but must be one of new, active, lapsing, lost',
    ],
    [
      [...T, 'geo', 'include', 0, 'country'],
      'US',
      'lineItems[0].targeting.geo.include[0].country is "US" but must be a three-letter country code, such as "USA", "CHN" or "DEU"; did you mean "USA"?',
    ],
    [
      [...T, 'geo', 'include', 0, 'zip'],
      90210,
      'lineItems[0].targeting.geo.include[0].zip is 90210 but must be a postal code as text in quotes, such as "02139"; did you mean "90210"?',
    ],
    [
      [...T, 'geo', 'include', 1, 'km'],
      undefined,
      'lineItems[0].targeting.geo.include[1] needs both "near" and "km", such as {"near": [31.23, 121.47], "km": 25}',
    ],
    [
      [...T, 'geo', 'include', 1, 'country'],
      'USA',
      'lineItems[0].targeting.geo.include[1] must be exactly one kind of place: {"country": "USA", "region": "CA"}, {"near": [31.23, 121.47], "km": 25} or {"ip": "203.0.113.0/24"}',
    ],
    [
      [...T, 'geo', 'include', 1, 'near', 0],
      121.47,
      'lineItems[0].targeting.geo.include[1].near is [ 121.47, 121.47 ] but must be latitude and longitude, such as [31.23, 121.47]: a latitude from -90 to 90, then a longitude from -180 to 180',
    ],
    [
      [...T, 'geo', 'include', 1, 'near'],
      [121.47, 31.23],
      'lineItems[0].targeting.geo.include[1].near is [ 121.47, 31.23 ] but must be the latitude first, then the longitude; did you mean [31.23, 121.47]?',
    ],
    [
      [...T, 'geo'],
      [{ ip: '203.0.113' }],
      'lineItems[0].targeting.geo[0].ip is "203.0.113" but must be an IP address or a network, such as "203.0.113.0/24" or "2001:db8::/32"',
    ],
    [
      [...T, 'devices', 'types'],
      ['phones'],
      'lineItems[0].targeting.devices.types[0] is "phones" but must be one of mobile, phone, tablet, desktop, tv, set-top-box, connected-device, out-of-home; did you mean "phone"?',
    ],
    [
      [...T, 'devices', 'os', 1, 'min'],
      8,
      'lineItems[0].targeting.devices.os[1].min is 8 but must be a version in quotes, such as "15" or "17.4"; did you mean "8"?',
    ],
    [
      [...T, 'devices', 'os', 1, 'max'],
      '7',
      'lineItems[0].targeting.devices.os[1] is { "name": "android", "min": "8", "max": "7" } but must be a range of versions with the older one as "min", such as {"name": "ios", "min": "15", "max": "17.4"}',
    ],
    [
      [...T, 'inventory', 'domains', 'noneOf', 0],
      'https://badnews.example/',
      'lineItems[0].targeting.inventory.domains.noneOf[0] is "https://badnews.example/" but must be a domain without https:// and without a path, such as "acme.example"; did you mean "badnews.example"?',
    ],
    [
      [...T, 'inventory', 'positions'],
      ['top'],
      'lineItems[0].targeting.inventory.positions[0] is "top" but must be one of above-the-fold, locked, below-the-fold, header, footer, sidebar, full-screen',
    ],
    [
      [...T, 'inventory', 'placements'],
      ['feed'],
      'lineItems[0].targeting.inventory.placements[0] is "feed" but must be one of instream, accompanying, interstitial, standalone',
    ],
    [
      [...T, 'inventory', 'roll'],
      ['pre-roll'],
      'lineItems[0].targeting.inventory.roll[0] is "pre-roll" but must be one of pre, mid, post',
    ],
    [
      [...T, 'inventory', 'rewarded'],
      1,
      'lineItems[0].targeting.inventory.rewarded is 1 but must be true (only places where the visitor gets something for it) or false (none of them)',
    ],
    [
      [...T, 'inventory', 'bundles'],
      [418987775],
      'lineItems[0].targeting.inventory.bundles[0] is 418987775 but must be an app bundle or store number as text in quotes, such as "com.radio.app" or "418987775"; did you mean "418987775"?',
    ],
    [
      [...T, 'inventory', 'interstitial'],
      'yes',
      'lineItems[0].targeting.inventory.interstitial is "yes" but must be true (only full-screen interruptions) or false (none of them)',
    ],
    [
      [...T, 'inventory', 'categories'],
      ['Sport'],
      'lineItems[0].targeting.inventory.categories[0] is "Sport" but must be a category of the IAB Content Taxonomy 1.0, such as "IAB17" or "IAB17-3"',
    ],
    [
      [...T, 'languages', 0],
      'chinese',
      'lineItems[0].targeting.languages[0] is "chinese" but must be a language such as "en" or "pt-br"',
    ],
    [
      [...T, 'hours', 'mon-fry'],
      ['07-09'],
      'lineItems[0].targeting.hours["mon-fry"]: the name "mon-fry" must be days such as "mon", "mon-fri", "tue,thu", "daily", "weekdays" or "weekends" (mon, tue, wed, thu, fri, sat, sun); did you mean "mon-fri"?',
    ],
    [
      [...T, 'hours', 'sat'],
      ['7:30-9'],
      'lineItems[0].targeting.hours.sat[0] is "7:30-9" but must be whole hours from 00 to 24 such as "07-09" (from 7:00 to 9:00) or "22-02" (into the next day)',
    ],
    [
      [...T, 'hours', 'sat'],
      '10-24',
      'lineItems[0].targeting.hours.sat is "10-24" but must be a list of hours such as ["07-09", "18-23"]; did you mean ["10-24"]?',
    ],
    [
      [...T, 'hours', 'sat'],
      ['09-09'],
      'lineItems[0].targeting.hours.sat[0] is "09-09" but must be whole hours from 00 to 24 such as "07-09" (from 7:00 to 9:00) or "22-02" (into the next day)',
    ],
    [[...T, 'hoursIn'], 'local', 'lineItems[0].targeting.hoursIn is "local" but must be one of flight, user'],
    [
      [...T, 'unknown'],
      'ignore',
      'lineItems[0].targeting.unknown is "ignore" but must be one of reject, accept',
    ],
    [
      [...T, 'unknown'],
      { segmentz: 'accept' },
      'lineItems[0].targeting.unknown.segmentz is not a setting that exists here; did you mean "segments"?',
    ],
    [
      [...C, 'w'],
      '300',
      'lineItems[0].creatives[0].w is "300" but must be the width in whole pixels, such as 300; did you mean 300?',
    ],
    [
      [...C, 'h'],
      undefined,
      'lineItems[0].creatives[0] needs "w" and "h" in pixels, such as 300 and 250 (or "ratio")',
    ],
    [[...C, 'html'], undefined, 'lineItems[0].creatives[0] needs either "html" or "image", one of the two'],
    [
      [...C, 'html'],
      'é'.repeat(1500),
      'lineItems[0].creatives[0].html takes 3000 bytes with its click links but must be at most 2500 bytes; shorten it or load the rest from a file',
    ],
    [
      [...C, 'image'],
      'https://cdn.acme.example/trail.png',
      'lineItems[0].creatives[0] needs either "html" or "image", one of the two',
    ],
    [
      [...C, 'landing'],
      'javascript:alert(1)',
      'lineItems[0].creatives[0].landing is "javascript:alert(1)" but must be the full address of the landing page, such as "https://acme.example/trail"',
    ],
    [
      [...C, 'landing'],
      'acme.example/trail',
      'lineItems[0].creatives[0].landing is "acme.example/trail" but must be the full address of the landing page, such as "https://acme.example/trail"; did you mean "https://acme.example/trail"?',
    ],
    [
      [...C, 'landing'],
      'https://user:secret@acme.example/',
      'lineItems[0].creatives[0].landing is "https://user:secret@acme.example/" but must be the full address of the landing page, such as "https://acme.example/trail"',
    ],
    [
      [...C, 'format'],
      'baner',
      'lineItems[0].creatives[0].format is "baner" but must be one of banner, video, audio, native',
    ],
    [
      [...C, 'attributes'],
      ['pup'],
      'lineItems[0].creatives[0].attributes[0] is "pup" but must be one of audio-autoplay, audio-on-click, expands-by-itself, expands-on-click, expands-on-hover, video-autoplay, video-on-click, pop, provocative, flashing, survey, text-only and 5 others; did you mean "pop"?',
    ],
    [
      [...C, 'apis'],
      ['mraid'],
      'lineItems[0].creatives[0].apis[0] is "mraid" but must be one of vpaid-1, vpaid-2, mraid-1, ormma, mraid-2, mraid-3, omid-1',
    ],
    [
      [...C, 'expands'],
      ['sideways'],
      'lineItems[0].creatives[0].expands[0] is "sideways" but must be one of left, right, up, down, full-screen, resize',
    ],
    [
      [...C, 'id'],
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'lineItems[0].creatives[0].id is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" but must be a short name for the creative of letters, digits, ".", "_" and "-" (40 at most), such as "trail-300x250"',
    ],
  ])('%j = %j', (path, value, message) => {
    expect(messages(campaignWith(path, value))).toEqual([message]);
  });

  it.each<[Path, string, string | undefined]>([
    [['flight', 'timeZone'], 'Shanghai', '"Asia/Shanghai"'],
    [['flight', 'timeZone'], 'PST', '"America/Los_Angeles"'],
    [['flight', 'timeZone'], 'New York', '"America/New_York"'],
    [['flight', 'timeZone'], 'utc', '"UTC"'],
    [['flight', 'timeZone'], 'soon', undefined],
    [[...L, 'frequency', 0, 'per'], 'day', '"1d"'],
    [[...L, 'frequency', 0, 'per'], '24 hours', '"24h"'],
    [[...L, 'frequency', 0, 'per'], '2 years', undefined],
    [[...L, 'bid', 'amount'], '$3.20', '3.20'],
    [[...L, 'bid', 'amount'], '3,2', '3.2'],
    [[...T, 'geo', 'include', 0, 'country'], 'China', '"CHN"'],
    [[...T, 'geo', 'include', 0, 'country'], 'UK', '"GBR"'],
    [[...T, 'geo', 'include', 0, 'country'], 'GER', '"DEU"'],
    [[...T, 'geo', 'include', 0, 'country'], 'Untied States', '"USA"'],
    [[...T, 'geo', 'include', 0, 'country'], 'XXX', undefined],
  ])('%j = %j: did you mean %s?', (path, value, hint) => {
    const found = readCampaign(bytes(campaignWith(path, value)), 'campaigns/trail.json');
    expect(found.good ? [] : found.problems.map((problem) => problem.hint)).toEqual([hint]);
  });

  it.each([
    ['Mon-Fri', '"mon-fri"'],
    ['monday', '"mon"'],
    ['Mondays to Fridays', '"mon-fri"'],
    ['sat & sun', '"sat,sun"'],
    ['every day', '"daily"'],
    ['holidays', undefined],
  ])('hours of %j: did you mean %s?', (days, hint) => {
    const found = readCampaign(bytes(campaignWith([...T, 'hours', days], ['07-09'])), 'campaigns/trail.json');
    expect(found.good ? [] : found.problems.map((problem) => problem.hint)).toEqual([hint]);
  });

  it.each(['[]', '5', '"x"', 'null', 'true'])('%s is no campaign at all', (text) => {
    const found = readCampaign(Buffer.from(text), 'campaigns/trail.json');
    const expected = 'but must be a campaign in braces: { "id": …, "advertiser": …, … }';
    expect(found).toMatchObject({
      good: false,
      problems: [{ line: 1, column: 1, path: '', expected: expect.any(String) }],
    });
    expect(found.good ? '' : found.problems[0]?.message).toContain(expected);
  });

  it('a number beyond all numbers is shown as it was written', () => {
    const text = fileText(campaignWith()).replace('"total": 20000', '"total": 1e400');
    const found = readCampaign(Buffer.from(text), 'campaigns/trail.json');
    expect(found.good ? [] : found.problems.map(({ message }) => message)).toEqual([
      'budget.total is 1e400 but must be an amount of USD for the whole flight, such as 20000',
    ]);
  });
});

describe('the mistakes of a file', () => {
  it('are all told at once, in the order of its lines, with found, expected and hint', () => {
    const text = `{
  "id": "x y",
  "statos": "active",
  "advertiser": { "id": "acme", "domain": "acme.example" },
  "flight": { "start": "2026-11-01", "end": "2026-12-31" },
  "budget": { "total": 100, "currency": "EUR" },
  "lineItems": [{ "id": "a", "bid": { "model": "cpm", "amount": "3" },
    "creatives": [{ "id": "c", "format": "banner", "w": 300, "landing": "https://acme.example" }] }]
}`;
    const found = readCampaign(Buffer.from(text), 'campaigns/x.json');
    const told = found.good
      ? []
      : found.problems.map((problem) => [problem.line, problem.column, problem.path]);
    expect(told).toEqual([
      [2, 9, 'id'],
      [3, 3, 'statos'],
      [5, 13, 'flight.timeZone'],
      [7, 65, 'lineItems[0].bid.amount'],
      [8, 19, 'lineItems[0].creatives[0]'],
    ]);
    const amount = found.good ? undefined : found.problems[3];
    expect(amount).toMatchObject({
      found: '"3"',
      expected: 'a number of EUR per thousand impressions, such as 3.2',
      hint: '3',
    });
  });

  it('a line item or creative that repeats an id is told by name', () => {
    const twice = campaignWith() as { lineItems: Json[] };
    twice.lineItems.push(structuredClone(twice.lineItems[0] ?? null));
    expect(messages(twice)).toEqual([
      'lineItems[1].id is "runners", but so is another line item of this campaign; give each its own',
    ]);
  });

  it('are not counted without end', () => {
    const many = campaignWith([...T, 'segments'], Array<Json>(5_000).fill(7));
    expect(messages(many)).toHaveLength(100);
  });
});

describe('exchanges and rates', () => {
  it('an empty exchange file is plain OpenRTB', () => {
    const found = readExchange(Buffer.from('{}'), 'exchanges/adx.json');
    expect(found).toMatchObject({
      good: true,
      content: { id: 'adx', seat: 'narrowcast', noBidHeader: true },
    });
  });

  it.each([
    [
      { currencies: ['USD', 'EURO'] },
      'currencies[1] is "EURO" but must be a currency code such as "USD", "EUR" or "CNY"; did you mean "EUR"?',
    ],
    [
      { tmaxDefaultMs: 20, networkMarginMs: 30 },
      'networkMarginMs is 30 but must be less than tmaxDefaultMs, or no time to answer is left',
    ],
    [{ tmaxDefault: 200 }, 'tmaxDefault is not a setting that exists here; did you mean "tmaxDefaultMs"?'],
    [{ version: '2.4' }, 'version is "2.4" but must be one of 2.5, 2.6; did you mean "2.5"?'],
    [
      { seats: { acme: 7 } },
      'seats.acme is 7 but must be the seat that the exchange gave you, as text in quotes; did you mean "7"?',
    ],
    [
      { seats: ['acme'] },
      'seats is [ "acme" ] but must be seats by the ids of advertisers, such as {"acme": "1234"}',
    ],
    [
      { idOrder: ['cookie', 'cookie'] },
      'idOrder is [ "cookie", "cookie" ] but must be a list in which each id stands once',
    ],
    [
      { idOrder: ['cookies'] },
      'idOrder[0] is "cookies" but must be one of cookie, exchange-user, ifa, eids; did you mean "cookie"?',
    ],
    [
      { contentType: 'text/html' },
      'contentType is "text/html" but must be a content type such as "application/json; charset=utf-8"',
    ],
    [
      { requestsPerSecondMax: 0 },
      'requestsPerSecondMax is 0 but must be whole requests a second, such as 2000 (at least 1)',
    ],
    [{ billing: 'bill' }, 'billing is "bill" but must be one of burl, impression, win'],
    [
      { responseBytesMax: 1_000 },
      'responseBytesMax is 1000 but must be whole bytes, such as 4096 (at least 1088)',
    ],
    [
      { billingWithinSeconds: { app: 0 } },
      'billingWithinSeconds.app is 0 but must be whole seconds, such as 300 (at least 1)',
    ],
    [
      { price: { macro: '${PRICE}"><script>' } },
      'price.macro is "${PRICE}\\"><script>" but must be the macro that it replaces by the price, such as "${AUCTION_PRICE}" or "${AUCTION_PRICE:B64}"',
    ],
    [
      { price: { cipher: 'hmac-xor', encryptionKeyFrom: 'TEST_PRICE_KEY' } },
      'price needs "encryptionKeyFrom" and "integrityKeyFrom" with a cipher',
    ],
    [
      { price: { encryptionKeyFrom: 'TEST_PRICE_KEY', integrityKeyFrom: 'TEST_PRICE_KEY' } },
      'price needs "cipher": "hmac-xor" when it has keys',
    ],
    [
      { price: { cipher: 'hmac-xor', encryptionKeyFrom: 'TEST_PRICE_KEY', integrityKeyFrom: 'TEST_NO_KEY' } },
      'price.integrityKeyFrom names the variable TEST_NO_KEY, which is not set; set it, such as ADX_INTEGRITY_KEY=…',
    ],
    [
      {
        price: {
          cipher: 'hmac-xor',
          encryptionKeyFrom: 'TEST_SHORT_KEY',
          integrityKeyFrom: 'TEST_PRICE_KEY',
        },
      },
      'price.encryptionKeyFrom names the variable TEST_SHORT_KEY, which holds no key: 16 to 64 bytes in base64',
    ],
  ])('%j', (json, message) => {
    const found = readExchange(bytes(json), 'exchanges/adx.json');
    expect(found.good ? [] : found.problems.map((problem) => problem.message)).toEqual([message]);
  });

  it.each(['sIxwz7yw62yrfoLGt12lIHKuYrK/S5kLuApI2BQe7Ac=', { key: 'sIxwz7yw62yrfoLGt12lIHKuYrK' }, 7])(
    'a key that stands in the file itself, %j, is not repeated in what is wrong with it',
    (encryptionKeyFrom) => {
      const price = { cipher: 'hmac-xor', encryptionKeyFrom, integrityKeyFrom: 'TEST_PRICE_KEY' };
      const found = readExchange(bytes({ price }), 'exchanges/adx.json');
      expect(found.good ? [] : found.problems.map((problem) => problem.message)).toEqual([
        'price.encryptionKeyFrom must be the name of a variable in the environment, such as "ADX_ENCRYPTION_KEY", and not the key itself',
      ]);
    },
  );

  it('an exchange that is paused may wait for its keys', () => {
    const price = { cipher: 'hmac-xor', encryptionKeyFrom: 'TEST_NO_KEY', integrityKeyFrom: 'TEST_NO_KEY' };
    const found = readExchange(bytes({ status: 'paused', price }), 'exchanges/adx.json');
    expect(found).toMatchObject({ good: true, content: { status: 'paused', price: { cipher: undefined } } });
    const inUse = readExchange(bytes({ price }), 'exchanges/adx.json');
    expect(inUse.good ? [] : inUse.problems.map(({ path }) => path)).toEqual([
      'price.encryptionKeyFrom',
      'price.integrityKeyFrom',
    ]);
  });

  it('an exchange says how it wants to be spoken to', () => {
    const given = {
      version: '2.5',
      seats: { acme: '77' },
      oneSeat: false,
      severalBids: true,
      requestsPerSecondMax: 2_000,
      noBid: '200-nbr',
      contentType: 'application/json; charset=utf-8',
      idOrder: ['eids', 'cookie'],
    };
    expect(readExchange(bytes(given), 'exchanges/adx.json')).toMatchObject({
      content: { ...given, seats: new Map([['acme', '77']]) },
    });
    expect(readExchange(bytes({}), 'exchanges/adx.json')).toMatchObject({
      content: {
        status: 'active',
        version: '2.6',
        seats: new Map(),
        oneSeat: true,
        severalBids: false,
        requestsPerSecondMax: undefined,
        noBid: '204',
        contentType: 'application/json',
        idOrder: ['cookie', 'exchange-user', 'ifa', 'eids'],
      },
    });
  });

  it('keys of prices come from the environment and show nothing of themselves', () => {
    const price = {
      cipher: 'hmac-xor',
      encryptionKeyFrom: 'TEST_PRICE_KEY',
      integrityKeyFrom: 'TEST_PRICE_KEY',
    };
    const found = readExchange(bytes({ price }), 'exchanges/adx.json');
    if (!found.good) throw new Error(found.problems.map(({ message }) => message).join());
    const { macro, unit, cipher } = found.content.price;
    expect([macro, unit]).toEqual(['${AUCTION_PRICE}', 'micros']);
    expect(Buffer.from(cipher?.encryption() ?? []).toString('base64')).toBe(PRICE_KEY);
    expect(inspect(found.content, { depth: 9 }) + JSON.stringify(found.content)).not.toContain(PRICE_KEY);
  });

  it('an exchange tells prices in plain text and bills within the times of rule 68, unless its file says otherwise', () => {
    expect(readExchange(bytes({}), 'exchanges/adx.json')).toMatchObject({
      content: {
        billingWithinSeconds: { site: 60, app: 300, interstitial: 1_800, dooh: 1_800 },
        price: { macro: '${AUCTION_PRICE}', unit: 'units', cipher: undefined },
      },
    });
    const given = {
      billingWithinSeconds: { app: 900 },
      price: { macro: '${AUCTION_PRICE:B64}', unit: 'micros' },
    };
    expect(readExchange(bytes(given), 'exchanges/adx.json')).toMatchObject({
      content: {
        billingWithinSeconds: { site: 60, app: 900 },
        price: { macro: '${AUCTION_PRICE:B64}', unit: 'micros' },
      },
    });
  });

  it.each([
    ['https://acme.example/${CLICK_ID}?click=${CLICK_ID}#${CLICK_ID}', true],
    ['https://${CLICK_ID}.acme.example/', false],
    ['https://acme.example${CLICK_ID}/', false],
    ['https://${CLICK_ID}@acme.example/', false],
    ['https://acme.example:${CLICK_ID}/', false],
    ['${CLICK_ID}https://acme.example/', false],
    ['https://acme.example/${CLICK_URL}', false],
  ])('a landing page %s may have the click id there: %s', (landing, good) => {
    const json = campaignWith(['lineItems', 0, 'creatives', 0, 'landing'], landing);
    expect(readCampaign(bytes(json), 'campaigns/trail.json').good).toBe(good);
  });

  it('the name of an exchange file must do as a name in addresses', () => {
    expect(readExchange(Buffer.from('{}'), 'exchanges/My Exchange.json').good).toBe(false);
    expect(readExchange(Buffer.from('{}'), 'exchanges/__proto__.json').good).toBe(false);
  });

  it.each([
    [
      { date: '20.11.2026', perUsd: {} },
      'date is "20.11.2026" but must be the day of the rates such as "2026-11-20" (year-month-day)',
    ],
    [
      { date: '2026-11-20', perUsd: { EUR: 0 } },
      'perUsd.EUR is 0 but must be how many units of the currency one US dollar buys, such as 0.92 (at least 0.000001)',
    ],
    [{ date: '2026-11-20', perUsd: { USD: 2 } }, 'perUsd.USD is 2 but must be 1: a dollar buys one dollar'],
    [
      { date: '2026-11-20', perUsd: { euro: 1 } },
      'perUsd.euro: the name "euro" must be a currency code such as EUR',
    ],
    [
      { date: '2026-11-20' },
      'perUsd is missing: it must be rates by currency, such as {"EUR": 0.92, "JPY": 150}',
    ],
  ])('%j', (json, message) => {
    const found = readRates(bytes(json), 'rates.json');
    expect(found.good ? [] : found.problems.map((problem) => problem.message)).toEqual([message]);
  });

  it('rates always know the dollar', () => {
    const found = readRates(bytes({ date: '2026-11-20', perUsd: { EUR: 0.8 } }), 'rates.json');
    expect(found.good && [...found.content.rates.perUsd]).toEqual([
      ['USD', 1],
      ['EUR', 0.8],
    ]);
  });
});
