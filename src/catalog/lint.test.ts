import { describe, expect, it } from 'vitest';
import { campaignWith, fileText, type Path } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import { merged, type Json, type JsonObject } from '../../test/support/merge.js';
import { ManualClock } from '../lib/clock.js';
import { checkConfig } from './check.js';

const NOW = new ManualClock(Date.parse('2026-11-22T12:00:00Z'));
const L = ['lineItems', 0];
const T = [...L, 'targeting'];
const C = [...L, 'creatives', 0];

/** Nothing is wrong with it. */
const SOUND = campaignWith() as { lineItems: { creatives: Json[] }[] } & JsonObject;
const [SOUND_LINE_ITEM] = SOUND.lineItems as [{ creatives: [JsonObject] } & JsonObject];
const [CREATIVE] = SOUND_LINE_ITEM.creatives;

async function linted(json: Json): Promise<string[]> {
  const { configDir, save } = configFolder();
  save('campaigns/trail.json', fileText(json));
  const { findings } = await checkConfig({ configDir, clock: NOW });
  return findings.map(({ severity, message }) => `${severity}: ${message}`);
}

describe('what no schema can find', () => {
  it('nothing in a campaign that is right', async () => {
    expect(await linted(SOUND)).toEqual([]);
  });

  it.each<[Path, Json, string]>([
    [
      ['flight'],
      { start: '2026-10-01', end: '2026-11-21', timeZone: 'UTC' },
      'warning: flight.end is in the past, so nothing is bought; extend the flight or set "status" to "paused"',
    ],
    [
      [...L, 'status'],
      'paused',
      'warning: lineItems are all paused, so nothing is bought; activate one or pause the campaign',
    ],
    [
      ['budget', 'daily'],
      30_000,
      'error: budget.daily is 30000 USD, more than the total of 20000; one of the two is wrong',
    ],
    [
      ['budget', 'daily'],
      200,
      'warning: budget.daily is 200 USD, so the 61 days of the flight spend at most 12200 of the total of 20000; raise it or lower the total',
    ],
    [
      ['budget', 'currency'],
      'CHF',
      'error: budget.currency is CHF, which has no rate in rates.json, so bids cannot be converted; add its rate there',
    ],
    [
      [...L, 'bid', 'amount'],
      0,
      'error: lineItems[0].bid.amount is 0, and exchanges take no bid of 0; bid more, or pause the line item',
    ],
    [
      [...L, 'frequency'],
      [
        { impressions: 10, per: '1d' },
        { impressions: 5, per: '7d' },
      ],
      'error: lineItems[0].frequency[0] (10 per 1d) can never be reached, because frequency[1] allows only 5 per 7d; lower this one, raise that one, or remove one of the two',
    ],
    [
      [...L, 'frequency'],
      [
        { impressions: 3, per: '24h' },
        { impressions: 3, per: '1d' },
      ],
      'error: lineItems[0].frequency[1] (3 per 1d) can never be reached, because frequency[0] allows only 3 per 1d; lower this one, raise that one, or remove one of the two',
    ],
    [
      [...T, 'segments'],
      { anyOf: ['runner', 'outdoor'], noneOf: ['Runner'] },
      'error: lineItems[0].targeting.segments.anyOf[0] is wanted ("runner") but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'inventory', 'domains'],
      { anyOf: ['live.news.example'], noneOf: ['news.example'] },
      'error: lineItems[0].targeting.inventory.domains.anyOf[0] is wanted ("live.news.example") but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'inventory', 'categories'],
      { anyOf: ['IAB17-3'], noneOf: ['IAB17'] },
      'error: lineItems[0].targeting.inventory.categories.anyOf[0] is wanted ("IAB17-3") but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'geo'],
      { include: [{ near: [31.2, 121.5], km: 5 }], exclude: [{ near: [31.23, 121.47], km: 50 }] },
      'error: lineItems[0].targeting.geo.include[0] is wanted but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'geo'],
      { include: [{ country: 'CHN', region: '31' }], exclude: [{ country: 'CHN' }] },
      'error: lineItems[0].targeting.geo.include[0] is wanted but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'geo'],
      { include: [{ ip: '10.1.0.0/16' }], exclude: [{ ip: '10.0.0.0/8' }] },
      'error: lineItems[0].targeting.geo.include[0] is wanted but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'people', 'age'],
      { anyOf: [[20, 30]], noneOf: [[18, 40]] },
      'error: lineItems[0].targeting.people.age.anyOf[0] is wanted but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'devices', 'types'],
      { anyOf: ['phone'], noneOf: ['mobile'] },
      'error: lineItems[0].targeting.devices.types.anyOf[0] is wanted ("phone") but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'devices', 'os'],
      { anyOf: [{ name: 'ios', min: '15' }], noneOf: ['ios'] },
      'error: lineItems[0].targeting.devices.os.anyOf[0] is wanted but also banned, and banned wins; remove it from one of the two lists',
    ],
    [
      [...T, 'people', 'gender'],
      { noneOf: ['F', 'M', 'O'] },
      'error: lineItems[0].targeting.people.gender.noneOf bans everything there is, so nobody is left',
    ],
    [
      [...T, 'inventory'],
      { placements: ['instream'] },
      'warning: lineItems[0].targeting.inventory.placements asks for places for video, but there is no video creative',
    ],
    [
      [...T, 'inventory'],
      { roll: ['pre'] },
      'warning: lineItems[0].targeting.inventory.roll asks for places for video or audio, but there is no creative for them',
    ],
    [
      [...T, 'devices', 'os'],
      ['iphone'],
      'warning: lineItems[0].targeting.devices.os[0] is "iphone", which no request calls itself; did you mean "ios"?',
    ],
    [
      [...T, 'geo'],
      [{ country: 'USA', region: 'California' }],
      'warning: lineItems[0].targeting.geo[0].region is "california", but requests tell regions by their codes; did you mean "CA"?',
    ],
    [
      [...T, 'geo'],
      [{ country: 'DEU', region: 'Bayern' }],
      'warning: lineItems[0].targeting.geo[0].region is "bayern", but requests tell regions by their codes; use its code of ISO 3166-2, such as "CA" for California',
    ],
    [
      [...T, 'geo'],
      { exclude: [{ region: 'CA' }] },
      'warning: lineItems[0].targeting.geo.exclude[0] names the region "CA" without a country, and several countries have a region of the same code; add "country"',
    ],
    [
      [...T, 'inventory'],
      { bundles: ['com.acme'], domains: ['acme.example'] },
      'warning: lineItems[0].targeting.inventory.bundles asks for apps while "domains" asks for sites, and an ad is in one or the other; make a line item for each',
    ],
    [
      [...T, 'inventory', 'exchanges'],
      ['generik'],
      'error: lineItems[0].targeting.inventory.exchanges[0] is "generik", but exchanges/generik.json does not exist; did you mean "generic"?',
    ],
    [
      [...T, 'inventory', 'exchanges'],
      { noneOf: ['adx'] },
      'warning: lineItems[0].targeting.inventory.exchanges.noneOf[0] is "adx", but exchanges/adx.json does not exist; the files there are: generic',
    ],
    [
      [...C, 'w'],
      970,
      'error: lineItems[0].creatives[0] is 970x250, wider than any phone, but the line item wants only phones; remove it or add other devices',
    ],
    [
      [...C, 'w'],
      301,
      'warning: lineItems[0].creatives[0].w makes the size 301x250, for which hardly any place exists; check width and height',
    ],
    [
      [...C, 'html'],
      '<a href="${CLICK_URL}"><img src="http://cdn.acme.example/a.png"></a>',
      'warning: lineItems[0].creatives[0].html loads something over http://, so it cannot be shown on the many places that ask for https; use https://',
    ],
    [
      [...C, 'html'],
      '<a href="https://acme.example/">x</a>',
      'warning: lineItems[0].creatives[0].html has no ${CLICK_URL}, so its clicks are not counted; link to ${CLICK_URL}',
    ],
    [
      [...C, 'html'],
      '<a href="${CLICK_URL}">${CACHEBUSTR} ${AUCTION_PRICE:B64}</a>',
      'warning: lineItems[0].creatives[0].html uses ${CACHEBUSTR}, which nothing replaces; did you mean ${CACHEBUSTER}?',
    ],
    [
      [...C, 'landing'],
      'http://acme.example/',
      'warning: lineItems[0].creatives[0].landing is an http:// page, which browsers call unsafe; use https://',
    ],
    [
      [...C, 'landing'],
      'https://notacme.example/',
      "warning: lineItems[0].creatives[0].landing leads to notacme.example, which is not the advertiser's acme.example; exchanges may block it",
    ],
    [
      [...C, 'attributes'],
      ['expands-on-click'],
      'warning: lineItems[0].creatives[0].attributes says that it expands, but not where to; add "expands", such as ["down"]',
    ],
    [
      [...C, 'expands'],
      ['down'],
      'warning: lineItems[0].creatives[0].expands gives directions, but no attribute says how it expands; add one such as "expands-on-click"',
    ],
    [
      [...C, 'language'],
      'de',
      'warning: lineItems[0].creatives[0].language is "de", but the line item wants people who read zh, en',
    ],
    [
      ['advertiser'],
      { id: 'acme', domain: 'acme.example' },
      'warning: lineItems[0].creatives[0] has no IAB categories, nor has its advertiser, and many exchanges refuse that; add "categories"',
    ],
  ])('%j = %j', async (path, value, finding) => {
    expect(await linted(campaignWith(path, value))).toEqual([finding]);
  });

  it('a strip where only full screens are wanted', async () => {
    const changes = {
      targeting: { inventory: { interstitial: true } },
      creatives: [{ ...CREATIVE, w: 320, h: 50 }],
    };
    expect(await linted(merged(SOUND, { lineItems: [merged(SOUND_LINE_ITEM, changes)] }))).toEqual([
      'error: lineItems[0].creatives[0] is a strip of 320x50, but the line item wants only full screens; use a size such as 320x480',
    ]);
  });

  it('a bid of 0 is no fault while the line item is paused', async () => {
    const lineItems = [
      SOUND_LINE_ITEM,
      merged(SOUND_LINE_ITEM, { id: 'b', status: 'paused', bid: { amount: 0 } }),
    ];
    expect(await linted(merged(SOUND, { lineItems }))).toEqual([]);
  });

  it('two different creatives under one id', async () => {
    const other = { id: 'second', creatives: [{ ...CREATIVE, landing: 'https://acme.example/other' }] };
    const lineItems = [SOUND_LINE_ITEM, merged(SOUND_LINE_ITEM, other)];
    expect(await linted(merged(SOUND, { lineItems }))).toEqual([
      'error: lineItems[1].creatives[0].id is "cr1", but another line item has a different creative of that id; give it its own',
    ]);
  });
});

