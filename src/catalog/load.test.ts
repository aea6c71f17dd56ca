import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { campaignWith, type Path } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import { merged, type Json } from '../../test/support/merge.js';
import { convertMicros, USD, type Currency, type Micros } from '../domain/money.js';
import { ManualClock } from '../lib/clock.js';
import { checkConfig } from './check.js';
import { formatFinding } from './finding.js';
import { createCatalogLoader, loadCatalog, type LoadedCatalog } from './load.js';

const BID = ['lineItems', 0, 'bid', 'amount'];
const T = ['lineItems', 0, 'targeting'];
const cpm = ({ catalog }: LoadedCatalog, i = 0) =>
  (catalog.campaigns[i]?.lineItems[0]?.bid.amountMicros ?? 0) / 1e6;
const ids = ({ catalog }: LoadedCatalog) => catalog.campaigns.map(({ id }) => id);
const told = ({ problems }: LoadedCatalog) => problems.map(({ file, message }) => `${file}: ${message}`);

describe('loading the configuration', () => {
  it('reads campaigns, exchanges and rates', async () => {
    const { configDir } = configFolder();
    const { catalog, problems } = await loadCatalog({ configDir });
    expect(problems).toEqual([]);
    expect(catalog.version).toBe(1);
    expect(catalog.campaigns.map(({ file }) => file)).toEqual(['trail.json']);
    expect([...catalog.exchanges.keys()]).toEqual(['generic']);
    expect(catalog.rates.date).toBe('2026-11-20');
  });

  it('takes no good file down for a bad one', async () => {
    const { configDir, save } = configFolder();
    save('campaigns/a-broken.json', '{"id": ');
    save('campaigns/b-good.json', campaignWith(['id'], 'other'));
    save('exchanges/adx.json', { seat: 5 });
    const loaded = await loadCatalog({ configDir });
    expect(ids(loaded)).toEqual(['other', 'trail-shoes']);
    expect(told(loaded)).toEqual([
      'exchanges/adx.json: seat is 5 but must be the seat that the exchange gave you, as text in quotes; did you mean "5"?',
      'campaigns/a-broken.json: the file ends too early: a closing } or ] or " is missing at the end',
    ]);
    expect(loaded.problems.map(({ consequence }) => consequence)).toEqual(
      Array(2).fill('nothing of this file is in use'),
    );
  });

  it('refuses the copy of two files that have the same campaign id from the start', async () => {
    const { configDir, save } = configFolder();
    save('campaigns/trail-copy.json', campaignWith(BID, 500));
    const loaded = await loadCatalog({ configDir });
    expect(cpm(loaded)).toBe(3.2);
    expect(told(loaded)).toEqual([
      'campaigns/trail-copy.json: id is "trail-shoes", which belongs to campaigns/trail.json; give this campaign its own id, or delete one of the two files',
    ]);
  });

  it('keeps campaigns named like parts of JavaScript apart', async () => {
    const { configDir, save } = configFolder();
    save('campaigns/constructor.json', campaignWith(['id'], 'constructor'));
    save('campaigns/toString.json', campaignWith(['id'], 'toString'));
    save('exchanges/constructor.json', {});
    const { catalog, problems } = await loadCatalog({ configDir });
    expect(problems).toEqual([]);
    expect(catalog.campaigns).toHaveLength(3);
    expect(catalog.exchanges.get('toString')).toBeUndefined();
    expect(catalog.exchanges.get('constructor')?.id).toBe('constructor');
  });

  it('says what is missing and does without it', async () => {
    const { configDir, path } = configFolder();
    rmSync(path('rates.json'));
    rmSync(path('exchanges'), { recursive: true });
    rmSync(path('campaigns'), { recursive: true });
    const loaded = await loadCatalog({ configDir });
    expect([...loaded.catalog.rates.perUsd]).toEqual([['USD', 1]]);
    expect(loaded.catalog.exchanges.get('generic')?.currencies).toEqual(['USD', 'EUR', 'GBP', 'JPY', 'CNY']);
    expect(told(loaded)).toEqual([
      'rates.json: the file is missing',
      'exchanges: the folder is missing; what ran keeps running',
      'exchanges/generic.json: the file is missing',
      'campaigns: the folder is missing; what ran keeps running',
    ]);
  });

  it('says once when the whole folder is missing, and where it looked', async () => {
    const { configDir, dataDir } = configFolder();
    await loadCatalog({ configDir, dataDir });
    rmSync(configDir, { recursive: true });
    const loaded = await loadCatalog({ configDir, dataDir });
    expect(ids(loaded)).toEqual(['trail-shoes']);
    expect(told(loaded)).toEqual([
      `${configDir}: there is no such folder; CONFIG_DIR says where the configuration is`,
    ]);
    const { findings, summary } = await checkConfig({ configDir, dataDir });
    expect(findings.map((finding) => formatFinding(finding, { colour: false }))).toEqual([
      `error: ${configDir}: there is no such folder; CONFIG_DIR says where the configuration is`,
    ]);
    expect(summary).toMatchObject({ errors: 1, campaigns: 0, exchanges: 0 });
  });

  it('looks at files for people only, and reads no folder, endless or huge file', async () => {
    const { configDir, path, save } = configFolder();
    save('campaigns/.trail.json.swp.json', '{');
    save('campaigns/trail.json~', '{');
    save('campaigns/trail.JSON', '{');
    save('campaigns/trail.json.txt', '{');
    mkdirSync(path('campaigns/autumn'));
    mkdirSync(path('campaigns/folder.json'));
    symlinkSync('/dev/zero', path('campaigns/endless.json'));
    save('campaigns/huge.json', ' '.repeat(1_048_577));
    symlinkSync(path('campaigns/nowhere'), path('campaigns/lost.json'));
    const loaded = await loadCatalog({ configDir });
    const ignored =
      'is not looked at: only files right in this folder whose names end in .json (small letters) are';
    expect(told(loaded)).toEqual([
      `campaigns/autumn: this ${ignored}`,
      `campaigns/trail.JSON: this ${ignored}`,
      `campaigns/trail.json.txt: this ${ignored}`,
      'campaigns/endless.json: this is no file; remove it or give it another name',
      'campaigns/folder.json: this is no file; remove it or give it another name',
      'campaigns/huge.json: the file is larger than 1048576 bytes',
      'campaigns/lost.json: the file is missing',
    ]);
    expect(loaded.problems.map(({ severity }) => severity)).toEqual([
      ...Array<string>(3).fill('warning'),
      ...Array<string>(4).fill('error'),
    ]);
  });
});

