import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRaw, post, roundTrip, startTestServer, type RawConnection, type TestServer } from './support.js';

/**
 * Request smuggling: requests whose end two readers may see in different places. Each is followed by a request that
 * an attacker would like to have served in somebody else's name; it must never reach the handler.
 */
const SMUGGLED = 'POST /openrtb2/generic HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nsmuggled';
const CHUNKED_BODY = '3\r\nabc\r\n0\r\n\r\n';

function request(headers: string, body = 'abc', firstLine = 'POST /openrtb2/generic HTTP/1.1'): string {
  return `${firstLine}\r\nHost: a\r\n${headers}\r\n${body}`;
}

const LENGTH = 'Content-Length: 3\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

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

describe('framing that is refused', () => {
  const refused: readonly (readonly [about: string, bytes: string])[] = [
    ['the same length twice', request(LENGTH + LENGTH)],
    ['two lengths', request(`${LENGTH}Content-Length: 30\r\n`)],
    ['a list of lengths', request('Content-Length: 3, 3\r\n')],
    ['an empty length', request('Content-Length: \r\n')],
    ['an empty length, then a real one', request(`Content-Length:\r\n${LENGTH}`)],
    ['a negative length', request('Content-Length: -3\r\n')],
    ['a length with a sign', request('Content-Length: +3\r\n')],
    ['a hexadecimal length', request('Content-Length: 0x3\r\n')],
    ['a fraction', request('Content-Length: 3.0\r\n')],
    ['two numbers', request('Content-Length: 3 4\r\n')],
    ['length and chunks', request(LENGTH + CHUNKED, CHUNKED_BODY)],
    ['chunks and length', request(CHUNKED + LENGTH, CHUNKED_BODY)],
    ['an empty length and chunks', request(`Content-Length:\r\n${CHUNKED}`, CHUNKED_BODY)],
    ['a length and an empty transfer encoding', request(`${LENGTH}Transfer-Encoding:\r\n`)],
    ['an empty transfer encoding', request('Transfer-Encoding:\r\n', '')],
    ['an empty transfer encoding, then chunked', request(`Transfer-Encoding:\r\n${CHUNKED}`, CHUNKED_BODY)],
    ['chunked twice', request(CHUNKED + CHUNKED, CHUNKED_BODY)],
    ['xchunked', request('Transfer-Encoding: xchunked\r\n', CHUNKED_BODY)],
    ['chunked, identity', request('Transfer-Encoding: chunked, identity\r\n', CHUNKED_BODY)],
    ['gzip, chunked', request('Transfer-Encoding: gzip, chunked\r\n', CHUNKED_BODY)],
    ['identity', request('Transfer-Encoding: identity\r\n')],
    ['"chunked" in quotes', request('Transfer-Encoding: "chunked"\r\n', CHUNKED_BODY)],
    ['two hosts', request(`Host: b\r\n${LENGTH}`)],
    ['two lengths on a route of notices', request(LENGTH + LENGTH, 'abc', 'POST /n/win/token HTTP/1.1')],
    ['two lengths on no route', request(LENGTH + LENGTH, 'abc', 'GET / HTTP/1.1')],
    ['no length, where the library may have hidden it', request(`: x\r\n${LENGTH}`)],
    ['no length at all', request('')],
  ];

  it.each(refused)('answers 400 to %s and closes', async (_about, bytes) => {
    connection.send(bytes);
    const response = await connection.response();
    expect(response.status).toBe(400);
    expect(response.headers.get('connection')).toBe('close');
    connection.send(SMUGGLED);
    const later = await connection.closed();
    expect(later.every(({ status }) => status >= 400)).toBe(true);
    expect(server.bodies.filter((body) => body !== '')).toEqual([]);
    expect(server.notices).toEqual([]);
  });

  it.each(refused)('serves nothing that follows %s in the same packet', async (_about, bytes) => {
    connection.send(bytes + SMUGGLED);
    const responses = await connection.closed();
    expect(responses.every(({ status }) => status >= 400)).toBe(true);
    expect(server.bodies.filter((body) => body !== '')).toEqual([]);
  });
});

