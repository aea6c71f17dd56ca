import { setTimeout as sleep } from 'node:timers/promises';
import { linePlot } from '../../src/load/line-plot.js';
import { runLoad } from '../../src/load/run-load.js';
import type { ServingProcess } from '../../test/support/program.js';
import { hasRedisServer } from '../../test/support/redis-server.js';
import { closedLoop, prepareRequests } from '../http/closed-loop.js';
import { withRareVisitors } from '../http/rare-visitors.js';
import { withScene } from '../http/scene.js';
import { readCounters, readHeapBytes, residentBytes } from '../http/processes.js';
import { mainTraffic, trafficFact } from '../http/traffic.js';
import { WITHOUT_REDIS } from '../with-redis.js';
import { slopeOf } from './least-squares.js';
import { loadBaseOf, maxRateOf, maxRateText } from './max-rate.js';
import type { Goal, Part, PartTable } from './part.js';
import { svgFile } from './svg-file.js';

const MS_PER_SECOND = 1_000;
const SECONDS_PER_HOUR = 3_600;
const MEBIBYTE = 1_048_576;
const MEMORY_MIB_MAX = 256;
/** A slope of which less can be told from what collections leave behind in ten minutes. */
const SLOPE_MIB_PER_HOUR_MAX = 60;
/** Of the time: compiled code, pools and caches are still growing, and it does not count for the slope. */
const SETTLING_SHARE = 0.3;
const SOAK_SECONDS = 600;
const SAMPLES = 300;
const SAMPLE_MS_MIN = 50;
const RATE_SHARE = 0.5;
const RARE_SHARE = 0.1;
const RARE_PER_LINE_ITEM = 0.5;
/** As `PROFILE_CACHE_BYTES` is by default. */
const CACHE_BYTES = 64 * MEBIBYTE;
const TRY_SECONDS_MAX = 8;
const FILE = 'soak.svg';

/** Memory of the bidder at a moment. */
export interface Sample {
  readonly seconds: number;
  readonly residentMib: number;
  readonly heapMib: number;
}

export const soakPart: Part = {
  name: 'soak',
  about: 'Memory over a long time at half of the highest rate that the bidder holds.',
  full: { seconds: SOAK_SECONDS, rounds: 1, lineItems: 10_000 },
  quick: { seconds: 30, rounds: 1, lineItems: 10_000 },
  smoke: { seconds: 0.5, rounds: 1, lineItems: 20 },
  async run({ seconds, lineItems }, progress) {
    const { traffic: main, notes } = await mainTraffic();
    const traffic = withRareVisitors(main, RARE_SHARE, Math.ceil(lineItems * RARE_PER_LINE_ITEM));
    const store = hasRedisServer() ? { profileCacheBytes: CACHE_BYTES } : {};
    const options = { lineItems, catalogue: 'realistic', traffic, ...store } as const;
    return withScene(options, progress, async ({ market, withBidder }) => {
      const trySeconds = Math.min(TRY_SECONDS_MAX, seconds / 4);
      const max = await withBidder(async (bidder) => {
        const base = await loadBaseOf(market, traffic, bidder);
        progress('warming up');
        await closedLoop({ port: bidder.port, requests: prepareRequests(main.bodies), seconds: trySeconds });
        return maxRateOf(bidder, base, trySeconds, progress);
      });
      // A new one, so that nothing is left over from the search.
      return withBidder(async (bidder) => {
        const base = await loadBaseOf(market, traffic, bidder);
        const rate = Math.max(1, Math.round(max.ratePerSecond * RATE_SHARE));
        const sampler = sampleMemory(bidder, seconds);
        const { measured } = await runLoad({
          ...base,
          ratePerSecond: rate,
          durationMs: seconds * MS_PER_SECOND,
          warmUpMs: 0,
          onProgress: ({ done, all }) => progress(`${rate}/s: ${done} of ${all} requests`),
        });
        const samples = await sampler.end();
        const open = (await readCounters(bidder)).get('narrowcast_ledger_open_bids') ?? 0;
        const { answered: requests, bids, badShare: bad } = measured;
        const counted = { rate, requests, bids, bad, open };
        const profiles = hasRedisServer() ? IN_REDIS : `Profiles in memory, since ${WITHOUT_REDIS}.`;
        return {
          goals: soakGoals(samples, seconds),
          tables: [tableOf(samples, counted, [profiles, maxRateText(max), ...notes])],
          traffic: [trafficFact(main)],
          plots: { [FILE]: memoryPlot(samples) },
        };
      });
    });
  },
};

const IN_REDIS = `Profiles in a Redis, ${CACHE_BYTES / MEBIBYTE} MiB of them remembered; a tenth of the requests from visitors who come rarely.`;