describe('looking again', () => {
  it('counts the version up with real changes only', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    const first = await loader.load();
    expect((await loader.load()).catalog).toBe(first.catalog);
    save('campaigns/trail.json', JSON.stringify(campaignWith()));
    expect((await loader.load()).catalog).toBe(first.catalog);
    save('campaigns/trail.json', campaignWith(BID, 3.3));
    const changed = await loader.load();
    expect(changed.catalog.version).toBe(2);
    expect(cpm(changed)).toBe(3.3);
    expect(changed.catalog.exchanges.get('generic')).toBe(first.catalog.exchanges.get('generic'));
  });

  it('sees a change that left size and time as they were', async () => {
    const { configDir, path, save } = configFolder();
    const now = new Date();
    utimesSync(path('campaigns/trail.json'), now, now);
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    save('campaigns/trail.json', campaignWith(BID, 4.2));
    utimesSync(path('campaigns/trail.json'), now, now);
    expect(cpm(await loader.load())).toBe(4.2);
  });

  it('keeps the last good version of a file while it is bad, and says which', async () => {
    const { configDir, path, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    utimesSync(
      path('campaigns/trail.json'),
      new Date('2026-11-20T10:15:00Z'),
      new Date('2026-11-20T10:15:00Z'),
    );
    const first = await loader.load();
    save('campaigns/trail.json', campaignWith(BID, 'five'));
    const bad = await loader.load();
    expect(bad.catalog).toBe(first.catalog);
    expect(bad.problems).toMatchObject([
      { consequence: 'the version of 2026-11-20 10:15 UTC keeps running' },
    ]);
    save('campaigns/trail.json', campaignWith(BID, 5));
    const good = await loader.load();
    expect(good.problems).toEqual([]);
    expect(cpm(good)).toBe(5);
  });

  it('stops a campaign whose file is deleted, but nothing when the folder goes', async () => {
    const { configDir, dataDir, path, save } = configFolder();
    save('campaigns/other.json', campaignWith(['id'], 'other'));
    const loader = createCatalogLoader({ configDir, dataDir });
    await loader.load();
    rmSync(path('campaigns/other.json'));
    expect(ids(await loader.load())).toEqual(['trail-shoes']);
    expect(readdirSync(join(dataDir, 'last-good/campaigns'))).toEqual(['trail.json']);
    rmSync(path('campaigns'), { recursive: true });
    const without = await loader.load();
    expect(ids(without)).toEqual(['trail-shoes']);
    expect(without.problems).toHaveLength(2);
  });

  it('lets a campaign take over an id once the other file gives it up', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    save('campaigns/z-copy.json', campaignWith(BID, 9));
    await loader.load();
    save('campaigns/trail.json', campaignWith(['id'], 'renamed'));
    const loaded = await loader.load();
    expect(ids(loaded)).toEqual(['renamed', 'trail-shoes']);
    expect(loaded.problems).toEqual([]);
  });
});

