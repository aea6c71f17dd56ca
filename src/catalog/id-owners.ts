import type { Pace, Steps } from '../lib/steps.js';

/**
 * Which file a campaign id belongs to.
 *
 * Each file claims the id of the version that it would put to use: the present one, or the last good one when the
 * present one is refused. Of two claims of one id the file wins whose last good version has it already, so that a copy
 * never takes a running campaign down; among newcomers, and among owners, the earlier file wins. The loser falls back
 * to its last good version, which is a claim in its turn and may displace a newcomer there. A file claims twice at
 * most, so the walk ends.
 */
export interface IdClaim {
  readonly file: string;
  /** Of the present version; undefined when that cannot be used anyway. */
  readonly wanted: string | undefined;
  /** Of the last good version; undefined when there is none. */
  readonly former: string | undefined;
}

/** @returns the file that each id belongs to */
export function* idOwners(claims: readonly IdClaim[], pace: Pace): Steps<ReadonlyMap<string, string>> {
  const winners = new Map<string, IdClaim>();
  const waiting = claims.map((claim) => ({ claim, id: claim.wanted ?? claim.former }));
  for (const { claim, id } of waiting) {
    if (pace.isDue()) yield;
    if (id === undefined) continue;
    const rival = winners.get(id);
    const wins = !rival || (claim.former === id && rival.former !== id);
    if (wins) winners.set(id, claim);
    const loser = wins ? rival : claim;
    if (loser && loser.former !== id) waiting.push({ claim: loser, id: loser.former });
  }
  const owners = new Map<string, string>();
  for (const [id, { file }] of winners) {
    owners.set(id, file);
    if (pace.isDue()) yield;
  }
  return owners;
}
