import { describe, expect, it } from 'vitest';
import { checkResponse, RULES_BY_FORMAT } from './check-response.js';

type Json = Record<string, unknown>;

const EXCHANGE = { seat: 'nc', currencies: ['USD'], responseBytesMax: 8_192, billing: 'burl' };
const RATES = { date: '2026-11-20', perUsd: { USD: 1, EUR: 0.8 } };

/** What a good answer is made of; each case below breaks one of them in one place. */
interface Exchanged {
  readonly request: Json;
  readonly impression: Json;
  readonly placement: Json;
  readonly deal: Json;
  readonly bid: Json;
  readonly bids: Json[];
}

function vast(changes: Readonly<Record<string, string>> = {}): string {
  const { version, duration, linear, file, companions, extra, body } = {
    version: '4.2',
    duration: '00:00:15',
    linear: '',
    file: 'delivery="progressive" type="video/mp4" width="1280" height="720" bitrate="1500"',
    companions: '',
    extra: '',
    body: '',
    ...changes,
  };
  const link = '<![CDATA[https://cdn.acme.example/trail.mp4]]>';
  const inLine =
    `<InLine><AdSystem>Narrowcast</AdSystem><AdTitle>Shoes &amp; socks</AdTitle>` +
    `<Impression><![CDATA[https://bid.example/i/tok?p=\${AUCTION_PRICE}&x=1]]></Impression><Creatives><Creative>` +
    `<Linear${linear}><Duration>${duration}</Duration><VideoClicks><ClickThrough>https://bid.example/c/tok</ClickThrough></VideoClicks>` +
    `<MediaFiles><MediaFile ${file}>${link}</MediaFile></MediaFiles></Linear></Creative>${companions}</Creatives></InLine>`;
  return `<?xml version="1.0" encoding="UTF-8"?><VAST version="${version}" xmlns="http://www.iab.com/VAST"><Ad id="1">${body || inLine}</Ad>${extra}</VAST>`;
}

const WRAPPER =
  '<Wrapper><AdSystem>Narrowcast</AdSystem><VASTAdTagURI>https://ads.example/tag</VASTAdTagURI>' +
  '<Impression>https://bid.example/i/tok</Impression></Wrapper>';

function good(format: 'video' | 'audio' = 'video'): Exchanged {
  const isVideo = format === 'video';
  const placement: Json = {
    mimes: ['Video/MP4', 'audio/mpeg'],
    minduration: 5,
    maxduration: 30,
    protocols: [3, 13, 14],
    delivery: [2],
    minbitrate: 100,
    maxbitrate: 2_000,
    battr: [3],
    companionad: [{ w: 300, h: 250 }],
    companiontype: [1],
    ...(isVideo ? { w: 640, h: 360, linearity: 1, boxingallowed: 0, skip: 0 } : {}),
  };
  const deal: Json = { id: 'd1', bidfloor: 1, bidfloorcur: 'USD' };
  const impression: Json = { id: '1', secure: 1, bidfloor: 1, [format]: placement, pmp: { deals: [deal] } };
  const bid: Json = {
    id: 'b1',
    impid: '1',
    price: 3,
    adm: isVideo
      ? vast()
      : vast({ file: 'delivery="progressive" type="audio/mpeg" width="0" height="0" bitrate="128"' }),
    adomain: ['acme.example'],
    crid: 'cr1',
    cid: 'shoes',
    mtype: isVideo ? 2 : 3,
    protocol: 13,
    dur: 15,
    exp: 60,
    burl: 'https://bid.example/n/bill/tok?p=${AUCTION_PRICE}',
  };
  return { request: { id: 'r1', imp: [impression] }, impression, placement, deal, bid, bids: [bid] };
}

function problemsOf({ request, bids }: Exchanged, exchange: Json = EXCHANGE): string[] {
  const response = { id: 'r1', cur: 'USD', seatbid: [{ seat: 'nc', bid: bids }] };
  return checkResponse(request, JSON.stringify(response), exchange, RATES);
}

function linesOf(problems: readonly string[]): number[] {
  return [...new Set(problems.map((problem) => Number(/^rule (\d+): /.exec(problem)?.[1])))];
}

