import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { readLines, type FileLine } from './file-lines.js';

/** How an auction ended, where it is known. */
export interface TrafficOutcome {
  /** The least that would have won, as a CPM in US dollars. */
  readonly price?: number;
  readonly click?: boolean;
  readonly conversion?: boolean;
}

/** One line of a traffic file: a bid request, and when and through whom it came. */
export interface TrafficLine {
  /** Counted from 1. */
  readonly line: number;
  /** Since the recording began; undefined where the line does not tell. */
  readonly tMs: number | undefined;
  /** Name of the exchange's file; undefined where the line does not tell. */
  readonly exchange: string | undefined;
  /** The bid request as it is posted: JSON in UTF-8. */
  readonly body: Buffer;
  readonly outcome: TrafficOutcome | undefined;
}

/** Longer lines are longer than any body that is taken, escapes and all. */
const LINE_BYTES_MAX = 1_048_576;

/** Why a traffic file cannot be used, as a sentence with file and line. */
export class TrafficFault extends Error {}

export interface TrafficReading {
  /** Told of lines that cannot be read, which are then left out. Default: the first one is thrown. */
  readonly onFault?: (fault: TrafficFault) => void;
  /** Told before each line how much of the file, as it is stored, has been read. */
  readonly onBytesRead?: (bytes: number) => void;
}

/**
 * Reads a traffic file line by line: `{"t_ms": 0, "request": {…}}`, more keys allowed (`exchange`, `outcome`), or a bare
 * bid request a line. Empty lines are passed over. Holds one line at a time, however long the file is.
 *
 * @param path a file of lines of JSON, compressed when it ends in `.gz`
 * @throws TrafficFault for a line that cannot be read, unless somebody is told of it, and what the file system throws
 */
export async function* readTraffic(
  path: string,
  { onFault, onBytesRead }: TrafficReading = {},
): AsyncGenerator<TrafficLine> {
  const file = createReadStream(path);
  const gunzip = path.endsWith('.gz') ? createGunzip() : undefined;
  if (gunzip) file.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    for await (const each of readLines(gunzip ?? file, LINE_BYTES_MAX)) {
      onBytesRead?.(file.bytesRead);
      const line = lineOrFault(path, each);
      if (line instanceof TrafficFault) {
        if (!onFault) throw line;
        onFault(line);
      } else if (line) yield line;
    }
  } finally {
    file.destroy();
  }
}

/** @returns undefined for an empty line */
function lineOrFault(path: string, line: FileLine): TrafficLine | TrafficFault | undefined {
  try {
    const text = textOf(path, line);
    return text === '' ? undefined : lineOf(path, line.number, text);
  } catch (error) {
    if (error instanceof TrafficFault) return error;
    throw error;
  }
}

function textOf(path: string, { number, content }: FileLine): string {
  if ('text' in content) return content.text.trim();
  const why = content.problem === 'too-long' ? `is longer than ${LINE_BYTES_MAX} bytes` : 'is not UTF-8';
  throw new TrafficFault(`${path}:${number} the line ${why}`);
}

function lineOf(path: string, line: number, text: string): TrafficLine {
  const refuse = (problem: string): never => {
    throw new TrafficFault(`${path}:${line} ${problem}`);
  };
  const parsed = jsonObject(text) ?? refuse('the line must be one JSON object');
  const { t_ms: tMs, exchange, request, outcome } = parsed;
  if (request === undefined) {
    return { line, tMs: undefined, exchange: undefined, body: Buffer.from(text), outcome: undefined };
  }
  if (!isObject(request)) refuse('"request" must be an object, the bid request');
  if (tMs !== undefined && !isFromZeroUp(tMs)) refuse('"t_ms" must be a number of milliseconds from 0 up');
  if (exchange !== undefined && typeof exchange !== 'string') refuse('"exchange" must be a name');
  return {
    line,
    tMs: tMs as number | undefined,
    exchange: exchange as string | undefined,
    body: Buffer.from(JSON.stringify(request)),
    outcome: outcome === undefined || outcome === null ? undefined : outcomeOf(outcome, refuse),
  };
}

function outcomeOf(outcome: unknown, refuse: (problem: string) => never): TrafficOutcome {
  if (!isObject(outcome)) return refuse('"outcome" must be an object');
  const { price, click, conversion } = outcome;
  if (price !== undefined && !isFromZeroUp(price)) refuse('"outcome.price" must be a CPM from 0 up');
  for (const [name, told] of Object.entries({ click, conversion })) {
    if (told !== undefined && typeof told !== 'boolean') refuse(`"outcome.${name}" must be true or false`);
  }
  return outcome;
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFromZeroUp(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}
