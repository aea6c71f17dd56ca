import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../src/ledger/lease.js';
import { OpenBids, type OpenBid } from '../../src/ledger/open-bids.js';
import { liveBytes } from '../support/live-bytes.js';

const LEASES = [{ flightDay: 1 }, { flightDay: 2 }] as unknown as readonly Lease[];
const HOLDS_MS = [1_000, 2_500, 60_000];

/** The same, by asking every bid. */
class EveryBid {
  readonly #bids = new Map<string, OpenBid & { readonly holdMs: number; endMs: number; isAnew: boolean }>();

  get size(): number {
    return this.#bids.size;
  }

  add(lease: Lease, bidId: string, micros: number, holdMs: number, nowMs: number): void {
    this.#bids.set(bidId, { lease, micros, holdMs, endMs: nowMs + holdMs, isAnew: false });
  }

  end(bidId: string): OpenBid | undefined {
    const bid = this.#bids.get(bidId);
    this.#bids.delete(bidId);
    return bid && { lease: bid.lease, micros: bid.micros };
  }

  holdAnew(bidId: string, nowMs: number): void {
    const bid = this.#bids.get(bidId);
    if (!bid || bid.isAnew) return;
    bid.isAnew = true;
    bid.endMs = nowMs + bid.holdMs;
  }

  endOverdue(nowMs: number, onEnd: (bid: OpenBid) => void): void {
    for (const [id, { lease, micros, endMs }] of this.#bids) {
      if (endMs > nowMs) continue;
      this.#bids.delete(id);
      onEnd({ lease, micros });
    }
  }
}

type Step =
  | { readonly kind: 'add'; readonly count: number; readonly hold: number }
  | { readonly kind: 'end' | 'won'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add'), count: fc.nat(700), hold: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('end', 'won'), which: fc.nat(5_000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.nat(5_000) }) },
  ),
  { maxLength: 60 },
) as fc.Arbitrary<readonly Step[]>;

describe('OpenBids', () => {
  it('agrees with asking every bid', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const bids = new OpenBids('ours');
        const oracle = new EveryBid();
        const both = [bids, oracle] as const;
        let nowMs = 1_000_000;
        let made = 0;
        for (const step of given) {
          if (step.kind === 'add') {
            for (let i = 0; i < step.count; i++, made++) {
              const id = `ours-${made.toString(36)}`;
              const lease = LEASES[made % 2] as Lease;
              const holdMs = HOLDS_MS[(made + step.hold) % 3] as number;
              for (const each of both) each.add(lease, id, made * 7, holdMs, nowMs);
            }
          } else if (step.kind === 'pass') {
            nowMs += step.ms;
            const [ours, theirs] = both.map((each) => {
              const ended: string[] = [];
              each.endOverdue(nowMs, ({ lease, micros }) => ended.push(`${lease.flightDay} ${micros}`));
              return ended.sort();
            });
            expect(ours).toEqual(theirs);
          } else {
            const id = `ours-${step.which.toString(36)}`;
            if (step.kind === 'end') expect(bids.end(id)).toEqual(oracle.end(id));
            else for (const each of both) each.holdAnew(id, nowMs);
          }
          expect(bids.size).toBe(oracle.size);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('knows nothing of the bids of others, whatever number they end in', () => {
    const bids = new OpenBids('ours');
    bids.add(LEASES[0] as Lease, 'ours-7', 5, 1_000, 0);
    for (const id of ['theirs-7', 'ours-7-7', '7', 'ours7', 'ours-', 'ours-x!', '']) {
      bids.holdAnew(id, 500);
      expect(bids.end(id)).toBeUndefined();
    }
    expect(() => bids.add(LEASES[0] as Lease, 'theirs-8', 5, 1_000, 0)).toThrow('a bid of ours');
    expect(() => bids.add(LEASES[0] as Lease, 'ours-7', 5, 1_000, 0)).toThrow('reserves once');
    const ended: number[] = [];
    bids.endOverdue(1_000, ({ micros }) => ended.push(micros));
    expect(ended).toEqual([5]);
  });

  it('holds hundreds of thousands in little memory, and lets go of it', () => {
    const bids = new OpenBids('ours');
    const count = 300_000;
    const before = liveBytes();
    for (let i = 0; i < count; i++) {
      bids.add(LEASES[0] as Lease, `ours-${i.toString(36)}`, i, HOLDS_MS[i % 3] as number, i);
    }
    const each = (liveBytes() - before) / count;
    expect(each).toBeLessThan(60);
    bids.endOverdue(count + 60_000, () => {});
    expect(bids.size).toBe(0);
    expect((liveBytes() - before) / count).toBeLessThan(each / 10);
  });
});
