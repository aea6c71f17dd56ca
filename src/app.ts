import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Logger } from 'pino';
import { scratchKeeper, type BidEnvironment } from './bid/environment.js';
import { explain, type Explanation } from './bid/explain.js';
import { createBidHandler, createOverloadAnswer } from './bid/handler.js';
import { buildSnapshot, type BidSnapshot } from './bid/snapshot.js';
import { campaignChanges } from './catalog/changes.js';
import { formatFinding, type Finding } from './catalog/finding.js';
import { watchCatalog } from './catalog/watch.js';
import type { Catalog } from './domain/catalog.js';
import { SILENT_METRICS } from './domain/ports.js';
import { startAdminServer } from './http/admin-server.js';
import { startBidServer } from './http/bid-server.js';
import type { Clock } from './lib/clock.js';
import { createMetrics, type Metrics } from './metrics/metrics.js';
import { createNoticeHandler } from './notices/handle.js';
import { loadNoticeKeys } from './notices/keys.js';
import { createNoticeTokens, type NoticeTokens } from './notices/token.js';
import { createEmbeddedStore } from './profile/embedded-store.js';
import { openGeoLocator } from './profile/geo.js';
import { loadProfiles } from './profile/load-profiles.js';
import { createProfileLookup } from './profile/lookup.js';
import { requireFolder, type Settings } from './settings.js';

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
  /** Puts a catalogue to use; requests in work keep the one they have. */
  readonly use: (catalog: Catalog) => void;
  /** The answer to a request and why, uncounted. */
  readonly explain: (exchange: string, body: Uint8Array) => Promise<Explanation>;
}

/**
 * Loads profiles and keys and puts the bid path together.
 *
 * @throws when a folder or file that a setting names cannot be used
 */
export async function createBidder(settings: Settings, { clock, logger }: AppParts): Promise<Bidder> {
  mkdirSync(settings.dataDir, { recursive: true });
  const metrics = createMetrics();
  const store = createEmbeddedStore();
  requireFolder('PROFILES', settings.profilesDir, 'files *.ndjson');
  const profiles = await loadProfiles(settings.profilesDir, store, clock.nowMs());
  logger.info({ profiles: store.size, rejected: profiles.rejectedCount }, 'profiles loaded');
  for (const { file, line, reason } of profiles.rejected)
    logger.warn({ file, line }, `profile rejected: ${reason}`);

  if (!settings.publicUrl.startsWith('https:')) {
    logger.warn('PUBLIC_URL is not https: no impression that takes secure markup only will be bid on');
  }

  let snapshot: BidSnapshot | undefined;
  const tokens = createNoticeTokens(loadNoticeKeys(settings.noticeKeys, settings.dataDir));
  const environment: BidEnvironment = {
    clock,
    snapshot: () => {
      if (!snapshot) throw new Error('asked for a bid before there was a catalogue');
      return snapshot;
    },
    scratchFor: scratchKeeper(),
    findProfile: createProfileLookup(store, metrics),
    locator: openGeoLocator(settings.geoFile, metrics),
    signer: tokens,
    nextBidId: bidIds(),
    publicUrl: settings.publicUrl,
    metrics,
  };
  const explaining: BidEnvironment = {
    ...environment,
    findProfile: createProfileLookup(store, SILENT_METRICS),
    metrics: SILENT_METRICS,
  };
  return {
    environment,
    metrics,
    tokens,
    use(catalog) {
      snapshot = buildSnapshot(catalog, settings.publicUrl);
      metrics.catalogInUse(catalog);
    },
    explain: (exchange, body) => explain(explaining, { exchange, body, receivedMs: clock.monotonicMs() }),
  };
}

/** Starts a whole bidder. @throws when it cannot: a port is taken, a folder is missing, a key is malformed */
export async function startApp(settings: Settings, parts: AppParts): Promise<App> {
  const { clock, logger } = parts;
  const bidder = await createBidder(settings, parts);
  const { environment, metrics } = bidder;
  let problems: readonly Finding[] = [];
  let draining = false;

  const tellProblems = (found: readonly Finding[]): void => {
    problems = found;
    metrics.catalogProblems(found.length);
    for (const problem of found) logger.warn(formatFinding(problem, { colour: false }));
    if (found.length === 0) logger.info('no problems in the configuration');
  };
  let running: Catalog['campaigns'] | undefined;
  const use = (catalog: Catalog, warnings: readonly Finding[]): void => {
    bidder.use(catalog);
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
  const watch = await watchCatalog({ configDir, dataDir, clock, onChange: use, onProblems: tellProblems });
  use(watch.catalog, watch.warnings);
  if (watch.problems.length > 0) tellProblems(watch.problems);

  const bidServer = await startBidServer({
    host: settings.host,
    port: settings.port,
    bodyBytesMax: settings.bodyBytesMax,
    bodyTimeoutMs: settings.bodyTimeoutMs,
    inFlightMax: settings.inFlightMax,
    handleBid: createBidHandler(environment),
    handleNotice: createNoticeHandler({ tokens: bidder.tokens, metrics, clock }),
    hasExchange: (name) => environment.snapshot().catalog.exchanges.has(name),
    overloadAnswer: createOverloadAnswer(environment),
    metrics,
    clock,
  });
  metrics.watchInFlight(bidServer.inFlight);
  const adminServer = await startAdminServer({
    host: settings.adminHost,
    port: settings.adminPort,
    token: settings.adminToken,
    bodyBytesMax: settings.bodyBytesMax,
    metricsText: () => metrics.text(),
    readiness: () => (draining ? { ready: false, why: 'draining' } : { ready: true, why: 'ready' }),
    explain: async (exchange, body) => explanationAnswer(await bidder.explain(exchange, body)),
    clock,
  });

  return {
    port: bidServer.port,
    adminPort: adminServer.port,
    problems: () => problems,
    async close() {
      draining = true;
      watch.close();
      await bidServer.drain(settings.drainMs);
      adminServer.close();
      metrics.close();
    },
  };
}

function explanationAnswer(explanation: Explanation): { status: number; body: string } {
  const status = explanation.outcome === 'unknown-exchange' ? 404 : 200;
  return { status, body: `${JSON.stringify(explanation, null, 2)}\n` };
}

/** Eight random letters a process, then a count: unique without asking anybody, and short. */
function bidIds(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `${prefix}-${(count++).toString(36)}`;
}
