import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NoticeAnswer } from '../../src/domain/ports.js';
import {
  get,
  openRaw,
  post,
  startTestServer,
  until,
  type RawConnection,
  type TestServer,
} from './support.js';

let server: TestServer;
let connection: RawConnection;

beforeEach(async () => {
  server = await startTestServer();
  connection = await openRaw(server.port);
});

afterEach(() => {
  connection.destroy();
  server.close();
});

describe('notices', () => {
  it.each([
    ['/n/win/t1', 'win', 204],
    ['/n/bill/t1', 'bill', 204],
    ['/n/loss/t1', 'loss', 204],
    ['/i/t1', 'impression', 200],
    ['/c/t1', 'click', 302],
  ] as const)('hands GET and POST %s on with its token and query', async (path, kind, status) => {
    for (const bytes of [get(`${path}?price=1%2E5&x`), post('', [], `${path}?price=1%2E5&x`)]) {
      connection.send(bytes);
      const response = await connection.response();
      expect(response.status).toBe(status);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(server.notices.at(-1)).toMatchObject({ kind, token: 't1', query: 'price=1%2E5&x' });
    }
    expect(server.notices).toHaveLength(2);
  });

  it('hand on what the call says of who makes it, headers that come twice whole', async () => {
    connection.send(
      get('/c/t1', [
        'User-Agent: Mozilla/5.0',
        'X-Forwarded-For: 203.0.113.7',
        'X-Device-IP: 198.51.100.1',
        'X-Device-User-Agent: Mozilla/5.0 (TV)',
        'X-Forwarded-For: 192.0.2.1, 10.0.0.1',
      ]),
    );
    await connection.response();
    connection.send(get('/c/t2'));
    await connection.response();
    const [told, untold] = server.notices.map(({ caller }) => caller);
    expect(told).toEqual({
      address: expect.stringMatching(/^(127\.0\.0\.1|[0:]*ffff:7f00:0001)$/),
      userAgent: 'Mozilla/5.0',
      forwardedFor: '203.0.113.7,192.0.2.1, 10.0.0.1',
      deviceAddress: '198.51.100.1',
      deviceUserAgent: 'Mozilla/5.0 (TV)',
    });
    expect(untold).toMatchObject({ userAgent: '', forwardedFor: '', deviceAddress: '', deviceUserAgent: '' });
  });

  it('without a query have an empty one: undefined was handed on, and the call was never answered', async () => {
    for (const path of ['/n/bill/t1', '/v/acme']) {
      connection.send(get(path));
      await connection.response();
    }
    expect([server.notices[0]?.query, server.conversions[0]?.query]).toEqual(['', '']);
  });

  it('answers when the handler does, and with 503 what cannot be written down', async () => {
    server.close();
    const answers: ((answer: NoticeAnswer) => void)[] = [];
    server = await startTestServer({ handleNotice: () => new Promise((resolve) => answers.push(resolve)) });
    connection = await openRaw(server.port);
    connection.send(get('/n/bill/t1'));
    await until(() => answers.length === 1);
    const drained = server.drain(5000);
    answers[0]?.({ kind: 'unavailable' });
    const { status, headers } = await connection.response();
    expect([status, headers.get('cache-control')]).toEqual([503, 'no-store']);
    await drained;
  });

  it('shows one transparent pixel', async () => {
    connection.send(get('/i/t1'));
    const { headers, body } = await connection.response();
    expect(headers.get('content-type')).toBe('image/gif');
    expect(body.subarray(0, 10).toString('latin1')).toBe('GIF89a\x01\0\x01\0');
    expect(body.at(-1)).toBe(0x3b);
  });

  it('redirects to the handler’s landing page only', async () => {
    connection.send(get('/c/t1?url=https://evil.example/', ['Referer: https://evil.example/']));
    expect((await connection.response()).headers.get('location')).toBe('https://shop.example/landing?a=1');
    connection.send(get('/c/forged'));
    const refused = await connection.response();
    expect(refused.status).toBe(400);
    expect(refused.headers.has('location')).toBe(false);
  });

  it('skips the body of a POST, however it arrives, and serves the next request', async () => {
    const bytes = post('x'.repeat(100_000), [], '/n/win/t1');
    connection.send(bytes.subarray(0, 1000));
    expect((await connection.response()).status).toBe(204);
    connection.send(bytes.subarray(1000));
    connection.send(get('/n/win/t2'));
    expect((await connection.response()).status).toBe(204);
    expect(server.notices.map(({ token }) => token)).toEqual(['t1', 't2']);
  });

  it.each(['PUT', 'DELETE', 'HEAD', 'get'])('answers %s with 405, and books nothing', async (method) => {
    for (const path of ['/n/win/t1', '/n/bill/t1', '/i/t1', '/c/t1', '/v/acme']) {
      connection.send(`${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
      const response = await connection.response();
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, POST, OPTIONS');
    }
    expect([server.notices, server.conversions]).toEqual([[], []]);
  });

  it.each(['/n/bill/t1', '/i/t1', '/c/t1', '/v/acme'])(
    'lets scripts of any page come to %s',
    async (path) => {
      connection.send(
        `OPTIONS ${path} HTTP/1.1\r\nHost: a\r\nOrigin: https://news.example\r\nContent-Length: 0\r\n\r\n`,
      );
      const { status, headers } = await connection.response();
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-methods')).toBe('GET, POST');
      expect(headers.get('access-control-allow-headers')).toBe('*');
      expect([server.notices, server.conversions]).toEqual([[], []]);
    },
  );

  it.each([
    ['/v/acme?id=1', 200, 204],
    ['/v/acme?bad', 400, 400],
    ['/v/nobody?id=1', 404, 404],
  ])('hands the conversion %s on: GET %i, POST %i', async (path, byGet, byPost) => {
    const headers = ['Cookie: nc=1', 'Sec-GPC: 1'];
    connection.send(get(path, headers));
    const pixel = await connection.response();
    connection.send(post('', ['Cookie: a=b', 'Cookie: nc=1'], path));
    const postback = await connection.response();
    expect([pixel.status, postback.status]).toEqual([byGet, byPost]);
    expect(pixel.headers.get('content-type')).toBe(byGet === 200 ? 'image/gif' : undefined);
    expect(pixel.headers.get('cache-control')).toBe('no-store');
    const [advertiser = '', query = ''] = path.slice('/v/'.length).split('?');
    expect(server.conversions).toEqual([
      { advertiser, query, cookies: 'nc=1', isPrivate: true },
      { advertiser, query, cookies: 'a=b;nc=1', isPrivate: false },
    ]);
  });

  it.each([
    [['DNT: 1'], true],
    [['DNT: 0', 'Sec-GPC: 0'], false],
    [['DNT: 0', 'Sec-GPC: 1'], true],
  ])('a conversion with %j is private: %s', async (headers, isPrivate) => {
    connection.send(get('/v/acme', headers));
    await connection.response();
    expect(server.conversions).toMatchObject([{ isPrivate }]);
  });

  it.each(['/n/win', '/n/win/', '/n/other/t1', '/n/win/t1/x', '/i/', '/c', '/v', '/v/', '/v/a/b'])(
    'knows no %s',
    async (path) => {
      connection.send(get(path));
      expect((await connection.response()).status).toBe(404);
      expect(server.notices).toEqual([]);
      expect(server.outcomes).toEqual([]);
    },
  );
});
