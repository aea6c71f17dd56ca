import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { recordCommand } from '../src/cli/record.js';
import { decodeBidRequest } from '../src/exchange/decode.js';
import { readTraffic, type TrafficLine } from '../src/files/read-traffic.js';
import { systemClock } from '../src/lib/clock.js';
import type { RecordingFigures } from '../src/recording/recorder.js';
import { startSampleBidder, type RunningBidder } from './support/running-bidder.js';

let bidder: RunningBidder;
beforeAll(async () => {
  bidder = await startSampleBidder({ environment: { LOG_LEVEL: 'silent' } });
});
afterAll(() => bidder.stop());

const figures = async (): Promise<RecordingFigures> =>
  (await (await bidder.admin('/recording')).json()) as RecordingFigures;

async function until(holds: (now: RecordingFigures) => boolean): Promise<void> {
  while (!holds(await figures())) await new Promise((resolve) => setTimeout(resolve, 5));
}

interface Recording {
  readonly file: string;
  readonly done: Promise<{ code: number; out: string; err: string }>;
  readonly stop: () => void;
}

/** `narrowcast record` as it would run beside the bidder; resolves when the recording is on. */
async function startRecording(...words: string[]): Promise<Recording> {
  return startRecordingOn({ isTTY: false }, ...words);
}

async function startRecordingOn({ isTTY }: { isTTY: boolean }, ...words: string[]): Promise<Recording> {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'traffic.ndjson.gz');
  const stop = new AbortController();
  const said = { code: 0, out: '', err: '' };
  const command = recordCommand({
    settings: () => ({ adminPort: bidder.app.adminPort as number, adminToken: undefined }),
    clock: systemClock,
    terminal: {
      stdin: new PassThrough(),
      stdout: { write: (text) => (said.out += text) },
      stderr: { isTTY, write: (text) => (said.err += text) },
    },
    exit: (code) => {
      said.code = code;
    },
    stop: () => stop.signal,
  });
  const done = command.parseAsync([...words, '--out', file], { from: 'user' }).then(() => said);
  await Promise.race([until(({ state }) => state === 'running'), done]);
  return { file, done, stop: () => stop.abort() };
}

/** Records these bodies and no more: the operator stops when all have come out. */
async function recorded(
  bodies: readonly string[],
  ...words: string[]
): Promise<{ text: string; lines: TrafficLine[] }> {
  const recording = await startRecording('--for', '5m', ...words);
  for (const body of bodies) await bidder.post('generic', body);
  await settled(recording);
  const lines: TrafficLine[] = [];
  for await (const line of readTraffic(recording.file)) lines.push(line);
  return { text: gunzipSync(readFileSync(recording.file)).toString(), lines };
}

/** Ctrl-C: what was sampled before is in the file. */
async function settled({ stop, done }: Recording): Promise<void> {
  stop();
  expect(await done).toMatchObject({ code: 130, err: '' });
  expect(await figures()).toMatchObject({ state: 'ended', ended: 'stopped' });
}

/** Everything that says who somebody is, or could. */
const MARKS = {
  userId: 'u7f2b1f8cf2c8',
  cookie: 'c-81f3aa9b',
  ifa: '6d92078a-8246-4ba4-ae5b-76104861e7dc',
  sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  md5: 'd41d8cd98f00b204e9800998ecf8427e',
  eid: 'Yj0c1dZr4rZXyNkBw1',
  olderEid: 'fa31b2c9-0c0e-4f6e-8f2e-2d1f7b1d2a35',
  ip: '203.0.113.77',
  ipv6: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
  latitude: 37.804363,
  zip: '94607',
  mail: 'jane.doe@mail.example',
  session: 'PHPSESSID-77aa11',
  phone: 491_511_234_567,
  search: 'divorce lawyer',
  born: 1987,
  requestId: 'b6c1f3d2-5f0e-4c57-9a57-2f0e94c1a7d1',
  transaction: 'e0a7d8c1-4f55-4f10-8a73-5a2e5d6f8a11',
};

