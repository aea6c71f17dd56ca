import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createBidder, type Bidder } from './create-bidder.js';
import { PLAIN_PRICE, type Catalog } from './domain/catalog.js';
import { HOLD_FACTOR } from './domain/money-ports.js';
import type { EventLog } from './domain/ports.js';
import type { Clock } from './lib/clock.js';
import { MoneyHolder } from './ledger/holder.js';
import { MemoryAuthority } from './ledger/memory-authority.js';
import { createMetrics, type Metrics } from './metrics/metrics.js';
import { createConversionHandler } from './notices/conversion.js';
import { createNoticeHandler } from './notices/handle.js';
import { longestHoldMs } from './open-ledger.js';
import { openMoney } from './open-money.js';
import { ExchangeNotices } from './replay/exchange-notices.js';
import { RejectionCounts } from './replay/rejection-counts.js';
import type { ReplayTarget } from './replay/replay-traffic.js';
import { replayReport, type ReplayReport } from './replay/report.js';
import { Tally } from './replay/tally.js';
import { clockOf, Timeline, timersOf } from './replay/timeline.js';
import type { Settings } from './settings.js';

export interface ReplayWorld {
  readonly target: ReplayTarget;
  /** What a replay of this traffic came to so far. */
  readonly report: (facts: Pick<ReplayReport, 'file' | 'traffic'>) => Promise<ReplayReport>;
  readonly close: () => Promise<void>;
}

export interface ReplayWorldOptions {
  readonly startMs: number;
  /** Of everything that is random elsewhere: ids of bids, keys, hashes. */
  readonly seed: number;
  readonly explains: boolean;
}

/**
 * A whole bidder on a timeline, with all of a campaign's money in this process and nobody listening: the bid path, pacing, the holder of money and the
 * handlers of notices are those of a running one. The account that money comes from is in memory and always answers, prices come in plain text, and
 * conversions are known by their clicks alone. Profiles come from the folder of the settings, and nothing has been spent, shown or learnt before.
 * DATA_DIR and Redis are neither read nor written here; the catalogue is the caller's.
 *
 * @throws when the folder of profiles or the geo file cannot be used
 */
export async function openReplay(
  settings: Settings,
  catalog: Catalog,
  options: ReplayWorldOptions,
): Promise<ReplayWorld> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    return { ...(await openWorld(settings, catalog, options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openWorld(
  settings: Settings,
  catalog: Catalog,
  { startMs, seed, explains }: ReplayWorldOptions,
  closers: (() => void | Promise<void>)[],
): Promise<Omit<ReplayWorld, 'close'>> {
  const timeline = new Timeline();
  const clock = clockOf(timeline, startMs);
  let quietUntilMs = 0;
  const timers = timersOf(timeline, () => quietUntilMs);
  const logger = pino({ level: 'silent' });
  const metrics = createMetrics();
  closers.push(() => {
    metrics.close();
  });
  const secret = createHash('sha256').update(`narrowcast replay ${seed}`).digest();
  const keys = `replay:${secret.toString('base64')}`;
  const holderId = secret.toString('base64url', 0, 6);
  const tally = new Tally(catalog.campaigns);
  const authority = new MemoryAuthority(clock);
  const holder = new MoneyHolder({
    authority,
    holder: holderId,
    clock,
    metrics,
    holdMsMax: HOLD_FACTOR * longestHoldMs(catalog.exchanges.values()),
    // An account in this process always answers.
    onTrouble: (message) => {
      throw new Error(message);
    },
    replay: () => Promise.resolve(),
    logProblem: () => undefined,
    timers,
  });
  closers.push(() => {
    holder.close();
  });
  const money = openMoney({ clock, timers, logger, metrics, statePath: undefined, authority, holder });
  closers.push(money.close);
  const secrets = { noticeKeys: keys, profileKeys: keys };
  const bidder = await withoutDataDir((dataDir) =>
    createBidder(
      { ...settings, ...secrets, dataDir, redisUrl: undefined },
      { clock, logger, metrics, money, holder: holderId, trafficSeed: seed },
    ),
  );
  closers.push(bidder.close);
  await bidder.use(catalog);
  await money.catalogInUse(catalog.campaigns);
  const events = tally.eventLog();
  const notices = openNotices({ bidder, metrics, events, clock, timeline, holder, seed });
  const rejections = explains ? new RejectionCounts() : undefined;
  const spentMicros = async (): Promise<ReadonlyMap<string, number>> => {
    const booked = catalog.campaigns.map(async ({ id }) => {
      // The day does not matter for the total.
      const statement = await authority.statement(id, 0);
      return [id, statement?.total.micros ?? 0] as const;
    });
    return new Map(await Promise.all(booked));
  };
  return {
    target: {
      timeline,
      environment: bidder.environment,
      deliveries: money.deliveries,
      notices,
      tally,
      witness: rejections,
      bodyBytesMax: settings.bodyBytesMax,
      quietUntil: (timelineMs) => {
        quietUntilMs = timelineMs;
      },
    },
    report: async (facts) =>
      replayReport({
        ...facts,
        start: new Date(startMs).toISOString(),
        seed,
        tally,
        campaigns: catalog.campaigns,
        spentMicros: await spentMicros(),
        reasons: rejections && {
          lineItems: rejections.reasons(bidder.environment.snapshot().lineItems),
          impressions: rejections.impressions,
        },
      }),
  };
}

interface NoticesParts {
  readonly bidder: Bidder;
  readonly metrics: Metrics;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly holder: MoneyHolder;
  readonly seed: number;
}

/** The handlers of a running bidder, and who calls them. */
function openNotices({
  bidder,
  metrics,
  events,
  clock,
  timeline,
  holder,
  seed,
}: NoticesParts): ExchangeNotices {
  return new ExchangeNotices({
    timeline,
    signer: bidder.tokens,
    notice: createNoticeHandler({
      tokens: bidder.tokens,
      metrics,
      events,
      clock,
      ledger: holder,
      frequency: bidder.frequencyLogs,
      // The file tells prices in plain text, whatever the exchange encrypts them with.
      exchangeOf: () => ({ price: PLAIN_PRICE }),
      acknowledge: 'disk',
      traffic: () => bidder.environment.snapshot().catalog.traffic,
      seed,
    }),
    conversion: createConversionHandler({
      isAdvertiser: bidder.isAdvertiser,
      visitorOf: () => undefined,
      isLimited: () => false,
      touchesOf: (visitor, advertiser) => bidder.store.touchesOf(visitor, advertiser),
      hashOf: bidder.conversionHash,
      events,
      metrics,
      clock,
    }),
  });
}

/** What opens looks for files of an earlier life and finds none; with its keys given, it writes none either. */
async function withoutDataDir<Opened>(open: (dataDir: string) => Promise<Opened>): Promise<Opened> {
  const dataDir = mkdtempSync(join(tmpdir(), 'narrowcast-replay-'));
  try {
    return await open(dataDir);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}
