import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Explanation } from '../src/bid/explain.js';
import { baseFiles, fullRequest } from './support/case-file.js';
import type { Json } from './support/merge.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

const BODY = JSON.stringify(fullRequest());
const RELOADED = { timeout: 10_000, interval: 50 };

async function bidderWith(config: Readonly<Record<string, Json>>): Promise<RunningBidder> {
  const bidder = await startBidder({ ...baseFiles(), config });
  onTestFinished(() => bidder.stop());
  expect(bidder.app.problems()).toEqual([]);
  return bidder;
}

async function nbrOf(bidder: RunningBidder): Promise<string | null> {
  const response = await bidder.post('generic', BODY);
  await response.text();
  return response.headers.get('x-nbr');
}

async function counted(bidder: RunningBidder): Promise<string[]> {
  const text = await (await bidder.admin('/metrics')).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith('narrowcast_supply_refusals_total{') && !line.endsWith(' 0'));
}

describe('the supply policy of a running bidder', () => {
  it('counts what it refuses and what it would refuse, but not what is explained', async () => {
    const bidder = await bidderWith({
      'supply.json': {
        block: { lists: ['blocked'], mode: 'dry-run' },
        supplyChain: { need: 'required' },
      },
      'lists/blocked.txt': 'news.example',
    });
    const explained = await bidder.explain('generic', BODY);
    expect(await counted(bidder)).toEqual([]);
    expect(((await explained.json()) as Explanation).problem).toBe(
      'config/supply.json: the request has no supply chain, and one is required',
    );
    expect(await nbrOf(bidder)).toBe('16');
    expect(await counted(bidder)).toEqual([
      'narrowcast_supply_refusals_total{mode="dry-run",rule="block-list"} 1',
      'narrowcast_supply_refusals_total{mode="on",rule="chain-missing"} 1',
    ]);
  });

  it('takes over a list, an ads.txt and itself while it runs', async () => {
    const bidder = await bidderWith({
      'supply.json': { block: { lists: ['blocked'] } },
      'lists/blocked.txt': 'other.example',
    });
    const save = (file: string, content: string): void => {
      mkdirSync(join(bidder.folder, 'config', file, '..'), { recursive: true });
      writeFileSync(join(bidder.folder, 'config', file), content);
    };
    const nbr = () => nbrOf(bidder);
    expect(await nbr()).toBe(null);
    save('lists/blocked.txt', 'news.example');
    await expect.poll(nbr, RELOADED).toBe('7');
    save('supply.json', '{ "adsTxt": { "need": "required" } }');
    await expect.poll(nbr, RELOADED).toBe('11');
    save('exchanges/generic.json', '{ "adsTxtDomain": "exchange.example", "noBidHeader": true }');
    save('supply/ads-txt/news.example.txt', 'exchange.example, 4381, DIRECT');
    const asked = JSON.stringify(fullRequest({ site: { publisher: { id: '4381' } } }));
    const statusOf = async (): Promise<number> => (await bidder.post('generic', asked)).status;
    await expect.poll(statusOf, RELOADED).toBe(200);
    save('supply/ads-txt/news.example.txt', 'exchange.example, 1, DIRECT');
    await expect.poll(statusOf, RELOADED).toBe(204);
  });
});