function markedRequest(): Record<string, unknown> {
  const m = MARKS;
  return {
    id: m.requestId,
    imp: [
      {
        id: '1',
        banner: { w: 300, h: 250 },
        ext: { visitor: m.cookie, deep: [{ [m.mail]: [m.phone] }] },
        native: {
          request: JSON.stringify({
            ver: '1.2',
            assets: [{ id: 1, title: { len: 90 } }],
            ext: { who: m.mail },
          }),
        },
      },
    ],
    site: {
      page: `https://www.news.example/a/${m.mail}/marathon.html?sid=${m.session}#${m.mail}`,
      ref: `https://mail.example/?q=${m.mail}`,
      search: m.search,
      domain: 'news.example',
      ext: { login: m.mail },
    },
    device: {
      ua: 'Mozilla/5.0',
      ip: m.ip,
      ipv6: m.ipv6,
      ifa: m.ifa,
      didsha1: m.sha1,
      didmd5: m.md5,
      dpidsha1: m.sha1,
      dpidmd5: m.md5,
      macsha1: m.sha1,
      macmd5: m.md5,
      idfv: m.ifa,
      geo: {
        country: 'USA',
        region: 'CA',
        lat: m.latitude,
        lon: -122.271111,
        zip: m.zip,
        ext: { home: m.mail },
      },
      ext: { ifv: m.ifa },
    },
    user: {
      id: m.userId,
      buyeruid: m.cookie,
      yob: m.born,
      gender: 'F',
      keywords: m.search,
      kwarray: [m.search],
      customdata: m.session,
      geo: { lat: m.latitude, zip: m.zip },
      data: [{ id: 'p', segment: [{ id: '507', ext: { why: m.mail } }], ext: { who: m.mail } }],
      eids: [
        {
          source: 'id.example',
          uids: [{ id: m.eid, atype: 1, ext: { rtiPartner: m.mail } }],
          ext: { m: m.mail },
        },
      ],
      ext: {
        eids: [{ source: 'graph.example', uids: [{ id: m.olderEid, atype: 3 }] }],
        session: m.session,
        hashed: m.md5,
      },
    },
    source: { tid: m.transaction, ext: { mail: m.mail } },
    regs: { coppa: 0, us_privacy: '1YNN', ext: { note: m.mail } },
    cookies: { [m.session]: m.mail },
    ext: { cookie: m.cookie, at: [m.latitude] },
  };
}

function expectNoMark(text: string): void {
  for (const [what, mark] of Object.entries(MARKS)) expect(text.includes(String(mark)), what).toBe(false);
  expect(text).not.toMatch(/jane|doe@|203\.0\.113\.7|8a2e|divorce/i);
}

