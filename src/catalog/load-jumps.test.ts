import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { campaignWith } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import { BID, cpm, ids, told } from '../../test/support/loaded-catalog.js';
import { merged } from '../../test/support/merge.js';
import type { Currency } from '../domain/money.js';
import { ManualClock } from '../lib/clock.js';
import { checkConfig } from './check.js';
import { createCatalogLoader, loadCatalog } from './load.js';

describe('a price or budget that jumps tenfold', () => {
  it('is held back until the file confirms it, and the last good version runs meanwhile', async () => {
    const { configDir, dataDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir, dataDir });
    await loader.load();
    save('campaigns/trail.json', campaignWith(BID, 32));
    const held = await loader.load();
    expect(cpm(held)).toBe(3.2);
    expect(held.problems).toMatchObject([
      {
        path: 'lineItems[0].bid.amount',
        found: '32',
        message:
          'lineItems[0].bid.amount jumped from 3.2 to 32 USD, 10 times as much; if that is meant, add "confirm": [32] at the top level of the file',
        consequence: expect.stringContaining('keeps running'),
      },
    ]);
    expect(cpm(await loadCatalog({ configDir, dataDir }))).toBe(3.2);

    save('campaigns/trail.json', merged(campaignWith(BID, 32), { confirm: [32] }));
    const taken = await loader.load();
    expect(taken.problems).toEqual([]);
    expect(cpm(taken)).toBe(32);
  });

  it('is asked about downwards as well, since undoing it would be a jump', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    save('campaigns/trail.json', campaignWith(BID, 0.32));
    const held = await loader.load();
    expect(cpm(held)).toBe(3.2);
    expect(told(held)).toEqual([
      'campaigns/trail.json: lineItems[0].bid.amount fell from 3.2 to 0.32 USD, a tenth or less; if that is meant, add "confirm": [0.32] at the top level of the file',
    ]);
    save('campaigns/trail.json', campaignWith());
    expect((await loader.load()).problems).toEqual([]);
    save('campaigns/trail.json', merged(campaignWith(BID, 0.32), { confirm: [0.32] }));
    expect(cpm(await loader.load())).toBe(0.32);
  });

  it('may be a deal of its own price', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    const withDeals = (...amounts: number[]) => {
      const deals = amounts.map((amount, i) => ({ id: `D-${i}`, amount }));
      save('campaigns/trail.json', campaignWith(['lineItems', 0, 'deals'], ['D-plain', ...deals]));
      return loader.load().then(told);
    };
    const file = 'campaigns/trail.json: lineItems[0].deals';
    await loader.load();
    // New ones are measured by the highest bid there was.
    expect(await withDeals(5, 55)).toEqual([
      expect.stringContaining(`${file}[2].amount jumped from 3.2 to 55 USD, 17.1 times as much`),
    ]);
    expect(await withDeals(5, 6)).toEqual([]);
    expect(await withDeals(50, 6)).toEqual([
      expect.stringContaining(`${file}[1].amount jumped from 5 to 50 USD`),
    ]);
    expect(await withDeals(5, 0.6)).toEqual([
      expect.stringContaining(`${file}[2].amount fell from 6 to 0.6 USD`),
    ]);
    expect(await withDeals(5, 1001)).toEqual([
      expect.stringContaining(`${file}[2].amount is 1001 USD but must be worth at most 1000 USD`),
    ]);
  });

  it('is told with all amounts to confirm at once', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    const raised = { confirm: [7], budget: { total: 300_000, daily: 8_000 } };
    save('campaigns/trail.json', merged(campaignWith(BID, 40), raised));
    const { problems } = await loader.load();
    expect(problems.map(({ path }) => path)).toEqual([
      'budget.total',
      'budget.daily',
      'lineItems[0].bid.amount',
    ]);
    for (const { message } of problems) expect(message).toContain('"confirm": [7, 300000, 40, 8000]');
  });

  it('is no jump just below ten times, nor under another id in another currency of the same worth', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    save('campaigns/trail.json', campaignWith(BID, 31.9));
    expect(cpm(await loader.load())).toBe(31.9);
    const inYuan = { id: 'trail-shoes-in-yuan', budget: { total: 140_000, daily: 5_600, currency: 'CNY' } };
    save('campaigns/trail.json', merged(campaignWith(BID, 220), inYuan));
    const loaded = await loader.load();
    expect(loaded.problems).toEqual([]);
    expect(cpm(loaded)).toBe(220);
  });

  it('is refused in another currency under the same id, since what was spent is booked without one', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    save('campaigns/trail.json', campaignWith(BID, 31.9));
    await loader.load();
    const inYuan = { budget: { total: 140_000, daily: 5_600, currency: 'CNY' } };
    save('campaigns/trail.json', merged(campaignWith(BID, 220), inYuan));
    const { problems } = await loader.load();
    expect(problems.map(({ path, message }) => [path, message])).toEqual([
      [
        'budget.currency',
        'budget.currency is "CNY", but what campaign trail-shoes has spent is booked in USD; keep USD, or give the campaign another id',
      ],
    ]);
  });

  it('is held back in the rates too, which every price goes through', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    const slip = { date: '2026-11-21', perUsd: { EUR: 0.08, CNY: 70 } };
    save('rates.json', slip);
    const held = await loader.load();
    expect(held.catalog.rates.perUsd.get('EUR' as Currency)).toBe(0.8);
    expect(held.problems.map(({ path, message }) => [path, message])).toEqual([
      [
        'perUsd.EUR',
        expect.stringContaining(
          'jumped from 0.8 to 0.08, ten times or more; if that is meant, add "confirm": [0.08, 70]',
        ),
      ],
      ['perUsd.CNY', expect.stringContaining('jumped from 7 to 70')],
    ]);
    save('rates.json', { ...slip, confirm: [0.08, 70] });
    expect((await loader.load()).catalog.rates.perUsd.get('EUR' as Currency)).toBe(0.08);
  });

  it('is seen in a line item under a new name as well', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    const renamed = campaignWith(BID, 320) as { lineItems: { id: string }[] };
    for (const lineItem of renamed.lineItems) lineItem.id = 'renamed';
    save('campaigns/trail.json', renamed);
    expect(cpm(await loader.load())).toBe(3.2);
  });
});

