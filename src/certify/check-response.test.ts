import { describe, expect, it } from 'vitest';
import { checkResponse, RULES_BY_FORMAT } from './check-response.js';

type Json = Record<string, unknown>;

/** A request, and a response to it with nothing wrong. Each case below breaks one of them in one place. */
interface Exchanged {
  readonly request: Json;
  readonly impression: Json;
  readonly banner: Json;
  readonly deal: Json;
  readonly response: Json;
  readonly seat: Json;
  readonly bid: Json;
  readonly exchange: Json;
}

const RATES = { date: '2026-11-20', perUsd: { USD: 1, EUR: 0.8 } };

function goodExchange(): Exchanged {
  const banner: Json = {
    w: 300,
    h: 250,
    format: [
      { w: 728, h: 90 },
      { wratio: 4, hratio: 3, wmin: 200 },
    ],
    api: [5],
    battr: [1],
    btype: [4],
    expdir: [2],
  };
  const deal: Json = { id: 'd1', bidfloor: 2, bidfloorcur: 'EUR', wseat: ['nc'], wadomain: ['acme.example'] };
  const pmp = { private_auction: 0, deals: [deal] };
  const impression: Json = { id: '1', bidfloor: 1.5, secure: 1, banner, pmp };
  const request: Json = {
    id: 'r1',
    cur: ['USD', 'EUR'],
    wseat: ['nc'],
    bcat: ['IAB25'],
    badv: ['bad.example'],
    bapp: ['com.bad'],
    wlang: ['en'],
    imp: [impression, { ...impression, id: '2' }],
  };
  const bid = goodBid();
  const seat: Json = { seat: 'nc', bid: [bid] };
  const response: Json = { id: 'r1', cur: 'USD', seatbid: [seat] };
  const exchange: Json = { seat: 'nc', currencies: ['USD'], responseBytesMax: 4_096, billing: 'burl' };
  return { request, impression, banner, deal, response, seat, bid, exchange };
}

function goodBid(): Json {
  const notice = 'https://bid.example/n';
  return {
    id: 'b1',
    impid: '1',
    price: 1.5,
    adm: '<a href="https://bid.example/c/tok"><img src="https://bid.example/i/tok?p=${AUCTION_PRICE}"></a>',
    adomain: ['acme.example'],
    cat: ['IAB18-5'],
    cattax: 1,
    attr: [6],
    apis: [5],
    crid: 'cr1',
    cid: 'shoes',
    w: 300,
    h: 250,
    mtype: 1,
    exp: 60,
    language: 'en',
    nurl: `${notice}/win/tok?p=\${AUCTION_PRICE}`,
    burl: `${notice}/bill/tok?p=\${AUCTION_PRICE}`,
    lurl: `${notice}/loss/tok?r=\${AUCTION_LOSS}`,
  };
}

function problemsOf({ request, response, exchange }: Exchanged): string[] {
  return checkResponse(request, JSON.stringify(response), exchange, RATES);
}

function linesOf(problems: readonly string[]): number[] {
  return [...new Set(problems.map((problem) => Number(/^rule (\d+): /.exec(problem)?.[1])))];
}

type Breakage = readonly [line: number, about: string, breakIt: (good: Exchanged) => void];

const set = (target: keyof Exchanged, changes: Json) => (good: Exchanged) => {
  Object.assign(good[target], changes);
};

const inDeal = (changes: Json) => (good: Exchanged) => {
  Object.assign(good.bid, { dealid: 'd1', price: 2.5 });
  Object.assign(good.deal, changes);
};

const secondBid = (changes: Json) => (good: Exchanged) => {
  good.seat['bid'] = [good.bid, { ...good.bid, id: 'b2', impid: '2', crid: 'cr2', ...changes }];
};

const transparent =
  (changes: Json, wish: Json = {}) =>
  (good: Exchanged) => {
    const transparency = [{ domain: 'acme.example', dsaparams: [1] }];
    good.request['regs'] = { dsa: { dsarequired: 2, pubrender: 1, ...wish } };
    good.bid['ext'] = { dsa: { behalf: 'Acme', paid: 'Acme', adrender: 1, transparency, ...changes } };
  };

