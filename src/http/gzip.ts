import { gunzipSync, gzipSync, type ZlibOptions } from 'node:zlib';

/** What `inflate` makes of a body: the bytes, or why there are none. */
export type Inflated = Uint8Array | 'corrupt' | 'too-large';

/** With `info: true` Node returns the decompressor too; its declarations do not say so. */
type GunzipWithInfo = (
  body: Uint8Array,
  options: ZlibOptions,
) => { readonly buffer: Uint8Array; readonly engine: { readonly bytesWritten: number } };

/**
 * Undoes a request's Content-Encoding (OpenRTB 2.6 §2.4). Inflating stops at `bytesMax`, so that a bomb costs no more
 * than an honest body. Anything but one or more whole gzip members, from the first byte to the last, is corrupt.
 *
 * @param contentEncoding as sent, in any case; empty for none
 * @returns `body` itself when it is not encoded
 */
export function inflate(body: Uint8Array, contentEncoding: string, bytesMax: number): Inflated {
  if (contentEncoding === '') return body;
  const encoding = contentEncoding.toLowerCase();
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return 'corrupt';
  try {
    const options = { info: true, maxOutputLength: bytesMax };
    const { buffer, engine } = (gunzipSync as unknown as GunzipWithInfo)(body, options);
    return engine.bytesWritten === body.byteLength ? buffer : 'corrupt';
  } catch (error) {
    return refusalOf(error);
  }
}

/** Only what a sender can cause is an answer; any other error is ours. */
function refusalOf(error: unknown): 'corrupt' | 'too-large' {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_BUFFER_TOO_LARGE') return 'too-large';
  if (code === 'Z_DATA_ERROR' || code === 'Z_BUF_ERROR') return 'corrupt';
  throw error;
}

/** @returns `text` as one gzip member */
export function compress(text: string): Uint8Array {
  return gzipSync(text);
}

/**
 * Does an Accept-Encoding value allow gzip (RFC 9110 §12.5.3)? A weight of 0 forbids; `*` stands for what is not
 * named; an absent header allows nothing here, because exchanges that can read gzip say so (OpenRTB 2.6 §2.4).
 */
export function acceptsGzip(acceptEncoding: string): boolean {
  if (acceptEncoding === '') return false;
  if (acceptEncoding === 'gzip') return true;
  let wildcard = false;
  for (const item of acceptEncoding.toLowerCase().split(',')) {
    const semicolon = item.indexOf(';');
    const coding = (semicolon < 0 ? item : item.slice(0, semicolon)).trim();
    const allowed = semicolon < 0 || weightOf(item.slice(semicolon + 1)) > 0;
    if (coding === 'gzip' || coding === 'x-gzip') return allowed;
    if (coding === '*') wildcard = allowed;
  }
  return wildcard;
}

/** @returns the `q` of the parameters, 1 when there is none, 0 when it is no number */
function weightOf(parameters: string): number {
  const equals = parameters.indexOf('=');
  if (equals < 0 || parameters.slice(0, equals).trim() !== 'q') return 1;
  const weight = Number(parameters.slice(equals + 1));
  return Number.isFinite(weight) ? weight : 0;
}
