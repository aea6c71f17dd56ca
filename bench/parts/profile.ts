import { existsSync, readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedLoop, prepareRequests } from '../http/closed-loop.js';
import { countUnread, cpuSeconds, readCounters, SERVES_ALL } from '../http/processes.js';
import { withScene } from '../http/scene.js';
import { mainTraffic, trafficFact } from '../http/traffic.js';
import type { Part, PartTable } from './part.js';
import { functionText, STAGES, stageOf, type Stage } from './stages.js';

const HOOK = new URL('../http/profile-hook.js', import.meta.url).href;
const WARM_UP_FACTOR = 2;
const TOP_FUNCTIONS = 15;
const BAR_CHARACTERS = 40;
const WRITTEN_WITHIN_MS = 20_000;
const LOOK_MS = 50;
/** Samples in which the process did nothing. */
const IDLE = '(idle)';

export const profilePart: Part = {
  name: 'profile',
  about: 'Where the processor time of a request goes over HTTP, stage by stage and function by function.',
  full: { seconds: 15, rounds: 1, lineItems: 10_000 },
  quick: { seconds: 4, rounds: 1, lineItems: 10_000 },
  smoke: { seconds: 0.3, rounds: 1, lineItems: 20 },
  async run({ seconds, lineItems }, progress) {
    const { traffic, notes } = await mainTraffic();
    const options = { lineItems, catalogue: 'realistic', traffic } as const;
    return withScene(options, progress, ({ market, withBidder }) => {
      const file = join(market.folder, 'profile.json');
      const environment = { ...SERVES_ALL, NODE_OPTIONS: `--import=${HOOK}`, PROFILE_TO: file };
      return withBidder(async (bidder) => {
        const loop = { port: bidder.port, requests: prepareRequests(traffic.bodies) };
        progress('warming up');
        await closedLoop({ ...loop, seconds: seconds * WARM_UP_FACTOR });
        progress('profiling');
        process.kill(bidder.pid, 'SIGUSR2');
        const counted = await readCounters(bidder);
        const before = cpuSeconds(bidder);
        const { answers } = await closedLoop({ ...loop, seconds });
        const usEach = ((cpuSeconds(bidder) - before) * 1e6) / answers;
        const unread = countUnread(counted, await readCounters(bidder));
        process.kill(bidder.pid, 'SIGUSR2');
        const tables = tablesOf(await written(file), usEach, [
          `${answers} requests, ${unread} of them turned away unread.`,
          ...notes,
        ]);
        return { goals: [], tables, traffic: [trafficFact(traffic)], plots: {} };
      }, environment);
    });
  },
};

async function written(file: string): Promise<Profiler.Profile> {
  const endMs = performance.now() + WRITTEN_WITHIN_MS;
  for (;;) {
    if (existsSync(file)) {
      const text = readFileSync(file, 'utf8');
      // Until it is complete.
      if (text.endsWith('}')) return JSON.parse(text) as Profiler.Profile;
    }
    if (performance.now() > endMs) throw new Error(`${file} was not written within ${WRITTEN_WITHIN_MS} ms`);
    await sleep(LOOK_MS);
  }
}

function tablesOf(profile: Profiler.Profile, usEach: number, notes: readonly string[]): PartTable[] {
  const byStage = new Map<Stage, number>();
  const byFunction = new Map<string, number>();
  const micros = selfMicros(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  let all = 0;
  const visit = (id: number, caller: Stage): void => {
    const node = nodes.get(id) as Profiler.ProfileNode;
    const { callFrame, children = [] } = node;
    const self = callFrame.functionName === IDLE ? 0 : (micros.get(id) ?? 0);
    const stage = stageOf(callFrame) ?? (callFrame.functionName === '(program)' ? 'HTTP' : caller);
    all += self;
    byStage.set(stage, (byStage.get(stage) ?? 0) + self);
    const name = functionText(callFrame);
    byFunction.set(name, (byFunction.get(name) ?? 0) + self);
    for (const child of children) visit(child, stage);
  };
  visit((profile.nodes[0] as Profiler.ProfileNode).id, 'other');
  const shown = STAGES.map((stage) => [stage, byStage.get(stage) ?? 0] as const);
  const most = Math.max(...shown.map(([, self]) => self));
  const row = (name: string, self: number) => ({
    name,
    figures: { 'share, %': (100 * self) / all, 'µs a request': (usEach * self) / all },
  });
  const top = [...byFunction].sort((a, b) => b[1] - a[1]).slice(0, TOP_FUNCTIONS);
  return [
    {
      title: 'Profile of the path over HTTP',
      what: 'stage',
      rows: shown.map(([stage, self]) => row(`${stage} ${bar(self / most)}`.trim(), self)),
      notes: [
        'Samples of the engine’s profiler while the bidder was kept busy, by the folder of the function (bench/parts/stages.ts); what the language and libraries do counts for the stage that called ' +
          'them. HTTP is the native library and the system’s part with it. The profiler itself makes everything somewhat slower.',
        ...notes,
      ],
    },
    {
      title: 'Functions that take longest',
      what: 'function',
      rows: top.map(([name, self]) => row(name, self)),
      notes: ['Each without what it calls.'],
    },
  ];
}

function selfMicros({ samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<number, number> {
  const micros = new Map<number, number>();
  for (const [i, id] of samples.entries()) micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[i + 1] ?? 0));
  return micros;
}

function bar(share: number): string {
  return '█'.repeat(Math.round(share * BAR_CHARACTERS));
}
