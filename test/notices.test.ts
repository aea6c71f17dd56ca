import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { baseFiles, fullRequest } from './support/case-file.js';
import { merged, type JsonObject } from './support/merge.js';
import { PUBLISHED_PRICE } from './support/notice-desk.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

const LANDING = 'https://acme.example/trail?click=${CLICK_ID}&a=1';
const CIPHER = { cipher: 'hmac-xor', encryptionKeyFrom: 'TEST_E_KEY', integrityKeyFrom: 'TEST_I_KEY' };

let running: RunningBidder | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
  vi.unstubAllEnvs();
});

interface Bid {
  readonly id: string;
  readonly burl: string;
  readonly click: string;
  readonly pixel: string;
}

async function startWith(exchange: JsonObject): Promise<RunningBidder> {
  const files = baseFiles({ creatives: [{ landing: LANDING }] });
  const generic = merged(files.exchanges['generic'] as JsonObject, exchange) as JsonObject;
  return (running = await startBidder({ ...files, exchanges: { generic } }));
}

/** One bid, and its links as they come on this machine, macros unreplaced. */
async function bidOf(bidder: RunningBidder): Promise<Bid> {
  const response = await bidder.post('generic', JSON.stringify(fullRequest()));
  const { seatbid } = (await response.json()) as { seatbid: { bid: Record<string, string>[] }[] };
  const { id = '', burl = '', adm = '' } = seatbid[0]?.bid[0] ?? {};
  const here = (link: string) => link.replace(/^https?:\/\/[^/]+/, `http://127.0.0.1:${bidder.app.port}`);
  const inMarkup = (path: string) => here(new RegExp(`https:[^"]*/${path}/[^"]*`).exec(adm)?.[0] ?? '');
  return { id, burl: here(burl), click: inMarkup('c'), pixel: inMarkup('i') };
}

function linesOf(bidder: RunningBidder, kind: string): JsonObject[] {
  const folder = join(bidder.folder, 'data/events');
  return readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as JsonObject)
    .filter((line) => line['kind'] === kind);
}

describe('a billing of a running bidder', () => {
  it('is decrypted with the exchange’s keys, booked once however often it comes, and forged prices are not', async () => {
    vi.stubEnv('TEST_E_KEY', 'sIxwz7yw62yrfoLGt12lIHKuYrK/S5kLuApI2BQe7Ac=');
    vi.stubEnv('TEST_I_KEY', 'v3fsVcMBMMHYzRhi7SpM0sdqwzvAxM6KPTu9OtVod5I=');
    const bidder = await startWith({ price: CIPHER });
    const { burl } = await bidOf(bidder);
    const told = (price: string) =>
      burl.replace('${AUCTION_PRICE}', price).replace('${AUCTION_CURRENCY}', 'USD');
    expect((await fetch(told('0.01'))).status).toBe(204);
    const repeated = Array.from({ length: 100 }, (_, i) =>
      fetch(told(PUBLISHED_PRICE), { method: i % 2 === 0 ? 'GET' : 'POST' }),
    );
    expect(new Set((await Promise.all(repeated)).map(({ status }) => status))).toEqual(new Set([204]));
    const metrics = await (await bidder.admin('/metrics')).text();
    expect(metrics).toContain('narrowcast_notices_total{kind="bill",outcome="duplicate"} 99\n');
    expect(metrics).toContain('narrowcast_prices_set_aside_total{reason="bad-ciphertext"} 1\n');
    await bidder.app.close();
    expect(linesOf(bidder, 'bill')).toMatchObject([
      { outcome: 'set-aside', why: 'bad-ciphertext', spends: false },
      { outcome: 'accepted', spends: true, chargeMicros: 1_200, reservedMicros: 3_200 },
    ]);
  });

  it('is the impression where the exchange has no billing notice', async () => {
    const bidder = await startWith({ billing: 'impression' });
    const { burl, pixel } = await bidOf(bidder);
    expect(burl).toBe('');
    const answer = await fetch(pixel.replace('${AUCTION_PRICE}', '2'));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/gif']);
    await bidder.app.close();
    expect(linesOf(bidder, 'bill')).toMatchObject([{ spends: true, chargeMicros: 2_000 }]);
    expect(linesOf(bidder, 'impression')).toHaveLength(1);
  });
});

describe('a click of a running bidder', () => {
  it('carries its id to the landing page, and the conversion brings it back', async () => {
    const bidder = await startWith({});
    const { id, click } = await bidOf(bidder);
    const answer = await fetch(`${click}?to=https://evil.example/`, { redirect: 'manual' });
    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.href).toBe(LANDING.replace('${CLICK_ID}', id));
    const conversion = `/v/acme?click=${location.searchParams.get('click')}&id=canary-order&value=9.9&currency=EUR`;
    const postback = await fetch(`http://127.0.0.1:${bidder.app.port}${conversion}`, { method: 'POST' });
    expect(postback.status).toBe(204);
    expect((await fetch(`http://127.0.0.1:${bidder.app.port}/v/nobody`)).status).toBe(404);
    await bidder.app.close();
    const conversions = linesOf(bidder, 'conversion');
    expect(conversions).toMatchObject([
      {
        advertiser: 'acme',
        valueMicros: 9_900_000,
        currency: 'EUR',
        touches: [{ bidId: id, kind: 'click' }],
      },
    ]);
    expect(JSON.stringify(conversions)).not.toContain('canary');
  });

  it('that was tampered with is 400 and leads nowhere, wherever it was changed', async () => {
    const bidder = await startWith({});
    const { click } = await bidOf(bidder);
    const start = click.indexOf('/c/') + 3;
    for (let at = start; at < click.length; at += 7) {
      const changed = click.slice(0, at) + (click[at] === 'A' ? 'B' : 'A') + click.slice(at + 1);
      const answer = await fetch(changed, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    }
  });
});
