import { describe, expect, it } from 'vitest';
import { checkResponse, RULES_BY_FORMAT } from './check-response.js';

type Json = Record<string, unknown>;

const EXCHANGE = { seat: 'nc', currencies: ['USD'], responseBytesMax: 8_192, billing: 'burl' };
const VAST =
  '<VAST version="3.0"><Ad><InLine><AdSystem>N</AdSystem><AdTitle>T</AdTitle><Impression>https://bid.example/i/t</Impression>' +
  '<Creatives><Creative><Linear><Duration>00:00:10</Duration><MediaFiles><MediaFile delivery="progressive" type="video/mp4" ' +
  'width="640" height="360">https://cdn.acme.example/v.mp4</MediaFile></MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>';

interface Exchanged {
  readonly impression: Json;
  readonly request: Json;
  readonly asked: Record<'title' | 'image' | 'video' | 'data', Json>;
  readonly answer: Json;
  readonly given: Record<'title' | 'image' | 'video' | 'data', Json>;
  readonly bid: Json;
  readonly bids: Json[];
}

function good(): Exchanged {
  const asked = {
    title: { len: 20 },
    image: { type: 3, wmin: 600, hmin: 300, w: 1200 },
    video: { mimes: ['video/mp4'], minduration: 5, maxduration: 15, protocols: [3] },
    data: { type: 1, len: 10 },
  };
  const given = {
    title: { text: 'Shoes for the coast' },
    image: { url: 'https://cdn.acme.example/a.jpg', w: 600, h: 314 },
    video: { vasttag: VAST },
    data: { value: 'ACME' },
  };
  const request: Json = {
    ver: '1.2',
    privacy: 1,
    eventtrackers: [{ event: 1, methods: [1, 2] }],
    assets: [
      { id: 1, required: 1, title: asked.title },
      { id: 2, required: 1, img: asked.image },
      { id: 3, required: 0, video: asked.video },
      { id: 4, data: asked.data },
    ],
  };
  const answer: Json = {
    ver: '1.2',
    link: { url: 'https://bid.example/c/tok' },
    eventtrackers: [{ event: 1, method: 1, url: 'https://bid.example/i/tok?p=${AUCTION_PRICE}' }],
    privacy: 'https://acme.example/privacy',
    assets: [
      { id: 1, title: given.title },
      { id: 2, img: given.image },
      { id: 3, video: given.video },
      { id: 4, data: given.data },
    ],
  };
  const bid: Json = {
    id: 'b1',
    impid: '1',
    price: 3,
    adomain: ['acme.example'],
    crid: 'cr1',
    cid: 'shoes',
    mtype: 4,
    exp: 60,
    burl: 'https://bid.example/n/bill/tok?p=${AUCTION_PRICE}',
  };
  return { impression: { id: '1', secure: 1 }, request, asked, answer, given, bid, bids: [bid] };
}

function problemsOf({ impression, request, answer, bids }: Exchanged, wrapped = false): string[] {
  const wrap = (value: Json) => JSON.stringify(wrapped ? { native: value } : value);
  const native = { request: wrap(request), ver: '1.2', battr: [1] };
  const full = bids.map((bid) => ({ adm: wrap(answer), ...bid }));
  const response = { id: 'r1', cur: 'USD', seatbid: [{ seat: 'nc', bid: full }] };
  const bidRequest = { id: 'r1', imp: [{ ...impression, native }] };
  return checkResponse(bidRequest, JSON.stringify(response), EXCHANGE, { perUsd: { USD: 1 } });
}

function linesOf(problems: readonly string[]): number[] {
  return [...new Set(problems.map((problem) => Number(/^rule (\d+): /.exec(problem)?.[1])))];
}

