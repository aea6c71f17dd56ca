import { describe, expect, it } from 'vitest';
import { campaignWith, type Path } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import { BID, cpm, ids, told } from '../../test/support/loaded-catalog.js';
import { merged, type Json } from '../../test/support/merge.js';
import { convertMicros, USD, type Micros } from '../domain/money.js';
import { ManualClock } from '../lib/clock.js';
import { createCatalogLoader, loadCatalog } from './load.js';

const T = ['lineItems', 0, 'targeting'];

describe('a campaign that cannot work', () => {
  it.each<[Path, Json, string]>([
    [BID, 0, 'lineItems[0].bid.amount is 0, and exchanges take no bid of 0'],
    [['budget', 'daily'], 30_000, 'budget.daily is 30000 USD, more than the total of 20000'],
    [
      [...T, 'segments'],
      { anyOf: ['runner'], noneOf: ['runner'] },
      'lineItems[0].targeting.segments.anyOf[0] is wanted ("runner") but also banned',
    ],
    [[...T, 'inventory', 'exchanges'], ['adx'], 'exchanges/adx.json does not exist'],
  ])(
    'with %j = %j is refused like one that cannot be read, and the last good version runs',
    async (path, value, says) => {
      const { configDir, save } = configFolder();
      const loader = createCatalogLoader({ configDir });
      const before = await loader.load();
      save('campaigns/trail.json', campaignWith(path, value));
      const refused = await loader.load();
      expect(refused.catalog).toBe(before.catalog);
      expect(refused.problems).toMatchObject([
        {
          severity: 'error',
          message: expect.stringContaining(says) as string,
          consequence: expect.stringContaining('keeps running') as string,
        },
      ]);
    },
  );

  it('is taken over once the exchange is there that it asked for', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    save('campaigns/trail.json', campaignWith([...T, 'inventory', 'exchanges'], ['adx']));
    expect(ids(await loader.load())).toEqual([]);
    save('exchanges/adx.json', {});
    expect(ids(await loader.load())).toEqual(['trail-shoes']);
  });

  it('is never one whose time has passed: after a restart it is in use as before', async () => {
    const { configDir, save } = configFolder();
    const hoursOver = campaignWith([...T, 'hours'], { sun: ['00-01'] });
    save('campaigns/trail.json', merged(hoursOver, { flight: { start: '2026-10-25', end: '2026-11-07' } }));
    for (const day of ['2026-10-26', '2026-11-02', '2027-01-01']) {
      const clock = new ManualClock(Date.parse(day));
      const loaded = await loadCatalog({ configDir, clock });
      expect([ids(loaded), loaded.problems]).toEqual([['trail-shoes'], []]);
    }
  });
});

describe('a bid that is worth more than anybody pays', () => {
  const weakest = { date: '2026-11-20', perUsd: { EUR: 0.8, JPY: 150, IRR: 5_000_000 } };
  const inCurrency = (amount: number, currency: string) =>
    merged(campaignWith(BID, amount), { budget: { currency } });

  it('was more than could be counted in the currency of the exchange', async () => {
    const { configDir, save } = configFolder();
    save('rates.json', weakest);
    save('campaigns/trail.json', inCurrency(10_000_000, 'USD'));
    const loaded = await loadCatalog({ configDir });
    expect(ids(loaded)).toEqual([]);
    expect(loaded.problems).toMatchObject([
      {
        file: 'campaigns/trail.json',
        line: 26,
        path: 'lineItems[0].bid.amount',
        found: '10000000',
        message:
          'lineItems[0].bid.amount is 10000000 USD but must be worth at most 1000 USD per thousand impressions, a dollar for each of them',
      },
    ]);
    save('campaigns/trail.json', inCurrency(1_000, 'USD'));
    const dearest = await loadCatalog({ configDir });
    expect(dearest.problems).toEqual([]);
    for (const currency of dearest.catalog.rates.perUsd.keys()) {
      const micros = convertMicros(dearest.catalog.rates, (cpm(dearest) * 1e6) as Micros, USD, currency);
      expect(micros).toSatisfy(Number.isSafeInteger);
    }
  });

  it('is measured in dollars, whatever its currency', async () => {
    const { configDir, save } = configFolder();
    save('campaigns/trail.json', inCurrency(150_000, 'JPY'));
    expect((await loadCatalog({ configDir })).problems).toEqual([]);
    save('campaigns/trail.json', inCurrency(165_000, 'JPY'));
    expect(told(await loadCatalog({ configDir }))).toEqual([
      expect.stringContaining('is 165000 JPY, worth 1100 USD, but must be worth at most 1000 USD'),
    ]);
  });

  it('keeps the last good version running, unless that is worth too much by now as well', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    save('campaigns/trail.json', inCurrency(800, 'EUR'));
    await loader.load();
    save('campaigns/trail.json', inCurrency(801, 'EUR'));
    expect(cpm(await loader.load())).toBe(800);
    save('rates.json', { date: '2026-11-21', perUsd: { EUR: 0.7 } });
    const dearer = await loader.load();
    expect(ids(dearer)).toEqual([]);
    expect(dearer.problems).toMatchObject([{ consequence: 'nothing of this file is in use' }]);
  });
});