describe('chunks, which the library reads leniently', () => {
  const chunked: readonly (readonly [about: string, body: string])[] = [
    ['as they should be', CHUNKED_BODY],
    ['with an extension', '3;a=b\r\nabc\r\n0\r\n\r\n'],
    ['with a trailer', '3\r\nabc\r\n0\r\nX: y\r\n\r\n'],
    ['with a digit beyond F', `g\r\n${'a'.repeat(16)}\r\n0\r\n\r\n`],
    ['ended by bare line feeds', '3\nabc\n0\n\n'],
    ['without the line end behind the data', '3\r\nabcXX0\r\n\r\n'],
    ['with a blank behind the size', '3 \r\nabc\r\n0\r\n\r\n'],
    ['with an empty size', '\r\nabc\r\n0\r\n\r\n'],
    ['with a negative size', '-3\r\nabc\r\n0\r\n\r\n'],
    ['with a prefixed size', '0x3\r\nabc\r\n0\r\n\r\n'],
    ['with a size beyond 64 bits', 'fffffffffffffffffff\r\nabc'],
    ['with a size that never comes', 'ffffffff\r\nabc'],
  ];

  it.each(chunked)('serves nothing behind chunks %s, in the same packet or later', async (_about, body) => {
    connection.send(request(CHUNKED, body) + SMUGGLED);
    const second = await openRaw(server.port);
    second.send(request(CHUNKED, body));
    await roundTrip(server.port);
    second.send(SMUGGLED);
    const third = await openRaw(server.port);
    third.send(post('honest'));
    expect((await third.response()).status).toBe(200);
    expect(server.bodies).toContain('honest');
    expect(server.bodies).not.toContain('smuggled');
    second.destroy();
    third.destroy();
  });
});

describe('what the library turns away itself', () => {
  it.each([
    ['a huge length', request('Content-Length: 99999999999999999999999\r\n'), 400],
    ['bare line feeds', request(LENGTH).replaceAll('\r\n', '\n'), 505],
    ['an absolute target', request(LENGTH, 'abc', 'POST http://a/openrtb2/generic HTTP/1.1'), 505],
    ['an asterisk', request('', '', 'OPTIONS * HTTP/1.1'), 505],
    ['an authority', request('', '', 'CONNECT a:1 HTTP/1.1'), 505],
    ['two blanks in the first line', request(LENGTH, 'abc', 'POST  /openrtb2/generic HTTP/1.1'), 505],
    ['tabs in the first line', request(LENGTH, 'abc', 'POST\t/openrtb2/generic\tHTTP/1.1'), 505],
    ['NUL in the first line', request(LENGTH, 'abc', 'POST /openrtb2/\0generic HTTP/1.1'), 505],
    ['HTTP/1.0', request(LENGTH, 'abc', 'POST /openrtb2/generic HTTP/1.0'), 505],
    ['HTTP/1.2', request(LENGTH, 'abc', 'POST /openrtb2/generic HTTP/1.2'), 505],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['no host', `POST /openrtb2/generic HTTP/1.1\r\n${LENGTH}\r\nabc`, 400],
    ['a long header', request(`X: ${'a'.repeat(5000)}\r\n${LENGTH}`), 431],
    ['a long header without an end', `POST / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}`, 431],
    ['a long target', request(LENGTH, 'abc', `POST /${'a'.repeat(5000)} HTTP/1.1`), 431],
    ['two hundred headers', request('X: a\r\n'.repeat(200) + LENGTH), 431],
  ])('is %s', async (_about, bytes, status) => {
    connection.send(bytes + SMUGGLED);
    expect((await connection.closed()).map((response) => response.status)).toEqual([status]);
    expect(server.bodies).toEqual([]);
  });

  // It takes them for heads that are not complete yet, and cuts them when its time is over (see slow.test.ts).
  it.each([
    ['a folded header', request(`X: a\r\n b\r\n${LENGTH}`)],
    ['a folded transfer encoding', request(`Transfer-Encoding:\r\n chunked\r\n${LENGTH}`)],
    ['a vertical tab before the value', request('Transfer-Encoding: \x0bchunked\r\n', CHUNKED_BODY)],
    ['a line feed in a value', request(`X: a\nContent-Length: 30\r\n${LENGTH}`)],
    ['a carriage return in a value', request(`X: a\rb\r\n${LENGTH}`)],
    ['NUL in a value', request(`X: a\0b\r\n${LENGTH}`)],
    ['NUL in a name', request(`X\0Y: a\r\n${LENGTH}`)],
    ['a blank before the colon', request('Content-Length : 3\r\n')],
    ['a blank in a name', request(`Content Length: 3\r\n${LENGTH}`)],
    ['a header without a colon', request(`Garbage\r\n${LENGTH}`)],
    ['an empty first line', `\r\n${request(LENGTH)}`],
    ['HTTP/0.9', 'GET /openrtb2/generic\r\n\r\n'],
  ])('never completes: %s', async (_about, bytes) => {
    connection.send(bytes + SMUGGLED);
    const other = await openRaw(server.port);
    other.send(post('honest'));
    expect((await other.response()).status).toBe(200);
    expect(server.bodies).toEqual(['honest']);
    other.destroy();
    connection.destroy();
    expect(await connection.closed()).toEqual([]);
  });
});