describe('a file with the id of another', () => {
  const refused = (file: string, owner: string) => [
    expect.stringContaining(`campaigns/${file}: id is "trail-shoes", which belongs to campaigns/${owner}`),
  ];

  it('took the running campaign down when its name came first', async () => {
    const { configDir, dataDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir, dataDir });
    const { catalog } = await loader.load();
    save('campaigns/a-copy.json', campaignWith(BID, 500));
    const copied = await loader.load();
    expect(copied.catalog).toBe(catalog);
    expect(told(copied)).toEqual(refused('a-copy.json', 'trail.json'));
    expect(copied.problems).toMatchObject([
      { line: 2, path: 'id', consequence: 'nothing of this file is in use' },
    ]);
    const restarted = await loadCatalog({ configDir, dataDir });
    expect(cpm(restarted)).toBe(3.2);
    expect(told(restarted)).toEqual(refused('a-copy.json', 'trail.json'));
  });

  it('took it down as well while the owner itself had a mistake', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    await loader.load();
    save('campaigns/trail.json', '{"half": ');
    save('campaigns/a-copy.json', campaignWith(BID, 4));
    const loaded = await loader.load();
    expect(cpm(loaded)).toBe(3.2);
    expect(loaded.problems).toHaveLength(2);
  });

  it('keeps its former version when it was changed to an id that is taken', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    save('campaigns/a-other.json', campaignWith(['id'], 'other'));
    const before = await loader.load();
    save('campaigns/a-other.json', campaignWith());
    const after = await loader.load();
    expect(after.catalog).toBe(before.catalog);
    expect(told(after)).toEqual(refused('a-other.json', 'trail.json'));
    expect(after.problems[0]?.consequence).toMatch(/keeps running$/);
  });

  it('may trade ids with it', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    save('campaigns/a-other.json', campaignWith(['id'], 'other'));
    await loader.load();
    save('campaigns/a-other.json', campaignWith());
    save('campaigns/trail.json', campaignWith(['id'], 'other'));
    const traded = await loader.load();
    expect(traded.problems).toEqual([]);
    expect(ids(traded)).toEqual(['trail-shoes', 'other']);
  });

  it('is refused in its turn when the file that was to make room must fall back', async () => {
    const { configDir, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    save('campaigns/a.json', campaignWith(['id'], 'first'));
    save('campaigns/b.json', campaignWith(['id'], 'second'));
    const before = await loader.load();
    // Each wants the id of the next, and the last one is not given up.
    save('campaigns/a.json', campaignWith(['id'], 'second'));
    save('campaigns/b.json', campaignWith());
    const after = await loader.load();
    expect(after.catalog).toBe(before.catalog);
    expect(after.problems.map(({ file }) => file)).toEqual(['campaigns/a.json', 'campaigns/b.json']);
  });

  it('takes over once the owner is deleted', async () => {
    const { configDir, path, save } = configFolder();
    const loader = createCatalogLoader({ configDir });
    save('campaigns/z-copy.json', campaignWith(BID, 9));
    await loader.load();
    rmSync(path('campaigns/trail.json'));
    const loaded = await loader.load();
    expect(loaded.problems).toEqual([]);
    expect(cpm(loaded)).toBe(9);
  });
});

describe('a restart', () => {
  it('keeps the last good version of a file that is bad by now', async () => {
    const { configDir, dataDir, save } = configFolder();
    await loadCatalog({ configDir, dataDir });
    save('campaigns/trail.json', '{"half": ');
    save('rates.json', 'gone');
    const restarted = await loadCatalog({ configDir, dataDir });
    expect(cpm(restarted)).toBe(3.2);
    expect(restarted.catalog.rates.perUsd.get('EUR' as Currency)).toBe(0.8);
    expect(restarted.problems).toHaveLength(2);
    expect(restarted.problems[1]?.consequence).toMatch(/^the version of .* UTC keeps running$/);
  });

  it('forgets files that were deleted meanwhile', async () => {
    const { configDir, dataDir, path, save } = configFolder();
    await loadCatalog({ configDir, dataDir });
    rmSync(path('campaigns/trail.json'));
    await loadCatalog({ configDir, dataDir });
    save('campaigns/trail.json', '{"half": ');
    expect(ids(await loadCatalog({ configDir, dataDir }))).toEqual([]);
  });

  it('is no harm when the copies are damaged, or cannot be kept', async () => {
    const { configDir, dataDir, path, save } = configFolder();
    await loadCatalog({ configDir, dataDir });
    renameSync(join(dataDir, 'last-good/campaigns/trail.json'), join(dataDir, 'moved'));
    mkdirSync(join(dataDir, 'last-good/campaigns/trail.json'));
    const loaded = await loadCatalog({ configDir, dataDir });
    expect(cpm(loaded)).toBe(3.2);
    expect(told(loaded)).toEqual([expect.stringContaining('no copy of this version could be kept')]);
    expect(loaded.problems[0]?.severity).toBe('warning');
    rmSync(join(dataDir, 'last-good/campaigns/trail.json'), { recursive: true });
    save('campaigns/trail.json', campaignWith(BID, 4));
    chmodSync(path('campaigns/trail.json'), 0o644);
    await loadCatalog({ configDir, dataDir });
    expect(readFileSync(join(dataDir, 'last-good/campaigns/trail.json'), 'utf8')).toContain('"amount": 4');
  });
});

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
