import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../src/lib/clock.js';
import { bidsOf, checkResponse, parsedResponse } from './response-checker.js';
import { baseFiles } from './support/case-file.js';
import type { Json, JsonObject } from './support/merge.js';
import { startBidder, startSampleBidder, type RunningBidder } from './support/running-bidder.js';

/** Requests that nobody here wrote: recorded traffic and other bidders' test cases. Not part of the project. */
const FOLDERS = ['../shared/traffic', '../shared/conformance'];
/** A weekday on which the sample campaigns run. */
const NOW = Date.parse('2026-11-25T18:00:00Z');

const files = FOLDERS.filter(existsSync).flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => join(folder, name)),
);
if (files.length === 0)
  console.log(`skipped: no recorded requests, neither ${FOLDERS.join(' nor ')} is here`);

let bidder: RunningBidder;
beforeAll(async () => {
  bidder = await startSampleBidder({ clock: new ManualClock(NOW) });
});
afterAll(() => bidder.stop());

function requestsOf(file: string): Json[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { request: Json }).request);
}

const file = (url: string, w: number, h: number, kbps: number) => ({
  url: `https://cdn.acme.example/${url}`,
  w,
  h,
  kbps,
});

/** Creatives of every format in many shapes, which want everybody: whatever can be bid on is. */
const WIDE_OPEN: readonly (readonly [format: string, amount: number, creatives: JsonObject[]])[] = [
  [
    'banner',
    50,
    [
      [300, 250],
      [728, 90],
      [320, 50],
      [300, 600],
      [160, 600],
      [970, 250],
      [320, 480],
    ].map(([w = 0, h = 0]) => ({ id: `b-${w}x${h}`, w, h })),
  ],
  [
    'video',
    60,
    [6, 15, 30].flatMap((seconds) => [
      {
        id: `v-${seconds}`,
        format: 'video',
        seconds,
        files: [
          file('a.mp4', 1920, 1080, 4_000),
          file('b.webm', 640, 360, 600),
          file('c.mp4', 640, 480, 900),
        ],
      },
    ]),
  ],
  ['audio', 58, [15, 30].map((seconds) => ({ id: `a-${seconds}`, format: 'audio', seconds }))],
  ['native', 55, [{ id: 'n', format: 'native', title: 'Shoes' }]],
];

const WIDE_OPEN_EXCHANGE: JsonObject = {
  seat: 'narrowcast',
  currencies: ['USD', 'EUR', 'GBP', 'JPY', 'CNY'],
  tmaxDefaultMs: 10_000,
  networkMarginMs: 0,
  responseBytesMax: 65_536,
  severalBids: true,
  billing: 'burl',
};

async function startWideOpenBidder(): Promise<RunningBidder> {
  const files = baseFiles();
  const campaigns = WIDE_OPEN.flatMap(([format, amount, creatives]) => {
    const lineItem = { bid: { model: 'cpm', amount }, creatives, repeatCreative: true };
    return baseFiles(lineItem).campaigns.map((campaign) => ({ ...campaign, id: `wide-${format}` }));
  });
  return startBidder(
    { ...files, campaigns, exchanges: { generic: WIDE_OPEN_EXCHANGE } },
    { clock: new ManualClock(NOW) },
  );
}

const FORMATS = ['banner', 'video', 'audio', 'native'];

/** How many bids of each format there are in the answers, by what the bids themselves say. */
function formatsOf(results: readonly { text: string }[]): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(FORMATS.map((format) => [format, 0]));
  for (const { bid } of results.flatMap(({ text }) => bidsOf(parsedResponse(text) ?? {}))) {
    const format = FORMATS[Number(bid['mtype']) - 1] ?? 'unknown';
    counts[format] = (counts[format] ?? 0) + 1;
  }
  return counts;
}

async function answers(
  requests: readonly Json[],
  from = bidder,
): Promise<{ status: number; text: string }[]> {
  const results: { status: number; text: string }[] = [];
  for (const request of requests) {
    const response = await from.post('generic', JSON.stringify(request));
    results.push({ status: response.status, text: await response.text() });
  }
  return results;
}

describe.skipIf(files.length === 0)('recorded requests', () => {
  const exchange = JSON.parse(readFileSync('config/exchanges/generic.json', 'utf8')) as JsonObject;
  const rates = JSON.parse(readFileSync('config/rates.json', 'utf8')) as JsonObject;

  it.each(files)(
    '%s: each gets 200, 204 or 400, and every 200 is valid',
    async (file) => {
      const requests = requestsOf(file);
      const results = await answers(requests);
      const statuses: Record<number, number> = {};
      const problems: string[] = [];
      for (const [i, { status, text }] of results.entries()) {
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status !== 200) continue;
        for (const problem of checkResponse(requests[i], text, exchange, rates)) {
          problems.push(`line ${i + 1}: ${problem}`);
        }
      }
      const formats = formatsOf(results);
      console.log(
        `${file}: ${requests.length} requests, answered ${JSON.stringify(statuses)}, bids ${JSON.stringify(formats)}`,
      );
      expect(Object.keys(formats)).toEqual(FORMATS);
      expect(Object.keys(statuses).filter((status) => !['200', '204', '400'].includes(status))).toEqual([]);
      expect(problems).toEqual([]);
      expect(requests.length).toBeGreaterThan(0);
    },
    120_000,
  );

  it('what campaigns of every format that want everybody bid on is valid', async () => {
    const wide = await startWideOpenBidder();
    try {
      expect(wide.app.problems()).toEqual([]);
      const total: Record<string, number> = {};
      const problems: string[] = [];
      for (const name of files) {
        const requests = requestsOf(name);
        const results = await answers(requests, wide);
        for (const [i, { status, text }] of results.entries()) {
          if (status !== 200) continue;
          const options = { creativesMayRepeat: true };
          const found = checkResponse(requests[i], text, WIDE_OPEN_EXCHANGE, baseFiles().rates, options);
          problems.push(...found.map((problem) => `${name} line ${i + 1}: ${problem}`));
        }
        const formats = formatsOf(results);
        console.log(`${name}: campaigns that want everybody, bids ${JSON.stringify(formats)}`);
        for (const format of FORMATS) total[format] = (total[format] ?? 0) + (formats[format] ?? 0);
      }
      expect(problems).toEqual([]);
      expect(FORMATS.filter((format) => (total[format] ?? 0) === 0)).toEqual([]);
    } finally {
      await wide.stop();
    }
  }, 240_000);

  it('the sample campaigns bid on a good part of the recorded traffic', async () => {
    const traffic = files.find((file) => file.endsWith('adx2016.ndjson'));
    if (traffic === undefined) return;
    const results = await answers(requestsOf(traffic).slice(0, 300));
    expect(results.filter(({ status }) => status === 200).length).toBeGreaterThan(30);
    expect(results.filter(({ status }) => status === 204).length).toBeGreaterThan(30);
  }, 60_000);
});
