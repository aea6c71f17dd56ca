import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What one event log says that is owed for a bid. */
export interface LoggedBilling {
  readonly bidId: string;
  readonly campaign: string;
  /** `YYYY-MM-DD` */
  readonly flightDay: string;
  readonly chargeMicros: number;
}

interface Line {
  readonly spends?: unknown;
  readonly bidId?: unknown;
  readonly campaign?: unknown;
  readonly flightDay?: unknown;
  readonly chargeMicros?: unknown;
}

/**
 * Reads the event log of one process as a report does, with no code in common with it.
 *
 * @returns every line that spends, duplicates included, in the order of the files
 */
export function readBillings(dataDir: string): LoggedBilling[] {
  const folder = join(dataDir, 'events');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /\.ndjson(\.gz)?$/.test(name));
  // A file is there twice for the moment in which it is compressed.
  const whole = names.filter((name) => !names.includes(`${name}.gz`)).sort();
  return whole.flatMap((name) => billingsIn(join(folder, name)));
}

function billingsIn(path: string): LoggedBilling[] {
  const bytes = readFileSync(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n');
  // What stands behind the last line break was being written when the process was killed.
  return lines.slice(0, -1).flatMap((text) => {
    const { spends, bidId, campaign, flightDay, chargeMicros } = JSON.parse(text) as Line;
    if (spends !== true || typeof chargeMicros !== 'number') return [];
    return [{ bidId: String(bidId), campaign: String(campaign), flightDay: String(flightDay), chargeMicros }];
  });
}