describe('narrowcast record', () => {
  it('writes down nothing that says who somebody is, and what it writes can be played', async () => {
    const others = {
      ...markedRequest(),
      user: { id: 'another' },
      device: { ifa: 'AAAAAAAA-0000-4000-8000-00000000000A' },
    };
    const bodies = [markedRequest(), markedRequest(), others].map((request) => JSON.stringify(request));
    const { text, lines } = await recorded(bodies, '--share', '1');
    expect(lines).toHaveLength(3);
    expectNoMark(text);
    const [first, again, other] = lines.map(({ body }) => {
      const decoded = decodeBidRequest(body);
      if (decoded.kind !== 'request') throw new Error(decoded.kind);
      return decoded.request;
    });
    expect(first).toMatchObject({
      inventory: { domain: 'news.example' },
      device: {
        ip: '203.0.113.0',
        ipv6: '2001:db8:85a3::',
        geo: { country: 'USA', region: 'CA', zip: '946', latitude: 37.8 },
      },
      user: { gender: 'F', yearOfBirth: 1985 },
      regulations: { usPrivacy: ['1YNN'] },
    });
    expect(first?.device.ifa).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(first?.user.extendedIds).toHaveLength(2);
    expect(again?.user).toEqual(first?.user);
    expect(other?.user.id).not.toBe(first?.user.id);
    expect(lines.map(({ exchange }) => exchange)).toEqual(['generic', 'generic', 'generic']);
    expect(lines[0]?.tMs).toBeLessThanOrEqual(lines[2]?.tMs ?? 0);
  });

  it('leaves not even a pseudonym where nothing personal may be used', async () => {
    const optedOut = { ...markedRequest(), regs: { us_privacy: '1YYN' } };
    const { text, lines } = await recorded(
      [optedOut, optedOut].map((request) => JSON.stringify(request)),
      '--share',
      '1',
    );
    expectNoMark(text);
    const requests = lines.map(
      ({ body }) => JSON.parse(body.toString()) as Record<string, Record<string, unknown>>,
    );
    for (const request of requests) {
      expect(request['user']).toEqual({ geo: {} });
      expect(request['device']).toEqual({ ua: 'Mozilla/5.0', geo: { country: 'USA', region: 'CA' } });
    }
    // Nor can the two be told to be of the same visitor by what stands for the rest.
    expect(requests[0]?.['ext']).not.toEqual(requests[1]?.['ext']);
  });

  it('uses other pseudonyms in each recording', async () => {
    const body = JSON.stringify(markedRequest());
    const idOf = ({ lines }: { lines: TrafficLine[] }): unknown =>
      (JSON.parse(lines[0]?.body.toString() ?? '') as { user: { id: string } }).user.id;
    const one = idOf(await recorded([body], '--share', '1'));
    expect(idOf(await recorded([body], '--share', '1'))).not.toBe(one);
  });

  it('takes all that a sampled visitor sends and nothing of others, where visitors were asked for', async () => {
    const visitors = Array.from({ length: 40 }, (_, i) => `00000000-0000-4000-8000-0000000000${i + 10}`);
    // What stands beside the visitor's own ids draws nobody.
    const bodies = [1, 2, 3].flatMap((round) =>
      visitors.map((ifa, i) =>
        JSON.stringify({
          id: `${round}-${i}`,
          ext: { ifa: `${round}-${i}` },
          imp: [{ id: '1', banner: { w: 300, h: 250 } }],
          device: { ifa },
          user: { data: [{ id: `${round}-${i}` }] },
        }),
      ),
    );
    const words = ['--share', '0.25', '--by', 'visitor', '--seed', '3'];
    const { lines } = await recorded(bodies, ...words);
    expect((await figures()).seen).toBe(bodies.length);
    const requests = new Map<string, number>();
    for (const { body } of lines) {
      const decoded = decodeBidRequest(body);
      if (decoded.kind !== 'request') throw new Error(decoded.kind);
      const ifa = decoded.request.device.ifa ?? '';
      requests.set(ifa, (requests.get(ifa) ?? 0) + 1);
    }
    expect(requests.size).toBeGreaterThan(3);
    expect(requests.size).toBeLessThan(20);
    expect([...requests.values()].every((count) => count === 3)).toBe(true);
    expect((await recorded(bodies, ...words)).lines).toHaveLength(lines.length);
  });

  it('has nothing of what comes to an address that is no exchange', async () => {
    const recording = await startRecording('--for', '5m', '--share', '1');
    await bidder.post('jane.doe', JSON.stringify(markedRequest()));
    await settled(recording);
    expect(await figures()).toMatchObject({ seen: 0, recorded: 0 });
  });

  it('ends by itself when the time is over, and counts what is no request', async () => {
    const recording = await startRecording('--for', '1s', '--share', '1');
    await bidder.post('generic', JSON.stringify(markedRequest()));
    await bidder.post('generic', 'no JSON');
    const { code, out, err } = await recording.done;
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^1 request recorded, [\d,]+ bytes before compression: .*\n.*2 requests that came, 2 were/,
    );
    expect(out).toContain('1 of them were no JSON');
    expect(statSync(recording.file).mode & 0o077).toBe(0);
    expect(await figures()).toMatchObject({
      state: 'ended',
      ended: 'time',
      recorded: 1,
      unreadable: 1,
      dropped: 0,
    });
  });

  it('shows how far it is on a terminal, and clears that away', async () => {
    const { done } = await startRecordingOn({ isTTY: true }, '--for', '1s', '--share', '1');
    const { code, err } = await done;
    expect(code).toBe(0);
    expect(err).toMatch(/\[-{24}\] +0 % +0 of 1 second +0 requests recorded/);
    expect(err.endsWith('\r\u001B[K')).toBe(true);
  });

  it('ends when there are bytes enough', async () => {
    const recording = await startRecording('--for', '5m', '--share', '1', '--max-bytes', '2KB');
    for (let i = 0; i < 4; i++) await bidder.post('generic', JSON.stringify(markedRequest()));
    await recording.done;
    expect(await figures()).toMatchObject({ ended: 'bytes', dropped: 0 });
    expect((await figures()).bytes).toBeLessThan(2_000 * 4);
  });

  it('is one at a time, and says what is wrong with how it was asked', async () => {
    const recording = await startRecording('--for', '5m');
    const second = await bidder.admin('/record');
    expect([second.status, await second.text()]).toEqual([409, expect.stringContaining('is running')]);
    await settled(recording);
    const wrong = await bidder.admin('/record?share=2&for=3d&by=moon&speed=1');
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toMatch(
      /^"speed" is no option.*\nshare is "2".*\nfor is "3d".*\nby is "moon".*\n$/,
    );
    const { code, err } = await (await startRecording('--share', '0')).done;
    expect([code, err]).toEqual([2, expect.stringContaining('share is "0" but must be')]);
  });

  it('keeps nobody waiting for a reader who does not read: lines are dropped and counted', async () => {
    const socket = connect(bidder.app.adminPort as number, '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    socket.pause();
    socket.write('GET /record?share=1&for=5m HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await until(({ state }) => state === 'running');
    const body = JSON.stringify({ ...markedRequest(), ext: { filler: 'x'.repeat(200_000) } });
    for (let i = 0; (await figures()).dropped < 5; i++) {
      const { status } = await bidder.post('generic', body);
      expect([200, 204]).toContain(status);
      expect(i).toBeLessThan(2_000);
    }
    const { seen, sampled, recorded: written, dropped } = await figures();
    expect(sampled).toBe(seen);
    expect(written + dropped).toBeLessThan(seen);
    socket.destroy();
    await until(({ state }) => state === 'ended');
    const end = await figures();
    expect(end).toMatchObject({ ended: 'reader-gone', sampled: end.recorded + end.dropped });
  });
});
