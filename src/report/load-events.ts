import { basename } from 'node:path';
import { EVENT_KINDS } from '../domain/event.js';
import type { Database } from './database.js';
import { presentPath, type EventFile } from './event-files.js';

/** What of the event log a report reads; `test` only to leave test traffic out. */
const COLUMNS = {
  kind: 'VARCHAR',
  timeMs: 'BIGINT',
  exchange: 'VARCHAR',
  bidId: 'VARCHAR',
  advertiser: 'VARCHAR',
  campaign: 'VARCHAR',
  lineItem: 'VARCHAR',
  creative: 'VARCHAR',
  priceMicros: 'BIGINT',
  currency: 'VARCHAR',
  flightDay: 'VARCHAR',
  budgetCurrency: 'VARCHAR',
  spends: 'BOOLEAN',
  chargeMicros: 'BIGINT',
  domain: 'VARCHAR',
  bundle: 'VARCHAR',
  outcome: 'VARCHAR',
  sampleShare: 'DOUBLE',
  bidAtMs: 'BIGINT',
  lossCode: 'INTEGER',
  minToWinMicros: 'BIGINT',
  conversionHash: 'VARCHAR',
  valueMicros: 'BIGINT',
  touches: 'STRUCT(bidId VARCHAR, kind VARCHAR, atMs BIGINT)[]',
} as const;

const NAMES = Object.keys(COLUMNS);
/** More than any line has; a longer one is damaged. */
const LINE_BYTES_MAX = 1_048_576;
/** A file changes its form once, from plain to compressed, and is deleted once. */
const ATTEMPTS_MAX = 3;

const WHOLE = `coalesce(
  kind IN (${EVENT_KINDS.map((kind) => `'${kind}'`).join(', ')}) AND timeMs IS NOT NULL AND CASE kind
    WHEN 'request' THEN sampleShare > 0 AND sampleShare <= 1
    WHEN 'conversion' THEN advertiser IS NOT NULL AND coalesce(valueMicros, 0) BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}
    ELSE bidId IS NOT NULL AND exchange IS NOT NULL AND advertiser IS NOT NULL AND campaign IS NOT NULL AND lineItem IS NOT NULL
      AND creative IS NOT NULL AND priceMicros IS NOT NULL AND currency IS NOT NULL AND flightDay IS NOT NULL
      AND budgetCurrency IS NOT NULL AND (kind = 'bid' OR outcome IS NOT NULL AND bidAtMs IS NOT NULL)
      AND (NOT coalesce(spends AND outcome = 'accepted', false) OR chargeMicros IS NOT NULL)
  END, false)`;

const CREATE = `
  CREATE TABLE events (file INTEGER, whole BOOLEAN, ${NAMES.map((name) => `${name} ${COLUMNS[name as keyof typeof COLUMNS]}`).join(', ')})`;

const INSERT = `
  INSERT INTO events SELECT $file, ${WHOLE}, ${NAMES.join(', ')}
  FROM read_json($path, format = 'newline_delimited', ignore_errors = true, maximum_object_size = ${LINE_BYTES_MAX},
    columns = {${Object.entries({ ...COLUMNS, test: 'BOOLEAN' })
      .map(([name, type]) => `${name}: '${type}'`)
      .join(', ')}})
  WHERE test IS NOT true`;

export interface LoadedEvents {
  readonly lines: number;
  /** Lines that are no events, one that is just being written included, by the name of the file. */
  readonly damaged: readonly { readonly file: string; readonly lines: number }[];
  /** Names of files that were deleted before they were read. */
  readonly gone: readonly string[];
}

/**
 * Reads files of the event log into the table `events`, without test traffic. Lines that are no events are left out and counted.
 *
 * @param onProgress is told after each file how many bytes of `files` are done
 * @throws an Error naming the file that cannot be read
 */
export async function loadEvents(
  database: Database,
  files: readonly EventFile[],
  onProgress: (bytesDone: number) => void,
): Promise<LoadedEvents> {
  await database.run(CREATE);
  const gone: string[] = [];
  let bytesDone = 0;
  for (const [number, file] of files.entries()) {
    if (!(await insertFile(database, file, number))) gone.push(basename(file.path));
    bytesDone += file.bytes;
    onProgress(bytesDone);
  }
  const damaged = await database.rows(
    'SELECT file, count(*) AS lines FROM events WHERE NOT whole GROUP BY file ORDER BY file',
  );
  await database.run('DELETE FROM events WHERE NOT whole');
  const [counted] = await database.rows('SELECT count(*) AS lines FROM events');
  return {
    lines: Number(counted?.['lines']),
    damaged: damaged.map((row) => ({
      file: basename(files[Number(row['file'])]?.path ?? ''),
      lines: Number(row['lines']),
    })),
    gone,
  };
}

/** @returns false when the file has been deleted */
async function insertFile(database: Database, file: EventFile, number: number): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const path = await presentPath(file);
    if (path === undefined) return false;
    try {
      await database.run(INSERT, { file: number, path });
      return true;
    } catch (error) {
      // A plain file that was compressed meanwhile is there under its other name; nothing of it was inserted.
      if (attempt < ATTEMPTS_MAX && (await presentPath(file)) !== path) continue;
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new Error(`cannot read ${path}: ${why}; to report without it, move it away`, { cause: error });
    }
  }
}
