import type { Budget, Campaign } from '../../src/domain/campaign.js';
import type { Micros } from '../../src/domain/money.js';
import { integerBetween, pick, seededRandom, type Random } from '../../src/lib/prng.js';
import { SimulatedAuthority } from './authority.js';
import { SimulatedBidder, type Tampering } from './bidder.js';
import { TrueBook } from './book.js';
import { SimulatedDisk } from './disk.js';
import { SimulatedExchange } from './exchange.js';
import { makeTrouble } from './faults.js';
import { costOf, scenarioOf, SOUND_NETWORK, type Scenario } from './scenario.js';
import { MachineClock, Timeline } from './timeline.js';
import { closeBooks, processesAreDone, type Books } from './close-books.js';
import { Watcher } from './watcher.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Two minutes before midnight: traffic comes around two midnights, and nothing happens on the day between them. */
const START_MS = Date.UTC(2026, 10, 25) - 2 * MINUTE_MS;
const TRAFFIC_MS = 4 * MINUTE_MS;
const TICK_MS = 250;
/** Longer than bids are held and leases are kept without bids. */
const QUIET_MS = 3 * MINUTE_MS;
/** After this nothing is held for a process that is gone. */
const FORGOTTEN_MS = 10 * MINUTE_MS;
const QUIET_TICK_MS = 1_000;
const SKEW_MS_MAX = 2_000;

export interface HighestBudget {
  totalMicros: number;
  dailyMicros: number | undefined;
}

/** Everything there is in one simulated world. */
export interface World {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly book: TrueBook;
  readonly watcher: Watcher;
  readonly authority: SimulatedAuthority;
  readonly bidders: readonly SimulatedBidder[];
  readonly exchange: SimulatedExchange;
  readonly faults: Map<string, number>;
  campaigns: readonly Campaign[];
  catalogChanges: number;
  /** No requests come, and nothing goes wrong any more. */
  isQuiet: boolean;
  /** The most that files ever allowed, by campaign. */
  readonly highestBudgets: ReadonlyMap<string, HighestBudget>;
}

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly lastEvents: readonly string[];
  readonly faults: ReadonlyMap<string, number>;
  readonly books: Books;
}

/** Lives through the world of one seed. The same seed is always the same world. */
export async function simulate(seed: number, tampering: Tampering = {}): Promise<SimulationResult> {
  const world = worldOf(seed, tampering);
  const { timeline, watcher, bidders, faults } = world;
  for (const bidder of bidders) {
    bidder.start();
    bidder.use(world.campaigns);
  }
  for (const startMs of [0, DAY_MS]) {
    await timeline.runUntil(startMs);
    await traffic(world);
    await quiet(world);
  }
  if (watcher.violations.length === 0) processesAreDone(world);
  for (const bidder of bidders) bidder.crash();
  await timeline.runUntil(timeline.nowMs + FORGOTTEN_MS);
  const books = closeBooks(world);
  return { seed, violations: watcher.violations, lastEvents: timeline.lastEvents(), faults, books };
}

function worldOf(seed: number, tampering: Tampering): World {
  const random = seededRandom(seed);
  const scenario = scenarioOf(seed, random);
  const timeline = new Timeline();
  const book = new TrueBook();
  const watcher = new Watcher(timeline, book);
  const bidders: SimulatedBidder[] = [];
  const clock = () =>
    new MachineClock(timeline, START_MS + integerBetween(random, -SKEW_MS_MAX, SKEW_MS_MAX));
  const authority = new SimulatedAuthority(
    timeline,
    clock(),
    random,
    () => (world.isQuiet ? SOUND_NETWORK : scenario.network),
    (settlement) => watcher.booked(settlement),
  );
  const exchange = new SimulatedExchange({
    timeline,
    random,
    habits: scenario.habits,
    bidders: () => bidders,
  });
  const world: World = {
    scenario,
    random,
    timeline,
    book,
    watcher,
    authority,
    bidders,
    exchange,
    faults: new Map(),
    campaigns: scenario.campaigns,
    catalogChanges: 0,
    isQuiet: false,
    highestBudgets: new Map(scenario.campaigns.map(({ id, budget }) => [id, { ...budget }])),
  };
  const shared = {
    timeline,
    random,
    authority,
    book,
    watcher,
    tampering,
    holdMsMax: Math.max(...scenario.holdMs),
  };
  for (let i = 0; i < scenario.bidders; i++) {
    const disk = new SimulatedDisk(timeline, random, ({ bidId }) => book.writtenDown(bidId));
    const highestBudget = (campaign: Campaign) => highestBudgetOf(world, campaign);
    bidders.push(new SimulatedBidder({ ...shared, name: `bidder${i}`, clock: clock(), disk, highestBudget }));
  }
  return world;
}

/** Requests come at random, faults too, and processes get on with their work. */
async function traffic(world: World): Promise<void> {
  const { timeline, random, scenario } = world;
  const endMs = timeline.nowMs + TRAFFIC_MS;
  world.isQuiet = false;
  const again = () => (timeline.nowMs < endMs ? 'again' : 'over');
  const atRandom = (perMs: number, run: () => void): void => {
    timeline.after(-Math.log(1 - random()) / perMs, () => {
      if (again() === 'over') return;
      run();
      atRandom(perMs, run);
    });
  };
  atRandom(scenario.requestsPerSecond / 1_000, () => request(world));
  if (scenario.faultsPerMinute > 0) atRandom(scenario.faultsPerMinute / MINUTE_MS, () => makeTrouble(world));
  for (const bidder of world.bidders) {
    timeline.every(TICK_MS, () => {
      bidder.tick();
      return again();
    });
  }
  await timeline.runUntil(endMs);
}

function request({ random, bidders, exchange, scenario }: World): void {
  const bidder = pick(random, bidders);
  if (bidder.campaigns.length === 0) return;
  const campaign = pick(random, bidder.campaigns);
  const bid = bidder.bid(campaign, costOf(campaign), pick(random, scenario.holdMs));
  if (bid) exchange.takeBid(bid);
}

/** No requests come, faults are over, and what is on its way arrives. */
async function quiet(world: World): Promise<void> {
  const { timeline, bidders, exchange } = world;
  world.isQuiet = true;
  const quietMs = timeline.nowMs + QUIET_MS;
  for (const bidder of bidders) {
    timeline.every(QUIET_TICK_MS, () => {
      bidder.tick();
      return timeline.nowMs < quietMs || exchange.pending > 0 ? 'again' : 'over';
    });
  }
  await timeline.runUntil(quietMs);
}

function highestBudgetOf({ bidders }: World, { id, budget }: Campaign): Budget {
  let { totalMicros, dailyMicros } = budget;
  for (const { campaigns } of bidders) {
    const known = campaigns.find((campaign) => campaign.id === id)?.budget;
    if (!known) continue;
    totalMicros = Math.max(totalMicros, known.totalMicros) as Micros;
    if (dailyMicros !== undefined) dailyMicros = Math.max(dailyMicros, known.dailyMicros ?? 0) as Micros;
  }
  return { ...budget, totalMicros, dailyMicros };
}
