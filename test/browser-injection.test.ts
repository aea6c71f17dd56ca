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

function hostileRequest(payload: string): JsonObject {
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
    imp: [{ id: payload, tagid: payload, banner: { id: payload } }],
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

describe.skipIf(CHROMIUM === undefined)('markup in a browser', () => {
  it('would notice an execution', () => {
    expect(titleInBrowser(CHROMIUM as string, PAYLOADS[0] as string)).toBe(EXECUTED);
  }, 90_000);

  it('executes nothing that a request says', async () => {
    const files = baseFiles({ creatives: [{ html: HTML }] });
    const roomy = { ...files.exchanges['generic'], responseBytesMax: 16_384 };
    const bidder = await startBidder({ ...files, exchanges: { generic: roomy } });
    const frames: string[] = [];
    for (const payload of PAYLOADS) {
      const response = await bidder.post('generic', JSON.stringify(hostileRequest(payload)));
      expect(response.status, payload).toBe(200);
      const { seatbid } = (await response.json()) as { seatbid: { bid: { adm: string }[] }[] };
      frames.push(...seatbid.flatMap((seat) => seat.bid.map((bid) => bid.adm)));
    }
    await bidder.stop();
    expect(frames).toHaveLength(PAYLOADS.length);
    expect(titleInBrowser(CHROMIUM as string, frames.join('\n<hr>\n'))).toBe('untouched');
  }, 90_000);
});
