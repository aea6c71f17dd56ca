import { z } from 'zod';
import { HOURS_A_WEEK } from './traffic-curve.js';

/**
 * What a pacer remembers over a restart. Nothing in it is money that was spent: that is the ledger's.
 */
const ratio = z.tuple([z.number().min(0), z.number().min(0)]).readonly();
const pacerState = z
  .object({
    version: z.literal(1),
    /** When it was written, milliseconds since the epoch. */
    savedMs: z.number().min(0),
    throttle: z.number().min(0).max(1),
    bidMultiplier: z.number().min(0).max(1),
    /** Candidates and hours by hour of the week. */
    curve: z.array(ratio).length(HOURS_A_WEEK).readonly(),
    market: z.array(ratio).max(16).readonly(),
  })
  .readonly();

export type PacerState = z.infer<typeof pacerState>;

/**
 * @param json what `Pacer.toJson` gave, after its way through a file
 * @returns undefined when it is damaged, or of a version that is not known: the pacer then learns anew
 */
export function readPacerState(json: unknown): PacerState | undefined {
  return pacerState.safeParse(json).data;
}
