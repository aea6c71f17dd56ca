import { decodeBidRequest, type DecodeResult } from '../../src/exchange/decode.js';
import type { Impression } from '../../src/domain/bid-request.js';

export function decoded(request: object): DecodeResult {
  return decodeBidRequest(Buffer.from(JSON.stringify(request)));
}

/** The only impression of a request, with these fields. */
export function impression(fields: object): Impression {
  const result = decoded({ id: '1', imp: [{ id: '1', ...fields }] });
  if (result.kind !== 'request') throw new Error(`the request is ${result.kind}`);
  const [only] = result.request.impressions;
  if (!only) throw new Error(`the impression was skipped: ${result.request.skipped[0]?.why}`);
  return only;
}
