import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { baseFiles, fullRequest } from './support/case-file.js';
import type { JsonObject } from './support/merge.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

let running: RunningBidder | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

interface Links {
  readonly nurl: string;
  readonly burl: string;
  readonly lurl: string;
}

async function start(exchange: JsonObject = {}): Promise<RunningBidder> {
  const files = baseFiles();
  const generic = { ...files.exchanges['generic'], ...exchange };
  return (running = await startBidder({ ...files, exchanges: { generic } }));
}

/** The notices of a new bid as they come on this machine, macros unreplaced. */
async function linksOfBid(bidder: RunningBidder): Promise<Links> {
  const response = await bidder.post('generic', JSON.stringify(fullRequest()));
  const { seatbid } = (await response.json()) as { seatbid: { bid: Record<string, string>[] }[] };
  const here = (link = '') => link.replace(/^https?:\/\/[^/]+/, `http://127.0.0.1:${bidder.app.port}`);
  const { nurl, burl, lurl } = seatbid[0]?.bid[0] ?? {};
  return { nurl: here(nurl), burl: here(burl), lurl: here(lurl) };
}

/** Replaces the macros that are named, and leaves the others as an exchange may. */
function told(link: string, values: Readonly<Record<string, string>>): string {
  return link.replace(/\$\{AUCTION_(\w+)\}/g, (macro, name: string) => values[name] ?? macro);
}

async function statuses(link: string, methods: readonly string[]): Promise<number[]> {
  const results: number[] = [];
  for (const method of methods) results.push((await fetch(link, { method })).status);
  return results;
}

/** What the event log says was spent by the notices of a bidder that has stopped: a number for each that spent. */
async function chargesOf(bidder: RunningBidder): Promise<number[]> {
  await bidder.app.close();
  const folder = join(bidder.folder, 'data/events');
  return readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as { spends?: boolean; chargeMicros?: number })
    .filter(({ spends }) => spends === true)
    .map(({ chargeMicros }) => chargeMicros ?? NaN);
}

describe('notices', () => {
  it('a win comes by GET or POST and spends nothing (rule 65)', async () => {
    const bidder = await start();
    const { nurl } = await linksOfBid(bidder);
    const link = told(nurl, { PRICE: '2', CURRENCY: 'USD' });
    expect(await statuses(link, ['GET', 'POST', 'GET'])).toEqual([204, 204, 204]);
    expect(await chargesOf(bidder)).toEqual([]);
  });

  it('a billing spends once, however often it is tried again (rule 66)', async () => {
    const bidder = await start();
    const { burl } = await linksOfBid(bidder);
    const link = told(burl, { PRICE: '2', CURRENCY: 'USD' });
    expect(await statuses(link, ['GET', 'POST', 'POST'])).toEqual([204, 204, 204]);
    // As told by somebody who calculates otherwise.
    expect(await statuses(told(burl, { PRICE: '2.5', CURRENCY: 'USD' }), ['GET'])).toEqual([204]);
    expect(await chargesOf(bidder)).toEqual([2_000]);
  });

  it('a loss tells why, and may leave out what did not decide it (rule 67)', async () => {
    const bidder = await start();
    for (const values of [
      { LOSS: '102', MIN_TO_WIN: '3.4', PRICE: '3.3' },
      { LOSS: '203', MIN_TO_WIN: '', PRICE: '' },
      { LOSS: '1' },
      {},
    ]) {
      const { lurl } = await linksOfBid(bidder);
      expect(await statuses(told(lurl, values), ['GET', 'POST'])).toEqual([204, 204]);
    }
    const metrics = await (await bidder.admin('/metrics')).text();
    expect(metrics).toContain('narrowcast_notices_total{kind="loss",outcome="accepted"} 8\n');
    expect(await chargesOf(bidder)).toEqual([]);
  });
});
