import fc from 'fast-check';
import type { BidResponse } from 'iab-openrtb/v26';
import { describe, expect, it } from 'vitest';
import { checkResponse } from '../../test/response-checker.js';
import { ROOMY_EXCHANGE } from '../../test/support/outgoing-bid.js';
import type { Campaign } from '../domain/campaign.js';
import type { BannerCreative } from '../domain/creative.js';
import { PLAIN_PRICE, type Exchange } from '../domain/catalog.js';
import type { CampaignId, CreativeId } from '../domain/ids.js';
import { USD, type Micros } from '../domain/money.js';
import { SHOWN_BANNER } from '../domain/shown-as.js';
import { compileCreative } from './compile-creative.js';
import { encodeBidResponse, type OutgoingBid, type OutgoingResponse } from './encode.js';

const PUBLIC_URL = 'https://bid.narrowcast.example';

const EXCHANGE: Exchange = { ...ROOMY_EXCHANGE, responseBytesMax: 4_096 };

const CAMPAIGN = {
  id: 'trail-shoes' as CampaignId,
  advertiser: { domain: 'acme.example' },
} as Campaign;

const CREATIVE: BannerCreative = {
  id: 'cr1' as CreativeId,
  format: 'banner',
  size: { w: 300, h: 250 },
  ratio: undefined,
  markup: '<a href="${CLICK_URL}"><img src="https://cdn.acme.example/a.png?${CACHEBUSTER}"></a>',
  landing: 'https://acme.example/trail',
  attributes: [],
  apis: [],
  expandDirections: [],
  mime: 'text/html',
  bannerType: 2,
  language: 'en',
  categories: ['IAB18-5'],
  categoriesElsewhere: new Map(),
  secure: true,
  appBundle: undefined,
  imageUrl: undefined,
};

function bid(changes: Partial<OutgoingBid> = {}, creative: Partial<BannerCreative> = {}): OutgoingBid {
  return {
    bidId: 'b1',
    impressionId: '1',
    priceMicros: 3_200_000 as Micros,
    campaign: CAMPAIGN,
    creative: { ...CREATIVE, ...creative },
    compiled: compileCreative({ ...CREATIVE, ...creative }),
    shown: SHOWN_BANNER,
    categoryTaxonomy: 1,
    dealId: undefined,
    seat: 'narrowcast',
    slotInPod: 0,
    extension: '',
    expirySeconds: 60,
    noticeToken: 'notice-token_1',
    pixelToken: 'pixel-token',
    clickToken: 'click-token_1',
    cacheBuster: 4_711,
    ...changes,
  };
}

function encode(bids: readonly OutgoingBid[], changes: Partial<OutgoingResponse> = {}) {
  return encodeBidResponse({
    requestId: 'r1',
    exchange: EXCHANGE,
    currency: USD,
    publicUrl: PUBLIC_URL,
    bids,
    ...changes,
  });
}

function responseOf(bids: readonly OutgoingBid[], changes: Partial<OutgoingResponse> = {}): BidResponse {
  return JSON.parse(encode(bids, changes).body) as BidResponse;
}

function onlyBid(changes: Partial<OutgoingBid> = {}, creative: Partial<BannerCreative> = {}) {
  const only = responseOf([bid(changes, creative)]).seatbid?.[0]?.bid[0];
  if (!only) throw new Error('no bid');
  return only;
}