describe('hours that never come', () => {
  const never =
    'error: lineItems[0].targeting.hours never come while the flight lasts; change the hours or the flight';
  const weekend = { start: '2026-11-28', end: '2026-11-29', timeZone: 'America/New_York' };

  async function withHours(flight: Json, hours: Json, hoursIn = 'flight'): Promise<string[]> {
    const lineItem = merged(merged(SOUND_LINE_ITEM, { targeting: { hours: null } }), {
      targeting: { hours, hoursIn },
    });
    return linted(merged(SOUND, { flight, budget: { daily: null }, lineItems: [lineItem] }));
  }

  it('are weekdays in a flight of one weekend', async () => {
    expect(await withHours(weekend, { weekdays: ['00-24'] })).toEqual([never]);
    expect(await withHours(weekend, { sun: ['23-24'] })).toEqual([]);
    expect(await withHours(weekend, { mon: ['00-01'] })).toEqual([never]);
  });

  it('are not those that come for somebody on earth', async () => {
    expect(await withHours(weekend, { mon: ['00-01'] }, 'user')).toEqual([]);
    expect(await withHours(weekend, { wed: ['00-24'] }, 'user')).toEqual([never]);
  });

  it('are worth a warning when they came before today and do not come again', async () => {
    const flight = { start: '2026-11-16', end: '2026-11-24', timeZone: 'UTC' };
    expect(await withHours(flight, { fri: ['00-24'] })).toEqual([
      'warning: lineItems[0].targeting.hours do not come again before the flight ends; change the hours or the flight',
    ]);
    expect(await withHours(flight, { tue: ['23-24'] })).toEqual([]);
  });
});

