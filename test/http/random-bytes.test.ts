import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRaw, post, startTestServer, type TestServer } from './support.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Pieces of real requests make random bytes get further than the first line. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      'POST /openrtb2/generic HTTP/1.1\r\n',
      'GET /n/win/t HTTP/1.1\r\n',
      'Host: a\r\n',
      'Content-Length: 3\r\n',
      'Content-Length: 300000\r\n',
      'Content-Encoding: gzip\r\n',
      'Transfer-Encoding: chunked\r\n',
      '__proto__: x\r\n',
      ': \r\n',
      '\r\n',
      '\r\n\r\n',
      '3\r\nabc\r\n0\r\n\r\n',
      'abc',
      '\0',
    )
    .map((text) => Buffer.from(text)),
);

describe('any bytes at all', () => {
  it('never stop the server from answering the next good request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.nat(40), async (pieces, cut) => {
        const bytes = Buffer.concat(pieces);
        const hostile = await openRaw(server.port);
        hostile.send(bytes.subarray(0, cut));
        const good = await openRaw(server.port);
        hostile.send(bytes.subarray(cut));
        good.send(post('good'));
        expect((await good.response()).status).toBe(200);
        good.destroy();
        hostile.destroy();
      }),
      { numRuns: 300 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