describe('a bid response', () => {
  it('says everything that the rule book asks for, in the types of the specification', () => {
    const expected: BidResponse = {
      id: 'r1',
      cur: 'USD',
      seatbid: [
        {
          seat: 'narrowcast',
          bid: [
            {
              id: 'b1',
              impid: '1',
              price: 3.2,
              adm:
                `<a href="${PUBLIC_URL}/c/click-token_1"><img src="https://cdn.acme.example/a.png?4711"></a>` +
                `<img src="${PUBLIC_URL}/i/pixel-token?p=\${AUCTION_PRICE}" width=1 height=1 alt="" style="display:none">`,
              adomain: ['acme.example'],
              cid: 'trail-shoes',
              crid: expect.stringMatching(/^cr1\.[0-9a-f]{16}$/) as string,
              mtype: 1,
              w: 300,
              h: 250,
              cat: ['IAB18-5'],
              cattax: 1,
              language: 'en',
              exp: 60,
              nurl: `${PUBLIC_URL}/n/win/notice-token_1?p=\${AUCTION_PRICE}&c=\${AUCTION_CURRENCY}`,
              burl: `${PUBLIC_URL}/n/bill/notice-token_1?p=\${AUCTION_PRICE}&c=\${AUCTION_CURRENCY}`,
              lurl: `${PUBLIC_URL}/n/loss/notice-token_1?r=\${AUCTION_LOSS}&m=\${AUCTION_MIN_TO_WIN}&p=\${AUCTION_PRICE}`,
            },
          ],
        },
      ],
    };
    expect(responseOf([bid()])).toEqual(expected);
  });

  it('sends a burl only to exchanges that bill by it', () => {
    for (const billing of ['impression', 'win'] as const) {
      const response = responseOf([bid()], { exchange: { ...EXCHANGE, billing } });
      expect(response.seatbid?.[0]?.bid[0]).not.toHaveProperty('burl');
    }
  });

  it('says what a creative has, and leaves out what it has not', () => {
    expect(onlyBid({ dealId: 'd "1"' }, { attributes: [1, 6], apis: [5], language: 'en-gb' })).toMatchObject({
      dealid: 'd "1"',
      attr: [1, 6],
      apis: [5],
      langb: 'en-gb',
    });
    expect(onlyBid({}, { appBundle: 'com.acme', imageUrl: 'https://acme.example/i.png' })).toMatchObject({
      bundle: 'com.acme',
      iurl: 'https://acme.example/i.png',
    });
    const bare = onlyBid({}, { categories: [], language: undefined });
    for (const field of ['cat', 'cattax', 'attr', 'apis', 'language', 'langb', 'dealid', 'bundle', 'iurl']) {
      expect(bare).not.toHaveProperty(field);
    }
  });

  it('sends the ratio of a flexible creative in place of a size (rule 27)', () => {
    const flexible = onlyBid({}, { size: undefined, ratio: { widthRatio: 4, heightRatio: 3 } });
    expect(flexible).toMatchObject({ wratio: 4, hratio: 3 });
    expect(flexible).not.toHaveProperty('w');
  });

  it('passes the response checker, beside the request that it answers', () => {
    const request = {
      id: 'r1',
      imp: ['1', '2'].map((id) => ({ id, secure: 1, bidfloor: 3.2, banner: { w: 300, h: 250 } })),
    };
    const { body } = encode([bid(), bid({ bidId: 'b2', impressionId: '2' }, { markup: 'other' })]);
    expect(checkResponse(request, body, EXCHANGE, { perUsd: { USD: 1 } })).toEqual([]);
  });

  it('writes prices exactly', () => {
    expect(encode([bid({ priceMicros: 100_000 as Micros })]).body).toContain('"price":0.1,');
    expect(encode([bid({ priceMicros: 1 as Micros })]).body).toContain('"price":0.000001,');
  });
});

