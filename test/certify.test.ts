import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { readCaseRequests, type CaseRequest } from '../src/certify/case-requests.js';
import { certify, type CertifyReport } from '../src/certify/certify.js';
import { createPoster } from '../src/certify/post.js';
import { PROBES } from '../src/certify/probes.js';
import { certifyCommand } from '../src/cli/certify.js';
import { ManualClock, systemClock } from '../src/lib/clock.js';
import { readCases } from './support/case-file.js';
import { runCommand } from './support/program.js';
import { startSampleBidder, type RunningBidder } from './support/running-bidder.js';

const CASES = 'fixtures/cases';
const NOW = Date.parse('2026-11-25T18:00:00Z');

type Json = Record<string, unknown>;

let closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
});

async function certified(
  url: string,
  requests: readonly CaseRequest[],
  rules?: readonly number[],
): Promise<CertifyReport> {
  const poster = createPoster(new URL(url), () => systemClock.monotonicMs());
  try {
    return await certify({
      post: poster.post,
      requests,
      exchange: {},
      rates: {},
      rules: rules && new Set(rules),
      live: false,
      run: 'test',
      onProgress: () => undefined,
    });
  } finally {
    poster.close();
  }
}

describe('the requests of the case files', () => {
  it('are the ones that our own bidder is tried with', () => {
    const ours = [...readCases('bid'), ...readCases('no-bid')];
    const requests = readCaseRequests(CASES);
    expect(requests.map(({ name, rules, body, headers }) => ({ name, rules, body, headers }))).toEqual(
      ours.map(({ name, rules, body, headers }) => ({ name, rules, body, headers })),
    );
    expect(new Set(requests.map(({ kind }) => kind))).toEqual(new Set(['request', 'invalid', 'malformed']));
  });
});

describe('certifying our own bidder', () => {
  async function sampleBidder(): Promise<RunningBidder> {
    const bidder = await startSampleBidder({ clock: new ManualClock(NOW) });
    closers.push(() => bidder.stop());
    return bidder;
  }

  it('finds nothing wrong, and sees bids, also with much at once, compressed and on one connection (rules 2, 4 and 7)', async () => {
    const bidder = await sampleBidder();
    const url = `http://127.0.0.1:${bidder.app.port}/openrtb2/generic`;
    const report = await certified(url, readCaseRequests(CASES));
    expect(report.violations).toEqual([]);
    expect(report.outcomes.bid).toBeGreaterThan(20);
    expect(report.outcomes['no-bid']).toBeGreaterThan(20);
    expect(report.outcomes.malformed).toBeGreaterThan(0);
    expect(report.outcomes.other + report.outcomes.none).toBe(0);
  });

  it('spends nothing: every request is a test (rule 16)', async () => {
    const bidder = await sampleBidder();
    const url = `http://127.0.0.1:${bidder.app.port}/openrtb2/generic`;
    await certified(url, readCaseRequests(CASES), [1, 26]);
    const metrics = await (await bidder.admin('/metrics')).text();
    expect(metrics).toMatch(/^narrowcast_bids_total\{exchange="generic"\} [1-9]/m);
    expect(metrics).toMatch(/^narrowcast_ledger_open_bids 0$/m);
  });
});

/** A request that the stub bids on, one that nobody may bid on, and one that is none. */
const REQUESTS: readonly CaseRequest[] = [
  {
    name: 'good',
    rules: [1, 19],
    kind: 'request',
    headers: {},
    body: JSON.stringify({
      id: 'r',
      tmax: 100_000,
      imp: [{ id: '1', bidfloor: 1, secure: 1, banner: { w: 300, h: 250 } }],
      device: { ip: '192.0.2.10' },
    }),
  },
  { name: 'no-impression', rules: [10], kind: 'invalid', headers: {}, body: '{"id":"r"}' },
  { name: 'no-json', rules: [1], kind: 'malformed', headers: {}, body: '{' },
];

interface StubAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** What the stub does wrong: to the answer, or with the connection. */
type Mistake = (
  answer: StubAnswer,
  request: { readonly text: string; readonly headers: IncomingMessage['headers']; readonly method: string },
  response: ServerResponse,
) => void;

let bidNumber = 0;

