import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidAnswer, ResponseReader } from './response-reader.js';

interface Read {
  readonly status: number;
  readonly body: string;
  readonly isGzip: boolean;
  readonly keepsAlive: boolean;
}

/** What is read when the bytes come in pieces of these lengths, and the rest in one; each in memory that is used again. */
function readInPieces(bytes: Buffer, lengths: readonly number[], ends = false): Read[] {
  const answers: Read[] = [];
  const reader = new ResponseReader(({ body, ...answer }) =>
    answers.push({ ...answer, body: body.toString('latin1') }),
  );
  const memory = Buffer.alloc(bytes.length);
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    const piece = bytes.subarray(at, at + length);
    if (piece.length === 0) continue;
    memory.set(piece);
    reader.read(memory.subarray(0, piece.length));
    memory.fill('X');
    at += piece.length;
  }
  if (ends) reader.end();
  return answers;
}

const text = (...lines: readonly string[]) => Buffer.from(lines.join('\r\n'), 'latin1');

const chunked = (pieces: readonly string[]) =>
  pieces.map((piece) => `${piece.length.toString(16)};x=1\r\n${piece}\r\n`).join('') + '0\r\nx: y\r\n\r\n';

/** One response as it goes over the wire, and what is to be read from it. */
const body = fc.string({ unit: 'binary-ascii', maxLength: 40 });
const response = fc.oneof(
  fc.tuple(fc.constantFrom(200, 404, 503), body).map(([status, body]) => ({
    wire: `HTTP/1.1 ${status} Any words\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    read: { status, body, isGzip: false, keepsAlive: true },
  })),
  fc
    .array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }), { maxLength: 4 })
    .map((pieces) => ({
      wire: `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(pieces)}`,
      read: { status: 200, body: pieces.join(''), isGzip: true, keepsAlive: true },
    })),
  fc.constant({
    wire: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nx-nbr: 2\r\nconnection: Close\r\n\r\n',
    read: { status: 204, body: '', isGzip: false, keepsAlive: false },
  }),
  fc.constant({
    wire: 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok',
    read: { status: 200, body: 'ok', isGzip: false, keepsAlive: false },
  }),
);

describe('a response reader', () => {
  it('reads the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(response, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 }),
        (responses, lengths) => {
          const bytes = Buffer.from(responses.map(({ wire }) => wire).join(''), 'latin1');
          expect(readInPieces(bytes, lengths)).toEqual(responses.map(({ read }) => read));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads byte by byte', () => {
    const bytes = text('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', chunked(['one', 'two']));
    const answers = readInPieces(
      bytes,
      Array.from(bytes, () => 1),
    );
    expect(answers).toEqual([{ status: 200, body: 'onetwo', isGzip: false, keepsAlive: true }]);
  });

  it('takes a body of unsaid length up to the end of the connection, which is not used again', () => {
    expect(readInPieces(text('HTTP/1.1 200 OK', '', 'all of it'), [20, 3], true)).toEqual([
      { status: 200, body: 'all of it', isGzip: false, keepsAlive: false },
    ]);
  });

  it.each([
    ['no HTTP', text('SSH-2.0-OpenSSH_9.2', '', '')],
    ['another version', text('HTTP/2 200 OK', '', '')],
    ['a length that is none', text('HTTP/1.1 200 OK', 'content-length: -4', '', '')],
    ['a chunk without a size', text('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'zz', '')],
    ['a chunk too long', text('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'ab', '')],
    ['a head that does not end', Buffer.from(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}`)],
    ['a body beyond all limits', text('HTTP/1.1 200 OK', 'content-length: 99999999', '', '')],
  ])('refuses %s', (_, bytes) => {
    expect(() => readInPieces(bytes, [])).toThrow(InvalidAnswer);
    expect(() =>
      readInPieces(
        bytes,
        Array.from({ length: 30 }, () => 1),
      ),
    ).toThrow(InvalidAnswer);
  });

  it.each([
    ['a head', 'HTTP/1.1 200'],
    ['a body', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab'],
    ['a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'],
  ])('notices a connection that ends within %s', (_, sent) => {
    expect(() => readInPieces(Buffer.from(sent), [], true)).toThrow(/ended within an answer/);
  });
});
