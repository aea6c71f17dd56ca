import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { campaignWith } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import { BID, cpm, ids, told } from '../../test/support/loaded-catalog.js';
import { createCatalogLoader, loadCatalog } from './load.js';

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