const BREAKAGES: readonly (readonly [line: number, about: string, breakIt: (good: Exchanged) => void])[] = [
  [28, 'a blocked attribute', (it) => (it.bid['attr'] = [1])],
  [29, 'an insecure picture', (it) => (it.given.image['url'] = 'http://cdn.acme.example/a.jpg')],
  [36, 'markup that is no JSON', (it) => (it.bid['adm'] = '<div>${AUCTION_PRICE}</div>')],
  [36, 'markup that is no text', (it) => (it.bid['adm'] = { assets: [{ id: 1, title: { text: 'a' } }] })],
  [36, 'no required title', (it) => (it.answer['assets'] as Json[]).shift()],
  [36, 'an asset twice', (it) => (it.answer['assets'] as Json[]).push({ id: 1, title: { text: 'again' } })],
  [
    36,
    'an asset that nobody asked for',
    (it) => (it.answer['assets'] as Json[]).push({ id: 9, data: { value: 'a' } }),
  ],
  [
    36,
    'an asset that is two things',
    (it) => (((it.answer['assets'] as Json[])[0] as Json)['data'] = { value: 'a' }),
  ],
  [
    36,
    'an asset of another kind',
    (it) => ((it.answer['assets'] as Json[])[0] = { id: 1, data: { value: 'a' } }),
  ],
  [36, 'an empty asset', (it) => ((it.answer['assets'] as Json[])[3] = { id: 4 })],
  [36, 'a title too long', (it) => (it.asked.title['len'] = 18)],
  [36, 'a title without words', (it) => (it.given.title['text'] = '')],
  [36, 'a text too long', (it) => (it.given.data['value'] = 'ACME and sons')],
  [36, 'a picture too narrow', (it) => (it.given.image['w'] = 599)],
  [36, 'a picture too low', (it) => (it.given.image['h'] = 299)],
  [36, 'a picture that is not exactly as wide', (it) => delete it.asked.image['wmin']],
  [36, 'a picture without size', (it) => delete it.given.image['h']],
  [36, 'a picture without address', (it) => delete it.given.image['url']],
  [36, 'a picture of another type', (it) => (it.given.image['type'] = 1)],
  [36, 'a video without VAST', (it) => delete it.given.video['vasttag']],
  [36, 'a video that is no XML', (it) => (it.given.video['vasttag'] = '<VAST>')],
  [36, 'a video too long', (it) => (it.asked.video['maxduration'] = 9)],
  [36, 'a video of another type', (it) => (it.asked.video['mimes'] = ['video/webm'])],
  [36, 'a video of another protocol', (it) => (it.asked.video['protocols'] = [2])],
  [36, 'no link', (it) => delete it.answer['link']],
  [36, 'a tracker that is no link', (it) => (it.answer['imptrackers'] = ['tracker'])],
  [
    36,
    'a click tracker that is no link',
    (it) => ((it.answer['link'] as Json)['clicktrackers'] = ['tracker']),
  ],
  [36, 'a script that is no text', (it) => (it.answer['jstracker'] = ['https://bid.example/a.js'])],
  [37, 'an event that is not offered', (it) => (it.request['eventtrackers'] = [{ event: 2, methods: [1] }])],
  [37, 'a method that is not offered', (it) => (it.request['eventtrackers'] = [{ event: 1, methods: [2] }])],
  [37, 'trackers where none are offered', (it) => delete it.request['eventtrackers']],
  [37, 'a tracker without link', (it) => (it.answer['eventtrackers'] = [{ event: 1, method: 1 }])],
  [37, 'a privacy link that is not supported', (it) => delete it.request['privacy']],
  [37, 'a privacy link that is none', (it) => (it.answer['privacy'] = 'privacy')],
  [37, 'assets elsewhere that are not supported', (it) => (it.answer['assetsurl'] = 'https://bid.example/a')],
  [37, 'dynamic creatives that are not supported', (it) => (it.answer['dcourl'] = 'https://bid.example/a')],
  [
    38,
    'more bids than places',
    (it) => {
      it.request['plcmtcnt'] = 2;
      for (const id of ['b2', 'b3']) it.bids.push({ ...it.bid, id, crid: id });
    },
  ],
  [59, 'no format', (it) => delete it.bid['mtype']],
  [61, 'several bids for one place', (it) => it.bids.push({ ...it.bid, id: 'b2', crid: 'cr2' })],
];

describe('the response checker on native', () => {
  it('finds nothing wrong in good answers', () => {
    const short = good();
    (short.answer['assets'] as Json[]).splice(2);
    const several = good();
    several.request['plcmtcnt'] = 2;
    several.bids.push({ ...several.bid, id: 'b2', crid: 'cr2' });
    const before = good();
    for (const part of [before.request, before.answer]) delete part['eventtrackers'];
    before.answer['imptrackers'] = ['https://bid.example/i/tok?p=${AUCTION_PRICE}'];
    for (const it of [good(), short, several, before]) expect(problemsOf(it)).toEqual([]);
    expect(problemsOf(good(), true)).toEqual([]);
  });

  it('reads a request that is an object', () => {
    const { answer, bid, request } = good();
    const imp = [{ id: '1', native: { request } }];
    const response = { id: 'r1', seatbid: [{ seat: 'nc', bid: [{ adm: JSON.stringify(answer), ...bid }] }] };
    expect(checkResponse({ id: 'r1', imp }, JSON.stringify(response), EXCHANGE, {})).toEqual([]);
  });

  it.each(BREAKAGES)('finds, by line %i: %s', (line, _about, breakIt) => {
    const it = good();
    breakIt(it);
    expect(linesOf(problemsOf(it))).toContain(line);
  });

  it('has a breakage for each rule that banners do not have', () => {
    const banner = RULES_BY_FORMAT.banner.map(([line]) => line);
    const broken = BREAKAGES.map(([line]) => line);
    for (const [line] of RULES_BY_FORMAT.native) expect([...banner, ...broken]).toContain(line);
  });
});