function goodAnswer(text: string): StubAnswer {
  const headers: Record<string, string> = { 'x-openrtb-version': '2.6' };
  let request: Json;
  try {
    request = JSON.parse(text) as Json;
  } catch {
    return { status: 400, headers, body: '' };
  }
  if (Array.isArray(request) || typeof request !== 'object') return { status: 400, headers, body: '' };
  if (!Array.isArray(request['imp'])) return { status: 204, headers, body: '' };
  const bid = {
    id: `b${++bidNumber}`,
    impid: '1',
    price: 2,
    adm: '<img src="https://cdn.acme.example/a.png?p=${AUCTION_PRICE}">',
    adomain: ['acme.example'],
    crid: 'cr1',
    w: 300,
    h: 250,
  };
  const body = JSON.stringify({ id: request['id'], cur: 'USD', seatbid: [{ bid: [bid] }] });
  return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body };
}

async function stubUrl(mistake: Mistake): Promise<string> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => respond(incoming, Buffer.concat(chunks), response, mistake));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/bid`;
}

function respond(incoming: IncomingMessage, raw: Buffer, response: ServerResponse, mistake: Mistake): void {
  const { headers, method = '' } = incoming;
  let text = raw.toString();
  let answer: StubAnswer | undefined;
  if (headers['content-encoding'] === 'gzip') {
    try {
      text = gunzipSync(raw).toString();
    } catch {
      answer = { status: 400, headers: {}, body: '' };
    }
  }
  answer ??= method === 'POST' ? goodAnswer(text) : { status: 405, headers: {}, body: '' };
  mistake(answer, { text, headers, method }, response);
  if (response.destroyed) return;
  const wantsGzip = headers['accept-encoding'] === 'gzip' && answer.headers['content-encoding'] === undefined;
  if (wantsGzip && answer.status === 200 && !answer.headers['x-plain']) {
    answer.body = gzipSync(answer.body);
    answer.headers['content-encoding'] = 'gzip';
  }
  const length =
    answer.status === 204 || answer.headers['transfer-encoding']
      ? {}
      : { 'content-length': Buffer.byteLength(answer.body) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(answer.body);
}

const inResponse =
  (change: (response: Json, bid: Json) => void): Mistake =>
  (answer) => {
    if (answer.status !== 200) return;
    const response = JSON.parse(String(answer.body)) as Json;
    const [seat] = response['seatbid'] as [{ bid: [Json] }];
    change(response, seat.bid[0]);
    answer.body = JSON.stringify(response);
  };

const instead =
  (when: (request: Parameters<Mistake>[1]) => boolean, change: Partial<StubAnswer>): Mistake =>
  (answer, request) => {
    if (when(request)) Object.assign(answer, change);
  };

/** The second of REQUESTS, under whatever id it comes. */
const isInvalid = (text: string) => text.startsWith('{"id"') && !text.includes('imp');

const connections = new Set<unknown>();

const MISTAKES: readonly (readonly [rule: number, about: string, mistake: Mistake])[] = [
  [1, 'a status that no exchange knows', instead(({ text }) => isInvalid(text), { status: 404 })],
  [1, 'a 400 for a valid request', instead(({ text }) => text.includes('imp'), { status: 400, body: '' })],
  [1, 'a 204 for what is no JSON', instead(({ text }) => text === '{', { status: 204 })],
  [1, 'a 400 with a body', instead(({ text }) => text === '{', { body: 'bad' })],
  [1, 'a bid for a GET', instead(({ method }) => method === 'GET', goodAnswer('{"id":"","imp":[]}'))],
  [
    1,
    'no answer',
    (_answer, { text }, response) => {
      if (text.includes('imp')) response.destroy();
    },
  ],
  [
    2,
    'errors under load',
    (answer, _request, response) => {
      connections.add(response.socket);
      if (connections.size > 5) answer.status = 503;
    },
  ],
  [
    3,
    'no word of JSON',
    (answer) => {
      if (answer.status === 200) answer.headers['content-type'] = 'text/html';
    },
  ],
  [
    3,
    'no length',
    (answer) => {
      if (answer.status === 200) answer.headers['transfer-encoding'] = 'chunked';
    },
  ],
  [
    3,
    'a content-type demanded',
    instead(({ headers, method }) => method === 'POST' && headers['content-type'] === undefined, {
      status: 415,
      body: '',
    }),
  ],
  [4, 'no compression', (answer) => (answer.headers['x-plain'] = '1')],
  [
    4,
    'compression for everybody',
    (answer) => {
      if (answer.status !== 200) return;
      answer.body = gzipSync(answer.body);
      answer.headers['content-encoding'] = 'gzip';
    },
  ],
  [
    4,
    'compression in name only',
    (answer) => {
      if (answer.status === 200) answer.headers['content-encoding'] = 'gzip';
    },
  ],
  [
    4,
    'no compressed requests',
    instead(({ headers }) => headers['content-encoding'] === 'gzip', { status: 400, body: '' }),
  ],
  [
    4,
    'damaged requests taken',
    instead(({ headers }) => headers['content-encoding'] === 'gzip', { status: 204, body: '' }),
  ],
  [5, 'no version', (answer) => delete answer.headers['x-openrtb-version']],
  [
    5,
    'another version refused',
    instead(({ headers }) => headers['x-openrtb-version'] === '9.9', { status: 400, body: '' }),
  ],
  [
    6,
    'unknown fields refused',
    instead(({ text }) => text.includes('certify_unknown'), { status: 400, body: '' }),
  ],
  [7, 'connections closed', (answer) => (answer.headers['connection'] = 'close')],
  [9, 'an error for a long body', instead(({ text }) => text.length > 1_000_000, { status: 500, body: '' })],
  [
    9,
    'a long answer',
    inResponse((_response, bid) => (bid['adm'] = `${String(bid['adm'])}${'x'.repeat(5_000)}`)),
  ],
  [
    10,
    'a bid for an invalid request',
    instead(({ text }) => isInvalid(text), goodAnswer('{"id":"r","imp":[]}')),
  ],
  [18, 'a currency that nobody asked for', inResponse((response) => (response['cur'] = 'CHF'))],
  [19, 'a price below the floor', inResponse((_response, bid) => (bid['price'] = 0.5))],
  [26, 'a size that is not offered', inResponse((_response, bid) => (bid['w'] = 320))],
  [
    29,
    'an insecure picture',
    inResponse((_response, bid) => (bid['adm'] = String(bid['adm']).replace('https', 'http'))),
  ],
  [
    53,
    'a reason that is none',
    (answer) => {
      if (answer.status === 200) answer.body = '{"nbr":"no"}';
    },
  ],
  [54, 'another id', inResponse((response) => (response['id'] = 'other'))],
  [
    54,
    'an answer that is no JSON',
    (answer) => {
      if (answer.status === 200) answer.body = 'ok';
    },
  ],
  [55, 'one id for all bids', inResponse((_response, bid) => (bid['id'] = 'b'))],
  [56, 'no creative', inResponse((_response, bid) => delete bid['crid'])],
  [57, 'no advertiser', inResponse((_response, bid) => delete bid['adomain'])],
  [63, 'no price macro', inResponse((_response, bid) => (bid['adm'] = '<b>Hi</b>'))],
];

describe('certifying a bidder that makes mistakes', () => {
  it('finds nothing where there is none', async () => {
    const report = await certified(await stubUrl(() => undefined), REQUESTS);
    expect(report).toMatchObject({
      posted: 3,
      outcomes: { bid: 1, 'no-bid': 1, malformed: 1, other: 0, none: 0 },
      bids: { banner: 1, video: 0 },
      late: 0,
      violations: [],
    });
  });

  it.each(MISTAKES)('finds, by line %i: %s', async (rule, _about, mistake) => {
    const { violations } = await certified(await stubUrl(mistake), REQUESTS);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
    for (const { shownBy, title, problem } of violations) expect([shownBy, title, problem]).not.toContain('');
  });

  it('has a mistake for each probe', () => {
    const rules = new Set(MISTAKES.map(([rule]) => rule));
    for (const { rule } of PROBES) expect(rules).toContain(rule);
  });

  it('tells only of the rules that are asked for, and counts what comes late', async () => {
    const url = await stubUrl(inResponse((_response, bid) => delete bid['crid']));
    expect((await certified(url, REQUESTS, [19])).violations).toEqual([]);
    const [violation, ...others] = (await certified(url, REQUESTS, [19, 56])).violations;
    expect(others).toEqual([]);
    expect(violation).toMatchObject({ rule: 56, problem: 'crid must have 1 to 64 bytes', shownBy: ['good'] });
    const slow = REQUESTS.map((request) => ({
      ...request,
      body: request.body.replace('100000', '0.000001'),
    }));
    expect((await certified(url, slow, [19])).late).toBe(1);
  });
});

describe('narrowcast certify', () => {
  interface Run {
    readonly code: number | undefined;
    readonly stdout: string;
    readonly stderr: string;
  }

  async function run(args: readonly string[], isTTY = false): Promise<Run> {
    const written = { stdout: '', stderr: '' };
    let code: number | undefined;
    const to = (name: 'stdout' | 'stderr') => ({ isTTY, write: (text: string) => (written[name] += text) });
    let nowMs = 0;
    const clock = { nowMs: () => NOW, monotonicMs: () => (nowMs += 60) };
    const terminal = { stdin: new PassThrough(), stdout: to('stdout'), stderr: to('stderr') };
    const command = certifyCommand({ clock, terminal, exit: (value) => (code = value), casesFolder: CASES });
    await command.parseAsync(args, { from: 'user' });
    return { code, ...written };
  }

  it('prints what is wrong by rule with the requests that show it, a bar on a terminal and none in a pipe', async () => {
    const url = await stubUrl(inResponse((_response, bid) => delete bid['crid']));
    const { code, stdout, stderr } = await run([url, '--rules', '56,1']);
    expect(code).toBe(1);
    expect(stdout).toContain('rule 56: crid\n  crid must have 1 to 64 bytes\n      bid/');
    expect(stdout).toMatch(
      /: \d+ requests, \d+ bid on \(\d+ banner\), \d+ not, \d+ refused, 0 answered otherwise/,
    );
    expect(stderr).not.toContain('\u001B');
    const onTerminal = (await run([url, '--rules', '56,1'], true)).stderr;
    expect(onTerminal.startsWith('\r\u001B[K[#')).toBe(true);
    expect(onTerminal).toMatch(/\[#+-*\] +\d+ % {2}\d+ of \d+ requests asked/);
  });

  it('gives one document to scripts', async () => {
    const url = await stubUrl(inResponse((_response, bid) => delete bid['crid']));
    const { code, stdout } = await run([url, '--rules', '56,1', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ url, violations: [{ rule: 56, title: 'crid' }] });
  });

  it('takes the seat and the length from the exchange file, rates, and requests of others', async () => {
    const bidder = await startSampleBidder({ clock: new ManualClock(NOW) });
    closers.push(() => bidder.stop());
    const traffic = join(bidder.folder, 'traffic.ndjson.gz');
    const request = readFileSync('fixtures/requests/stranger-in-radio-app.json', 'utf8').replace(/\n/g, ' ');
    writeFileSync(traffic, gzipSync(`${request}\n{"t_ms":0,"request":${request}}\n`));
    const url = `http://127.0.0.1:${bidder.app.port}/openrtb2/generic`;
    const args = [url, '--rules', '22', '--requests', traffic, '--rates-file', 'config/rates.json'];
    const right = await run([...args, '--exchange-file', 'config/exchanges/generic.json']);
    expect([right.code, right.stdout]).toEqual([0, expect.stringContaining('nothing wrong was found')]);
    const wrong = await run([...args, '--exchange-file', 'config/exchanges/first-price-example.json']);
    expect([wrong.code, wrong.stdout]).toEqual([1, expect.stringContaining('narrowcast is not our seat')]);
    expect(wrong.stdout).toContain(`${traffic}:1, ${traffic}:2`);
    writeFileSync(traffic, gzipSync(`${request}\n{`));
    const broken = await run(args);
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain(`${traffic}:2 the line must be one JSON object`);
  });

  it('finds its case files wherever the built program is', async () => {
    const url = await stubUrl(inResponse((_response, bid) => delete bid['crid']));
    const { code, stdout } = await runCommand({}, 'certify', url, '--rules', '56', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ violations: [{ rule: 56 }] });
  });

  it.each([
    [['ftp://bidder.example/'], 'is no address such as'],
    [['http://127.0.0.1:1/bid'], 'does not answer'],
    [['http://127.0.0.1:1/', '--rules', '70'], 'must be numbers from 1 to 69'],
    [['http://127.0.0.1:1/', '--cases', '/nowhere'], 'name their folder by --cases'],
  ])('exits with 2 where it cannot try: %j', async (args, message) => {
    const { code, stderr } = await run(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
