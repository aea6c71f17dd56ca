import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN_ROUTES, type AdminRoute } from '../../src/http/admin-routes.js';
import { startAdminServer, type AdminServer, type AdminServerOptions } from '../../src/http/admin-server.js';
import { systemClock } from '../../src/lib/clock.js';
import { openRaw, type RawResponse } from './support.js';

const TOKEN = 'a secret';
let server: AdminServer | undefined;
afterEach(() => server?.close());

async function start(overrides: Partial<AdminServerOptions> = {}): Promise<void> {
  server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    token: undefined,
    bodyBytesMax: 1000,
    clock: systemClock,
    metricsText: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    readiness: () => ({ ready: true, why: 'ready' }),
    delivery: async (campaign) => JSON.stringify({ campaign }),
    recordings: { record: () => ({ stream: (reader) => reader.end() }), figures: () => '{}', stop: () => {} },
    explain: async (exchange, body) => ({
      status: exchange === 'generic' ? 200 : 404,
      body: JSON.stringify({ exchange, body: Buffer.from(body).toString() }),
    }),
    ...overrides,
  });
}

async function send(
  method: string,
  path: string,
  headers: readonly string[] = [],
  body = '',
): Promise<RawResponse> {
  const connection = await openRaw(server?.port ?? 0);
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : ['Host: localhost:9090'];
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...host,
    ...headers,
    `Content-Length: ${body.length}`,
    '',
    body,
  ];
  connection.send(lines.join('\r\n'));
  const response = await connection.response();
  connection.destroy();
  return response;
}

const sendTo = (route: AdminRoute, headers: readonly string[]): Promise<RawResponse> =>
  send(route.method, route.path.replace(/:\w+/, 'generic'), headers, route.method === 'POST' ? '{}' : '');

// Read from the table the server itself is made of: a new route is tested before anybody thinks of it.
describe.each(ADMIN_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (_name, route) => {
    const closed = route.needsToken ? 401 : 200;

    it.each([
      ['no token', [], closed],
      ['an empty token', ['authorization: Bearer '], closed],
      ['a wrong token', ['authorization: Bearer a secret?'], closed],
      ['the token in another scheme', [`authorization: Basic ${TOKEN}`], closed],
      ['the right token', [`authorization: Bearer ${TOKEN}`], 200],
      [
        'the right token under any name of the host',
        [`authorization: Bearer ${TOKEN}`, 'host: bidder.example'],
        200,
      ],
      ['a call from another site', [`authorization: Bearer ${TOKEN}`, 'sec-fetch-site: cross-site'], 403],
      [
        'a call from a neighbouring site',
        [`authorization: Bearer ${TOKEN}`, 'sec-fetch-site: same-site'],
        403,
      ],
      ['another origin', [`authorization: Bearer ${TOKEN}`, 'origin: https://evil.example'], 403],
      ['an origin without a name', [`authorization: Bearer ${TOKEN}`, 'origin: null'], 403],
    ])('with a token set, to %s', async (_about, headers, status) => {
      await start({ token: TOKEN });
      const response = await sendTo(route, headers);
      expect(response.status).toBe(status);
      expect(response.headers.has('www-authenticate')).toBe(status === 401);
    });

    it.each([
      ['localhost', ['host: localhost'], 200],
      ['localhost and any port', ['host: LOCALHOST:1'], 200],
      ['an address of this machine', ['host: 127.8.9.1:9090'], 200],
      ['its IPv6 address', ['host: [::1]:9090'], 200],
      [
        'its own page',
        ['host: localhost:1', 'origin: http://localhost:1', 'sec-fetch-site: same-origin'],
        200,
      ],
      ['a name that was rebound to this machine', ['host: evil.example'], 403],
      ['a name that only looks like it', ['host: 127.0.0.1.evil.example'], 403],
      ['another that does', ['host: localhost.evil.example'], 403],
      ['no name', ['host: '], 403],
      ['the address of all', ['host: 0.0.0.0'], 403],
      ['a page of another port', ['host: localhost:1', 'origin: http://localhost:2'], 403],
      ['another site', ['host: localhost', 'sec-fetch-site: cross-site'], 403],
    ])('without a token, to %s', async (_about, headers, status) => {
      await start();
      expect((await sendTo(route, headers)).status).toBe(status);
    });

    it('gives nothing that a browser may store or take for a page', async () => {
      await start();
      const { headers } = await sendTo(route, []);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-type')).toMatch(/^(text\/plain|application\/(x-nd)?json)/);
    });

    it('has one method', async () => {
      await start();
      const response = await send(route.method === 'GET' ? 'POST' : 'GET', route.path);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe(route.method);
    });
  },
);

describe('the admin port', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'admin.example', ''])(
    'refuses to open %j without a token',
    async (host) => {
      for (const token of [undefined, ''])
        await expect(start({ host, token })).rejects.toThrow('ADMIN_TOKEN');
    },
  );

  it('opens to other machines with one', async () => {
    await start({ host: '0.0.0.0', token: TOKEN });
    expect((await send('GET', '/metrics')).status).toBe(401);
  });

  it('hides which paths exist from callers without the token', async () => {
    await start({ token: TOKEN });
    expect((await send('GET', '/nothing')).status).toBe(401);
    expect((await send('GET', '/nothing', [`authorization: Bearer ${TOKEN}`])).status).toBe(404);
  });

  it('tells why it is not ready', async () => {
    await start({ readiness: () => ({ ready: false, why: 'draining' }) });
    const response = await send('GET', '/readyz');
    expect([response.status, response.body.toString()]).toEqual([503, 'draining\n']);
    expect((await send('GET', '/livez')).status).toBe(200);
  });

  it('tells how campaigns spend, all or one', async () => {
    await start();
    const body = async (path: string) => (await send('GET', path)).body.toString();
    expect(await body('/delivery')).toBe('{}');
    expect(await body('/delivery?campaign=shoes')).toBe('{"campaign":"shoes"}');
  });

  it('hands a request to explain on and its answer back', async () => {
    await start();
    const response = await send('POST', '/explain/generic', [], '{"id":"1"}');
    expect(JSON.parse(response.body.toString())).toEqual({ exchange: 'generic', body: '{"id":"1"}' });
    expect((await send('POST', '/explain/__proto__', [], '{}')).status).toBe(404);
  });

  it('keeps the limit of a body and the rules of framing', async () => {
    await start();
    expect((await send('POST', '/explain/generic', [], 'x'.repeat(1000))).status).toBe(200);
    expect((await send('POST', '/explain/generic', [], 'x'.repeat(1001))).status).toBe(413);
    expect((await send('POST', '/explain/generic', ['content-encoding: gzip'], 'x')).status).toBe(400);
    expect((await send('GET', '/metrics', ['content-length: 0'])).status).toBe(400);
    expect((await send('GET', '/metrics', ['host: localhost', 'host: evil.example'])).status).toBe(400);
  });

  it('tells the operator what went wrong behind a route', async () => {
    await start({ metricsText: async () => Promise.reject(new Error('no figures')) });
    const response = await send('GET', '/metrics');
    expect([response.status, response.body.toString()]).toEqual([500, 'Error: no figures\n']);
  });
});
