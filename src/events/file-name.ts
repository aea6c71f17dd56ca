/**
 * `events-<start>-<pid>.ndjson` while it is written, the same with `.gz` afterwards, and with `.gz.<pid>.tmp` while
 * the process `pid` compresses it. The start is written so that names sort by time.
 */
const NAME = /^events-(\d{8}T\d{9}Z)-(\d+)\.ndjson(\.gz)?(?:\.(\d+)\.tmp)?$/;

export interface EventFileName {
  readonly name: string;
  /** When the file was begun, milliseconds since the epoch. */
  readonly startMs: number;
  readonly state: 'plain' | 'compressed' | 'half-compressed';
  /** The process that writes it, or wrote it. */
  readonly pid: number;
}

export function plainName(startMs: number, pid: number): string {
  return `events-${new Date(startMs).toISOString().replace(/[-:.]/g, '')}-${pid}.ndjson`;
}

/** @returns undefined for a file that is not ours */
export function parseEventFileName(name: string): EventFileName | undefined {
  const [, start, writer, compressed, compressor] = NAME.exec(name) ?? [];
  if (start === undefined) return undefined;
  const startMs = Date.parse(start.replace(/^(....)(..)(..)T(..)(..)(..)(...)Z$/, '$1-$2-$3T$4:$5:$6.$7Z'));
  if (Number.isNaN(startMs)) return undefined;
  if (compressor !== undefined) return { name, startMs, state: 'half-compressed', pid: Number(compressor) };
  return { name, startMs, state: compressed ? 'compressed' : 'plain', pid: Number(writer) };
}
