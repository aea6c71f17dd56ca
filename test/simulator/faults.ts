import type { Campaign } from '../../src/domain/campaign.js';
import type { Micros } from '../../src/domain/money.js';
import { integerBetween, pick } from '../../src/lib/prng.js';
import { campaignDay } from './book.js';
import type { SimulatedBidder } from './bidder.js';
import type { World } from './simulate.js';

const DEAD_MS = { min: 100, max: 20_000 };
const OUTAGE_MS = { min: 200, max: 15_000 };
const CLOCK_JUMP_MS_MAX = 2 * 3_600_000;
/** A Redis that syncs its file every second loses this much when its machine dies. */
const UNSYNCED_MS_MAX = 1_000;

type Fault = (world: World) => void;

/** What goes wrong, by name. Each puts itself right again after a while. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'process killed': (world) => {
    const bidder = pick(world.random, world.bidders);
    bidder.crash();
    world.timeline.after(between(world, DEAD_MS), () => {
      if (!bidder.isAlive) bidder.start();
    });
  },
  'process cut off': (world) => {
    const { link } = pick(world.random, world.bidders);
    link?.cut();
    world.timeline.after(between(world, OUTAGE_MS), () => link?.mend());
  },
  'authority stands still': (world) => {
    world.authority.freeze();
    world.timeline.after(between(world, OUTAGE_MS), () => world.authority.thaw());
  },
  'disk full': (world) => {
    const { disk } = pick(world.random, world.bidders);
    disk.isFull = true;
    world.timeline.after(between(world, OUTAGE_MS), () => (disk.isFull = false));
  },
  'clock set': (world) => {
    const jumpMs = integerBetween(world.random, -CLOCK_JUMP_MS_MAX, CLOCK_JUMP_MS_MAX);
    pick(world.random, world.bidders).clock.jump(jumpMs);
  },
  'authority forgets its last moments': (world) => {
    const onDisk = world.authority.onDisk();
    const booked = world.watcher.bookedUntilNow();
    world.timeline.after(integerBetween(world.random, 0, UNSYNCED_MS_MAX), () => {
      world.timeline.note('the authority is back without its last moments');
      forgiveLostAccounts(world);
      world.authority.crash(onDisk);
      world.watcher.forgot(booked);
    });
  },
  'authority emptied': (world) => {
    forgiveLostAccounts(world);
    world.authority.wipe();
    world.watcher.forgot(new Set());
  },
  'budget changed': (world) => {
    const campaign = pick(world.random, world.campaigns);
    changeCampaign(world, { ...campaign, budget: changedBudget(world, campaign) });
  },
  'campaign deleted': (world) => {
    const campaign = pick(world.random, world.campaigns);
    if (world.campaigns.length > 1)
      useCampaigns(
        world,
        world.campaigns.filter((each) => each !== campaign),
      );
  },
};

export function makeTrouble(world: World): void {
  const names = Object.keys(FAULTS);
  const name = pick(world.random, names);
  world.timeline.note(`fault: ${name}`);
  world.faults.set(name, (world.faults.get(name) ?? 0) + 1);
  FAULTS[name]?.(world);
}

function between({ random }: World, { min, max }: { readonly min: number; readonly max: number }): number {
  return integerBetween(random, min, max);
}

function changedBudget({ random }: World, { budget }: Campaign): Campaign['budget'] {
  const factor = pick(random, [0.1, 0.5, 0.9, 1.2, 2]);
  const { totalMicros, dailyMicros } = budget;
  return {
    ...budget,
    totalMicros: Math.max(1, Math.round(totalMicros * factor)) as Micros,
    dailyMicros: dailyMicros && (Math.max(1, Math.round(dailyMicros * factor)) as Micros),
  };
}

function changeCampaign(world: World, changed: Campaign): void {
  const { totalMicros, dailyMicros } = changed.budget;
  const highest = world.highestBudgets.get(changed.id);
  if (highest) {
    highest.totalMicros = Math.max(highest.totalMicros, totalMicros);
    highest.dailyMicros = dailyMicros && Math.max(highest.dailyMicros ?? 0, dailyMicros);
  }
  const campaigns = world.campaigns.map((each) => (each.id === changed.id ? changed : each));
  useCampaigns(world, campaigns);
}

/** Files come to the machines one after another, within a second. */
function useCampaigns(world: World, campaigns: readonly Campaign[]): void {
  world.campaigns = campaigns;
  const changes = ++world.catalogChanges;
  for (const bidder of world.bidders) {
    world.timeline.after(integerBetween(world.random, 0, 1_000), () => {
      if (changes !== world.catalogChanges) return;
      forgiveCuts(world, bidder, campaigns);
      bidder.use(campaigns);
    });
  }
}

/** What is spent, held and granted when the last process hears of a smaller budget may be spent beyond it. */
function forgiveCuts(world: World, bidder: SimulatedBidder, campaigns: readonly Campaign[]): void {
  const { book, watcher, timeline } = world;
  book.expire(timeline.nowMs);
  for (const { id, budget } of campaigns) {
    const before = bidder.campaigns.find((campaign) => campaign.id === id);
    if (!before || before.budget === budget) continue;
    const handsMicros = inHandsMicros(world, id);
    watcher.forgiveCut(id, book.ofTotal(id).micros + handsMicros - budget.totalMicros);
    for (const day of book.days(id)) {
      const committedMicros = book.ofDay(id, day).micros + handsMicros;
      watcher.forgiveCut(campaignDay(id, day), committedMicros - (budget.dailyMicros ?? Infinity));
    }
  }
}

/** Nobody knows any more what was held: as much as that may be granted once more. */
function forgiveLostAccounts(world: World): void {
  const { book, watcher, timeline } = world;
  book.expire(timeline.nowMs);
  for (const { id } of world.campaigns) {
    const heldMicros = book.heldMicros(id) + inHandsMicros(world, id);
    watcher.forgiveLoss(id, heldMicros);
    for (const day of book.days(id)) watcher.forgiveLoss(campaignDay(id, day), heldMicros);
  }
}

/** Free in somebody's hand or on its way there, or held there for bids although it need not be any more. */
function inHandsMicros({ bidders, watcher, book }: World, campaign: string): number {
  let [freeMicros, openMicros] = [0, 0];
  for (const { holder } of bidders) {
    const figures = holder?.figures(campaign);
    freeMicros += figures?.ownFreeMicros ?? 0;
    openMicros += figures?.ownOpenMicros ?? 0;
  }
  return freeMicros + watcher.askedMicros(campaign) + Math.max(0, openMicros - book.heldMicros(campaign));
}