describe('the creative id', () => {
  const crid = (creative: Partial<BannerCreative>) => onlyBid({}, creative).crid ?? '';

  it('changes with whatever a reviewer sees, and with nothing else (rule 56)', () => {
    const ids = [
      crid({}),
      crid({ markup: 'other' }),
      crid({ landing: 'https://acme.example/other' }),
      crid({ size: { w: 300, h: 251 } }),
      crid({ id: 'cr2' as CreativeId }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(crid({ secure: false, apis: [5] })).toBe(crid({}));
  });

  it('has at most 64 bytes and stays unique when it is cut', () => {
    const long = crid({ id: `${'é'.repeat(100)}1` as CreativeId });
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(64);
    expect(crid({ id: `${'é'.repeat(100)}2` as CreativeId })).not.toBe(long);
  });
});

describe('our macros', () => {
  it('are replaced everywhere, and the macros of the exchange nowhere', () => {
    const { adm } = onlyBid(
      {},
      { markup: '${CLICK_URL}${CLICK_URL_ENC}${CLICK_URL}${CACHEBUSTER}${AUCTION_PRICE:B64}${OTHER}$' },
    );
    const click = `${PUBLIC_URL}/c/click-token_1`;
    expect(adm).toMatch(`${click}${encodeURIComponent(click)}${click}4711\${AUCTION_PRICE:B64}\${OTHER}$`);
    expect(decodeURIComponent(encodeURIComponent(click))).toBe(click);
  });

  it('are not found in what stands around them: $${CLICK_URL}}', () => {
    const { adm } = onlyBid({}, { markup: '$${CLICK_URL}}' });
    expect(adm?.startsWith(`$${PUBLIC_URL}/c/click-token_1}<img`)).toBe(true);
  });

  const token = fc.stringMatching(/^[\w.~-]{1,160}$/);

  it('put in nothing that could end a string, an attribute, a comment or a URL', () => {
    const marked = '[[${CLICK_URL}]]((${CLICK_URL_ENC}))<<${CACHEBUSTER}>>';
    fc.assert(
      fc.property(token, token, fc.nat(), (clickToken, noticeToken, cacheBuster) => {
        const { adm, nurl, burl, lurl } = onlyBid(
          { clickToken, noticeToken, cacheBuster },
          { markup: marked },
        );
        const inserted = /\[\[(.*)\]\]\(\((.*)\)\)<<(.*)>>/.exec(adm ?? '')?.slice(1) ?? [];
        expect(inserted).toHaveLength(3);
        for (const text of inserted) expect(text).toMatch(/^[A-Za-z0-9\-._~:/%[\]]+$/);
        expect(inserted[0]).toBe(`${PUBLIC_URL}/c/${clickToken}`);
        for (const url of [nurl, burl, lurl]) expect(url).toContain(`/${noticeToken}?`);
      }),
    );
  });

  it('refuse a token or a public URL that could', () => {
    const hostile = fc
      .tuple(token, fc.constantFrom(...'"\'<>&\\ \n`(){}=;?#\u2028é'.split('')), token)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, (text) => {
        expect(() => encode([bid({ clickToken: text })])).toThrow(/click tokens/);
        expect(() => encode([bid({ noticeToken: text })])).toThrow(/notice tokens/);
        expect(() => encode([bid()], { publicUrl: text })).toThrow(/public URL/);
      }),
    );
    expect(() => encode([bid({ clickToken: '' })])).toThrow(/click tokens/);
  });
});

describe('texts of others', () => {
  // Half of a pair of surrogates has no UTF-8 of its own: JSON carries it as an escape.
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        '"',
        '\\',
        '\u0000',
        '\u001f',
        '\u2028',
        '\u2029',
        '\ud800',
        '\udfff',
        '</script>',
        '😀',
      ),
    }),
  );

  it('come back exactly, whatever stands in them', () => {
    fc.assert(
      fc.property(text, text, text, text, (requestId, impressionId, dealId, markup) => {
        const { body } = encode([bid({ impressionId, dealId }, { markup })], {
          requestId,
          exchange: { ...EXCHANGE, responseBytesMax: 1_000_000 },
        });
        const sent = Buffer.from(body).toString();
        expect(sent).toBe(body);
        expect(body).not.toMatch(/<\/|[\u2028\u2029]/);
        const response = JSON.parse(sent) as BidResponse;
        const [only] = response.seatbid?.[0]?.bid ?? [];
        expect([response.id, only?.impid, only?.dealid]).toEqual([requestId, impressionId, dealId]);
        expect(only?.adm?.startsWith(markup)).toBe(true);
      }),
    );
  });
});

