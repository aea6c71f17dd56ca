/**
 * Who gets the credit for a conversion. The visitor's impressions count for a short window before it, clicks for a longer
 * one. Four models share one conversion out among the bids that are left:
 *
 * - last touch: all to the bid that was touched last
 * - first touch: all to the one that was touched first
 * - linear: the same to each bid
 * - time decay: half as much for each seven days between the bid's last touch and the conversion
 *
 * Of a view and a click in the same moment the click goes first. A bid that was seen and clicked is one bid. Shares are whole
 * millionths, and those of one conversion add up to exactly one.
 */
export const MODELS = ['last', 'first', 'linear', 'decay'] as const;
export type Model = (typeof MODELS)[number];

const DAY_MS = 86_400_000;
const HALF_LIFE_MS = 7 * DAY_MS;
/** A whole conversion, in the unit in which it is shared out. */
export const CONVERSION_MICROS = 1_000_000;

export interface Windows {
  /** How long before a conversion a click or a view still counts, both ends included. */
  readonly clickMs: number;
  readonly viewMs: number;
}

export interface TouchFacts {
  readonly bidId: string;
  readonly isClick: boolean;
  readonly atMs: number;
}

/** How much of a conversion each bid brought about; only the proportions mean something. */
interface BidWeights {
  readonly bidId: string;
  readonly weights: Readonly<Record<Model, number>>;
}

/** @returns the bids that share the conversion, in the order of their last touches; none when it is unattributed */
export function weighBids(
  conversionAtMs: number,
  touches: readonly TouchFacts[],
  windows: Windows,
): readonly BidWeights[] {
  const counted = touches.filter(({ isClick, atMs }) => {
    const ageMs = conversionAtMs - atMs;
    return ageMs >= 0 && ageMs <= (isClick ? windows.clickMs : windows.viewMs);
  });
  const latestFirst = counted.toSorted((a, b) => b.atMs - a.atMs || clicksFirst(a, b));
  const first = counted.toSorted((a, b) => a.atMs - b.atMs || clicksFirst(a, b))[0];
  const bids = new Map<string, BidWeights>();
  for (const { bidId, atMs } of latestFirst) {
    if (bids.has(bidId)) continue;
    const weights = {
      last: bids.size === 0 ? 1 : 0,
      first: bidId === first?.bidId ? 1 : 0,
      linear: 1,
      decay: 2 ** ((atMs - conversionAtMs) / HALF_LIFE_MS),
    };
    bids.set(bidId, { bidId, weights });
  }
  return [...bids.values()].reverse();
}

/**
 * Shares a whole amount out in proportion to weights. Each share is the difference of two rounded running sums, so that
 * none is further than one from its exact value and all together are exactly the amount.
 *
 * @param amount a safe integer, 0 or more
 * @param weights none negative, at least one positive
 */
export function shareOut(amount: number, weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  let given = 0;
  return weights.map((weight, i) => {
    running += weight;
    const until =
      i === weights.length - 1 ? amount : Math.min(amount, Math.round(amount * (running / total)));
    const share = until - given;
    given = until;
    return share;
  });
}

function clicksFirst(a: TouchFacts, b: TouchFacts): number {
  return Number(b.isClick) - Number(a.isClick);
}
