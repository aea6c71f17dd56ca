import { isUtf8 } from 'node:buffer';
import { decodeFields, type DecodeResult } from '../../src/exchange/decode.js';
import { readObject } from '../../src/exchange/read.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What `decodeBidRequest` must answer, but for what is too complex: everything is parsed, and little of it is read. */
export function decodeSlowly(body: Uint8Array): DecodeResult {
  if (body.length === 0) return { kind: 'malformed', why: 'the body is empty' };
  if (!isUtf8(body)) return { kind: 'malformed', why: 'the body is not UTF-8' };
  const value = parsed(decoder.decode(body).replace(/^\uFEFF/, ''));
  if (value === undefined) return { kind: 'malformed', why: 'the body is not JSON' };
  const fields = readObject(value);
  return fields ? decodeFields(fields) : { kind: 'malformed', why: 'the body is not a JSON object' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