describe('the longest response that an exchange takes', () => {
  const priced = (bidId: string, priceMicros: number) =>
    bid({ bidId, impressionId: bidId, priceMicros: priceMicros as Micros });
  const bidIds = (body: string) => (JSON.parse(body) as BidResponse).seatbid?.[0]?.bid.map(({ id }) => id);
  const limited = (bids: readonly OutgoingBid[], responseBytesMax: number) =>
    encode(bids, { exchange: { ...EXCHANGE, responseBytesMax } });

  it('is met to the byte by leaving out the cheapest bids, of equal ones the later', () => {
    const bids = [priced('a', 2), priced('b', 1), priced('c', 3), priced('d', 2)];
    const whole = Buffer.byteLength(encode(bids).body);
    expect(limited(bids, whole)).toMatchObject({ droppedPlaces: [] });
    const one = limited(bids, whole - 1);
    expect([bidIds(one.body), one.droppedPlaces.length]).toEqual([['a', 'c', 'd'], 1]);
    const two = limited(bids, Buffer.byteLength(one.body) - 1);
    expect([bidIds(two.body), two.droppedPlaces.length]).toEqual([['a', 'c'], 2]);
    const exact = limited(bids, Buffer.byteLength(two.body));
    expect(exact).toEqual(two);
    const last = limited(bids, Buffer.byteLength(two.body) - 1);
    expect([bidIds(last.body), last.droppedPlaces]).toEqual([['c'], [0, 1, 3]]);
  });

  it('counts bytes and not characters', () => {
    const bids = [bid({}, { markup: '中'.repeat(500) })];
    const { body } = encode(bids);
    expect(limited(bids, body.length).droppedPlaces).toHaveLength(1);
    expect(limited(bids, Buffer.byteLength(body)).droppedPlaces).toEqual([]);
  });

  it('leaves nothing when not even one bid fits, as with a request id of 10 KB', () => {
    expect(encode([bid(), bid()], { requestId: 'x'.repeat(10_000) })).toEqual({
      body: '',
      droppedPlaces: [0, 1],
    });
  });

  /** The plain way: from the dearest down, whatever still fits with those before it. @returns the places of the others */
  function dearestThatFit(bids: readonly OutgoingBid[], bytesMax: number): number[] {
    const places = [...bids.keys()];
    const kept: number[] = [];
    for (const place of places.toSorted((a, b) => priceAt(b) - priceAt(a) || a - b)) {
      const tried = [...kept, place].map((each) => bids[each] as OutgoingBid);
      if (Buffer.byteLength(limited(tried, Infinity).body) <= bytesMax) kept.push(place);
    }
    return places.filter((place) => !kept.includes(place));

    function priceAt(place: number): number {
      return (bids[place] as OutgoingBid).priceMicros;
    }
  }

  it('lets a short cheap bid in where a long dear one does not fit', () => {
    const bids = [bid({ bidId: 'long' }, { markup: 'x'.repeat(5_000) }), bid({ bidId: 'short' })];
    expect(bidIds(encode(bids).body)).toEqual(['short']);
  });

  it('holds for any bids', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ price: fc.nat(1_000), size: fc.nat(2_000) }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 10_000 }),
        (sizes, responseBytesMax) => {
          const bids = sizes.map(({ price, size }, i) =>
            bid({ bidId: `b${i}`, priceMicros: price as Micros }, { markup: 'é'.repeat(size) }),
          );
          const { body, droppedPlaces } = limited(bids, responseBytesMax);
          expect(Buffer.byteLength(body)).toBeLessThanOrEqual(responseBytesMax);
          const places = [...bids.keys()];
          const kept = body === '' ? [] : (bidIds(body) ?? []);
          expect(droppedPlaces).toEqual(places.filter((i) => !kept.includes(`b${i}`)));
          expect(droppedPlaces).toEqual(dearestThatFit(bids, responseBytesMax));
        },
      ),
    );
  });

  it('asks for the price in the exchange’s own way, in every link', () => {
    const exchange = { ...EXCHANGE, price: { ...PLAIN_PRICE, macro: '${AUCTION_PRICE:B64}' } };
    const text = encode([bid()], { exchange }).body;
    expect(text.match(/p=\$\{AUCTION_PRICE:B64\}/g)).toHaveLength(4);
    expect(text).not.toContain('${AUCTION_PRICE}');
  });
});
