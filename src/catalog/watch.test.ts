import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { campaignWith, fileText } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import type { Catalog } from '../domain/catalog.js';
import type { Finding } from './finding.js';
import { watchCatalog, type WatchOptions } from './watch.js';

const BID = ['lineItems', 0, 'bid', 'amount'];
const WAIT = { timeout: 5_000, interval: 20 };

async function watched(options: Partial<WatchOptions> = {}) {
  const folder = configFolder();
  const catalogs: Catalog[] = [];
  const warnings: (readonly string[])[] = [];
  const problems: (readonly Finding[])[] = [];
  const watch = await watchCatalog({
    configDir: folder.configDir,
    dataDir: folder.dataDir,
    onChange: (catalog, found) => {
      catalogs.push(catalog);
      warnings.push(found.map(({ path }) => path));
    },
    onProblems: (found) => problems.push(found),
    // Long enough that only events can have told.
    pollMs: 600_000,
    ...options,
  });
  onTestFinished(() => watch.close());
  const cpms = () =>
    (catalogs.at(-1) ?? watch.catalog).campaigns.map(({ lineItems }) => lineItems[0]?.bid.amountMicros);
  return { ...folder, watch, catalogs, warnings, problems, cpms };
}

describe('watching the configuration', () => {
  it('takes over a save', async () => {
    const { save, cpms, catalogs } = await watched();
    save('campaigns/trail.json', campaignWith(BID, 4));
    await vi.waitFor(() => expect(cpms()).toEqual([4_000_000]), WAIT);
    save('campaigns/other.json', campaignWith(['id'], 'other'));
    await vi.waitFor(() => expect(cpms()).toEqual([3_200_000, 4_000_000]), WAIT);
    expect(catalogs.map(({ version }) => version)).toEqual([2, 3]);
  });

  it('takes over a save by writing beside and renaming over', async () => {
    const { save, path, cpms } = await watched();
    for (const amount of [4, 5, 6]) {
      save('campaigns/.trail.json.draft', campaignWith(BID, amount));
      renameSync(path('campaigns/.trail.json.draft'), path('campaigns/trail.json'));
      await vi.waitFor(() => expect(cpms()).toEqual([amount * 1_000_000]), WAIT);
    }
  });

  it('tells of a half-written file, keeps the version before it, and takes over the rest', async () => {
    const { path, save, cpms, problems } = await watched();
    writeFileSync(path('campaigns/trail.json'), fileText(campaignWith(BID, 4)).slice(0, 300));
    await vi.waitFor(() => expect(problems).toHaveLength(1), WAIT);
    expect(problems[0]).toMatchObject([
      { file: 'campaigns/trail.json', consequence: expect.stringMatching(/keeps running$/) },
    ]);
    expect(cpms()).toEqual([3_200_000]);
    save('campaigns/trail.json', campaignWith(BID, 4));
    await vi.waitFor(() => expect(problems.at(-1)).toEqual([]), WAIT);
    expect(cpms()).toEqual([4_000_000]);
  });

  it('tells each warning once, with the change that brought it', async () => {
    const { save, warnings, cpms } = await watched();
    const landing = ['lineItems', 0, 'creatives', 0, 'landing'];
    save('campaigns/trail.json', campaignWith(landing, 'http://acme.example/'));
    await vi.waitFor(() => expect(warnings).toEqual([[expect.stringMatching(/landing$/)]]), WAIT);
    save('campaigns/other.json', campaignWith(['id'], 'other'));
    await vi.waitFor(() => expect(cpms()).toHaveLength(2), WAIT);
    expect(warnings[1]).toEqual([]);
  });

  it('stops a deleted campaign', async () => {
    const { path, cpms } = await watched();
    rmSync(path('campaigns/trail.json'));
    await vi.waitFor(() => expect(cpms()).toEqual([]), WAIT);
  });

  it('takes over exchanges and rates', async () => {
    const { save, catalogs } = await watched();
    save('exchanges/adx.json', { seat: 'nc' });
    await vi.waitFor(() => expect(catalogs.at(-1)?.exchanges.get('adx')?.seat).toBe('nc'), WAIT);
    save('rates.json', { date: '2026-11-21', perUsd: {} });
    await vi.waitFor(() => expect(catalogs.at(-1)?.rates.date).toBe('2026-11-21'), WAIT);
  });

  it('survives that the folder is removed and comes back', async () => {
    const { path, save, cpms, problems } = await watched();
    rmSync(path('campaigns'), { recursive: true });
    await vi.waitFor(() => expect(problems.at(-1)).not.toHaveLength(0), WAIT);
    expect(cpms()).toEqual([3_200_000]);
    mkdirSync(path('campaigns'));
    save('campaigns/trail.json', campaignWith(BID, 4));
    await vi.waitFor(() => expect(cpms()).toEqual([4_000_000]), WAIT);
    save('campaigns/trail.json', campaignWith(BID, 5));
    await vi.waitFor(() => expect(cpms()).toEqual([5_000_000]), WAIT);
  });

  it('finds by itself a configuration that was swapped whole, of which no event tells', async () => {
    const { configDir, path, cpms, problems } = await watched({ pollMs: 50 });
    const aside = `${configDir}-aside`;
    renameSync(configDir, aside);
    await vi.waitFor(() => expect(problems.length).toBeGreaterThan(0), WAIT);
    expect(cpms()).toEqual([3_200_000]);
    renameSync(aside, configDir);
    writeFileSync(path('campaigns/trail.json'), fileText(campaignWith(BID, 4)));
    await vi.waitFor(() => expect(cpms()).toEqual([4_000_000]), WAIT);
  });

  it('says nothing after it was closed', async () => {
    const { watch, save, catalogs } = await watched({ pollMs: 20 });
    save('campaigns/trail.json', campaignWith(BID, 4));
    watch.close();
    const again = await watched({ pollMs: 20 });
    again.save('campaigns/trail.json', campaignWith(BID, 5));
    await vi.waitFor(() => expect(again.cpms()).toEqual([5_000_000]), WAIT);
    expect(catalogs).toEqual([]);
  });
});
