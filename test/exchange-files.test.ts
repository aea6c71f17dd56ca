import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readExchange } from '../src/catalog/read-file.js';
import { ManualClock } from '../src/lib/clock.js';
import { checkResponse } from './response-checker.js';
import { baseFiles, fullRequest } from './support/case-file.js';
import type { JsonObject } from './support/merge.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

const FOLDER = 'config/exchanges';
const NOW = Date.parse('2026-11-25T12:00:00Z');
const WANTED = JSON.stringify(fullRequest());
const NOT_WANTED = JSON.stringify(fullRequest({ imp: [{ bidfloor: 99 }] }));

const names = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
const fileOf = (name: string) => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as JsonObject;

let running: RunningBidder | undefined;
afterEach(() => running?.stop());

async function bidderFor(exchange: JsonObject, lineItem: JsonObject = {}, profiles: JsonObject[] = []) {
  const files = baseFiles(lineItem);
  const options = { clock: new ManualClock(NOW) };
  const exchanges = { generic: { ...files.exchanges['generic'], ...exchange } };
  return (running = await startBidder({ ...files, exchanges, profiles }, options));
}

describe('the exchange files that come with it', () => {
  it.each(names)('%s bids as its file says, or waits for its keys', async (name) => {
    const { $schema, ...file } = fileOf(name);
    expect($schema).toBe('../schema/exchange.schema.json');
    const bidder = await bidderFor(file);
    expect(bidder.app.problems()).toEqual([]);
    const response = await bidder.post('generic', WANTED);
    const text = await response.text();
    expect(response.headers.get('x-openrtb-version')).toBe(file['version'] ?? '2.6');
    if (file['status'] === 'paused') {
      expect([response.status, text]).toEqual([204, '']);
    } else {
      expect(response.status).toBe(200);
      expect(checkResponse(JSON.parse(WANTED), text, file, baseFiles().rates)).toEqual([]);
    }
  });

  it('Google waits for its keys, and bids when they are there', async () => {
    const { $schema: _forEditors, ...google } = fileOf('google');
    const active = { ...google, status: 'active' };
    const read = () => readExchange(Buffer.from(JSON.stringify(active)), 'exchanges/google.json');
    expect(read().good).toBe(false);
    const keys = ['GOOGLE_ENCRYPTION_KEY', 'GOOGLE_INTEGRITY_KEY'];
    for (const key of keys) process.env[key] = Buffer.alloc(32, key).toString('base64');
    try {
      expect(read().good).toBe(true);
      const bidder = await bidderFor(active);
      const response = await bidder.post('generic', WANTED);
      expect(response.status).toBe(200);
      expect(checkResponse(JSON.parse(WANTED), await response.text(), active, baseFiles().rates)).toEqual([]);
    } finally {
      for (const key of keys) delete process.env[key];
    }
  });
});

describe('what an exchange wants otherwise', () => {
  it('a paused one gets no bids, whatever it sends', async () => {
    const bidder = await bidderFor({ status: 'paused' });
    for (const body of [WANTED, '{', '']) {
      const response = await bidder.post('generic', body);
      expect([response.status, response.headers.get('x-nbr')]).toEqual([204, '0']);
    }
    const explained = (await (await bidder.explain('generic', WANTED)).json()) as JsonObject;
    expect(explained['reason']).toBe('exchange-paused');
  });

  it('a no-bid as a response that says why', async () => {
    const bidder = await bidderFor({ noBid: '200-nbr', noBidHeader: false });
    const noBid = await bidder.post('generic', NOT_WANTED);
    expect([noBid.status, await noBid.json()]).toEqual([200, { id: 'request-1', seatbid: [], nbr: 0 }]);
    expect(noBid.headers.get('content-type')).toBe('application/json');
    const unread = await bidder.post('generic', '{"imp":[]}');
    expect([unread.status, await unread.text()]).toEqual([204, '']);
    expect((await bidder.post('generic', '{')).status).toBe(400);
    expect((await bidder.post('generic', WANTED)).status).toBe(200);
  });

  it('a content type of its own', async () => {
    const bidder = await bidderFor({ contentType: 'application/json; charset=utf-8' });
    const response = await bidder.post('generic', WANTED);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('the version of OpenRTB', async () => {
    const bidder = await bidderFor({ version: '2.5' });
    for (const body of [WANTED, NOT_WANTED, '{']) {
      const response = await bidder.post('generic', body);
      expect(response.headers.get('x-openrtb-version')).toBe('2.5');
    }
  });

  it.each([
    [['cookie', 'exchange-user'], 200],
    [['exchange-user', 'cookie'], 200],
    [['ifa', 'eids'], 204],
  ])('visitors known by %j', async (idOrder, status) => {
    const lineItem = { targeting: { segments: ['runner'] } };
    const profiles = [{ id: { cookie: 'c-1' }, segments: { runner: '2027-12-31' } }];
    const bidder = await bidderFor({ idOrder }, lineItem, profiles);
    const body = JSON.stringify(fullRequest({ user: { buyeruid: 'c-1', id: 'u-1' } }));
    expect((await bidder.post('generic', body)).status).toBe(status);
  });
});
