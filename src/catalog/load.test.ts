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
import { campaignWith } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import { BID, cpm, ids, told } from '../../test/support/loaded-catalog.js';
import { type Currency } from '../domain/money.js';
import { checkConfig } from './check.js';
import { formatFinding } from './finding.js';
import { createCatalogLoader, loadCatalog } from './load.js';

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
