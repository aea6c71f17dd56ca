import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ANSWER_RESERVE_MS, answerBudgetMs } from './admission/deadline.js';
import { OverloadControl } from './admission/overload.js';
import type { BidEnvironment } from './bid/environment.js';
import type { Explanation } from './bid/explain.js';
import { createBidHandler, createUnreadAnswer } from './bid/handler.js';
import { createQuota } from './bid/quota.js';
import { createBidRecorder } from './bid/record-events.js';
import { campaignChanges } from './catalog/changes.js';
import { formatFinding, type Finding } from './catalog/finding.js';
import { watchCatalog } from './catalog/watch.js';
import { createBidder, newHolder, type Bidder } from './create-bidder.js';
import type { DeliveryReport } from './delivery/campaign-delivery.js';
import { createTurns, inTurns } from './catalog/turns.js';
import type { Catalog } from './domain/catalog.js';
import { decodeBidRequest } from './exchange/decode.js';
import { openEventLog } from './events/event-log.js';
import type { AdminSources } from './http/admin-routes.js';
import { startAdminServer, type AdminServerOptions } from './http/admin-server.js';
import { startBidServer } from './http/bid-server.js';
import { systemTimers, type Clock } from './lib/clock.js';
import { Pace } from './lib/steps.js';
import type { MetricFigures } from './metrics/merge.js';
import { createMetrics } from './metrics/metrics.js';
import { createConversionHandler } from './notices/conversion.js';
import { createNoticeHandler } from './notices/handle.js';
import { openLedger } from './open-ledger.js';
import { openMoney } from './open-money.js';
import { askForRecording } from './recording/ask.js';
import type { Extent } from './recording/person.js';
import { createRecorder } from './recording/recorder.js';
import type { Settings } from './settings.js';
import { createSyncHandler } from './sync/handle.js';
import { isLimited, NO_SIGNALS, type RegulationsLimit } from './sync/signals.js';

/** A change of the catalogue that brings more is told of in part. */
const WARNINGS_LOGGED_MAX = 100;

export interface AppParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined for a process that answers alone. */
  readonly worker?: WorkerPlace;
}

/** The place of a process among those that share the bid port. */
interface WorkerPlace {
  /** From 1; a process that takes the place of another one has its number. */
  readonly number: number;
  readonly count: number;
}

/** What an operator may ask. */
export interface AppAnswers extends Pick<AdminSources, 'readiness' | 'explain'> {
  /** @param campaign undefined for all */
  readonly delivery: (campaign: string | undefined) => Promise<readonly DeliveryReport[]>;
  readonly metrics: () => Promise<MetricFigures>;
}

/** A running bidder. */
export interface App {
  readonly port: number;
  /** Undefined for a worker: its supervisor has the admin port. */
  readonly adminPort: number | undefined;
  readonly answers: AppAnswers;
  /** What is wrong with the configuration files now. */
  readonly problems: () => readonly Finding[];
  /** Takes no more connections while other workers do, and sees those off that are open; see Listener. */
  readonly leave: (lingerMs: number) => Promise<void>;
  /** Not ready, then finishes what is in work for at most `drainMs`, then closes everything. */
  readonly close: () => Promise<void>;
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
  const { clock, logger, worker } = parts;
  const { configDir, dataDir } = settings;
  const metrics = createMetrics();
  const eventsFolder = join(dataDir, 'events');
  const stateFolder = worker ? join(dataDir, 'workers', String(worker.number)) : dataDir;
  mkdirSync(stateFolder, { recursive: true });
  closers.push(() => {
    metrics.close();
  });
  const events = await openEventLog({
    folder: eventsFolder,
    keepMs: settings.eventKeepMs,
    bytesMax: settings.eventBytesMax,
    clock,
    metrics,
    onTrouble: (message) => {
      logger.error(message);
    },
  });
  closers.push(() => events.close());
  const holder = newHolder();
  const ledger = await openLedger(settings, { ...parts, metrics, events, eventsFolder, stateFolder, holder });
  closers.push(ledger.close);
  const money = openMoney({
    ...parts,
    timers: systemTimers,
    metrics,
    statePath: join(stateFolder, 'pacing.json'),
    authority: ledger.authority,
    holder: ledger.holder,
  });
  closers.push(money.close);
  const bidder = await createBidder(settings, { ...parts, metrics, money, holder });
  const { environment } = bidder;
  closers.push(bidder.close);
  closers.push(bidder.keepFrequency());
  const eventRecorder = createBidRecorder(events, settings.eventSampleRequests, clock);
  const recorder = createRecorder({ clock, extentOf: extentToRecord(environment) });
  const limitOf: RegulationsLimit = (regulations, consent) =>
    environment.gates.privacy.regulationsLimit(regulations, consent, environment.snapshot().catalog.privacy);
  let problems: readonly Finding[] = [];
  let draining = false;

