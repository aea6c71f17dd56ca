import fc from 'fast-check';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { prepareGzipRequest, prepareRequest, splitAtId, writeRequest } from './prepared-request.js';

const HEAD = 'POST /bid HTTP/1.1\r\nhost: bidder.example\r\n';

function sent(body: object, isGzip: boolean, run: number, count: number) {
  const parts = splitAtId(Buffer.from(JSON.stringify(body)));
  const request = isGzip ? prepareGzipRequest(HEAD, parts) : prepareRequest(HEAD, parts);
  const target = Buffer.alloc(request.bytes.length, 'X');
  const length = writeRequest(target, request, run, count);
  const at = target.indexOf('\r\n\r\n') + 4;
  return { head: target.toString('latin1', 0, at), body: target.subarray(at, length) };
}

describe('a prepared request', () => {
  it('is what was in the file but for the end of its id, compressed or not', () => {
    fc.assert(
      fc.property(
        fc.record({ id: fc.string({ maxLength: 40 }), text: fc.string(), list: fc.array(fc.integer()) }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (request, run, count) => {
          const plain = sent(request, false, run, count);
          const read = JSON.parse(plain.body.toString()) as typeof request;
          const digits = run.toString(16).padStart(8, '0') + count.toString(16).padStart(8, '0');
          expect(read).toEqual({ ...request, id: expect.stringMatching(`^.*${digits}$`) });
          expect(plain.head).toContain(`content-length: ${plain.body.length}\r\n`);

          // It inflates only when the checksum is right.
          const gzip = sent(request, true, run, count);
          expect(gunzipSync(gzip.body)).toEqual(plain.body);
          expect(gzip.head).toContain(`content-encoding: gzip\r\ncontent-length: ${gzip.body.length}\r\n`);
        },
      ),
    );
  });

  it('keeps the beginning and the length of an id that is long enough', () => {
    const { body } = sent({ id: 'exchange-7f3a-0123456789abcdef', imp: [] }, false, 0xabc, 0x12);
    expect(body.toString()).toBe('{"id":"exchange-7f3a-00000abc00000012","imp":[]}');
  });

  it.each([[{ imp: [] }], [{ id: 7, imp: [] }], [{ id: '"short"', imp: [] }]])(
    'gives %j an id',
    (request) => {
      const read = JSON.parse(sent(request, false, 1, 2).body.toString()) as { id: string };
      expect(read.id).toBe('0000000100000002');
    },
  );
});