type Breakage = readonly [line: number, about: string, breakIt: (good: Exchanged) => void];

const set = (target: 'bid' | 'placement' | 'impression' | 'deal', changes: Json) => (it: Exchanged) => {
  Object.assign(it[target], changes);
};
const withVast = (changes: Readonly<Record<string, string>>) => set('bid', { adm: vast(changes) });
const skippable = (wish: Json, linear: string, attr: number[]) => (it: Exchanged) => {
  Object.assign(it.placement, wish);
  Object.assign(it.bid, { adm: vast({ linear }), attr });
};

const companion = (attributes: string, resource = 'StaticResource') =>
  `<Creative><CompanionAds><Companion ${attributes}><${resource}>https://cdn.acme.example/a.png</${resource}></Companion></CompanionAds></Creative>`;

const VIDEO_BREAKAGES: readonly Breakage[] = [
  [11, 'an audio where video is wanted', set('bid', { mtype: 3 })],
  [
    17,
    'another price than the fixed one',
    (it) => {
      Object.assign(it.deal, { at: 3, bidfloor: 2 });
      it.bid['dealid'] = 'd1';
    },
  ],
  [
    20,
    'a price below the floor of its duration',
    set('placement', {
      durfloors: [
        { mindur: 1, maxdur: 10, bidfloor: 1 },
        { mindur: 11, bidfloor: 4 },
      ],
    }),
  ],
  [
    19,
    'a price below the floor outside of all durations',
    (it) => {
      it.placement['durfloors'] = [{ mindur: 20, bidfloor: 1 }];
      it.impression['bidfloor'] = 4;
    },
  ],
  [
    20,
    "a price below the deal's floor of its duration",
    (it) => {
      it.deal['durfloors'] = [{ maxdur: 15, bidfloor: 3.5 }];
      it.bid['dealid'] = 'd1';
    },
  ],
  [21, 'a price below the floor by the second', set('placement', { mincpmpersec: 0.21 })],
  [
    21,
    'a price below the floor by the second in another currency',
    (it) => {
      it.placement['mincpmpersec'] = 0.17;
      it.impression['bidfloorcur'] = 'EUR';
    },
  ],
  [28, 'a blocked attribute', set('bid', { attr: [3] })],
  [28, 'a framework that is not there', set('bid', { apis: [7] })],
  [29, 'an insecure file', set('bid', { adm: vast().replace('https://cdn', 'http://cdn') })],
  [30, 'markup that is no XML', set('bid', { adm: vast().replace('</Linear>', '') })],
  [
    30,
    'an address with a naked &',
    set('bid', { adm: vast({ extra: '<Error>https://bid.example/?a=1&b=2</Error>' }) }),
  ],
  [30, 'markup that is HTML', set('bid', { adm: '<html><body>${AUCTION_PRICE}</body></html>' })],
  [30, 'no advertisement', set('bid', { adm: '<VAST version="4.2"></VAST>' })],
  [30, 'no impression', set('bid', { adm: vast().replace(/<Impression>.*<\/Impression>/, '') })],
  [30, 'no duration', set('bid', { adm: vast({ duration: '15' }) })],
  [30, 'no file', set('bid', { adm: vast().replace(/<MediaFile .*<\/MediaFile>/, '') })],
  [30, 'a file of no type', withVast({ file: 'delivery="progressive" width="1280" height="720"' })],
  [30, 'a file that is not delivered', withVast({ file: 'type="video/mp4" width="1280" height="720"' })],
  [30, 'a file without size', withVast({ file: 'delivery="progressive" type="video/mp4"' })],
  [
    30,
    'a click that leads nowhere',
    set('bid', { adm: vast().replace('https://bid.example/c/tok', '/c/tok') }),
  ],
  [30, 'a version of VAST that does not exist', withVast({ version: '5.0' })],
  [30, 'too short', (it) => Object.assign(it.bid, { adm: vast({ duration: '00:00:04' }), dur: 4 })],
  [30, 'too long', (it) => Object.assign(it.bid, { adm: vast({ duration: '00:00:31' }), dur: 31 })],
  [30, 'a duration that is not required', set('placement', { rqddurs: [10, 20] })],
  [30, 'two durations', set('bid', { dur: 20 })],
  [
    30,
    'no duration anywhere',
    (it) => {
      delete it.bid['dur'];
      it.bid['adm'] = vast().replace('<Duration>00:00:15</Duration>', '');
    },
  ],
  [30, 'no protocol', (it) => delete it.bid['protocol']],
  [30, 'a protocol that is not wanted', set('placement', { protocols: [2, 3] })],
  [30, 'another protocol than that of the markup', set('bid', { protocol: 3 })],
  [30, 'the protocol of a wrapper for what is none', set('bid', { protocol: 14 })],
  [
    30,
    'a content type that is not wanted',
    withVast({ file: 'delivery="progressive" type="video/webm" width="1280" height="720"' }),
  ],
  [
    30,
    'a delivery that is not wanted',
    withVast({ file: 'delivery="streaming" type="video/mp4" width="1280" height="720"' }),
  ],
  [30, 'a bitrate too high', set('placement', { maxbitrate: 1_000 })],
  [30, 'a bitrate too low', set('placement', { minbitrate: 1_600 })],
  [30, 'another aspect where no boxes may be', set('placement', { w: 640, h: 480 })],
  [
    30,
    'a script where none runs',
    withVast({
      file: 'apiFramework="VPAID" delivery="progressive" type="video/mp4" width="1280" height="720"',
    }),
  ],
  [30, 'linear where overlays are wanted', set('placement', { linearity: 2 })],
  [30, 'a companion that is not offered', withVast({ companions: companion('width="728" height="90"') })],
  [
    30,
    'a companion of another kind',
    withVast({ companions: companion('width="300" height="250"', 'HTMLResource') }),
  ],
  [32, 'two buttons to skip', skippable({ skip: 1 }, '', [16])],
  [
    32,
    'skipping what is too short for it',
    skippable({ skip: 1, skipmin: 15 }, ' skipoffset="00:00:05"', []),
  ],
  [32, 'skipping too early', skippable({ skip: 1, skipafter: 6 }, ' skipoffset="00:00:05"', [])],
  [32, 'skipping too early, as a share', skippable({ skip: 1, skipafter: 6 }, ' skipoffset="33%"', [])],
  [33, 'neither markup nor address', (it) => delete it.bid['adm']],
  [35, 'a place in a pod that is none', set('bid', { slotinpod: 1 })],
  [59, 'no format', (it) => delete it.bid['mtype']],
  [62, 'a macro of ours', withVast({ extra: '<Error>https://bid.example/${CLICK_URL}</Error>' })],
  [
    63,
    'no price macro',
    (it) => {
      it.bid['adm'] = vast().replace('${AUCTION_PRICE}', '');
      it.bid['burl'] = 'https://bid.example/n/bill/tok';
    },
  ],
  [
    66,
    'nothing that bills',
    (it) => {
      delete it.bid['burl'];
      it.bid['adm'] = vast().replace('/i/tok', '/seen');
    },
  ],
];

