import { open } from 'node:fs/promises';

/** So few that its lines are read in about two milliseconds; the next piece is waited for, and others get their turn. */
const PIECE_BYTES = 65_536;
/** Longer ones are no entries of anything; they come in parts, which nobody can read either. */
const LINE_CHARACTERS_MAX = 4_096;

/** Why a file as a whole is not used, as a sentence that follows its name. */
export class TextFault extends Error {}

/**
 * The pieces of a text file in UTF-8, without a byte order mark.
 *
 * @param bytesMax what a file may have grown to since somebody looked
 * @throws TextFault for a file that is too long or no UTF-8, and what the file system throws
 */
export async function* piecesOf(path: string, bytesMax: number): AsyncGenerator<string, void, undefined> {
  const handle = await open(path);
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const bytes = new Uint8Array(PIECE_BYTES);
    let total = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, 0, PIECE_BYTES);
      total += bytesRead;
      if (total > bytesMax) throw new TextFault(`the file is larger than ${bytesMax} bytes`);
      yield decodedText(decoder, bytes.subarray(0, bytesRead), bytesRead > 0);
      if (bytesRead === 0) return;
    }
  } finally {
    await handle.close();
  }
}

function decodedText(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TextFault('the file holds characters that are not UTF-8; save it as UTF-8');
  }
}

/** The lines of a text file, many at a time, whatever ends them; see `piecesOf`. */
export async function* linesOf(path: string, bytesMax: number): AsyncGenerator<string[], void, undefined> {
  let rest = '';
  for await (const piece of piecesOf(path, bytesMax)) {
    const lines = (rest + piece).split(/\r\n?|\n/);
    // A carriage return at the end may be half of a line end.
    rest = lines.pop() ?? '';
    if (piece.endsWith('\r') && rest === '') rest = `${lines.pop() ?? ''}\r`;
    if (rest.length > LINE_CHARACTERS_MAX) {
      lines.push(rest);
      rest = '';
    }
    // No line of sense is longer, and what looks at lines may take long with them.
    for (const [i, line] of lines.entries())
      if (line.length > LINE_CHARACTERS_MAX) lines[i] = line.slice(0, LINE_CHARACTERS_MAX);
    yield lines;
  }
  if (rest !== '') yield rest.split('\r').filter((line, i) => line !== '' || i === 0);
}
