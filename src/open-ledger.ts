import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Catalog, Exchange } from './domain/catalog.js';
import type { LedgerAuthority } from './domain/ledger.js';
import { HOLD_FACTOR } from './domain/money-ports.js';
import { type EventLog } from './domain/ports.js';
import { readMoney } from './events/read-money.js';
import { longestExpirySeconds } from './exchange/expiry.js';
import { systemTimers, type Clock } from './lib/clock.js';
import { openDurableAuthority } from './ledger/durable-authority.js';
import { MoneyHolder } from './ledger/holder.js';
import { readToldMark, writeToldMark } from './ledger/told-mark.js';
import { reconcileSurely, type ReconcileOptions } from './ledger/reconcile.js';
import type { Metrics } from './metrics/metrics.js';
import { createRedisLedger } from './redis/ledger.js';
import { parseRedisUrl } from './redis/redis-url.js';
import { JOURNAL_LEDGER, type Settings } from './settings.js';

const DIFFERENCES_LOGGED_MAX = 20;
const TELL_AGAIN_MS = 1_000;
const LAST_CHANCE_MS = 500;
const LAST_CHANCE_LOOK_MS = 20;
/** How long a process that starts waits until the ledger has heard of the event log; then it starts all the same, and bids when it has. */
const START_WAIT_MS = 2_000;
const MARK_MS = 60_000;
/** A ledger that crashed may have lost its last moments, and a billing may have been on its way: so much before the mark is told again. */
const BEFORE_MARK_MS = 600_000;

export interface LedgerParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly events: EventLog;
  /** Folder of the event log. */
  readonly eventsFolder: string;
  /** Of this process alone: how far the ledger has heard of what it wrote. */
  readonly stateFolder: string;
  /** What the ids of this process's bids begin with. */
  readonly holder: string;
}

export interface Ledger {
  readonly authority: LedgerAuthority;
  readonly holder: MoneyHolder;
  /** Call with each catalogue: bids of some exchanges are held for longer than those of others. */
  readonly catalogInUse: (catalog: Catalog) => void;
  readonly close: () => Promise<void>;
}

interface OpenAuthority {
  readonly authority: LedgerAuthority;
  readonly problem: () => string | undefined;
  /** Is everything that was ever booked in the event log of this machine? */
  readonly isAlone: boolean;
  readonly onConnected: (listener: () => void) => void;
  readonly close: () => Promise<void>;
}

/**
 * Opens the ledger, in Redis or in a journal of this process, and tells it what the event log has: a billing that was written down
 * in the last moment before a crash is booked now.
 *
 * @throws when the folder of the journal is in use or cannot be used; not when Redis is down
 */
export async function openLedger(settings: Settings, parts: LedgerParts): Promise<Ledger> {
  const { clock, logger, metrics, events } = parts;
  const warn = (message: string): void => {
    logger.warn(message);
  };
  const opened = await openAuthority(settings, parts, warn);
  const { authority } = opened;
  let untold: string | undefined = 'the ledger has not heard yet what the event log has';
  const tellLog = (campaigns?: readonly string[], writtenSinceMs?: number): Promise<void> =>
    reconcileWithLog({ ...opened, holder }, parts, { campaigns, writtenSinceMs });
  const markPath = join(parts.stateFolder, 'ledger-told.json');
  const mark = readToldMark(markPath, warn);
  const holder: MoneyHolder = new MoneyHolder({
    authority,
    holder: parts.holder,
    clock,
    metrics,
    holdMsMax: 0,
    onTrouble: warn,
    replay: (campaigns) => tellLog(campaigns),
    logProblem: () => events.problem() ?? opened.problem() ?? untold,
    timers: systemTimers,
  });
  metrics.watchLedger(() => ({
    openBids: holder.openBids,
    billingsWaiting: holder.billingsWaiting,
    campaigns: [...holder.inHand()].map(({ campaign, openMicros, freeMicros }) => ({
      campaign: campaign.id,
      currency: campaign.budget.currency,
      openMicros,
      freeMicros,
    })),
  }));
  opened.onConnected(() => {
    holder.authorityMayHaveForgotten();
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  if (mark) holder.expectEpochs(mark.epochs);
  const saveMark = (): void => {
    if (holder.billingsWaiting > 0) return;
    try {
      writeToldMark(markPath, { toldUntilMs: clock.nowMs(), epochs: holder.epochs() });
    } catch (error) {
      warn(`how far the ledger has heard of the event log cannot be saved: ${String(error)}`);
    }
  };
  let marking: NodeJS.Timeout | undefined;
  const told = untilDone(() => tellLog(undefined, mark && mark.toldUntilMs - BEFORE_MARK_MS), signal, warn);
  const bidding = told.then(() => {
    untold = undefined;
  });
  // What the mark vouches for is told again while bids are made already: nothing depends on the mark but the time that a start takes.
  const whole = bidding.then(() =>
    mark && !signal.aborted ? untilDone(() => tellLog(), signal, warn) : undefined,
  );
  void whole.then(() => {
    if (!signal.aborted) marking = setInterval(saveMark, MARK_MS).unref();
  });
  await Promise.race([bidding, wait(START_WAIT_MS, undefined, { ref: false })]);
  return {
    authority,
    holder,
    catalogInUse: ({ exchanges }) => {
      holder.holdForAtMost(HOLD_FACTOR * longestHoldMs(exchanges.values()));
    },
    async close() {
      stopping.abort();
      await untilHeard(holder);
      // Without the interval the log has not been told as a whole, and the mark before stands.
      if (marking) saveMark();
      clearInterval(marking);
      if (holder.billingsWaiting > 0)
        warn(
          `${holder.billingsWaiting} billings are in the event log only: the ledger hears of them at the next start`,
        );
      await holder.giveBack();
      await opened.close();
    },
  };
}

/** Billings that the ledger did not take at once get a last chance. */
async function untilHeard(holder: MoneyHolder): Promise<void> {
  const deadlineMs = performance.now() + LAST_CHANCE_MS;
  while (holder.billingsWaiting > 0 && performance.now() < deadlineMs) await wait(LAST_CHANCE_LOOK_MS);
}

/** Tries until it works; what is wrong is told once. */
async function untilDone(
  work: () => Promise<void>,
  signal: AbortSignal,
  onTrouble: (message: string) => void,
): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 1) onTrouble(`the ledger cannot be told what the event log has: ${String(error)}`);
    }
    await wait(TELL_AGAIN_MS, undefined, { ref: false });
  }
}

