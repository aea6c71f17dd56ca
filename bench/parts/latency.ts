import { closedLoop, prepareRequests } from '../http/closed-loop.js';
import { withScene } from '../http/scene.js';
import { mainTraffic, trafficFact } from '../http/traffic.js';
import type { Row } from '../table.js';
import { loadAt, loadBaseOf, maxRateOf, maxRateText } from './max-rate.js';
import type { MaxRate } from '../../src/load/find-max-rate.js';
import type { LatencyFigures } from '../../src/load/latency.js';
import type { LoadResult } from '../../src/load/load-result.js';
import type { Goal, Part } from './part.js';

const P99_MS_MAX = 2;
const P999_MS_MAX = 10;
const SHARES = [0.25, 0.5, 0.75];
const TARGET_SHARE = 0.5;
const TRY_SHARE = 0.25;

export const latencyPart: Part = {
  name: 'latency',
  about: 'Latency from when each request was due, at half of the highest rate that the bidder holds.',
  full: { seconds: 30, rounds: 1, lineItems: 10_000 },
  quick: { seconds: 6, rounds: 1, lineItems: 10_000 },
  smoke: { seconds: 0.2, rounds: 1, lineItems: 20 },
  async run({ seconds, lineItems }, progress) {
    const { traffic, notes } = await mainTraffic();
    const options = { lineItems, catalogue: 'realistic', traffic } as const;
    return withScene(options, progress, ({ market, withBidder }) =>
      withBidder(async (bidder) => {
        const base = await loadBaseOf(market, traffic, bidder);
        progress('warming up');
        await closedLoop({
          port: bidder.port,
          requests: prepareRequests(traffic.bodies),
          seconds: seconds / 2,
        });
        const max = await maxRateOf(bidder, base, seconds * TRY_SHARE, progress);
        const rows: Row[] = [];
        const goals: Goal[] = [];
        for (const share of SHARES) {
          const rate = Math.max(1, Math.round(max.ratePerSecond * share));
          const result = await loadAt(base, rate, seconds, (what) => progress(`${rate}/s: ${what}`));
          rows.push({ name: `${100 * share} % of the maximum`, figures: figuresOf(result) });
          if (share === TARGET_SHARE)
            goals.push(
              ...latencyGoals({ latency: result.measured.latency, lag: result.generator.lag }, max.limitedBy),
            );
        }
        const table = { title: 'Latency', what: 'rate', rows, notes: [NOTE, maxRateText(max), ...notes] };
        return { goals, tables: [table], traffic: [trafficFact(traffic)], plots: {} };
      }),
    );
  },
};

type Tail = Pick<LatencyFigures, 'p99Ms' | 'p999Ms'>;

const NOTE =
  'From when a request was due until its answer was there, over keep-alive connections at a constant rate. The lag is the generator’s own: how late ' +
  'it handed requests over; what it is late is in the latencies as well. Generator and bidder share the cores of this machine.';

function figuresOf({ ratePerSecond, measured, generator, server }: LoadResult) {
  const { latency, answered, bids, timeouts, failed } = measured;
  return {
    'requests/s': ratePerSecond,
    'p50 ms': latency.p50Ms,
    'p99 ms': latency.p99Ms,
    'p99.9 ms': latency.p999Ms,
    'most ms': latency.maxMs,
    'with a bid, %': (100 * bids) / Math.max(1, answered),
    'timeouts and failures': timeouts + failed,
    'lag p99 ms': generator.lag.p99Ms,
    'lag p99.9 ms': generator.lag.p999Ms,
    'bidder’s µs a request':
      server && 'cpuMicrosPerRequest' in server ? server.cpuMicrosPerRequest : undefined,
  };
}

/** @returns undefined where the generator alone was later than that, which is in the figure */
function isReached(figureMs: number, lagMs: number, msMax: number): boolean | undefined {
  return figureMs > msMax && lagMs > msMax ? undefined : figureMs <= msMax;
}

/** @param limitedBy what the search for the maximum ended at: half of what is not the bidder's maximum is not half of it */
export function latencyGoals(
  { latency, lag }: { readonly latency: Tail; readonly lag: Tail },
  limitedBy: MaxRate['limitedBy'],
): Goal[] {
  const goal = (name: string, figureMs: number, lagMs: number, msMax: number): Goal => ({
    name: `${name} at half of the maximum rate`,
    target: `at most ${msMax} ms from when it was due`,
    figure: `${figureMs.toFixed(2)} ms (the generator’s own lag: ${lagMs.toFixed(2)} ms; the maximum was limited by the ${limitedBy})`,
    isReached: limitedBy === 'bidder' ? isReached(figureMs, lagMs, msMax) : undefined,
  });
  return [
    goal('p99', latency.p99Ms, lag.p99Ms, P99_MS_MAX),
    goal('p99.9', latency.p999Ms, lag.p999Ms, P999_MS_MAX),
  ];
}