describe('rates and exchanges', () => {
  it('rates of last week are old, and those of next week too new', async () => {
    const { configDir, save } = configFolder();
    const messages = async (date: string) => {
      save('rates.json', { date, perUsd: { EUR: 0.8, GBP: 0.75, JPY: 150, CNY: 7 } });
      return (await checkConfig({ configDir, clock: NOW })).findings.map(({ message }) => message);
    };
    expect(await messages('2026-11-15')).toEqual([]);
    expect(await messages('2026-11-13')).toEqual([
      "date is 2026-11-13, more than 7 days ago, so prices in other currencies are off; bring in today's rates",
    ]);
    expect(await messages('2026-10-25')).toEqual([expect.stringMatching(/more than 7 days ago/)]);
    expect(await messages('2026-10-01')).toEqual([
      expect.stringMatching(
        /^date is 2026-10-01, more than 30 days ago \("daysMax"\), so nothing is converted any more/,
      ),
    ]);
    expect(await messages('2026-11-24')).toEqual(['date is 2026-11-24, which is still to come']);
  });

  it('an exchange that settles in a currency without a rate is told at its line', async () => {
    const { configDir, save } = configFolder();
    save('exchanges/adx.json', '{\n  "currencies": ["USD",\n    "SEK"]\n}');
    const { findings } = await checkConfig({ configDir, clock: NOW });
    expect(findings).toMatchObject([{ file: 'exchanges/adx.json', line: 3, column: 5, severity: 'warning' }]);
  });
});

