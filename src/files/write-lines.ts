import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { once } from 'node:events';

const BATCH_CHARACTERS = 256 * 1024;
/** Enough that lines are made while others are written. */
const WAITING_BYTES = 4 * 1024 * 1024;
/** Lines are much alike, so that more effort hardly makes them smaller. */
const GZIP_LEVEL = 3;
const OWNER_ONLY = 0o600;

/** What was written. */
export interface WrittenLines {
  readonly lines: number;
  /** Before compression. */
  readonly bytes: number;
}

/**
 * Writes a new file of lines, as fast as the disk takes them and never holding more than some batches. Its owner alone can
 * read it. A file that could not be finished is left as far as it got.
 *
 * @param path compressed when it ends in `.gz`; there must be no such file
 * @param lines without line ends
 * @param onLine told after each how many there are
 * @throws what the file system throws, such as `EEXIST`, and what `lines` throws
 */
export async function writeLines(
  path: string,
  lines: Iterable<string> | AsyncIterable<string>,
  onLine: (lines: number) => void = () => {},
): Promise<WrittenLines> {
  const file = createWriteStream(path, { flags: 'wx', mode: OWNER_ONLY, highWaterMark: WAITING_BYTES });
  const gzip = path.endsWith('.gz') ? createGzip({ level: GZIP_LEVEL }) : undefined;
  gzip?.pipe(file);
  const out = gzip ?? file;
  // Told by whoever waits next; without a listener a failure before that would end the process.
  const ended = finished(file);
  ended.catch(() => {});
  let failed = false;
  file.on('error', (error) => {
    failed = true;
    gzip?.destroy(error);
  });
  let count = 0;
  let bytes = 0;
  let batch = '';
  const flush = async (): Promise<void> => {
    bytes += Buffer.byteLength(batch);
    const hasRoom = out.write(batch);
    batch = '';
    if (!hasRoom && !failed) await Promise.race([once(out, 'drain'), ended]);
  };
  try {
    for await (const line of lines) {
      batch += `${line}\n`;
      onLine(++count);
      if (batch.length >= BATCH_CHARACTERS) await flush();
      if (failed) break;
    }
  } finally {
    bytes += Buffer.byteLength(batch);
    if (failed) out.end();
    else out.end(batch);
    await ended;
  }
  return { lines: count, bytes };
}
