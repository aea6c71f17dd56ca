/**
 * Three bid requests as exchanges send them, made up from scratch: names, ids and addresses are those reserved for
 * documentation. The sizes are what such calls usually have, so that benchmarks measure the ordinary case.
 */

type Json = Record<string, unknown>;

/** About 1.4 KB: a banner in an app, second price, with floor and block lists. */
export function appRequest(): Json {
  return {
    id: 'b6c1f3d2-5f0e-4c57-9a57-2f0e94c1a7d1',
    at: 2,
    tmax: 120,
    cur: ['USD'],
    imp: [
      {
        id: '1',
        tagid: 'menu-bottom-320x50',
        displaymanager: 'ExampleSDK',
        displaymanagerver: '8.12.0',
        instl: 0,
        secure: 1,
        bidfloor: 0.42,
        bidfloorcur: 'USD',
        banner: { w: 320, h: 50, pos: 1, btype: [4], battr: [1, 3, 8], api: [3, 5, 7] },
        metric: [{ type: 'viewability', value: 0.71, vendor: 'EXCHANGE' }],
      },
    ],
    app: {
      id: 'app-4711',
      name: 'Pocket Trails',
      bundle: 'example.pocket.trails',
      storeurl: 'https://store.example/apps/example.pocket.trails',
      ver: '5.2.1',
      cat: ['IAB17', 'IAB17-39'],
      publisher: { id: 'pub-208', name: 'Trail Media' },
      content: { language: 'en' },
    },
    device: {
      ua: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148',
      ip: '203.0.113.0',
      geo: { country: 'USA', region: 'CA', city: 'Oakland', zip: '94607', utcoffset: -420, type: 2 },
      devicetype: 4,
      make: 'Apple',
      model: 'iPhone',
      os: 'iOS',
      osv: '17.4',
      hwv: 'iPhone 15',
      w: 393,
      h: 852,
      connectiontype: 2,
      carrier: 'Example Mobile',
      language: 'en',
      lmt: 0,
      ifa: '6d92078a-8246-4ba4-ae5b-76104861e7dc',
    },
    user: { id: '7f2b1f8cf2c8', buyeruid: 'c-81f3', yob: 1988, gender: 'F' },
    regs: { coppa: 0, ext: { gdpr: 0, us_privacy: '1YNN' } },
    bcat: ['IAB25', 'IAB26', 'IAB7-39'],
    badv: ['casino.example', 'loans.example'],
    ext: { wrapper: 'example' },
  };
}

/** About 2.7 KB: two placements of a news site, one with a deal and one flexible, with client hints, eids and schain. */
export function siteRequest(): Json {
  return {
    id: '80ce30c53c16e6ede735f123ef6e32361bfc7b22',
    at: 1,
    tmax: 250,
    cur: ['EUR', 'USD'],
    wseat: ['narrowcast', 'seat-17'],
    imp: [
      {
        id: 'top',
        tagid: '/4711/news/top',
        secure: 1,
        bidfloor: 0.85,
        bidfloorcur: 'EUR',
        banner: {
          format: [
            { w: 728, h: 90 },
            { w: 970, h: 250 },
            { w: 970, h: 90 },
          ],
          pos: 1,
          battr: [1, 2, 3, 6, 9, 10],
          btype: [1],
          mimes: ['text/html', 'image/gif'],
          expdir: [4],
          api: [5, 6, 7],
        },
        pmp: {
          private_auction: 0,
          deals: [
            { id: 'autumn-sports', bidfloor: 2.5, bidfloorcur: 'EUR', at: 1, wadomain: ['acme.example'] },
            { id: 'news-premium', bidfloor: 4, bidfloorcur: 'EUR', at: 3, wseat: ['narrowcast'] },
          ],
        },
      },
      {
        id: 'side',
        tagid: '/4711/news/side',
        secure: 1,
        bidfloor: 0.35,
        bidfloorcur: 'EUR',
        banner: {
          w: 300,
          h: 250,
          format: [
            { w: 300, h: 250 },
            { w: 300, h: 600 },
            { wratio: 4, hratio: 3, wmin: 200 },
          ],
          pos: 3,
          battr: [1, 2, 3],
        },
        video: {
          mimes: ['video/mp4'],
          protocols: [2, 3, 5, 6],
          minduration: 5,
          maxduration: 30,
          w: 300,
          h: 250,
        },
      },
    ],
    site: {
      id: '102855',
      name: 'The Daily Example',
      domain: 'news.example',
      page: 'https://www.news.example/sport/running/city-marathon-route.html?from=front',
      ref: 'https://www.news.example/',
      cat: ['IAB12', 'IAB17'],
      sectioncat: ['IAB17-35'],
      pagecat: ['IAB17-35'],
      keywords: 'marathon,running,city run',
      publisher: { id: '8953', name: 'Daily Example Press', domain: 'press.example' },
      content: { language: 'de', cat: ['IAB17-35'], keywords: 'training' },
    },
    device: {
      ua: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
      sua: {
        browsers: [
          { brand: 'Chromium', version: ['126', '0', '6478', '72'] },
          { brand: 'Example Browser', version: ['126', '0', '6478', '72'] },
        ],
        platform: { brand: 'Android', version: ['14', '0', '0'] },
        mobile: 1,
        model: 'Pixel 8',
        source: 2,
      },
      ip: '198.51.100.0',
      ipv6: '2001:db8:85a3::',
      geo: { country: 'DEU', region: 'BE', city: 'Berlin', lat: 52.52, lon: 13.4, utcoffset: 60, type: 2 },
      devicetype: 4,
      os: 'Android',
      osv: '10',
      js: 1,
      language: 'de',
      dnt: 0,
    },
    user: {
      id: '55816b39711f9b5acf3b90e313ed29e51665623f',
      buyeruid: 'c-2207',
      ext: {
        consent: 'CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA',
        eids: [
          { source: 'id.example', uids: [{ id: 'Yj0c1dZr4rZXyNkBw1', atype: 1 }] },
          { source: 'graph.example', uids: [{ id: 'fa31b2c9-0c0e-4f6e-8f2e-2d1f7b1d2a35', atype: 3 }] },
        ],
      },
    },
    regs: { ext: { gdpr: 1 }, gpp: 'DBABMA~CPXxRfAPXxRfAAfKABENB', gpp_sid: [2] },
    source: {
      tid: 'e0a7d8c1-4f55-4f10-8a73-5a2e5d6f8a11',
      ext: {
        schain: {
          complete: 1,
          ver: '1.0',
          nodes: [
            { asi: 'exchange.example', sid: '8953', hp: 1, rid: '80ce30c53c16e6ede735f123ef6e32361bfc7b22' },
          ],
        },
      },
    },
    bcat: ['IAB25', 'IAB26', 'IAB7-39', 'IAB8-5', 'IAB9-9'],
    badv: ['casino.example', 'loans.example', 'tabloid.example'],
  };
}

