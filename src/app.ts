import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AnswerReserve } from './bid/answer-reserve.js';
import { scratchKeeper, type BidEnvironment } from './bid/environment.js';
import { explain, type Explanation } from './bid/explain.js';
import { createBidHandler, createOverloadAnswer } from './bid/handler.js';
import { createBidRecorder } from './bid/record-events.js';
import { createResponseSizes } from './bid/respond.js';
import { snapshotSteps, type BidSnapshot } from './bid/snapshot.js';
import { campaignChanges } from './catalog/changes.js';
import { formatFinding, type Finding } from './catalog/finding.js';
import { watchCatalog } from './catalog/watch.js';
import type { Catalog } from './domain/catalog.js';
import { SILENT_FREQUENCY, type FrequencyLogs } from './domain/frequency.js';
import { SILENT_METRICS, type ProfileStore } from './domain/ports.js';
import { openEventLog } from './events/event-log.js';
import { startAdminServer } from './http/admin-server.js';
import { startBidServer } from './http/bid-server.js';
import { inSlices } from './in-slices.js';
import type { Clock } from './lib/clock.js';
import { DayNumbers } from './lib/day-numbers.js';
import { createMetrics, type Metrics } from './metrics/metrics.js';
import { createNoticeHandler } from './notices/handle.js';
import { createNoticeTokens, type NoticeTokens } from './notices/token.js';
import { openGeoLocator } from './profile/geo.js';
import { openProfiles } from './open-profiles.js';
import { createProfileLookup } from './profile/lookup.js';
import { loadKeyRing } from './secrets/key-ring.js';
import type { Settings } from './settings.js';
import { createCookies, type Cookies } from './sync/cookie.js';
import { createSyncHandler } from './sync/handle.js';

/** A change of the catalogue that brings more is told of in part. */
const WARNINGS_LOGGED_MAX = 100;

