import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_FIELDS } from '../src/events/event-fields.js';
import { baseFiles, fullRequest } from './support/case-file.js';
import { MoneyFolder } from './support/money-folder.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

type Line = Record<string, string | number | boolean> & { kind: string };

/** Each of these would tell who the visitor was, or what the visitor looked at. */
const PERSONAL = {
  buyeruid: 'canary-cookie',
  userId: 'canary-user',
  ifa: '6d92078a-8246-4ba4-ae5b-76104861e7dc',
  ip: '203.0.113.77',
  ua: 'Mozilla/5.0 canary-agent',
  page: 'https://news.example/canary-path?q=canary-query',
  referrer: 'https://search.example/canary-referrer',
  latitude: 53.551086,
  eid: 'canary-eid',
};

const personalRequest = (id: string) =>
  fullRequest({
    id,
    site: { domain: 'news.example', page: PERSONAL.page, ref: PERSONAL.referrer },
    device: {
      ip: PERSONAL.ip,
      ua: PERSONAL.ua,
      ifa: PERSONAL.ifa,
      geo: { lat: PERSONAL.latitude, lon: 9.993682 },
    },
    user: {
      id: PERSONAL.userId,
      buyeruid: PERSONAL.buyeruid,
      eids: [{ source: 'ids.example', uids: [{ id: PERSONAL.eid }] }],
    },
  });

let running: RunningBidder | undefined;
let folder: string | undefined;
afterEach(async () => {
  await running?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  running = folder = undefined;
});

function textIn(dataDir: string): string {
  const events = join(dataDir, 'events');
  return readdirSync(events)
    .map((name) => {
      const bytes = readFileSync(join(events, name));
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    })
    .join('');
}
function linesIn(dataDir: string): Line[] {
  return textIn(dataDir)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

/** Posts a request, and tells of the bid in the answer as an exchange and a browser would. */
async function bidAndNotices(bidder: RunningBidder, id: string): Promise<void> {
  const response = await bidder.post('generic', JSON.stringify(personalRequest(id)));
  expect(response.status).toBe(200);
  const { seatbid } = (await response.json()) as { seatbid: { bid: Record<string, string>[] }[] };
  const { nurl = '', burl = '', lurl = '', adm = '' } = seatbid[0]?.bid[0] ?? {};
  const [pixel = '', click = ''] = [/https:[^"]*\/i\/[^"?]*/, /https:[^"]*\/c\/[^"?]*/].map(
    (pattern) => pattern.exec(adm)?.[0],
  );
  for (const link of [nurl, burl, lurl.replace('${AUCTION_LOSS}', '102'), pixel, click]) {
    const { pathname, search } = new URL(link);
    const url = `http://127.0.0.1:${bidder.app.port}${pathname}${search}`;
    const answer = await fetch(url, { redirect: 'manual', headers: { 'user-agent': PERSONAL.ua } });
    expect(answer.status).toBeLessThan(400);
  }
}

describe('the event log of a running bidder', () => {
  it('tells of request, bid, notices, pixel and click in the fields of the schema, and nothing about the visitor', async () => {
    running = await startBidder(baseFiles(), { environment: { EVENT_SAMPLE_REQUESTS: '1' } });
    const dataDir = join(running.folder, 'data');
    await running.explain('generic', JSON.stringify(personalRequest('explained')));
    await bidAndNotices(running, 'r1');
    await running.post(
      'generic',
      JSON.stringify(fullRequest({ id: 'r2', test: 1, imp: [{ bidfloor: 900 }] })),
    );
    await running.post('generic', '{');
    await running.app.close();

    const lines = linesIn(dataDir);
    const ofBid = { campaign: 'shoes', lineItem: 'main', priceMicros: expect.any(Number) as number };
    const sorted = [...lines].sort((a, b) => Number(a['timeMs']) - Number(b['timeMs']));
    expect(sorted).toHaveLength(9);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'bid', ...ofBid, domain: 'news.example', width: 300, height: 250 }),
        expect.objectContaining({ kind: 'request', outcome: 'bid', bids: 1, domain: 'news.example' }),
        expect.objectContaining({ kind: 'win', ...ofBid, outcome: 'accepted' }),
        expect.objectContaining({ kind: 'bill', ...ofBid }),
        expect.objectContaining({ kind: 'loss', ...ofBid, lossCode: 102 }),
        expect.objectContaining({ kind: 'impression', ...ofBid }),
        expect.objectContaining({ kind: 'click', ...ofBid }),
        expect.objectContaining({ kind: 'request', outcome: 'no-bid', reason: 'no-match', test: true }),
        expect.objectContaining({ kind: 'request', outcome: 'malformed' }),
      ]),
    );
    expect(new Set(lines.map((line) => line['bidId']).filter(Boolean)).size).toBe(1);
    const types = { text: 'string', number: 'number', boolean: 'boolean', list: 'object' };
    for (const { v, kind, ...fields } of lines) {
      expect(v).toBe(1);
      for (const [name, value] of Object.entries(fields)) {
        const field = EVENT_FIELDS.find((each) => each.name === name);
        expect(field?.kinds, `${name} of ${kind}`).toContain(kind);
        expect(typeof value).toBe(types[field?.type ?? 'text']);
      }
    }
    const text = textIn(dataDir);
    for (const secret of [...Object.values(PERSONAL).map(String), 'canary', 'Mozilla', '/c/', 'landing'])
      expect(text).not.toContain(secret);
  });

  it('shows in the metrics', async () => {
    running = await startBidder(baseFiles(), { environment: { EVENT_SAMPLE_REQUESTS: '0' } });
    await bidAndNotices(running, 'r1');
    const metrics = async () =>
      (await (await (running as RunningBidder).admin('/metrics')).text()).split('\n');
    await expect
      .poll(metrics)
      .toEqual(
        expect.arrayContaining([
          'narrowcast_events_written_total{kind="bid"} 1',
          'narrowcast_events_written_total{kind="bill"} 1',
          'narrowcast_events_written_total{kind="request"} 0',
          'narrowcast_events_dropped_total{kind="click"} 0',
          'narrowcast_events_refused_total{kind="win"} 0',
        ]),
      );
  });
});