const BREAKAGES: readonly Breakage[] = [
  [9, 'a response longer than the exchange takes', set('exchange', { responseBytesMax: 500 })],
  [
    9,
    'a response longer than 4,096 bytes',
    (good) => {
      delete good.exchange['responseBytesMax'];
      good.bid['adm'] = `${String(good.bid['adm'])}${'é'.repeat(2_000)}`;
    },
  ],
  [11, 'an impression without banner', (good) => delete good.impression['banner']],
  [18, 'a currency that was not asked for', set('request', { cur: ['EUR'] })],
  [
    18,
    'no currency asked for, and not dollars',
    (good) => {
      delete good.request['cur'];
      Object.assign(good.response, { cur: 'EUR' });
    },
  ],
  [18, 'a currency that the exchange does not settle in', set('response', { cur: 'EUR' })],
  [19, 'a price below the floor', set('bid', { price: 1.49 })],
  [
    19,
    'a price below a floor in another currency',
    set('impression', { bidfloor: '1.21', bidfloorcur: 'EUR' }),
  ],
  [19, 'a floor without a rate', set('impression', { bidfloorcur: 'XXX' })],
  [20, "a price below the deal's floor", inDeal({ bidfloor: 2.01 })],
  [22, 'a seat that is not ours', set('seat', { seat: 'other' })],
  [22, 'a seat that is not allowed', set('request', { wseat: ['other'] })],
  [18, 'a currency where none can be read', set('request', { cur: [null] })],
  [19, 'a floor in a currency that cannot be read', set('impression', { bidfloorcur: {} })],
  [22, 'a seat where none can be read', set('request', { wseat: [''] })],
  [23, 'a category where none can be read', set('request', { acat: [{}] })],
  [
    24,
    'an advertiser blocked by its address',
    set('request', { badv: 'x.example, https://www.acme.example/' }),
  ],
  [24, 'a language where none can be read', set('request', { wlang: [{}] })],
  [42, 'a deal for a seat that cannot be read', inDeal({ wseat: [{}] })],
  [22, 'a seat that is blocked', set('request', { bseat: ['nc'] })],
  [23, 'a blocked category', set('request', { bcat: ['IAB18-5'] })],
  [23, 'a blocked parent category', set('request', { bcat: 'iab18' })],
  [23, 'a category that is not allowed', set('request', { acat: ['IAB1'] })],
  [23, 'lists of another taxonomy', set('request', { cattax: 6 })],
  [24, 'a blocked advertiser', set('request', { badv: ['ACME.example'] })],
  [24, 'an advertiser below a blocked domain', set('request', { badv: ['example'] })],
  [24, 'a blocked app', set('bid', { bundle: 'COM.bad' })],
  [24, 'a language that is not allowed', set('bid', { language: 'de' })],
  [24, 'a language that is not told', (good) => delete good.bid['language']],
  [24, 'a tag that is not allowed', set('request', { wlangb: ['en-us'] })],
  [25, 'a group', set('seat', { group: 1 })],
  [26, 'a size that is not offered', set('bid', { w: 301 })],
  [26, 'no size', (good) => delete good.bid['h']],
  [
    27,
    'a ratio that is not offered',
    (good) => {
      delete good.bid['w'];
      delete good.bid['h'];
      Object.assign(good.bid, { wratio: 16, hratio: 9 });
    },
  ],
  [27, 'half a ratio', set('bid', { wratio: 4 })],
  [27, 'a ratio and a size', set('bid', { wratio: 4, hratio: 3 })],
  [28, 'a blocked attribute', set('bid', { attr: [1] })],
  [28, 'an API that is not supported', set('bid', { apis: [5, 7] })],
  [28, 'an API where none is supported', (good) => delete good.banner['api']],
  [
    28,
    'a script where none may be',
    (good) => {
      good.banner['btype'] = ['3'];
      good.bid['adm'] = `<script src="https://x.example"></script>${String(good.bid['adm'])}`;
    },
  ],
  [
    28,
    'an iframe where none may be',
    (good) => {
      good.bid['adm'] = `<IFRAME src="https://x.example"></iframe>${String(good.bid['adm'])}`;
    },
  ],
  [
    28,
    'an expandable without direction',
    (good) => {
      good.bid['attr'] = [4];
      delete good.banner['expdir'];
    },
  ],
  [
    29,
    'an insecure picture',
    (good) => {
      good.bid['adm'] = `<img src="HTTP://x.example/a.png">${String(good.bid['adm'])}`;
    },
  ],
  [29, 'an insecure notice', set('bid', { nurl: 'http://bid.example/n/win/tok' })],
  [
    41,
    'an open bid in a private auction',
    set('impression', { pmp: { private_auction: '1', deals: [{ id: 'd1' }] } }),
  ],
  [42, 'a deal that is not offered', set('bid', { dealid: 'd2' })],
  [42, 'a deal for another seat', inDeal({ wseat: ['other'] })],
  [42, 'a deal for another advertiser', inDeal({ wadomain: ['other.example'] })],
  [54, 'the id of another request', set('response', { id: 'r2' })],
  [54, 'no seatbid', set('response', { seatbid: [] })],
  [54, 'a seatbid without bid', set('seat', { bid: [] })],
  [55, 'a blank bid id', set('bid', { id: ' ' })],
  [55, 'an impression that does not exist', set('bid', { impid: '9' })],
  [55, 'a negative price', set('bid', { price: -1 })],
  [55, 'a price that is a text', set('bid', { price: '1.5' })],
  [
    55,
    'a price of 0 without a deal',
    (good) => {
      good.impression['bidfloor'] = 0;
      good.bid['price'] = 0;
    },
  ],
  [55, 'a bid id twice', secondBid({ id: 'b1' })],
  [56, 'no creative id', (good) => delete good.bid['crid']],
  [56, 'a creative id of 65 bytes', set('bid', { crid: 'x'.repeat(65) })],
  [57, 'no advertiser domain', set('bid', { adomain: [] })],
  [57, 'two advertiser domains', set('bid', { adomain: ['acme.example', 'b.example'] })],
  [57, 'a link for an advertiser domain', set('bid', { adomain: ['https://acme.example'] })],
  [58, 'no markup', set('bid', { adm: '' })],
  [58, 'the deprecated api', set('bid', { api: 5 })],
  [59, 'no mtype', (good) => delete good.bid['mtype']],
  [59, 'a format that does not exist', set('bid', { mtype: 5 })],
  [17, 'a fixed price that is not the one asked', inDeal({ at: 3, bidfloor: 1 })],
  [17, 'a fixed price in a currency without a rate', inDeal({ at: 3, bidfloorcur: 'XXX' })],
  [49, 'no transparency where it is required', set('request', { regs: { dsa: { dsarequired: 2 } } })],
  [
    49,
    'no transparency where it was required before',
    set('request', { regs: { ext: { dsa: { dsarequired: '3' } } } }),
  ],
  [49, 'a payer of 101 characters', transparent({ paid: 'x'.repeat(101) })],
  [49, 'nobody on whose behalf', transparent({ behalf: undefined })],
  [49, 'no reasons', transparent({ transparency: [] })],
  [49, 'reasons of nobody', transparent({ transparency: [{ dsaparams: [1] }] })],
  [49, 'shown by both', transparent({ adrender: 1 }, { pubrender: 2 })],
  [49, 'shown by neither', transparent({ adrender: 0 }, { pubrender: 0 })],
  [58, 'apis for OpenRTB 2.5', set('exchange', { version: '2.5' })],
  [63, 'the macro of another exchange', set('exchange', { price: { macro: '${AUCTION_PRICE:B64}' } })],
  [63, 'a macro that is encoded', set('bid', { lurl: 'https://bid.example/n/loss?r=%24%7BAUCTION_LOSS%7D' })],
  [22, 'a seat of no advertiser of ours', set('exchange', { seat: 'main', seats: { acme: 'other' } })],
  [
    61,
    'a seat twice',
    (good) => {
      good.exchange['oneSeat'] = false;
      good.response['seatbid'] = [
        good.seat,
        { seat: 'nc', bid: [{ ...good.bid, id: 'b2', impid: '2', crid: 'cr2' }] },
      ];
    },
  ],
  [
    61,
    'two open bids on an impression',
    (good) => {
      good.exchange['severalBids'] = true;
      secondBid({ impid: '1' })(good);
    },
  ],
  [60, 'a field that does not exist', set('bid', { colour: 'red' })],
  [60, 'a field of the response that does not exist', set('response', { ttl: 1 })],
  [60, 'no campaign id', set('bid', { cid: '' })],
  [60, 'categories without taxonomy', (good) => delete good.bid['cattax']],
  [60, 'a language twice', set('bid', { langb: 'en' })],
  [60, 'no expiry', (good) => delete good.bid['exp']],
  [60, 'a macro in iurl', set('bid', { iurl: 'https://acme.example/?${AUCTION_ID}' })],
  [
    61,
    'two seatbids',
    (good) =>
      (good.response['seatbid'] = [
        good.seat,
        { seat: 'nc', bid: [{ ...good.bid, id: 'b2', impid: '2', crid: 'cr2' }] },
      ]),
  ],
  [61, 'two bids on an impression', secondBid({ impid: '1' })],
  [61, 'a creative twice', secondBid({ crid: 'cr1' })],
  [62, 'a macro of ours', (good) => (good.bid['adm'] = `${String(good.bid['adm'])}\${CLICK_URL}`)],
  [62, 'a macro of nobody', set('bid', { lurl: 'https://bid.example/n/loss/tok?r=${AUCTION_LOSSES}' })],
  [
    63,
    'no price macro',
    (good) => {
      good.bid['adm'] = '<img src="https://bid.example/i/tok">';
      good.bid['burl'] = 'https://bid.example/n/bill/tok';
    },
  ],
  [66, 'a notice that is no link', set('bid', { lurl: 'bid.example/loss' })],
  [66, 'a notice with a blank', set('bid', { lurl: 'https://bid.example/n/lo ss' })],
  [66, 'no burl where it bills', (good) => delete good.bid['burl']],
  [66, 'a burl where it does not bill', set('exchange', { billing: 'win' })],
  [
    66,
    'no pixel where it bills',
    (good) => {
      good.exchange['billing'] = 'impression';
      delete good.bid['burl'];
      good.bid['adm'] = '<img src="https://x.example/${AUCTION_PRICE}">';
    },
  ],
];

