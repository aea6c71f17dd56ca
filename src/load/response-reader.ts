import { unreachable } from '../lib/assert.js';

/**
 * Reads the responses of one HTTP/1.1 connection as its bytes come in, however they are cut: nothing depends on where
 * one piece ends and the next begins. A piece that holds a whole response, which is nearly every one, is read where it
 * lies; what is left of an unfinished line or body is kept until more comes.
 */

export interface HttpAnswer {
  readonly status: number;
  /** Without transfer coding, still compressed if it came so. Holds only until the call returns. */
  readonly body: Buffer;
  readonly isGzip: boolean;
  /** May the connection be used again? */
  readonly keepsAlive: boolean;
}

/** What came is no HTTP response, or one too large. */
export class InvalidAnswer extends Error {}

type State = 'head' | 'body' | 'body-until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer';

interface Head {
  readonly status: number;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  readonly isGzip: boolean;
  readonly keepsAlive: boolean;
}

const HEAD_BYTES_MAX = 16_384;
const LINE_BYTES_MAX = 1_024;
const BODY_BYTES_MAX = 8_388_608;
const NOTHING = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');

export class ResponseReader {
  readonly #onAnswer: (answer: HttpAnswer) => void;
  #state: State = 'head';
  #head: Head | undefined;
  /** The beginning of a head or a line whose end has not come yet. */
  #started: Buffer = NOTHING;
  /** Pieces of the body so far, copied. */
  #pieces: Buffer[] = [];
  #bodyBytes = 0;
  /** Of the body or the chunk. */
  #bytesLeft = 0;

  constructor(onAnswer: (answer: HttpAnswer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Has a response begun that is not complete? */
  get isWithin(): boolean {
    return this.#state !== 'head' || this.#started.length > 0;
  }

  /** @throws InvalidAnswer; nothing can be read from this connection after that */
  read(bytes: Buffer): void {
    let rest = this.#started.length === 0 ? bytes : Buffer.concat([this.#started, bytes]);
    this.#started = NOTHING;
    for (;;) {
      const taken = this.#step(rest);
      if (taken < 0) {
        // A copy, because the caller reads the next piece into the same memory.
        if (rest.length > 0) this.#started = Buffer.from(rest);
        return;
      }
      rest = rest.subarray(taken);
      if (rest.length === 0) return;
    }
  }

  /** The connection has ended: that completes a body of unsaid length. @throws InvalidAnswer when something is missing */
  end(): void {
    if (this.#state === 'body-until-close') this.#finish(NOTHING);
    if (this.isWithin) throw new InvalidAnswer('the connection ended within an answer');
  }

  /** @returns how many bytes were used, or -1 when more are needed */
  #step(rest: Buffer): number {
    switch (this.#state) {
      case 'head': {
        const end = endOf(rest, HEAD_END, HEAD_BYTES_MAX);
        if (end >= 0) this.#startBody(readHead(rest.toString('latin1', 0, end - HEAD_END.length)));
        return end;
      }
      case 'body':
      case 'chunk': {
        const piece = rest.subarray(0, this.#bytesLeft);
        this.#bytesLeft -= piece.length;
        if (this.#bytesLeft > 0) this.#keep(piece);
        else if (this.#state === 'body') this.#finish(piece);
        else {
          this.#keep(piece);
          this.#state = 'chunk-end';
        }
        return piece.length;
      }
      case 'body-until-close':
        this.#keep(rest);
        return rest.length;
      case 'chunk-size':
      case 'chunk-end':
      case 'trailer':
        return this.#readLine(rest);
      default:
        return unreachable(this.#state);
    }
  }

  #readLine(rest: Buffer): number {
    const end = endOf(rest, LINE_END, LINE_BYTES_MAX);
    if (end < 0) return end;
    const line = rest.toString('latin1', 0, end - LINE_END.length);
    if (this.#state === 'chunk-size') {
      const size = /^[\da-f]{1,8}(?=\s*(?:;|$))/i.exec(line)?.[0];
      if (size === undefined) throw new InvalidAnswer('a chunk without a size');
      this.#bytesLeft = Number.parseInt(size, 16);
      this.#state = this.#bytesLeft === 0 ? 'trailer' : 'chunk';
    } else if (this.#state === 'chunk-end') {
      if (line !== '') throw new InvalidAnswer('a chunk longer than its size');
      this.#state = 'chunk-size';
    } else if (line === '') {
      this.#finish(NOTHING);
    }
    return end;
  }

  #startBody(head: Head): void {
    // "100 Continue" and its like come before the answer.
    if (head.status < 200) return;
    this.#head = head;
    if (head.status === 204 || head.status === 304) this.#finish(NOTHING);
    else if (head.isChunked) this.#state = 'chunk-size';
    else if (head.contentLength === undefined) this.#state = 'body-until-close';
    else if (head.contentLength === 0) this.#finish(NOTHING);
    else {
      this.#bytesLeft = head.contentLength;
      this.#state = 'body';
    }
  }

  #keep(piece: Buffer): void {
    this.#bodyBytes += piece.length;
    if (this.#bodyBytes > BODY_BYTES_MAX) throw new InvalidAnswer(`a body of over ${BODY_BYTES_MAX} bytes`);
    this.#pieces.push(Buffer.from(piece));
  }

  #finish(last: Buffer): void {
    const { status, isGzip, keepsAlive } = this.#head as Head;
    const body = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
    const isUntilClose = this.#state === 'body-until-close';
    this.#state = 'head';
    this.#pieces = [];
    this.#bodyBytes = 0;
    this.#onAnswer({ status, body, isGzip, keepsAlive: keepsAlive && !isUntilClose });
  }
}

/** @returns where `mark` ends, or -1 when it has not come yet */
function endOf(bytes: Buffer, mark: Buffer, bytesMax: number): number {
  const start = bytes.indexOf(mark);
  if (start > bytesMax || (start < 0 && bytes.length > bytesMax + mark.length)) {
    throw new InvalidAnswer(`a head or a line of over ${bytesMax} bytes`);
  }
  return start < 0 ? start : start + mark.length;
}

function readHead(text: string): Head {
  const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: |\r|$)/.exec(text);
  if (!statusLine) throw new InvalidAnswer('no HTTP/1.1 status line');
  let contentLength: number | undefined;
  let isChunked = false;
  let isGzip = false;
  let keepsAlive = statusLine[1] === '1';
  for (const [, name = '', value = ''] of text.matchAll(/\r\n([^:\r\n]+):[ \t]*([^\r\n]*)/g)) {
    switch (name.toLowerCase()) {
      case 'content-length':
        if (!/^\d{1,15}\s*$/.test(value)) throw new InvalidAnswer('a content-length that is no number');
        contentLength = Number(value);
        break;
      case 'transfer-encoding':
        isChunked = /\bchunked\s*$/i.test(value);
        break;
      case 'content-encoding':
        isGzip = /^(?:x-)?gzip\s*$/i.test(value);
        break;
      case 'connection':
        keepsAlive = keepsAlive ? !/\bclose\b/i.test(value) : /\bkeep-alive\b/i.test(value);
        break;
      default:
    }
  }
  if ((contentLength ?? 0) > BODY_BYTES_MAX)
    throw new InvalidAnswer(`a body of over ${BODY_BYTES_MAX} bytes`);
  return { status: Number(statusLine[2]), contentLength, isChunked, isGzip, keepsAlive };
}
