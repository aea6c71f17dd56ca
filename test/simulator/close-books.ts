import type { Campaign } from '../../src/domain/campaign.js';
import type { LeaseRequest, Settlement } from '../../src/domain/ledger.js';
import type { Micros } from '../../src/domain/money.js';
import type { Exposure } from './book.js';
import type { HighestBudget, World } from './simulate.js';

/** Of the budget, when there is supply and nothing goes wrong. */
const SPENT_SHARE_MIN = 0.98;

/** One campaign in the end. */
interface CampaignBooks {
  readonly campaign: string;
  readonly bookedMicros: number;
  /** Beyond the highest total budget that there was, or the highest daily one: the worst of them, as a share of it. */
  readonly overspendShare: number;
  /** Of what was booked: after the bid's money was free again. */
  readonly lateMicros: number;
}

export interface Books {
  readonly campaigns: readonly CampaignBooks[];
  readonly bids: number;
  readonly billings: number;
}

/** What everybody has in the books is the same, and nobody holds anything any more. */
export function closeBooks(world: World): Books {
  const { scenario, exchange, watcher, book } = world;
  const lines = distinctLines(world);
  if (watcher.violations.length === 0) {
    nothingHeld(world);
    if (exchange.forgeriesTaken > 0) watcher.violated(`${exchange.forgeriesTaken} forged notices were taken`);
    sameBillings(world, lines);
    for (const campaign of scenario.campaigns) {
      sameSums(world, campaign, lines);
      if (scenario.isCalm) moneySpent(world, campaign);
    }
  }
  return {
    campaigns: scenario.campaigns.map((campaign) => campaignBooks(world, campaign)),
    bids: book.bids.size,
    billings: lines.size,
  };
}

/** By bid. The same one may stand in the logs of several machines, and several times in one. */
function distinctLines({ bidders }: World): ReadonlyMap<string, Settlement> {
  return new Map(bidders.flatMap(({ disk }) => disk.lines.map((line) => [line.bidId, line])));
}

/** Everything is quiet: no notice is on its way, and no process waits for the end of a bid. */
export function processesAreDone({ bidders, exchange, watcher }: World): void {
  if (exchange.pending > 0) watcher.violated(`${exchange.pending} notices were never taken`);
  for (const { name, holder } of bidders) {
    if (!holder) watcher.violated(`${name} is not running`);
    else if (holder.openBids > 0) watcher.violated(`${name} holds ${holder.openBids} bids for ever`);
    else if (holder.billingsWaiting > 0)
      watcher.violated(`${name} does not get rid of ${holder.billingsWaiting} billings`);
  }
}

/** All processes are gone, for longer than anything is held for them. */
function nothingHeld({ watcher, scenario, authority }: World): void {
  for (const { id } of scenario.campaigns) {
    const { account } = authority.accountOf(id).lease(probe(id), authority.nowMs());
    if (account.openMicros !== 0)
      watcher.violated(`${account.openMicros} micros of ${id} stay open for ever`);
    if (account.heldMicros !== 0) watcher.violated(`${account.heldMicros} micros of ${id} are held for ever`);
  }
}

function probe(campaign: string): LeaseRequest {
  const none = 0 as Micros;
  return {
    campaign,
    holder: 'probe',
    flightDay: 0,
    totalMicros: none,
    dailyMicros: undefined,
    openMicros: none,
    keepMicros: none,
    wantMicros: none,
    leastMicros: none,
    reservedMicros: none,
    heardCount: 0,
    leaseMs: 1,
    holdMs: 1,
  };
}

/** What the exchange was told is taken note of is what is in the logs, bid by bid. */
function sameBillings({ exchange, watcher }: World, lines: ReadonlyMap<string, Settlement>): void {
  for (const [bidId, micros] of exchange.acknowledged) {
    const line = lines.get(bidId);
    if (!line) watcher.violated(`${bidId} was acknowledged and is in no log`);
    else if (line.chargeMicros !== micros)
      watcher.violated(`${bidId} costs ${line.chargeMicros} and not ${micros} micros`);
  }
  for (const bidId of lines.keys())
    if (!exchange.acknowledged.has(bidId))
      watcher.violated(`${bidId} is in a log and was never acknowledged`);
}

/** What is in the logs is what is booked, day by day. */
function sameSums(
  { authority, watcher }: World,
  { id }: Campaign,
  lines: ReadonlyMap<string, Settlement>,
): void {
  const days = new Map<number, Settlement[]>();
  for (const line of lines.values()) {
    if (line.campaign === id) days.set(line.flightDay, [...(days.get(line.flightDay) ?? []), line]);
  }
  let totalMicros = 0;
  for (const [day, ofDay] of days) {
    const micros = ofDay.reduce((sum, { chargeMicros }) => sum + chargeMicros, 0);
    totalMicros += micros;
    const { booked } = authority.statementOf(id, day)?.day ?? { booked: undefined };
    if (booked?.micros !== micros || booked.impressions !== ofDay.length) {
      const inLedger = `${booked?.impressions ?? 0} billings of ${booked?.micros ?? 0} micros`;
      watcher.violated(
        `${id}, day ${day}: ${inLedger} in the ledger, ${ofDay.length} of ${micros} in the logs`,
      );
    }
  }
  const bookedMicros = authority.statementOf(id, 0)?.total.micros ?? 0;
  if (bookedMicros !== totalMicros)
    watcher.violated(`${id}: ${bookedMicros} micros in the ledger, ${totalMicros} in the logs`);
}

function moneySpent({ authority, book, watcher }: World, { id, budget }: Campaign): void {
  const days = book.days(id).length;
  const limitMicros = Math.min(budget.totalMicros, days * (budget.dailyMicros ?? Infinity));
  const spentMicros = authority.statementOf(id, 0)?.total.micros ?? 0;
  if (spentMicros < SPENT_SHARE_MIN * limitMicros)
    watcher.violated(`${id} spent ${spentMicros} of ${limitMicros} micros, with supply and without faults`);
}

function campaignBooks({ book, authority, highestBudgets }: World, { id }: Campaign): CampaignBooks {
  const { totalMicros, dailyMicros = Infinity } = highestBudgets.get(id) as HighestBudget;
  const over = ({ micros, lateMicros }: Exposure, limitMicros: number) =>
    Math.max(0, micros + lateMicros - limitMicros) / limitMicros;
  const days = book.days(id).map((day) => over(book.ofDay(id, day), dailyMicros) || 0);
  const total = book.ofTotal(id);
  return {
    campaign: id,
    bookedMicros: authority.statementOf(id, 0)?.total.micros ?? 0,
    overspendShare: Math.max(over(total, totalMicros), ...days),
    lateMicros: total.lateMicros,
  };
}