  const answers: AppAnswers = {
    readiness: readinessOf(bidder, clock, () => draining),
    explain: async (exchange, body, campaign) =>
      explanationAnswer(await bidder.explain(exchange, body, campaign)),
    delivery: (campaign) => money.delivery(campaign),
    metrics: () => metrics.figures(),
  };
  let adminPort: number | undefined;
  if (!worker) {
    const adminServer = await startAdminServer({
      ...adminPlace(settings, clock),
      ...answers,
      metricsText: () => metrics.text(),
      delivery: async (campaign) => deliveryText(await money.delivery(campaign)),
      recordings: {
        record: (query) => askForRecording(recorder, query),
        figures: () => `${JSON.stringify(recorder.figures(), null, 2)}\n`,
        stop: recorder.stop,
      },
    });
    closers.push(adminServer.close);
    adminPort = adminServer.port;
  }

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
    ledger.catalogInUse(catalog);
    await money.catalogInUse(campaigns);
    const changes =
      running && (await inTurns(campaignChanges(running, campaigns, new Pace()), createTurns(clock)));
    running = campaigns;
    const lineItems = environment.snapshot().lineItems.length;
    logger.info({ version, campaigns: campaigns.length, lineItems, ...changes }, 'catalogue in use');
    for (const warning of warnings.slice(0, WARNINGS_LOGGED_MAX))
      logger.warn(formatFinding(warning, { colour: false }));
    const others = warnings.length - WARNINGS_LOGGED_MAX;
    if (others > 0) logger.warn(`and ${others} other warnings; narrowcast check tells them all`);
  };
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

  const overload = new OverloadControl(settings.delayMsMax);
  const bidServer = await startBidServer({
    host: settings.host,
    port: settings.port,
    sharesPort: worker !== undefined,
    bodyBytesMax: settings.bodyBytesMax,
    bodyTimeoutMs: settings.bodyTimeoutMs,
    inFlightMax: settings.inFlightMax,
    overload,
    patienceMsOf: patienceOf(environment),
    handleBid: recorder.around(
      createBidHandler(environment, eventRecorder, money.deliveries, mistakeLogger(logger, clock)),
    ),
    handleNotice: createNoticeHandler({
      tokens: bidder.tokens,
      metrics,
      events,
      clock,
      ledger: ledger.holder,
      frequency: bidder.frequencyLogs,
      exchangeOf: (name) => environment.snapshot().catalog.exchanges.get(name),
      acknowledge: settings.noticesAcknowledged,
      traffic: () => environment.snapshot().catalog.traffic,
      seed: randomBytes(4).readUInt32LE(),
    }),
    handleConversion: createConversionHandler({
      isAdvertiser: bidder.isAdvertiser,
      visitorOf: (cookies) => {
        const found = bidder.cookies.read(cookies);
        return found.kind === 'id' ? found.id : undefined;
      },
      isLimited: (query) => isLimited(new URLSearchParams(query), NO_SIGNALS, limitOf),
      touchesOf: (visitor, advertiser) => bidder.store.touchesOf(visitor, advertiser),
      hashOf: bidder.conversionHash,
      events,
      metrics,
      clock,
    }),
    handleSync: createSyncHandler({
      exchangeOf: (name) => environment.snapshot().catalog.exchanges.get(name),
      cookies: bidder.cookies,
      store: bidder.store,
      metrics,
      limitOf,
    }),
    versionOf: (name) => environment.snapshot().catalog.exchanges.get(name)?.version,
    withinQuota: createQuota(environment, worker?.count),
    unreadAnswer: createUnreadAnswer(environment, eventRecorder),
    metrics,
    clock,
  });
  metrics.watchInFlight(bidServer.inFlight);
  metrics.watchTurnBudget(() => overload.budgetMs);
  closers.push(() => bidServer.drain(settings.drainMs));
  closers.push(() => {
    draining = true;
  });
  const { port, leave } = bidServer;
  return { port, adminPort, answers, problems: () => problems, leave };
}

/** Where the admin port is, and who may use it. */
export function adminPlace(settings: Settings, clock: Clock): Omit<AdminServerOptions, keyof AdminSources> {
  return {
    host: settings.adminHost,
    port: settings.adminPort,
    token: settings.adminToken,
    bodyBytesMax: settings.bodyBytesMax,
    clock,
  };
}

export function deliveryText(reports: readonly DeliveryReport[]): string {
  return `${JSON.stringify(reports, null, 2)}\n`;
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

/** How long an exchange waits for answers, as far as that is known before a request is read. */
function patienceOf({ snapshot }: BidEnvironment): (name: string) => number {
  return (name) => {
    const exchange = snapshot().catalog.exchanges.get(name);
    return exchange ? answerBudgetMs(undefined, exchange) - ANSWER_RESERVE_MS : Infinity;
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

/** What may be recorded of a request is what may be used of it; where that cannot be read, nothing personal. */
function extentToRecord({ gates, snapshot }: BidEnvironment): (body: Uint8Array) => Extent {
  return (body) => {
    const decoded = decodeBidRequest(body);
    if (decoded.kind !== 'request') return 'nothing-personal';
    const { use } = gates.privacy.judge(decoded.request, snapshot().catalog.privacy);
    return use === 'personal' ? 'pseudonymous' : 'nothing-personal';
  };
}

function explanationAnswer(explanation: Explanation): { status: number; body: string } {
  const status = explanation.outcome === 'unknown-exchange' ? 404 : 200;
  return { status, body: `${JSON.stringify(explanation, null, 2)}\n` };
}
