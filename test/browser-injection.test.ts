import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './support/merge.js';
import { startBidder } from './support/running-bidder.js';
import { baseFiles, fullRequest } from './support/case-file.js';

/**
 * Attack 7: what a request says must not run as script where our markup is shown. Every text of a request that
 * could reach a response carries a payload; the markup is then opened in a real browser, which reports executions
 * through the page's title.
 */
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (CHROMIUM === undefined) console.log('skipped: no chromium is installed, so no browser opens the markup');

const EXECUTED = 'EXECUTED';
const RUN = `document.title='${EXECUTED}'`;
const PAYLOADS = [
  `<script>${RUN}</script>`,
  `"><img src=x onerror="${RUN}">`,
  `'><svg onload="${RUN}">`,
  `" onmouseover="${RUN}" autofocus onfocus="${RUN}" x="`,
  `';${RUN};//`,
  `";${RUN};//`,
  `</script><script>${RUN}</script>`,
  `\${CLICK_URL}"><script>${RUN}</script>`,
  `javascript:${RUN}`,
  `--><script>${RUN}</script>`,
  `]]><script>${RUN}</script>`,
  `\u2028${RUN}\u2029`,
];

/** A creative that uses its macros in every place where markup may have one. */
const HTML = [
  '<a id="link" href="${CLICK_URL}">text</a>',
  "<a href='${CLICK_URL}'>text</a>",
  '<img src="https://cdn.acme.example/i.png?cb=${CACHEBUSTER}" data-click="${CLICK_URL_ENC}">',
  '<script>var click = "${CLICK_URL}", other = \'${CLICK_URL_ENC}\', cb = ${CACHEBUSTER};</script>',
  '<!-- ${CLICK_URL} -->',
  '<style>a { background: url(${CLICK_URL}) }</style>',
].join('');

function hostileRequest(payload: string, formats: JsonObject = {}): JsonObject {
  return fullRequest({
    id: payload,
    site: {
      domain: payload,
      page: `https://news.example/${payload}`,
      ref: payload,
      keywords: payload,
      name: payload,
    },
    device: { ua: payload, language: payload, make: payload },
    user: { id: payload, buyeruid: payload, keywords: payload },
    imp: [{ id: payload, tagid: payload, banner: { id: payload }, ...formats }],
  }) as JsonObject;
}

function titleInBrowser(browser: string, html: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-browser-'));
  const page = join(folder, 'page.html');
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><title>untouched</title><body>${html}`);
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND',
    `--user-data-dir=${join(folder, 'data')}`,
    '--virtual-time-budget=2000',
    '--dump-dom',
  ];
  try {
    const dom = execFileSync(browser, [...flags, `file://${page}`], {
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 60_000,
    });
    return /<title>([^<]*)<\/title>/.exec(dom)?.[1] ?? 'no title';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the markup of the bid on a request with each of the payloads */
async function markupsOf(
  creative: JsonObject,
  formatsOf: (payload: string) => JsonObject,
): Promise<string[]> {
  const files = baseFiles({ creatives: [creative] });
  const roomy = { ...files.exchanges['generic'], responseBytesMax: 16_384 };
  const bidder = await startBidder({ ...files, exchanges: { generic: roomy } });
  const markups: string[] = [];
  for (const payload of PAYLOADS) {
    const response = await bidder.post(
      'generic',
      JSON.stringify(hostileRequest(payload, formatsOf(payload))),
    );
    expect(response.status, payload).toBe(200);
    const { seatbid } = (await response.json()) as { seatbid: { bid: { adm: string }[] }[] };
    markups.push(...seatbid.flatMap((seat) => seat.bid.map((bid) => bid.adm)));
  }
  await bidder.stop();
  expect(markups).toHaveLength(PAYLOADS.length);
  return markups;
}

/** A text within a script of a page. */
function scriptText(text: string): string {
  return JSON.stringify(text).replaceAll('<', '\\u003c');
}

