import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { holderOf, SETTLED_WITHIN_MS, type Settlement } from '../domain/ledger.js';
import type { Micros } from '../domain/money.js';
import { parseEventFileName, type EventFileName } from './file-name.js';
import { hasCode } from './rotating-file.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Longer than any line of money; a longer one is damaged. */
const LINE_CHARACTERS_MAX = 64 * 1024;

export interface MoneyRead {
  files: number;
  /** Lines that say what is owed. */
  moneyLines: number;
  /** Lines of whichever kind that cannot be read, and files that end too early. */
  damagedLines: number;
  /** Last lines without an end: somebody is writing them, or was killed when he did. */
  halfLines: number;
  /** Everything that happened from then on is in files that are there; Infinity without files. */
  coveredSinceMs: number;
}

export interface MoneyLog {
  /** Once, what is owed as the log has it; a notice that came twice is there twice. */
  readonly settlements: AsyncIterable<Settlement>;
  /** Complete when all settlements were taken. */
  readonly read: MoneyRead;
}

/**
 * Reads what is owed out of the event log, of all processes that write to the folder, with one line in memory at a time: the newest
 * files first, and nothing that is so old that it is not settled any more.
 *
 * @param nowMs wall-clock time
 * @param writtenSinceMs files that ended before are left out
 * @throws while reading: what the file system throws; a folder that is not there is empty
 */
export function readMoney(folder: string, nowMs: number, writtenSinceMs = 0): MoneyLog {
  const read: MoneyRead = {
    files: 0,
    moneyLines: 0,
    damagedLines: 0,
    halfLines: 0,
    coveredSinceMs: Infinity,
  };
  const sinceMs = nowMs - SETTLED_WITHIN_MS;
  return { settlements: settlementsOf(folder, sinceMs, Math.max(sinceMs, writtenSinceMs), read), read };
}

async function* settlementsOf(
  folder: string,
  sinceMs: number,
  writtenSinceMs: number,
  read: MoneyRead,
): AsyncGenerator<Settlement> {
  const files = await filesOf(folder);
  for (const { startMs } of files) read.coveredSinceMs = Math.min(read.coveredSinceMs, startMs);
  for (const file of files) {
    // A file is written for an hour at most; its notices are younger than their bids.
    if (file.startMs + 2 * HOUR_MS < writtenSinceMs) continue;
    read.files += 1;
    for await (const line of linesOf(join(folder, file.name), file.state === 'compressed', read)) {
      const settlement = settlementOf(line);
      if (settlement === 'damaged') read.damagedLines += 1;
      else if (settlement && settlement.bidAtMs >= sinceMs) {
        read.moneyLines += 1;
        yield settlement;
      }
    }
  }
}

/** The newest first; of a file that is there twice, the compressed one, which is whole. */
async function filesOf(folder: string): Promise<readonly EventFileName[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  const all = new Set(names);
  return names
    .sort()
    .reverse()
    .flatMap((name) => parseEventFileName(name) ?? [])
    .filter(({ name, state }) => state === 'compressed' || (state === 'plain' && !all.has(`${name}.gz`)));
}

async function* linesOf(path: string, isCompressed: boolean, read: MoneyRead): AsyncGenerator<string> {
  try {
    yield* isCompressed ? wholeLines(gunzipped(path), read) : wholeLines(createReadStream(path), read);
  } catch (error) {
    // It was compressed between the listing and now.
    if (!isCompressed && hasCode(error, 'ENOENT')) yield* linesOf(`${path}.gz`, true, read);
    else if (hasCode(error, 'Z_DATA_ERROR') || hasCode(error, 'Z_BUF_ERROR')) read.damagedLines += 1;
    // It was deleted since, being the oldest.
    else if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function gunzipped(path: string): AsyncIterable<Buffer> {
  const file = createReadStream(path);
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

async function* wholeLines(chunks: AsyncIterable<Buffer>, read: MoneyRead): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let held = '';
  let isTooLong = false;
  for await (const chunk of chunks) {
    const pieces = (held + decoder.decode(chunk, { stream: true })).split('\n');
    held = pieces.pop() as string;
    for (const piece of pieces) {
      if (isTooLong || piece.length > LINE_CHARACTERS_MAX) read.damagedLines += 1;
      else if (piece !== '') yield piece;
      isTooLong = false;
    }
    if (held.length > LINE_CHARACTERS_MAX) {
      isTooLong = true;
      held = '';
    }
  }
  if (held !== '' || isTooLong) read.halfLines += 1;
}

/** @returns undefined for a line by which nothing is owed */
function settlementOf(text: string): Settlement | 'damaged' | undefined {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return 'damaged';
  }
  if (typeof line !== 'object' || line === null) return 'damaged';
  const { kind, spends, test, outcome, ...fields } = line as Readonly<Record<string, unknown>>;
  if ((kind !== 'win' && kind !== 'bill') || spends !== true || test === true || outcome !== 'accepted')
    return undefined;
  if (fields['chargeMicros'] === undefined) return undefined;
  const { campaign, lineItem, bidId, bidAtMs, reservedMicros, chargeMicros } = fields;
  const flightDay = dayOf(fields['flightDay']);
  const isWhole =
    isText(campaign) &&
    isText(lineItem) &&
    isText(bidId) &&
    holderOf(bidId) !== '' &&
    isCount(bidAtMs) &&
    flightDay !== undefined &&
    isCount(reservedMicros) &&
    isCount(chargeMicros);
  if (!isWhole) return 'damaged';
  return {
    campaign,
    lineItem,
    bidId,
    bidAtMs,
    flightDay,
    reservedMicros: reservedMicros as Micros,
    chargeMicros: chargeMicros as Micros,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** @returns days since 1970-01-01 */
function dayOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const day = Date.parse(`${value}T00:00:00Z`) / DAY_MS;
  return Number.isInteger(day) ? day : undefined;
}
