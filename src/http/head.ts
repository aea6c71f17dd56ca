import type { HttpRequest } from 'uWebSockets.js';

/**
 * How the end of a request's body is told:
 * - `none`: there is no body (or its length is hidden from us, see `readHead`)
 * - `sized`: by Content-Length
 * - `chunked`: by chunks. The library reads chunk extensions, trailers and line ends too leniently to say for sure
 *   where such a body ends
 * - `invalid`: in a way that two readers may understand differently (RFC 9112 §6.3): request smuggling
 */
export type Framing = 'none' | 'sized' | 'chunked' | 'invalid';

/** The head of a request, as far as it is used. */
export interface RequestHead {
  framing: Framing;
  /** Bytes; 0 unless `framing` is `sized`. */
  contentLength: number;
  /** As sent; several header lines joined by commas; empty when absent. */
  contentEncoding: string;
  acceptEncoding: string;
}

interface Scan extends RequestHead {
  contentLengths: number;
  transferEncodings: number;
  hosts: number;
  contentLengthText: string;
  transferEncoding: string;
}

const scan: Scan = {
  framing: 'none',
  contentLength: 0,
  contentEncoding: '',
  acceptEncoding: '',
  contentLengths: 0,
  transferEncodings: 0,
  hosts: 0,
  contentLengthText: '',
  transferEncoding: '',
};

/**
 * Reads the head in one pass over its headers: only a pass over all shows that a header came twice, and asking for
 * four of them by name costs half as much as the whole pass. One record is reused, so that nothing is allocated.
 *
 * What the library turns away itself never gets here; what it hides cannot be seen: a header line with an empty name
 * ends its list, so whatever follows is invisible.
 *
 * @returns a record that is valid until the next call
 */
export function readHead(req: HttpRequest): Readonly<RequestHead> {
  scan.contentLengths = 0;
  scan.transferEncodings = 0;
  scan.hosts = 0;
  scan.contentLengthText = '';
  scan.transferEncoding = '';
  scan.contentEncoding = '';
  scan.acceptEncoding = '';
  req.forEach(scanHeader);
  scan.framing = framingOf(scan);
  scan.contentLength = scan.framing === 'sized' ? Number(scan.contentLengthText) : 0;
  return scan;
}

/** Comparing lengths first leaves most headers with one integer comparison. */
function scanHeader(name: string, value: string): void {
  switch (name.length) {
    case 4:
      if (name === 'host') scan.hosts++;
      break;
    case 14:
      if (name === 'content-length') {
        scan.contentLengths++;
        scan.contentLengthText = value;
      }
      break;
    case 15:
      if (name === 'accept-encoding') scan.acceptEncoding = join(scan.acceptEncoding, value);
      break;
    case 16:
      if (name === 'content-encoding') scan.contentEncoding = join(scan.contentEncoding, value);
      break;
    case 17:
      if (name === 'transfer-encoding') {
        scan.transferEncodings++;
        scan.transferEncoding = value;
      }
      break;
    default:
  }
}

function join(list: string, value: string): string {
  return list === '' ? value : `${list},${value}`;
}

function framingOf(head: Readonly<Scan>): Framing {
  if (head.hosts > 1) return 'invalid';
  if (head.contentLengths + head.transferEncodings > 1) return 'invalid';
  if (head.contentLengths === 1) return isDigits(head.contentLengthText) ? 'sized' : 'invalid';
  if (head.transferEncodings === 0) return 'none';
  return head.transferEncoding.toLowerCase() === 'chunked' ? 'chunked' : 'invalid';
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text.length > 0;
}

/** The library's own lookup gives the first of several headers of one name. */
export function headersNamed(req: HttpRequest, name: string): string[] {
  const values: string[] = [];
  req.forEach((each, value) => {
    if (each === name) values.push(value);
  });
  return values;
}

/** @returns the raw query string; the library gives undefined, whatever its types say, where there is none */
export function queryOf(req: HttpRequest): string {
  return req.getQuery() ?? '';
}