function sampleMemory(bidder: ServingProcess, seconds: number) {
  const samples: Sample[] = [];
  const startMs = performance.now();
  const over = new AbortController();
  const everyMs = Math.max(SAMPLE_MS_MIN, (seconds * MS_PER_SECOND) / SAMPLES);
  const run = async (): Promise<void> => {
    for (; !over.signal.aborted; await sleep(everyMs)) {
      samples.push({
        seconds: (performance.now() - startMs) / MS_PER_SECOND,
        residentMib: residentBytes(bidder) / MEBIBYTE,
        heapMib: (await readHeapBytes(bidder)) / MEBIBYTE,
      });
    }
  };
  const running = run();
  return {
    async end(): Promise<readonly Sample[]> {
      over.abort();
      await running;
      return samples;
    },
  };
}

/** @param seconds how long it was to last */
export function soakGoals(samples: readonly Sample[], seconds: number): Goal[] {
  const most = Math.max(...samples.map(({ residentMib }) => residentMib));
  const { residentSlope, heapSlope } = slopesOf(samples);
  const minutes = (seconds / 60).toFixed(1);
  const isLong = seconds >= SOAK_SECONDS;
  return [
    {
      name: `Memory at most, over ${minutes} minutes at half of the maximum`,
      target: `at most ${MEMORY_MIB_MAX} MiB resident`,
      figure: `${most.toFixed(0)} MiB`,
      // A shorter soak can show that it takes too much, but not that it will not.
      isReached: isLong || most > MEMORY_MIB_MAX ? most <= MEMORY_MIB_MAX : undefined,
    },
    {
      name: `Memory steady over ${minutes} minutes at half of the maximum`,
      target: `steady, taken as a slope of at most ${SLOPE_MIB_PER_HOUR_MAX} MiB/h once settled`,
      figure: isLong
        ? `${residentSlope.toFixed(0)} MiB/h resident, ${heapSlope.toFixed(0)} MiB/h heap`
        : `a slope takes ${SOAK_SECONDS / 60} minutes: in fewer it is that of compiled code, caches and collections`,
      isReached: isLong ? residentSlope <= SLOPE_MIB_PER_HOUR_MAX : undefined,
    },
  ];
}

/** In MiB/h. */
function slopesOf(samples: readonly Sample[]) {
  const from = (samples.at(-1)?.seconds ?? 0) * SETTLING_SHARE;
  const settled = samples.filter(({ seconds }) => seconds >= from);
  const slopeOver = (of: (sample: Sample) => number) =>
    slopeOf(settled.map((sample) => [sample.seconds, of(sample)] as const)) * SECONDS_PER_HOUR;
  return {
    residentSlope: slopeOver(({ residentMib }) => residentMib),
    heapSlope: slopeOver(({ heapMib }) => heapMib),
  };
}

function tableOf(
  samples: readonly Sample[],
  counted: { rate: number; requests: number; bids: number; bad: number; open: number },
  notes: readonly string[],
): PartTable {
  const { residentSlope, heapSlope } = slopesOf(samples);
  const resident = samples.map(({ residentMib }) => residentMib);
  const heap = samples.map(({ heapMib }) => heapMib);
  return {
    title: 'Soak',
    what: 'memory',
    rows: [memoryRow('resident', resident, residentSlope), memoryRow('heap in use', heap, heapSlope)],
    notes: [
      `![Memory over time](${FILE})`,
      `${counted.requests} requests at ${counted.rate}/s, ${counted.bids} of them with a bid, ${(100 * counted.bad).toFixed(3)} % late or failed; ` +
        `the slope by least squares over the last ${100 - 100 * SETTLING_SHARE} % of the time. No notices come, so what is set aside for each bid stays until its time is over: for ${counted.open} of them at the end.`,
      ...notes,
    ],
  };
}

function memoryRow(name: string, mib: readonly number[], slope: number) {
  return {
    name,
    figures: {
      'first MiB': mib[0],
      'last MiB': mib.at(-1),
      'most MiB': Math.max(...mib),
      'slope MiB/h': slope,
    },
  };
}

function memoryPlot(samples: readonly Sample[]): string {
  const lastSeconds = samples.at(-1)?.seconds ?? 0;
  const points = (of: (sample: Sample) => number) =>
    samples.map((sample) => [sample.seconds / Math.max(lastSeconds, 1), of(sample)] as const);
  return svgFile(
    linePlot({
      title: 'Memory of the bidder over time',
      valueUnit: 'MiB',
      ticks: [0, 0.25, 0.5, 0.75, 1].map((at) => ({
        at,
        label: `${((at * lastSeconds) / 60).toFixed(1)} min`,
      })),
      lines: [
        { name: 'resident', kind: 'one', points: points(({ residentMib }) => residentMib) },
        { name: 'heap in use', kind: 'two', points: points(({ heapMib }) => heapMib) },
      ],
      dots: [],
      mark: { value: MEMORY_MIB_MAX, label: `${MEMORY_MIB_MAX} MiB` },
      shadedUntil: SETTLING_SHARE,
    }),
    [
      ['one', 'resident'],
      ['two', 'heap in use'],
    ],
  );
}
