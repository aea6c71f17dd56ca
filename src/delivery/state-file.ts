import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { DELIVERY_FATES, type DeliveryFate } from '../domain/money-ports.js';
import { readPacerState, type PacerState } from '../pacing/pacer-state.js';
import type { DayCounts } from './campaign-delivery.js';

/** What is remembered of a campaign's delivery over a restart. */
interface DeliveryState {
  readonly pacer: PacerState | undefined;
  readonly counts: DayCounts | undefined;
}

/** By campaign id. */
export type DeliveryStates = Readonly<Record<string, DeliveryState>>;

const fates = z.object(
  Object.fromEntries(DELIVERY_FATES.map((fate) => [fate, z.number().min(0)])) as Record<
    DeliveryFate,
    z.ZodNumber
  >,
);
const counts = z.object({
  dayStartMs: z.number(),
  sinceMs: z.number(),
  fates,
  answeredForMicros: z.number().min(0).default(0),
});
const file = z.record(
  z.string(),
  z.object({ pacer: z.unknown(), counts: counts.optional().catch(undefined) }),
);

/**
 * What pacing had learnt before. None of it is money, so a file that is missing or damaged costs a slow start and nothing else.
 *
 * @param onTrouble told when there is a file and it cannot be used
 */
export function readDeliveryStates(path: string, onTrouble: (message: string) => void): DeliveryStates {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) onTrouble(`what pacing had learnt cannot be read, and is learnt anew: ${String(error)}`);
    return {};
  }
  const read = file.safeParse(json);
  if (!read.success) {
    onTrouble('what pacing had learnt is damaged, and is learnt anew');
    return {};
  }
  return Object.fromEntries(
    Object.entries(read.data).map(([id, state]) => [
      id,
      { pacer: readPacerState(state.pacer), counts: state.counts },
    ]),
  );
}

/** Replaces the file whole. @throws what the file system throws */
export function writeDeliveryStates(path: string, states: DeliveryStates): void {
  const half = `${path}.${process.pid}.tmp`;
  writeFileSync(half, JSON.stringify(states), { mode: 0o640 });
  renameSync(half, path);
}