/** A television app: a slot before the programme and a break within it, a radio beside it, a native tile, a screen's quantity. */
export function streamRequest(): Json {
  return {
    id: '3d5a0c6e-91f2-4a3b-8f0d-6f5f3f7b2c11',
    at: 1,
    tmax: 300,
    cur: ['USD'],
    imp: [
      {
        id: 'first',
        secure: 1,
        exp: 3600,
        bidfloor: 12,
        bidfloorcur: 'USD',
        rwdd: 0,
        video: {
          mimes: ['video/mp4', 'video/webm'],
          minduration: 5,
          maxduration: 30,
          rqddurs: [15, 30],
          protocols: [2, 3, 7, 8],
          protocol: 5,
          startdelay: 0,
          plcmt: 1,
          placement: 1,
          linearity: 1,
          w: 1920,
          h: 1080,
          skip: 1,
          skipmin: 15,
          skipafter: 5,
          minbitrate: 300,
          maxbitrate: 8000,
          boxingallowed: 0,
          playbackmethod: [1],
          delivery: [1, 2],
          pos: 7,
          battr: [13, 16],
          api: [7],
          podid: 'opening',
          podseq: 1,
          slotinpod: 1,
          companionad: [{ w: 300, h: 250, battr: [1] }],
          companiontype: [1, 2],
          mincpmpersec: 0.5,
          durfloors: [
            { maxdur: 15, bidfloor: 12 },
            { mindur: 16, maxdur: 30, bidfloor: 20 },
          ],
        },
        pmp: {
          private_auction: 0,
          deals: [
            {
              id: 'prime-time',
              guar: 1,
              at: 3,
              bidfloor: 18,
              mincpmpersec: 0.8,
              durfloors: [{ maxdur: 30, bidfloor: 18 }],
            },
          ],
        },
      },
      {
        id: 'break',
        bidfloor: 8,
        video: {
          mimes: ['video/mp4'],
          poddur: 90,
          maxseq: 4,
          podid: 'middle',
          slotinpod: 2,
          poddedupe: [1, 3],
          ext: { rewarded: 0 },
        },
        audio: {
          mimes: ['audio/mpeg'],
          minduration: 10,
          maxduration: 30,
          protocols: [9, 10],
          startdelay: -1,
          feed: 2,
          stitched: 1,
          nvol: 4,
          maxseq: 2,
          battr: [1],
          companionad: { banner: [{ w: 300, h: 250 }] },
        },
        qty: { multiplier: 14.2, sourcetype: 1, vendor: 'counters.example' },
      },
      {
        id: 'tile',
        banner: { w: 300, h: 250 },
        native: {
          ver: '1.2',
          battr: [1, 3],
          api: [7],
          request: {
            ver: '1.2',
            plcmtcnt: 2,
            privacy: 1,
            assets: [
              { id: 1, required: 1, title: { len: 90 } },
              { id: 2, required: 1, img: { type: 3, wmin: 300, hmin: 200, mimes: ['image/png'] } },
              { id: 3, img: { type: 1, w: 80, h: 80 } },
              { id: 4, data: { type: 2, len: 140 } },
              { id: 5, video: { mimes: ['video/mp4'], minduration: 5, maxduration: 15, protocols: [2, 3] } },
            ],
            eventtrackers: [{ event: 1, methods: [1, 2] }],
          },
        },
        ext: { is_rewarded_inventory: 1 },
      },
    ],
    app: { id: 'tv-12', bundle: 'example.television', publisher: { id: 'pub-9' } },
    device: { devicetype: 3, ip: '203.0.113.0', os: 'tvOS' },
  };
}
