import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Logger } from 'pino';
import { AnswerReserve } from './bid/answer-reserve.js';
import { scratchKeeper, type BidEnvironment } from './bid/environment.js';
import { explain, type Explanation } from './bid/explain.js';
import { createResponseSizes } from './bid/respond.js';
import { createSnapshotMaker, type BidSnapshot } from './bid/snapshot.js';
import { unlimitedSpending } from './bid/unlimited-spending.js';
import { createTurns, inTurns } from './catalog/turns.js';
import type { Catalog } from './domain/catalog.js';
import { SILENT_FREQUENCY, type FrequencyLogs } from './domain/frequency.js';
import type { Gates } from './domain/gates.js';
import { SILENT_METRICS, type ProfileStore } from './domain/ports.js';
import type { Clock } from './lib/clock.js';
import { DayNumbers } from './lib/day-numbers.js';
import { createMetrics, type Metrics } from './metrics/metrics.js';
import { createConversionHash } from './notices/conversion-hash.js';
import { createNoticeTokens, type NoticeTokens } from './notices/token.js';
import type { Money } from './open-money.js';
import { openProfiles } from './open-profiles.js';
import { openGeoLocator } from './profile/geo.js';
import { createPrivacyGate } from './privacy/gate.js';
import { createProfileLookup } from './profile/lookup.js';
import { loadKeyRing } from './secrets/key-ring.js';
import type { Settings } from './settings.js';
import { createSupplyGate } from './supply/gate.js';
import { createCookies, type Cookies } from './sync/cookie.js';
import { createTrafficGate } from './traffic/gate.js';

/**
 * Everything that decides, without a server: what the bid port, the admin port and the command line have in common.
 */
export interface Bidder {
  readonly environment: BidEnvironment;
  readonly tokens: NoticeTokens;
  readonly cookies: Cookies;
  /** Of what advertisers number their conversions by. */
  readonly conversionHash: (text: string) => string;
  readonly store: ProfileStore;
  /** Where notices and bids write down what visitors were shown. */
  readonly frequencyLogs: FrequencyLogs;
  /** See Profiles. */
  readonly keepFrequency: () => () => Promise<void>;
  /** Does a campaign of the catalogue in use belong to an advertiser of that id? */
  readonly isAdvertiser: (id: string) => boolean;
  /** Is there a catalogue to bid from? */
  readonly isReady: () => boolean;
  /**
   * Puts a catalogue to use, when its index is built; requests in work keep the one they have. Of several that are
   * waiting only the last is used.
   */
  readonly use: (catalog: Catalog) => Promise<void>;
  /** The answer to a request and why, uncounted; with a campaign only its line items are described. */
  readonly explain: (exchange: string, body: Uint8Array, campaign?: string) => Promise<Explanation>;
  readonly close: () => Promise<void>;
}

export interface BidderParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined: nothing is known of what is spent, so nothing is held back. For commands. */
  readonly money: Pick<Money, 'days' | 'spending' | 'drySpending'> | undefined;
  /** What the ids of bids begin with: unique to this life of this process. */
  readonly holder: string;
  /** Of the hashes by which traffic is counted. Undefined: a secret one, since who sends requests chooses what is hashed. */
  readonly trafficSeed?: number;
}

/**
 * Loads profiles and keys and puts the bid path together.
 *
 * @throws when a folder or file that a setting names cannot be used
 */
