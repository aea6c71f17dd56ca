import { describe, expect, it } from 'vitest';
import type { LedgerAuthority } from '../../src/domain/ledger.js';
import type { Tampering } from './bidder.js';
import { simulate, type SimulationResult } from './simulate.js';

const SEEDS = 200;
/** Each mistake must show within so many seeds. */
const SEEDS_TO_NOTICE = 40;

/** What somebody needs who wants to know why. */
function failureText({ seed, violations, faults, lastEvents }: SimulationResult): string {
  return [
    `seed ${seed}: ${violations.join('; ')}`,
    `faults: ${[...faults].map(([name, count]) => `${count} x ${name}`).join(', ') || 'none'}`,
    ...lastEvents.slice(-25),
    `replay it: npm run torture -- --seed ${seed}`,
  ].join('\n');
}

async function noticedAtSeed(tampering: Tampering): Promise<number | undefined> {
  for (let seed = 1; seed <= SEEDS_TO_NOTICE; seed++) {
    if ((await simulate(seed, tampering)).violations.length > 0) return seed;
  }
  return undefined;
}

describe('the simulated world', () => {
  it(`keeps every cent in its place whatever happens, in ${SEEDS} worlds`, async () => {
    const failures: string[] = [];
    let billings = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulate(seed);
      billings += result.books.billings;
      if (result.violations.length > 0) failures.push(failureText(result));
    }
    expect(failures.join('\n\n')).toBe('');
    expect(billings).toBeGreaterThan(100 * SEEDS);
  }, 120_000);

  it('is the same for the same seed', async () => {
    const [first, second] = [await simulate(7), await simulate(7)];
    expect(second).toEqual(first);
    expect((await simulate(8)).books).not.toEqual(first.books);
  });
});

describe('the simulator notices', () => {
  it('a ledger that books what it has booked before', async () => {
    let more = 0;
    const authority = (real: LedgerAuthority): LedgerAuthority => ({
      lease: (request) => real.lease(request),
      tell: (...told) => real.tell(...told),
      statement: (...asked) => real.statement(...asked),
      settle: async (settlement) => {
        const outcome = await real.settle(settlement);
        if (outcome === 'booked') return outcome;
        return real.settle({
          ...settlement,
          bidId: `${settlement.bidId.split('-')[0]}-zz${(more++).toString(36)}`,
        });
      },
    });
    expect(await noticedAtSeed({ authority })).toBeDefined();
  });

  it('a ledger that forgets to count what it grants', async () => {
    const authority = (real: LedgerAuthority): LedgerAuthority => ({
      settle: (settlement) => real.settle(settlement),
      tell: (...told) => real.tell(...told),
      statement: (...asked) => real.statement(...asked),
      lease: async (request) => {
        const reply = await real.lease(request);
        return { ...reply, freeMicros: request.wantMicros };
      },
    });
    expect(await noticedAtSeed({ authority })).toBeDefined();
  });

  it('a process that takes a bid for lost although it was billed', async () => {
    expect(
      await noticedAtSeed({
        holder: (real) => ({
          availableMicros: (...asked) => real.availableMicros(...asked),
          reserve: (reservation) => real.reserve(reservation),
          release: (reservation) => real.release(reservation),
          problem: () => real.problem(),
          tell: (...told) => real.tell(...told),
          bill: (settlement) => {
            const { campaign, flightDay, bidId } = settlement;
            real.tell(campaign, flightDay, { bidId, kind: 'lost' });
            return real.bill(settlement);
          },
        }),
      }),
    ).toBeDefined();
  });

  it('a process that bids without a lease', async () => {
    expect(
      await noticedAtSeed({
        holder: (real) => ({
          availableMicros: () => Infinity,
          reserve: () => true,
          release: () => {},
          problem: () => undefined,
          tell: (...told) => real.tell(...told),
          bill: (settlement) => real.bill(settlement),
        }),
      }),
    ).toBeDefined();
  });

  it('a log that is not told again in full', async () => {
    expect(await noticedAtSeed({ replayed: (lines) => lines.slice(0, -1) })).toBeDefined();
  });

  it('an answer before the line is on disk', async () => {
    expect(await noticedAtSeed({ isAnsweredEarly: true })).toBeDefined();
  });
});