describe('an exchange whose settings contradict each other', () => {
  it.each<[JsonObject, string[]]>([
    [{ seats: { acme: '77' }, oneSeat: false, severalBids: true, idOrder: ['eids', 'cookie'] }, []],
    [
      { seats: { acne: '77' } },
      [
        'seats.acne is the seat of an advertiser that no campaign has; the id stands in "advertiser" of its campaigns',
      ],
    ],
    [{ seat: '77', seats: { acme: '77' } }, ['seats.acme is "77", which is everybody\'s "seat" anyway']],
    [{ oneSeat: false }, ['oneSeat is false, and yet all bids are of one seat: "seats" names no others']],
    [
      { severalBids: true, responseBytesMax: 2_000 },
      [
        'responseBytesMax is 2000, which has no room for the several bids that "severalBids" lets through; raise it if the exchange takes more',
      ],
    ],
    [
      { idOrder: ['cookie'], extendedIdSources: ['id5-sync.com'] },
      ['extendedIdSources ranks ids that "idOrder" leaves out; add "eids" there'],
    ],
    [
      { idOrder: ['ifa'], syncRedirect: 'https://adx.example/match?id=${COOKIE_ID}' },
      [
        'syncRedirect hands out our cookie id, but "idOrder" leaves it out, so that nobody is known by it; add "cookie" there',
      ],
    ],
  ])('%j', async (exchange, messages) => {
    const { configDir, save } = configFolder();
    save('exchanges/adx.json', exchange);
    const { findings } = await checkConfig({ configDir, clock: NOW });
    expect(findings.map(({ message }) => message)).toEqual(messages);
    expect(
      findings.every(({ file, severity }) => file === 'exchanges/adx.json' && severity === 'warning'),
    ).toBe(true);
  });

  it('a line item that wants a paused exchange is told of it', async () => {
    const { configDir, save } = configFolder();
    save('exchanges/adx.json', { status: 'paused' });
    const lineItem = merged(SOUND_LINE_ITEM, { targeting: { inventory: { exchanges: ['adx', 'generic'] } } });
    save('campaigns/trail.json', merged(SOUND, { lineItems: [lineItem] }));
    const { findings } = await checkConfig({ configDir, clock: NOW });
    expect(findings.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: lineItems[0].targeting.inventory.exchanges[0] is "adx", which is paused, so nothing is bought there; set its "status" to "active" in exchanges/adx.json',
    ]);
  });
});

describe('a creative that is too long for an exchange', () => {
  const markup = `<a href="\${CLICK_URL}">${'x'.repeat(1_500)}</a>`;
  const findings = async (targeting: JsonObject = {}) => {
    const { configDir, save } = configFolder();
    save('exchanges/small.json', { responseBytesMax: 2_048, billing: 'impression' });
    save('exchanges/tiny.json', { responseBytesMax: 1_088 });
    const lineItem = merged(SOUND_LINE_ITEM, { targeting, creatives: [{ ...CREATIVE, html: markup }] });
    save('campaigns/trail.json', merged(SOUND, { lineItems: [lineItem] }));
    const { findings: found } = await checkConfig({ configDir, clock: NOW });
    return found.map(({ severity, message }) => `${severity}: ${message}`);
  };
  const tooLong = 'lineItems[0].creatives[0].html is too long for';
  const small = 'small takes responses of 2048 bytes and this needs 2490';
  const tiny = 'tiny takes responses of 1088 bytes and this needs 2659';
  const shorten = 'shorten it, or load the rest from a file';

  it('could never be bid there, and nobody said so', async () => {
    expect(await findings()).toEqual([`warning: ${tooLong} small, tiny (${small}; ${tiny}); ${shorten}`]);
    expect(await findings({ inventory: { exchanges: { noneOf: ['tiny', 'small'] } } })).toEqual([]);
  });

  it('is an error where the line item wants no other exchange', async () => {
    expect(await findings({ inventory: { exchanges: ['small'] } })).toEqual([
      `error: ${tooLong} every exchange there is for it (${small}); ${shorten}`,
    ]);
  });

  it('is none that just fits', async () => {
    const { configDir, save } = configFolder();
    save('exchanges/generic.json', { responseBytesMax: 1_300 });
    save('campaigns/trail.json', SOUND);
    expect((await checkConfig({ configDir, clock: NOW })).findings).toEqual([]);
  });
});
