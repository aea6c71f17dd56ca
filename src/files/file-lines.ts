import { isUtf8 } from 'node:buffer';

export type LineProblem = 'too-long' | 'not-utf8';

export interface FileLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line end, or what is wrong with the line. */
  readonly content: { readonly text: string } | { readonly problem: LineProblem };
  /** Length of the line as it is held, 0 where nothing of it is. */
  readonly bytes: number;
}

const LINE_FEED = 0x0a;

/**
 * Reads text line by line without ever holding more than a line of it, and of a line never more than the limit: the
 * rest of a longer one is passed over.
 *
 * @param chunks the text in pieces, such as a file's stream
 * @param firstLine number of the first line that is wanted; those before it are counted and not looked at
 * @throws what the chunks throw
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
  firstLine = 1,
): AsyncGenerator<FileLine> {
  let number = 1;
  let held = new HeldLine(lineBytesMax);
  for await (const piece of chunks) {
    const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      if (number >= firstLine) {
        held.add(chunk.subarray(start, end));
        yield held.line(number);
      }
      held = new HeldLine(lineBytesMax);
      number++;
      start = end + 1;
    }
    held.add(chunk.subarray(start));
  }
  if (held.bytes > 0 && number >= firstLine) yield held.line(number);
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

  line(number: number): FileLine {
    if (this.bytes > this.#bytesMax) return { number, content: { problem: 'too-long' }, bytes: 0 };
    const line = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
    if (!isUtf8(line)) return { number, content: { problem: 'not-utf8' }, bytes: 0 };
    return { number, content: { text: line.toString('utf8') }, bytes: line.length };
  }
}