describe('the response checker', () => {
  it('finds nothing wrong in good responses', () => {
    const inADeal = goodExchange();
    inDeal({})(inADeal);
    const flexible = goodExchange();
    delete flexible.bid['w'];
    delete flexible.bid['h'];
    Object.assign(flexible.bid, { wratio: 8, hratio: 6 });
    const two = goodExchange();
    secondBid({ w: 728, h: 90, language: undefined, langb: 'en-gb' })(two);
    const seats = goodExchange();
    Object.assign(seats.exchange, { oneSeat: false, seats: { acme: 'nc-acme' } });
    const other = { seat: 'nc-acme', bid: [{ ...seats.bid, id: 'b2', impid: '2', crid: 'cr2' }] };
    Object.assign(seats.request, { wseat: ['nc', 'nc-acme'] });
    seats.response['seatbid'] = [seats.seat, other];
    const dealAndOpen = goodExchange();
    dealAndOpen.exchange['severalBids'] = true;
    dealAndOpen.seat['bid'] = [dealAndOpen.bid, { ...dealAndOpen.bid, id: 'b2', dealid: 'd1', price: 2.5 }];
    const shown = goodExchange();
    transparent({})(shown);
    const before = goodExchange();
    Object.assign(before.exchange, { version: '2.5' });
    for (const name of ['apis', 'mtype']) delete before.bid[name];
    before.bid['api'] = 5;
    const all = [goodExchange(), inADeal, flexible, two, seats, dealAndOpen, shown, before];
    for (const good of all) expect(problemsOf(good)).toEqual([]);
  });

  it.each(BREAKAGES)('finds, by line %i: %s', (line, _about, breakIt) => {
    const good = goodExchange();
    breakIt(good);
    expect(linesOf(problemsOf(good))).toContain(line);
  });

  it('has a breakage for each of its rules', () => {
    const broken = new Set(BREAKAGES.map(([line]) => line));
    const ofStreams = [20, 21];
    const lines = RULES_BY_FORMAT.banner.map(([line]) => line).filter((line) => !ofStreams.includes(line));
    for (const line of lines) expect(broken).toContain(line);
  });

  it.each(['', 'null', '[]', '{', '"{}"'])('takes %j for no response', (body) => {
    expect(checkResponse(goodExchange().request, body, goodExchange().exchange, RATES)).toEqual([
      'rule 54: the response is not a JSON object',
    ]);
  });

  it('lets a creative stand twice where it may', () => {
    const good = goodExchange();
    secondBid({ crid: 'cr1' })(good);
    const options = { creativesMayRepeat: true };
    expect(checkResponse(good.request, JSON.stringify(good.response), good.exchange, RATES, options)).toEqual(
      [],
    );
  });

  it('asks less of a bidder that is not ours, and nothing that the exchange has not told', () => {
    const { request, response, bid } = goodExchange();
    for (const name of ['cid', 'exp', 'mtype', 'burl']) delete bid[name];
    expect(checkResponse(request, JSON.stringify(response), {}, RATES, { isOurs: false })).toEqual([]);
    bid['crid'] = '';
    const problems = checkResponse(request, JSON.stringify(response), {}, RATES, { isOurs: false });
    expect(linesOf(problems)).toEqual([56]);
  });
});