const AUDIO_BREAKAGES: readonly Breakage[] = [
  [33, 'neither markup nor address', (it) => delete it.bid['adm']],
  [34, 'markup that is no XML', set('bid', { adm: '<VAST>' })],
  [34, 'too long', set('placement', { maxduration: 10 })],
  [34, 'a protocol that is not wanted', set('placement', { protocols: [9] })],
  [34, 'a content type that is not wanted', set('placement', { mimes: ['audio/ogg'] })],
  [
    34,
    'a companion that is not offered',
    (it) => {
      delete it.placement['companionad'];
      it.bid['adm'] = vast({ companions: companion('width="300" height="250"') });
    },
  ],
  [34, 'a button where nobody looks', set('bid', { adm: vast({ linear: ' skipoffset="00:00:05"' }) })],
];

/** A break of 60 seconds that is filled by two bids. */
function pod(): Exchanged {
  const it = good();
  Object.assign(it.placement, { podid: 'p1', poddur: 60, maxseq: 2, slotinpod: 2, poddedupe: [1, 2, 3, 4] });
  Object.assign(it.bid, { slotinpod: 1, cat: ['IAB1'], cattax: 1 });
  it.bids.push({
    ...it.bid,
    id: 'b2',
    crid: 'cr2',
    adomain: ['other.example'],
    cat: ['IAB2'],
    slotinpod: -1,
    adm: vast().replace('trail.mp4', 'other.mp4'),
  });
  return it;
}