export interface AppParts {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A running bidder. */
export interface App {
  readonly port: number;
  readonly adminPort: number;
  /** What is wrong with the configuration files now. */
  readonly problems: () => readonly Finding[];
  /** Not ready, then finishes what is in work for at most `drainMs`, then closes everything. */
  readonly close: () => Promise<void>;
}

/**
 * Everything that decides, without a server: what the bid port, the admin port and the command line have in common.
 */
export interface Bidder {
  readonly environment: BidEnvironment;
  readonly metrics: Metrics;
  readonly tokens: NoticeTokens;
  readonly cookies: Cookies;
  readonly store: ProfileStore;
  /** Where notices and bids write down what visitors were shown. */
  readonly frequencyLogs: FrequencyLogs;
  /** See Profiles. */
  readonly keepFrequency: () => () => Promise<void>;
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

/**
 * Loads profiles and keys and puts the bid path together.
 *
 * @throws when a folder or file that a setting names cannot be used
 */
export async function createBidder(settings: Settings, { clock, logger }: AppParts): Promise<Bidder> {
  mkdirSync(settings.dataDir, { recursive: true });
  const metrics = createMetrics();
  const profiles = await openProfiles(settings, { clock, logger, metrics });
  const { store, reader, frequencyLogs, recentFrequency, keepFrequency } = profiles;

  if (!settings.publicUrl.startsWith('https:')) {
    logger.warn('PUBLIC_URL is not https: no impression that takes secure markup only will be bid on');
  }

  let snapshot: BidSnapshot | undefined;
  const { dataDir, noticeKeys } = settings;
  const keys = loadKeyRing({ name: 'NOTICE_KEYS', setting: noticeKeys, dataDir, fileName: 'notice-key' });
  const tokens = createNoticeTokens(keys);
  const environment: BidEnvironment = {
    clock,
    snapshot: () => {
      if (!snapshot) throw new Error('asked for a bid before there was a catalogue');
      return snapshot;
    },
    scratchFor: scratchKeeper(),
    findProfile: createProfileLookup(reader, metrics, recentFrequency),
    frequencyLogs,
    answerReserve: new AnswerReserve(),
    locator: openGeoLocator(settings.geoFile, metrics),
    signer: tokens,
    responseSizes: createResponseSizes(tokens, settings.publicUrl),
    nextBidId: bidIds(),
    days: new DayNumbers(),
    publicUrl: settings.publicUrl,
    metrics,
  };
  const explaining: BidEnvironment = {
    ...environment,
    findProfile: createProfileLookup(reader, SILENT_METRICS, recentFrequency),
    frequencyLogs: SILENT_FREQUENCY,
    answerReserve: new AnswerReserve(),
    metrics: SILENT_METRICS,
  };
  return {
    environment,
    metrics,
    tokens,
    cookies: createCookies(keys),
    store,
    frequencyLogs,
    keepFrequency,
    isReady: () => snapshot !== undefined,
    use: lastOnly(async (catalog) => {
      snapshot = await inSlices(snapshotSteps(catalog, settings.publicUrl), clock);
      metrics.catalogInUse(catalog);
    }),
    explain: (exchange, body, campaign) =>
      explain(explaining, { exchange, body, receivedMs: clock.monotonicMs() }, campaign),
    async close() {
      metrics.close();
      await store.close();
    },
  };
}

/** Starts a whole bidder. @throws when it cannot: a port is taken, a folder is missing, a key is malformed */
export async function startApp(settings: Settings, parts: AppParts): Promise<App> {
  /** What to close, the last opened first. */
  const closers: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    return { ...(await openApp(settings, parts, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openApp(
  settings: Settings,
  parts: AppParts,
  closers: (() => void | Promise<void>)[],
): Promise<Omit<App, 'close'>> {
  const { clock, logger } = parts;
  const bidder = await createBidder(settings, parts);
  const { environment, metrics } = bidder;
  closers.push(bidder.close);
  closers.push(bidder.keepFrequency());
  const events = await openEventLog({
    folder: join(settings.dataDir, 'events'),
    keepMs: settings.eventKeepMs,
    bytesMax: settings.eventBytesMax,
    clock,
    metrics,
    onTrouble: (message) => {
      logger.error(message);
    },
  });
  closers.push(() => events.close());
  const recorder = createBidRecorder(events, settings.eventSampleRequests, clock);
  let problems: readonly Finding[] = [];
  let draining = false;

  const adminServer = await startAdminServer({
    host: settings.adminHost,
    port: settings.adminPort,
    token: settings.adminToken,
    bodyBytesMax: settings.bodyBytesMax,
    metricsText: () => metrics.text(),
    readiness: readinessOf(bidder, clock, () => draining),
    explain: async (exchange, body, campaign) =>
      explanationAnswer(await bidder.explain(exchange, body, campaign)),
    clock,
  });
  closers.push(adminServer.close);

  const tellProblems = (found: readonly Finding[]): void => {
    problems = found;
    metrics.catalogProblems(found.length);
    for (const problem of found) logger.warn(formatFinding(problem, { colour: false }));
    if (found.length === 0) logger.info('no problems in the configuration');
  };
  let running: Catalog['campaigns'] | undefined;
  const use = async (catalog: Catalog, warnings: readonly Finding[]): Promise<void> => {
    await bidder.use(catalog);
    const { version, campaigns } = catalog;
    const changes = running && campaignChanges(running, campaigns);
    running = campaigns;
    const lineItems = environment.snapshot().lineItems.length;
    logger.info({ version, campaigns: campaigns.length, lineItems, ...changes }, 'catalogue in use');
    for (const warning of warnings.slice(0, WARNINGS_LOGGED_MAX))
      logger.warn(formatFinding(warning, { colour: false }));
    const others = warnings.length - WARNINGS_LOGGED_MAX;
    if (others > 0) logger.warn(`and ${others} other warnings; narrowcast check tells them all`);
  };
  const { configDir, dataDir } = settings;
  const onChange = (catalog: Catalog, warnings: readonly Finding[]): void => {
    use(catalog, warnings).catch((error: unknown) => {
      logger.error(error, 'the new catalogue cannot be used; the one before it stays in use');
    });
  };
  const watch = await watchCatalog({ configDir, dataDir, clock, onChange, onProblems: tellProblems });
  closers.push(() => {
    watch.close();
  });
  await use(watch.catalog, watch.warnings);
  if (watch.problems.length > 0) tellProblems(watch.problems);

  const bidServer = await startBidServer({
    host: settings.host,
    port: settings.port,
    bodyBytesMax: settings.bodyBytesMax,
    bodyTimeoutMs: settings.bodyTimeoutMs,
    inFlightMax: settings.inFlightMax,
    delayMsMax: settings.delayMsMax,
    handleBid: createBidHandler(environment, recorder, mistakeLogger(logger, clock)),
    handleNotice: createNoticeHandler({ tokens: bidder.tokens, metrics, events, clock }),
    handleSync: createSyncHandler({
      exchangeOf: (name) => environment.snapshot().catalog.exchanges.get(name),
      cookies: bidder.cookies,
      store: bidder.store,
      metrics,
    }),
    hasExchange: (name) => environment.snapshot().catalog.exchanges.has(name),
    overloadAnswer: createOverloadAnswer(environment, recorder),
    metrics,
    clock,
  });
  metrics.watchInFlight(bidServer.inFlight);
  closers.push(() => bidServer.drain(settings.drainMs));
  closers.push(() => {
    draining = true;
  });
  return { port: bidServer.port, adminPort: adminServer.port, problems: () => problems };
}

/** How long a process that has just started waits for its profile store before it bids without. */
const STORE_AWAITED_MS = 10_000;

/**
 * Ready once there is a catalogue and the profile store has been there, or has been waited for. Without it the process bids
 * all the same, from page, device and place, and so would every other: an outage must not take them all away.
 */
function readinessOf(
  bidder: Bidder,
  clock: Clock,
  isDraining: () => boolean,
): () => { ready: boolean; why: string } {
  const awaitedUntilMs = clock.monotonicMs() + STORE_AWAITED_MS;
  let storeAwaited = true;
  return () => {
    if (isDraining()) return { ready: false, why: 'draining' };
    if (!bidder.isReady()) return { ready: false, why: 'no catalogue yet' };
    const problem = bidder.store.problem();
    storeAwaited &&= problem !== undefined && clock.monotonicMs() < awaitedUntilMs;
    if (storeAwaited) return { ready: false, why: `no profile store yet: ${problem}` };
    return { ready: true, why: problem === undefined ? 'ready' : `ready, without profiles: ${problem}` };
  };
}

const MISTAKE_LOG_MS = 10_000;

/** Logs a mistake of the program with where it happened, at most one in ten seconds: a request may be sent again and again. */
function mistakeLogger(logger: Logger, clock: Clock): (error: unknown) => void {
  let lastMs = -Infinity;
  let unlogged = 0;
  return (error) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - lastMs < MISTAKE_LOG_MS) {
      unlogged++;
      return;
    }
    logger.error({ err: error, unlogged }, 'a request met a mistake of the program and got no bid');
    lastMs = nowMs;
    unlogged = 0;
  };
}

function explanationAnswer(explanation: Explanation): { status: number; body: string } {
  const status = explanation.outcome === 'unknown-exchange' ? 404 : 200;
  return { status, body: `${JSON.stringify(explanation, null, 2)}\n` };
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

/** Eight random letters a process, then a count: unique without asking anybody, and short. */
function bidIds(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `${prefix}-${(count++).toString(36)}`;
}
