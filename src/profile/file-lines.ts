import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

export type LineProblem = 'too-long' | 'not-utf8';

interface FileLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line end, or what is wrong with the line. */
  readonly content: { readonly text: string } | { readonly problem: LineProblem };
}

const LINE_FEED = 0x0a;

/**
 * Reads a text file line by line without ever holding more than a line of it, and of a line never more than the limit:
 * the rest of a longer one is passed over.
 *
 * @throws what the file system throws
 */
export async function* readFileLines(file: string, lineBytesMax: number): AsyncGenerator<FileLine> {
  let number = 1;
  let held = new HeldLine(lineBytesMax);
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      held.add(chunk.subarray(start, end));
      yield { number, content: held.content() };
      held = new HeldLine(lineBytesMax);
      number++;
      start = end + 1;
    }
    held.add(chunk.subarray(start));
  }
  if (held.bytes > 0) yield { number, content: held.content() };
}

/** The pieces of one line, thrown away once they are more than the limit. */
class HeldLine {
  bytes = 0;
  readonly #bytesMax: number;
  #pieces: Buffer[] = [];

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(piece: Buffer): void {
    this.bytes += piece.length;
    if (this.bytes > this.#bytesMax) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  content(): FileLine['content'] {
    if (this.bytes > this.#bytesMax) return { problem: 'too-long' };
    const line = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
    return isUtf8(line) ? { text: line.toString('utf8') } : { problem: 'not-utf8' };
  }
}