/** @returns for how long after the auction the bids of some of the exchanges hold */
export function longestHoldMs(exchanges: Iterable<Exchange>): number {
  let seconds = 0;
  for (const { billingWithinSeconds } of exchanges)
    seconds = Math.max(seconds, longestExpirySeconds(billingWithinSeconds));
  return seconds * 1000;
}

async function openAuthority(
  { ledgerUrl, redisInsecure: allowInsecure, dataDir }: Settings,
  { clock }: LedgerParts,
  onTrouble: (message: string) => void,
): Promise<OpenAuthority> {
  if (ledgerUrl !== JOURNAL_LEDGER) {
    const ledger = createRedisLedger({ target: parseRedisUrl(ledgerUrl, { allowInsecure }) });
    return {
      authority: ledger,
      // While Redis is away for a moment, what is at hand may be bid; the leases say for how long.
      problem: () => undefined,
      isAlone: false,
      onConnected: (listener) => {
        ledger.onConnected(listener);
      },
      close: async () => {
        ledger.close();
      },
    };
  }
  const authority = await openDurableAuthority({ folder: join(dataDir, 'ledger'), clock, onTrouble });
  const { snapshot, damagedLines } = authority.report;
  if (snapshot === 'damaged')
    onTrouble('the snapshot of the ledger is damaged: it is made anew from the journal and the event log');
  if (damagedLines > 0) onTrouble(`the journal of the ledger has ${damagedLines} damaged lines`);
  return {
    authority,
    problem: () => authority.problem(),
    isAlone: true,
    onConnected: () => {},
    async close() {
      try {
        await authority.close();
      } catch (error) {
        // Everything that the snapshot would have had is in the journal.
        onTrouble(`the last snapshot of the ledger could not be written: ${String(error)}`);
      }
    },
  };
}

interface WhatOfTheLog {
  /** Undefined for all. */
  readonly campaigns: readonly string[] | undefined;
  /** Only files that were written to since then; undefined for all. */
  readonly writtenSinceMs: number | undefined;
}

/** @throws when the ledger does not answer or the log cannot be read */
async function reconcileWithLog(
  { authority, isAlone, holder }: OpenAuthority & { readonly holder: MoneyHolder },
  { clock, logger, metrics, eventsFolder }: LedgerParts,
  { campaigns, writtenSinceMs }: WhatOfTheLog,
): Promise<void> {
  const nowMs = clock.nowMs();
  let log = readMoney(eventsFolder, nowMs, writtenSinceMs);
  const begin = (): ReconcileOptions => {
    const { settlements, read } = (log = readMoney(eventsFolder, nowMs, writtenSinceMs));
    return {
      settlements,
      authority: {
        settle: (settlement) => holder.settleFromLog(settlement),
        statement: (campaign, flightDay) => authority.statement(campaign, flightDay),
      },
      nowMs,
      coveredSinceMs: () => read.coveredSinceMs,
      isWholeLog: isAlone && writtenSinceMs === undefined,
      ...(campaigns && { campaigns: new Set(campaigns) }),
    };
  };
  const { settlements, booked, daysCompared, differences } = await reconcileSurely(begin);
  metrics.reconciled(booked, differences.length);
  const { damagedLines, halfLines } = log.read;
  logger.info(
    { settlements, booked, daysCompared, damagedLines, halfLines },
    'event log and ledger compared',
  );
  for (const { words } of differences.slice(0, DIFFERENCES_LOGGED_MAX))
    logger.warn(`event log and ledger differ: ${words}`);
  const others = differences.length - DIFFERENCES_LOGGED_MAX;
  if (others > 0) logger.warn(`and in ${others} other days of campaigns`);
}