describe('a jump in a file that is not the one where the campaign ran', () => {
  const DAY_MS = 86_400_000;
  const jumped = (times: number, file: string) => [
    expect.stringMatching(
      `bid.amount jumped from 3.2 to .* USD, ${times} times as much as in campaigns/${file}; if that is meant, add "confirm"`,
    ),
  ];

  it('was not seen once the refused file had another name', async () => {
    const { configDir, path, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    save('campaigns/trail.json', campaignWith(BID, 32));
    expect(cpm(await loader.load())).toBe(3.2);
    renameSync(path('campaigns/trail.json'), path('campaigns/trail2.json'));
    const renamed = await loader.load();
    expect(ids(renamed)).toEqual([]);
    expect(told(renamed)).toEqual(jumped(10, 'trail.json'));
    save('campaigns/trail2.json', merged(campaignWith(BID, 32), { confirm: [32] }));
    expect(cpm(await loader.load())).toBe(32);
  });

  it('is none when a file has another name only', async () => {
    const { configDir, path } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    renameSync(path('campaigns/trail.json'), path('campaigns/renamed.json'));
    const renamed = await loader.load();
    expect(renamed.problems).toEqual([]);
    expect(cpm(renamed)).toBe(3.2);
  });

  it.each(['trail.json', 'anew.json'])(
    'was not seen once it was deleted and made anew as %s',
    async (file) => {
      const { configDir, dataDir, path, save } = configFolder();
      const loader = createCatalogLoader({ configDir, dataDir });
      await loader.load();
      rmSync(path('campaigns/trail.json'));
      expect(ids(await loader.load())).toEqual([]);
      await loader.load();
      save(`campaigns/${file}`, campaignWith(BID, 320));
      const anew = await loader.load();
      expect(ids(anew)).toEqual([]);
      expect(told(anew)[0]).toContain('jumped from 3.2 to 320 USD, 100 times as much');
      expect(ids(await loadCatalog({ configDir, dataDir }))).toEqual([]);
      save(`campaigns/${file}`, campaignWith(BID, 5));
      expect(cpm(await loader.load())).toBe(5);
    },
  );

  it('was not seen when the file was deleted while nothing ran, by a check either', async () => {
    const { configDir, dataDir, path, save } = configFolder();
    await loadCatalog({ configDir, dataDir });
    rmSync(path('campaigns/trail.json'));
    save('campaigns/anew.json', campaignWith(BID, 32));
    const { findings } = await checkConfig({ configDir, dataDir });
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('jumped from 3.2')]);
    expect(told(await loadCatalog({ configDir, dataDir }))).toEqual(jumped(10, 'trail.json'));
    expect(told(await loadCatalog({ configDir, dataDir }))).toEqual(jumped(10, 'trail.json'));
  });

  it('was not seen when the campaign had another id meanwhile', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    save('campaigns/trail.json', merged(campaignWith(BID, 31), { id: 'other' }));
    expect(cpm(await loader.load())).toBe(31);
    save('campaigns/trail.json', campaignWith(BID, 300));
    expect(cpm(await loader.load())).toBe(31);
  });

  it('is no jump any more thirty days after the campaign ended', async () => {
    const { configDir, dataDir, path, save } = configFolder();
    const clock = new ManualClock(Date.now());
    const loader = createCatalogLoader({ configDir, dataDir, clock });
    await loader.load();
    rmSync(path('campaigns/trail.json'));
    await loader.load();
    save('campaigns/trail.json', campaignWith(BID, 320));
    clock.advance(30 * DAY_MS - 60_000);
    expect(ids(await loader.load())).toEqual([]);
    expect(readdirSync(join(dataDir, 'last-good/former'))).toEqual(['trail-shoes.json']);
    clock.advance(120_000);
    expect(cpm(await loader.load())).toBe(320);
    expect(readdirSync(join(dataDir, 'last-good/former'))).toEqual([]);
  });
});
