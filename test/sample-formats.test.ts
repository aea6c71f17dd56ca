import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkResponse } from '../src/certify/check-response.js';
import { ManualClock } from '../src/lib/clock.js';
import type { JsonObject } from './support/merge.js';
import { startSampleBidder, type RunningBidder } from './support/running-bidder.js';

/** A Wednesday, at nine in the morning in Berlin. */
const NOW = Date.parse('2026-11-25T08:00:00Z');

const read = (file: string): JsonObject => JSON.parse(readFileSync(file, 'utf8')) as JsonObject;

describe('the sample campaigns bid in every format', () => {
  let bidder: RunningBidder;
  beforeAll(async () => {
    bidder = await startSampleBidder({ clock: new ManualClock(NOW) });
  });
  afterAll(() => bidder.stop());

  it.each([
    ['film-on-sports-site', { cid: 'running-films', crid: /^hills-15s\./, mtype: 2, dur: 15 }],
    ['spot-in-podcast-app', { cid: 'podcast-spots', crid: /^headphones-30s\./, mtype: 3, dur: 30 }],
    ['story-on-travel-site', { cid: 'travel-stories', crid: /^islands\./, mtype: 4 }],
    ['screen-in-berlin', { cid: 'city-screens', crid: /^coffee-poster\./, mtype: 1, w: 1080, h: 1920 }],
  ])('%s', async (name, { crid, ...expected }) => {
    const request = read(`fixtures/requests/${name}.json`);
    const response = await bidder.post('generic', JSON.stringify(request));
    const text = await response.text();
    expect(response.status, text).toBe(200);
    const { seatbid } = JSON.parse(text) as { seatbid: { bid: JsonObject[] }[] };
    const bids = seatbid.flatMap(({ bid }) => bid);
    expect(bids).toMatchObject([expected]);
    expect(bids[0]?.['crid']).toMatch(crid);
    const exchange = read('config/exchanges/generic.json');
    expect(checkResponse(request, text, exchange, read('config/rates.json'))).toEqual([]);
  });
});
