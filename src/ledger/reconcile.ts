import { SETTLED_WITHIN_MS, type LedgerAuthority, type Settlement } from '../domain/ledger.js';
import { BilledBids } from './billed-bids.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** No clock on earth is further ahead of UTC. */
const AHEAD_OF_UTC_MS = 14 * HOUR_MS;
const ON_THEIR_WAY_MAX = 500;

export interface ReconcileOptions {
  readonly settlements: AsyncIterable<Settlement>;
  readonly authority: Pick<LedgerAuthority, 'settle' | 'statement'>;
  /** Wall-clock time. */
  readonly nowMs: number;
  /** Since when the log has everything; asked when all settlements were taken. */
  readonly coveredSinceMs: () => number;
  /** Whether every billing of the ledger is in this log; not so when other machines have logs of their own. */
  readonly isWholeLog: boolean;
  /** Only these campaigns; undefined: all. */
  readonly campaigns?: ReadonlySet<string>;
}

/** The log and the ledger tell different things of one campaign and day. */
interface Difference {
  readonly campaign: string;
  readonly flightDay: number;
  readonly logImpressions: number;
  readonly logMicros: number;
  readonly ledgerImpressions: number;
  readonly ledgerMicros: number;
  readonly words: string;
}

export interface Reconciliation {
  /** Billings in the log, the same one as often as it is there. */
  readonly settlements: number;
  /** How many the ledger had not booked before. */
  readonly booked: number;
  /** Days of campaigns that were compared. */
  readonly daysCompared: number;
  readonly differences: readonly Difference[];
}

interface DaySum {
  readonly campaign: string;
  readonly flightDay: number;
  impressions: number;
  micros: number;
}

/**
 * Tells the ledger every billing that is in the log, which changes nothing where it has them, and compares what both say of
 * each day that the log covers. Distinct bids are counted with a bit each.
 *
 * @throws when the authority does not answer or the log cannot be read; then begin again
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const { authority, campaigns } = options;
  const seen = new Map<string, BilledBids>();
  const days = new Map<string, DaySum>();
  let [settlements, booked] = [0, 0];
  let batch: Promise<'booked' | 'duplicate'>[] = [];
  const finishBatch = async (): Promise<void> => {
    for (const outcome of await Promise.all(batch)) booked += outcome === 'booked' ? 1 : 0;
    batch = [];
  };
  for await (const settlement of options.settlements) {
    if (campaigns && !campaigns.has(settlement.campaign)) continue;
    settlements += 1;
    count(settlement, seen, days);
    const told = authority.settle(settlement);
    // It is waited for with its batch; until then a failure must not look as if nobody cared for it, which ends the process.
    told.catch(() => {});
    batch.push(told);
    if (batch.length === ON_THEIR_WAY_MAX) await finishBatch();
  }
  await finishBatch();
  return { settlements, booked, ...(await compare(options, days)) };
}

/**
 * The same, and once more when the ledger has less in the end than it was told: then its account was thrown away meanwhile.
 *
 * @param begin opens the log anew
 */
export async function reconcileSurely(begin: () => ReconcileOptions): Promise<Reconciliation> {
  const first = await reconcile(begin());
  const hasLess = first.differences.some(({ ledgerMicros, logMicros }) => ledgerMicros < logMicros);
  return hasLess ? reconcile(begin()) : first;
}

function count(settlement: Settlement, seen: Map<string, BilledBids>, days: Map<string, DaySum>): void {
  const { campaign, bidId, bidAtMs, flightDay, chargeMicros } = settlement;
  let bids = seen.get(campaign);
  if (!bids) seen.set(campaign, (bids = new BilledBids()));
  if (!bids.add(bidId, bidAtMs)) return;
  const name = `${flightDay} ${campaign}`;
  let day = days.get(name);
  if (!day) days.set(name, (day = { campaign, flightDay, impressions: 0, micros: 0 }));
  day.impressions += 1;
  day.micros += chargeMicros;
}

async function compare(
  { authority, nowMs, coveredSinceMs, isWholeLog }: ReconcileOptions,
  days: ReadonlyMap<string, DaySum>,
): Promise<Pick<Reconciliation, 'daysCompared' | 'differences'>> {
  const sinceMs = Math.max(coveredSinceMs(), nowMs - SETTLED_WITHIN_MS);
  const differences: Difference[] = [];
  let daysCompared = 0;
  for (const { campaign, flightDay, impressions, micros } of days.values()) {
    const statement = await authority.statement(campaign, flightDay);
    const ledger = statement?.day.booked ?? { impressions: 0, micros: 0 };
    const isCovered = isWholeLog && flightDay * DAY_MS - AHEAD_OF_UTC_MS >= sinceMs;
    daysCompared += 1;
    const isLess = ledger.micros < micros || ledger.impressions < impressions;
    const isOther = ledger.micros !== micros || ledger.impressions !== impressions;
    if (!isLess && !(isCovered && isOther)) continue;
    const words =
      `campaign ${campaign}, ${new Date(flightDay * DAY_MS).toISOString().slice(0, 10)}: the event log has ` +
      `${impressions} impressions for ${micros} micros, the ledger ${ledger.impressions} for ${ledger.micros}`;
    differences.push({
      campaign,
      flightDay,
      logImpressions: impressions,
      logMicros: micros,
      ledgerImpressions: ledger.impressions,
      ledgerMicros: ledger.micros,
      words,
    });
  }
  return { daysCompared, differences };
}
