import { setTimeout as sleep } from 'node:timers/promises';
import { integerBetween, pick, type Random } from '../../src/lib/prng.js';
import type { BidderProcess } from './bidder-process.js';
import type { TortureRedis } from './torture-redis.js';

/** How often each fault came. */
export type FaultCounts = ReadonlyMap<string, number>;

const EMBEDDED_KILLED = 'the embedded process killed';
const REDIS_FORGETS = 'Redis back without its last moments';
/** Faults with which the last frequency records may be lost. */
export const LOSING_RECORDS: ReadonlySet<string> = new Set([EMBEDDED_KILLED, REDIS_FORGETS]);

interface FaultParts {
  readonly random: Random;
  readonly redis: TortureRedis;
  /** On Redis, in the order of its lines. */
  readonly bidders: readonly BidderProcess[];
  readonly embedded: BidderProcess;
  readonly note: (words: string) => void;
}

const BETWEEN_MS = { min: 300, max: 1_500 };
const DEAD_MS = { min: 50, max: 1_200 };
/** Less than bids are held: what an outage delays for longer is booked late, which the simulator looks at. */
const OUTAGE_MS = { min: 300, max: 3_500 };

/** Lets one thing after another go wrong until it is told to end; then everything is put right again. */
export async function makeTrouble(parts: FaultParts, until: () => boolean): Promise<FaultCounts> {
  const counts = new Map<string, number>();
  const faults = faultsOf(parts);
  const names = Object.keys(faults);
  // Each kind comes once before chance decides, so that a short run has them all.
  const first = shuffled(parts.random, names);
  while (!until()) {
    await sleep(integerBetween(parts.random, BETWEEN_MS.min, BETWEEN_MS.max));
    const name = first.pop() ?? pick(parts.random, names);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    parts.note(name);
    await faults[name]?.();
  }
  return counts;
}

function faultsOf({ random, redis, bidders, embedded }: FaultParts): Record<string, () => Promise<void>> {
  const outageMs = () => integerBetween(random, OUTAGE_MS.min, OUTAGE_MS.max);
  const line = () => integerBetween(random, 0, bidders.length - 1);
  const killed = async (bidder: BidderProcess) => {
    await bidder.kill();
    await sleep(integerBetween(random, DEAD_MS.min, DEAD_MS.max));
    await bidder.start();
  };
  return {
    'a process killed': () => killed(pick(random, bidders)),
    'two processes killed': async () => {
      const [one, other] = shuffled(random, bidders) as [BidderProcess, BidderProcess];
      await Promise.all([killed(one), killed(other)]);
    },
    [EMBEDDED_KILLED]: () => killed(embedded),
    'Redis killed and started': () => redis.restart(integerBetween(random, 50, 1_000), false),
    [REDIS_FORGETS]: () => redis.restart(integerBetween(random, 50, 1_000), true),
    'Redis stopped in its tracks': () => redis.standStill(outageMs()),
    'Redis paused': () => redis.clientPause(outageMs()),
    'a process cut off from Redis': () => redis.cut(line(), outageMs(), false),
    'a line to Redis hangs': () => redis.cut(line(), outageMs(), true),
    'a slow line to Redis': () => redis.slow(line(), outageMs(), integerBetween(random, 50, 400)),
    'a process killed while it is cut off': async () => {
      const at = line();
      const cut = redis.cut(at, outageMs(), false);
      await killed(bidders[at] as BidderProcess);
      await cut;
    },
  };
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
