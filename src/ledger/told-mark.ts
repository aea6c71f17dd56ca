import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * How far the ledger has heard of the event log: every billing that was written before `toldUntilMs` is booked in accounts of
 * these epochs. So a start has to tell only what came later, and all of it where an account is another one now.
 */
export interface ToldMark {
  /** Wall-clock time. */
  readonly toldUntilMs: number;
  /** By campaign. */
  readonly epochs: Readonly<Record<string, string>>;
}

const file = z.object({
  version: z.literal(1),
  toldUntilMs: z.number().min(0),
  epochs: z.record(z.string(), z.string()),
});

/**
 * A mark that is missing costs a slow start and nothing else.
 *
 * @param onTrouble told when there is one and it cannot be used
 */
export function readToldMark(path: string, onTrouble: (message: string) => void): ToldMark | undefined {
  const useless = (why: string): undefined => {
    onTrouble(`how far the ledger had heard of the event log is not known, so it is told everything: ${why}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? undefined : useless(String(error));
  }
  const read = file.safeParse(json);
  return read.success ? read.data : useless(`${path} is damaged`);
}

/** Replaces the mark whole. @throws what the file system throws */
export function writeToldMark(path: string, { toldUntilMs, epochs }: ToldMark): void {
  const half = `${path}.${process.pid}.tmp`;
  writeFileSync(half, JSON.stringify({ version: 1, toldUntilMs, epochs }), { mode: 0o640 });
  renameSync(half, path);
}