const inSecond = (changes: Json) => (it: Exchanged) => {
  Object.assign(it.bids[1] as Json, changes);
};

const POD_BREAKAGES: readonly Breakage[] = [
  [35, 'more bids than places', set('placement', { maxseq: 1 })],
  [35, 'more seconds than there are', set('placement', { poddur: 29 })],
  [35, 'a bid without its duration', inSecond({ dur: undefined })],
  [35, 'a place that is not for sale', set('placement', { slotinpod: -1 })],
  [35, 'no place for sale', set('placement', { slotinpod: undefined })],
  [35, 'a place that does not exist', inSecond({ slotinpod: 3 })],
  [35, 'a place twice', inSecond({ slotinpod: 1 })],
  [35, 'an advertiser twice', inSecond({ adomain: ['acme.example'] })],
  [35, 'a category twice', inSecond({ cat: ['IAB1'] })],
  [
    35,
    'a creative twice',
    (it) => {
      it.request['imp'] = [it.impression, { ...it.impression, id: '2' }];
      inSecond({ crid: 'cr1', impid: '2' })(it);
    },
  ],
  [35, 'a file twice', inSecond({ adm: vast() })],
];

describe('the response checker on video', () => {
  it('finds nothing wrong in good answers', () => {
    const inADeal = good();
    Object.assign(inADeal.deal, { at: 3, bidfloor: 3, durfloors: [{ maxdur: 15, bidfloor: 2 }] });
    inADeal.bid['dealid'] = 'd1';
    const wrapped = good();
    Object.assign(wrapped.bid, { adm: vast({ body: WRAPPER }), protocol: 14 });
    const skipped = good();
    skippable({ skip: 1, skipmin: 10, skipafter: 5 }, ' skipoffset="00:00:05"', [])(skipped);
    const ownButton = good();
    skippable({}, '', [16])(ownButton);
    const timed = good();
    Object.assign(timed.placement, { durfloors: [{ mindur: 11, bidfloor: 3 }], mincpmpersec: 9 });
    const accompanied = good();
    accompanied.bid['adm'] = vast({ companions: companion('width="300" height="250"') });
    const byPixel = good();
    delete byPixel.bid['burl'];
    for (const it of [good(), inADeal, wrapped, skipped, ownButton, timed, accompanied, byPixel, pod()])
      expect(problemsOf(it)).toEqual([]);
  });

  it('takes a bid through a deal beside an open one for one place of a pod', () => {
    const it = pod();
    Object.assign(it.placement, { poddur: 30 });
    it.bids.push({ ...it.bid, id: 'b3', dealid: 'd1' });
    expect(problemsOf(it, { ...EXCHANGE, severalBids: true })).toEqual([]);
  });

  it.each(VIDEO_BREAKAGES)('finds, by line %i: %s', (line, _about, breakIt) => {
    const it = good();
    breakIt(it);
    expect(linesOf(problemsOf(it))).toContain(line);
  });

  it.each(POD_BREAKAGES)('finds in a pod, by line %i: %s', (line, _about, breakIt) => {
    const it = pod();
    breakIt(it);
    expect(linesOf(problemsOf(it))).toContain(line);
  });
});

describe('the response checker on audio', () => {
  it('finds nothing wrong in a good answer', () => {
    expect(problemsOf(good('audio'))).toEqual([]);
  });

  it.each(AUDIO_BREAKAGES)('finds, by line %i: %s', (line, _about, breakIt) => {
    const it = good('audio');
    breakIt(it);
    expect(linesOf(problemsOf(it))).toContain(line);
  });
});

it('has a breakage for each rule of video and audio that banners do not have', () => {
  const banner = RULES_BY_FORMAT.banner.map(([line]) => line).filter((line) => line !== 20 && line !== 21);
  const broken = [...VIDEO_BREAKAGES, ...AUDIO_BREAKAGES].map(([line]) => line);
  for (const format of ['video', 'audio'] as const)
    for (const [line] of RULES_BY_FORMAT[format]) expect([...banner, ...broken]).toContain(line);
});
