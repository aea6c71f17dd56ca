import { Session } from 'node:inspector/promises';
import { GCProfiler, getHeapStatistics } from 'node:v8';
import { makeMarket } from '../http/market.js';
import { openPathInProcess, type PathInProcess } from '../http/path-in-process.js';
import { mainTraffic, trafficFact } from '../http/traffic.js';
import type { Row } from '../table.js';
import type { Effort, Part, PartTable, Progress } from './part.js';
import { functionText, STAGES, stageOf, type ProfiledFunction, type Stage } from './stages.js';

/** One place in a few kilobytes of allocations is looked at. */
const SAMPLING_BYTES = 8_192;
const TOP_FUNCTIONS = 10;
const SORTING_PASSES = 3;

export const garbagePart: Part = {
  name: 'garbage',
  about:
    'What the path allocates for each request, who allocates it, and the share of the time that collecting it takes.',
  full: { seconds: 10, rounds: 1, lineItems: 10_000 },
  quick: { seconds: 3, rounds: 1, lineItems: 10_000 },
  smoke: { seconds: 0.2, rounds: 1, lineItems: 50 },
  async run(effort, progress) {
    const { traffic, notes } = await mainTraffic();
    progress('making a market');
    const market = makeMarket({ lineItems: effort.lineItems, catalogue: 'realistic', traffic });
    try {
      const path = await openPathInProcess(market);
      const tables = await measure(path, traffic.bodies, effort, progress);
      await path.close();
      return {
        goals: [],
        tables: tables.map((table, i) => (i === 0 ? { ...table, notes: [...table.notes, ...notes] } : table)),
        traffic: [trafficFact(traffic)],
        plots: {},
      };
    } finally {
      market.remove();
    }
  },
};

async function measure(
  path: PathInProcess,
  bodies: readonly Buffer[],
  { seconds }: Effort,
  progress: Progress,
): Promise<PartTable[]> {
  progress('warming up');
  await answerAll(path, bodies, seconds);
  const { bid, noBid } = await sorted(path, bodies);
  const mixes = [
    { name: `all ${bodies.length} requests`, bodies },
    { name: `${bid.length} that always get a bid`, bodies: bid },
    { name: `${noBid.length} that never get one`, bodies: noBid },
  ].filter((mix) => mix.bodies.length > 0);
  const rows: Row[] = [];
  for (const mix of mixes) {
    progress(mix.name);
    rows.push({ name: mix.name, figures: await garbageOf(path, mix.bodies, seconds) });
  }
  progress('who allocates');
  const sample = await sampleAllocations(path, bodies, seconds);
  const bytesEach = rows[0]?.figures['bytes a request'] ?? 0;
  return [
    {
      title: 'Garbage',
      what: 'whole path without HTTP',
      rows,
      notes: [
        'Bytes are what the heap grows by between collections, summed up (`v8.GCProfiler` tells its size before and after each), over the number of requests; ' +
          'the share is that of the pauses in the time of the run. Marking and sweeping on other threads are not in it.',
      ],
    },
    stageTable(sample, bytesEach),
    functionTable(sample, bytesEach),
  ];
}

/** @returns how many were answered, and how many of them with a bid */
async function answerAll(path: PathInProcess, bodies: readonly Buffer[], seconds: number) {
  const endMs = performance.now() + seconds * 1_000;
  let count = 0;
  let bids = 0;
  while (performance.now() < endMs)
    for (const body of bodies) {
      const { kind } = await path.answer(body);
      count += 1;
      if (kind === 'bid') bids += 1;
    }
  return { count, bids };
}

/** Who bids hangs on pacing as well, so each request is asked a few times and only those that always came to the same are taken. */
async function sorted(path: PathInProcess, bodies: readonly Buffer[]) {
  const bids = bodies.map(() => 0);
  for (let pass = 0; pass < SORTING_PASSES; pass++)
    for (const [i, body] of bodies.entries())
      if ((await path.answer(body)).kind === 'bid') bids[i] = (bids[i] ?? 0) + 1;
  return {
    bid: bodies.filter((_, i) => bids[i] === SORTING_PASSES),
    noBid: bodies.filter((_, i) => bids[i] === 0),
  };
}