/** What a careless player does: the XML becomes a page of pictures and links, its texts as HTML. */
function playerPage(documents: readonly string[]): string {
  const script = documents.map(
    (xml) => `{
      const vast = new DOMParser().parseFromString(${scriptText(xml)}, 'text/xml');
      if (vast.querySelector('parsererror')) document.title = 'not XML';
      for (const element of vast.querySelectorAll('*')) {
        const box = document.createElement('div');
        const values = [element.textContent, ...[...element.attributes].map((it) => it.value)];
        box.innerHTML = values.join('') + values.map((it) => '<a href="' + it + '"><img src="' + it + '"></a>').join('');
        document.body.append(box);
        for (const link of box.querySelectorAll('a')) if (link.href.startsWith('javascript:')) link.click();
        shown++;
      }
    }`,
  );
  return `<script>let shown = 0; ${script.join('')}
    if (shown > ${documents.length * 10} && document.title === 'untouched') document.title = 'all shown';</script>`;
}

/** What a careless publisher does: every text of the response, wherever it stands, becomes HTML. */
function publisherPage(responses: readonly string[]): string {
  return `<script>
    let shown = 0;
    function show(value) {
      if (typeof value === 'string') {
        const box = document.createElement('div');
        box.innerHTML = value + '<a href="' + value + '"><img src="' + value + '"></a>';
        document.body.append(box);
        for (const link of box.querySelectorAll('a')) if (link.href.startsWith('javascript:')) link.click();
        shown++;
      } else if (value && typeof value === 'object') Object.values(value).forEach(show);
    }
    ${responses.map((adm) => `show(${adm});`).join('\n')}
    if (shown > ${responses.length * 5} && document.title === 'untouched') document.title = 'all shown';</script>`;
}

describe.skipIf(CHROMIUM === undefined)('markup in a browser', () => {
  it('would notice an execution', () => {
    expect(titleInBrowser(CHROMIUM as string, PAYLOADS[0] as string)).toBe(EXECUTED);
  }, 90_000);

  it('executes nothing that a request says', async () => {
    const frames = await markupsOf({ html: HTML }, () => ({}));
    expect(titleInBrowser(CHROMIUM as string, frames.join('\n<hr>\n'))).toBe('untouched');
  }, 90_000);

  it.each([
    ['files', {}],
    [
      'a wrapper',
      {
        files: null,
        wrapper: {
          tag: 'https://ads.acme.example/v?cb=${CACHEBUSTER}',
          version: '4.2',
          mimes: ['video/mp4'],
        },
      },
    ],
  ])(
    'executes nothing that a request says in a player of VAST with %s',
    async (_what, source) => {
      const companions = [{ w: 300, h: 250, image: 'https://cdn.acme.example/c.png' }];
      const documents = await markupsOf({ format: 'video', ...source, companions }, (payload) => ({
        banner: null,
        video: {
          mimes: ['video/mp4', payload],
          protocols: [13, 14],
          companionad: [{ id: payload, w: 300, h: 250 }],
          podid: payload,
          ext: { payload },
        },
      }));
      expect(titleInBrowser(CHROMIUM as string, playerPage(documents))).toBe('all shown');
    },
    90_000,
  );

  it('executes nothing that a request says where a native response is shown', async () => {
    const responses = await markupsOf({ format: 'native' }, (payload) => ({
      banner: null,
      native: {
        ver: payload,
        request: JSON.stringify({
          ver: payload,
          assets: [
            { id: 1, required: 1, title: { len: 90, ext: payload } },
            { id: 2, required: 1, img: { type: 3, wmin: 1, hmin: 1 } },
            { id: 3, required: 1, data: { type: 2 } },
          ],
          eventtrackers: [{ event: 1, methods: [1, payload], ext: payload }],
          aurlsupport: payload,
          ext: { payload },
        }),
      },
    }));
    expect(titleInBrowser(CHROMIUM as string, publisherPage(responses))).toBe('all shown');
  }, 90_000);

  it('would notice what a player or a publisher executes', () => {
    const hostile = PAYLOADS[1] as string;
    const vast = `<VAST><A>${hostile.replaceAll('<', '&lt;')}</A></VAST>`;
    expect(titleInBrowser(CHROMIUM as string, playerPage([vast]))).toBe(EXECUTED);
    expect(titleInBrowser(CHROMIUM as string, publisherPage([JSON.stringify([hostile])]))).toBe(EXECUTED);
  }, 180_000);
});