describe('an event log that cannot be written', () => {
  it('asks exchanges to tell of money again, stops the bids, says why, and goes on when it can', async () => {
    running = await startBidder(baseFiles());
    const { folder: at, app } = running;
    const events = join(at, 'data/events');
    rmSync(events, { recursive: true });
    writeFileSync(events, 'no folder');
    const response = await running.post('generic', JSON.stringify(fullRequest()));
    const token = /\/n\/bill\/([^?"]*)/.exec(await response.text())?.[1];
    const bill = async () => (await fetch(`http://127.0.0.1:${app.port}/n/bill/${token}`)).status;
    expect(await bill()).toBe(503);
    const metrics = await (await running.admin('/metrics')).text();
    expect(metrics).toMatch(/^narrowcast_events_dropped_total\{kind="bid"\} 1$/m);
    expect(metrics).toMatch(/^narrowcast_events_refused_total\{kind="bill"\} 1$/m);
    expect(metrics).toMatch(/^narrowcast_event_log_failures_total\{work="write"\} [1-9]/m);
    const ask = () => running?.post('generic', JSON.stringify(fullRequest()));
    await expect.poll(async () => (await ask())?.headers.get('x-nbr')).toBe('1');
    const explained = await running.explain('generic', JSON.stringify(fullRequest()));
    expect(await explained.json()).toMatchObject({
      reason: 'no-ledger',
      problem: expect.stringMatching(
        /^money cannot be written down: the event log cannot be written: ENOTDIR/,
      ),
    });
    rmSync(events);
    mkdirSync(events);
    await expect.poll(async () => (await ask())?.status, { timeout: 5_000 }).toBe(200);
    await expect.poll(bill, { timeout: 5_000 }).toBe(204);
    expect(linesIn(join(at, 'data')).filter(({ kind }) => kind === 'bill')).toHaveLength(1);
  });
});

/** The built program under constant load. */
async function serveUnderLoad(
  signal: NodeJS.Signals,
): Promise<{ dataDir: string; answered: number; code: number | null }> {
  const money = new MoneyFolder(1_000_000);
  folder = money.folder;
  const { dataDir } = money;
  const environment = {
    ...process.env,
    ...money.environment,
    PORT: '0',
    HOST: '127.0.0.1',
    ADMIN_PORT: '0',
    EVENT_SAMPLE_REQUESTS: '1',
  };
  const child = spawn(process.execPath, ['dist/src/main.js', 'serve'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const port = await new Promise<number>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const found = /http:\/\/127\.0\.0\.1:(\d+)\/openrtb2/.exec(chunk.toString());
      if (found) resolve(Number(found[1]));
    });
  });
  const body = JSON.stringify(fullRequest());
  let answered = 0;
  let isOver = false;
  const load = async (): Promise<void> => {
    while (!isOver) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/openrtb2/generic`, { method: 'POST', body });
        if (response.status === 200) answered++;
        await response.arrayBuffer();
      } catch {
        // The server is gone, which is what is tested.
        isOver = true;
      }
    }
  };
  const loads = Array.from({ length: 8 }, load);
  try {
    await expect.poll(() => answered, { timeout: 10_000 }).toBeGreaterThan(500);
  } finally {
    child.kill(signal);
  }
  const code = await ended;
  isOver = true;
  await Promise.all(loads);
  return { dataDir, answered, code };
}

describe('the log of a process', () => {
  it('that is killed in the middle is readable line by line', async () => {
    const { dataDir } = await serveUnderLoad('SIGKILL');
    expect(linesIn(dataDir).length).toBeGreaterThan(100);
  });

  it('that is told to stop has a line for every bid that was answered', async () => {
    const { dataDir, answered, code } = await serveUnderLoad('SIGTERM');
    expect(code).toBe(0);
    const bids = linesIn(dataDir).filter(({ kind }) => kind === 'bid');
    expect(bids.length).toBeGreaterThanOrEqual(answered);
    expect(textIn(dataDir).endsWith('}\n')).toBe(true);
  });
});