export async function createBidder(settings: Settings, parts: BidderParts): Promise<Bidder> {
  const { clock, logger, metrics, holder, trafficSeed = randomBytes(4).readUInt32LE() } = parts;
  mkdirSync(settings.dataDir, { recursive: true });
  const profiles = await openProfiles(settings, { clock, logger, metrics });
  const { store, reader, frequencyLogs, recentFrequency, keepFrequency } = profiles;

  if (!settings.publicUrl.startsWith('https:')) {
    logger.warn('PUBLIC_URL is not https: no impression that takes secure markup only will be bid on');
  }

  const snapshots = createSnapshotMaker(settings.publicUrl);
  let snapshot: BidSnapshot | undefined;
  const { dataDir, noticeKeys } = settings;
  const keys = loadKeyRing({ name: 'NOTICE_KEYS', setting: noticeKeys, dataDir, fileName: 'notice-key' });
  const tokens = createNoticeTokens(keys);
  const days = parts.money?.days ?? new DayNumbers();
  const gates: Gates = {
    privacy: createPrivacyGate(),
    supply: createSupplyGate(metrics),
    traffic: createTrafficGate(metrics, trafficSeed),
  };
  const environment: BidEnvironment = {
    clock,
    snapshot: () => {
      if (!snapshot) throw new Error('asked for a bid before there was a catalogue');
      return snapshot;
    },
    scratchFor: scratchKeeper(),
    gates,
    findProfile: createProfileLookup(reader, metrics, recentFrequency),
    frequencyLogs,
    answerReserve: new AnswerReserve(),
    locator: openGeoLocator(settings.geoFile, metrics),
    signer: tokens,
    responseSizes: createResponseSizes(tokens, settings.publicUrl),
    nextBidId: bidIds(holder),
    days,
    spending: parts.money?.spending ?? unlimitedSpending(days),
    publicUrl: settings.publicUrl,
    metrics,
  };
  const explaining: BidEnvironment = {
    ...environment,
    gates: {
      ...gates,
      supply: createSupplyGate(SILENT_METRICS),
      traffic: { ...gates.traffic, refusal: (...asked) => gates.traffic.wouldRefuse(...asked) },
    },
    findProfile: createProfileLookup(reader, SILENT_METRICS, recentFrequency),
    frequencyLogs: SILENT_FREQUENCY,
    answerReserve: new AnswerReserve(),
    spending: parts.money?.drySpending ?? environment.spending,
    metrics: SILENT_METRICS,
  };
  return {
    environment,
    tokens,
    cookies: createCookies(keys),
    conversionHash: createConversionHash(keys),
    store,
    frequencyLogs,
    keepFrequency,
    isAdvertiser: (id) => snapshot?.ofAdvertisers.has(id) ?? false,
    isReady: () => snapshot !== undefined,
    use: lastOnly(async (catalog) => {
      snapshot = await inTurns(snapshots.steps(catalog), createTurns(clock));
      metrics.catalogInUse(catalog);
    }),
    explain: (exchange, body, campaign) =>
      explain(explaining, { exchange, body, receivedMs: clock.monotonicMs() }, campaign),
    close: () => store.close(),
  };
}

/** A bidder that answers to nobody but this process, and does not know what is spent. */
export async function createStandaloneBidder(
  settings: Settings,
  parts: Pick<BidderParts, 'clock' | 'logger'>,
): Promise<Bidder> {
  const metrics = createMetrics();
  const bidder = await createBidder(settings, { ...parts, metrics, money: undefined, holder: newHolder() });
  return {
    ...bidder,
    async close() {
      metrics.close();
      await bidder.close();
    },
  };
}

/** Makes calls wait for the one before them; of those that wait only the last is made, and answers for all of them. */
function lastOnly<Argument>(
  work: (argument: Argument) => Promise<void>,
): (argument: Argument) => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let newest: Argument | undefined;
  return (argument) => {
    newest = argument;
    const takeTurn = async (): Promise<void> => {
      const next = newest;
      newest = undefined;
      if (next !== undefined) await work(next);
    };
    // Who made the call before this one is told of its failure; it keeps nobody else waiting.
    running = running.then(takeTurn, takeTurn);
    return running;
  };
}

/** Eight random letters: unique without asking anybody, and short. */
export function newHolder(): string {
  return randomBytes(6).toString('base64url');
}

/** See countOf and holderOf in domain/ledger.ts. */
function bidIds(holder: string): () => string {
  let count = 0;
  return () => `${holder}-${(count++).toString(36)}`;
}