async function garbageOf(path: PathInProcess, bodies: readonly Buffer[], seconds: number) {
  const profiler = new GCProfiler();
  profiler.start();
  const beforeBytes = getHeapStatistics().used_heap_size;
  const startMs = performance.now();
  const { count, bids } = await answerAll(path, bodies, seconds);
  const elapsedMs = performance.now() - startMs;
  const afterBytes = getHeapStatistics().used_heap_size;
  const { statistics } = profiler.stop();
  let lowBytes = beforeBytes;
  let grownBytes = 0;
  let pausesMs = 0;
  for (const { beforeGC, afterGC, cost } of statistics) {
    grownBytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - lowBytes);
    lowBytes = afterGC.heapStatistics.usedHeapSize;
    pausesMs += cost / 1_000;
  }
  grownBytes += Math.max(0, afterBytes - lowBytes);
  return {
    'bytes a request': Math.round(grownBytes / count),
    'µs a request': (elapsedMs * 1_000) / count,
    'share of collections, %': (100 * pausesMs) / elapsedMs,
    collections: statistics.length,
    'longest pause ms': Math.max(0, ...statistics.map(({ cost }) => cost / 1_000)),
    requests: count,
    'with a bid, %': (100 * bids) / count,
  };
}

interface AllocationNode {
  readonly callFrame: ProfiledFunction;
  readonly selfSize: number;
  readonly children: readonly AllocationNode[];
}

interface AllocationSample {
  readonly byStage: ReadonlyMap<Stage, number>;
  readonly byFunction: ReadonlyMap<string, number>;
  readonly bytes: number;
}

/** What functions allocate themselves. Native ones and libraries' count for the stage that called them. */
async function sampleAllocations(
  path: PathInProcess,
  bodies: readonly Buffer[],
  seconds: number,
): Promise<AllocationSample> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.enable');
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_BYTES,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  } as { samplingInterval: number });
  await answerAll(path, bodies, seconds);
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  const byStage = new Map<Stage, number>();
  const byFunction = new Map<string, number>();
  let bytes = 0;
  const visit = ({ callFrame, selfSize, children }: AllocationNode, caller: Stage): void => {
    const stage = stageOf(callFrame) ?? caller;
    bytes += selfSize;
    byStage.set(stage, (byStage.get(stage) ?? 0) + selfSize);
    const name = functionText(callFrame);
    byFunction.set(name, (byFunction.get(name) ?? 0) + selfSize);
    for (const child of children) visit(child, stage);
  };
  visit(profile.head, 'other');
  return { byStage, byFunction, bytes };
}

function stageTable({ byStage, bytes }: AllocationSample, bytesEach: number): PartTable {
  const rows = STAGES.filter((stage) => byStage.has(stage)).map((stage) =>
    allocationRow(stage, (byStage.get(stage) ?? 0) / bytes, bytesEach),
  );
  return {
    title: 'Garbage by stage',
    what: 'stage',
    rows,
    notes: [
      'Sampled by the heap profiler of the engine, what was collected included; bytes are the share of those above. What a function of the language ' +
        'or of a library allocates counts for the stage that called it.',
    ],
  };
}

function functionTable({ byFunction, bytes }: AllocationSample, bytesEach: number): PartTable {
  const largest = [...byFunction].sort((a, b) => b[1] - a[1]).slice(0, TOP_FUNCTIONS);
  return {
    title: 'Garbage by function',
    what: 'function',
    rows: largest.map(([name, size]) => allocationRow(name, size / bytes, bytesEach)),
    notes: ['What each allocates itself, without what it calls; the ten that allocate most.'],
  };
}

function allocationRow(name: string, share: number, bytesEach: number): Row {
  return { name, figures: { 'share, %': 100 * share, 'bytes a request': Math.round(share * bytesEach) } };
}
