import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFolder } from '../../test/support/config-folder.js';
import { USD, type Micros } from '../domain/money.js';
import { ManualClock } from '../lib/clock.js';
import { keepFormerCampaigns } from './former-campaigns.js';
import { openLastGood } from './last-good.js';

const clock = new ManualClock(Date.parse('2026-11-22T12:00:00Z'));
const ended = (id: string, amountMicros = 9_000_000) => ({
  id,
  file: `${id}.json`,
  budget: { totalMicros: 5e9 as Micros, dailyMicros: undefined, currency: USD },
  lineItems: [{ id: 'main', bid: { amountMicros: amountMicros as Micros } }],
});

describe('campaigns that ended', () => {
  it('are known again after a restart, as they were last', async () => {
    const store = openLastGood(configFolder().dataDir);
    const former = keepFormerCampaigns(store, clock);
    await former.remember(ended('shoes', 1_000_000));
    await former.remember(ended('shoes'));
    const { id: _key, ...amounts } = ended('shoes');
    expect(await former.find('shoes')).toEqual(amounts);
    expect(await keepFormerCampaigns(store, clock).find('shoes')).toEqual(amounts);
    expect(await former.find('constructor')).toBeUndefined();
  });

  it('are ten thousand at most, and the longest gone are dropped', async () => {
    const former = keepFormerCampaigns(openLastGood(undefined), clock);
    for (let i = 0; i <= 10_000; i++) await former.remember(ended(`c${i}`));
    expect(await former.find('c0')).toBeUndefined();
    expect(await former.find('c1')).toBeDefined();
  });

  it('are unknown where their file is damaged, and a warning tells when there can be none', async () => {
    const { dataDir } = configFolder();
    const folder = join(dataDir, 'last-good/former');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'half.json'), '{"file": ');
    writeFileSync(join(folder, 'odd.json'), '{"file": "odd.json", "budget": 5}');
    mkdirSync(join(folder, 'blocked.json/here'), { recursive: true });
    const former = keepFormerCampaigns(openLastGood(dataDir), clock);
    expect(await former.find('half')).toBeUndefined();
    expect(await former.find('odd')).toBeUndefined();
    expect(await former.remember(ended('blocked'))).toMatchObject([
      { severity: 'warning', file: 'campaigns/blocked.json' },
    ]);
    expect(await former.find('blocked')).toBeDefined();
    expect(readdirSync(folder)).toContain('half.json');
  });
});
