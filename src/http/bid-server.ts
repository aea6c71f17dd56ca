import { App } from 'uWebSockets.js';
import type {
  BidHandler,
  BidMetrics,
  ConversionHandler,
  NoBidAnswer,
  NoticeHandler,
  OverloadPolicy,
  SyncHandler,
  UnreadReason,
} from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { addBidRoute } from './bid-route.js';
import { openWithoutBody } from './body.js';
import { answerCall, createPort } from './call.js';
import { addConversionRoute } from './conversion-route.js';
import { listen, type Listener } from './listener.js';
import { watchLoopDelay } from './loop-delay.js';
import { addNoticeRoutes } from './notice-routes.js';
import { addSyncRoute } from './sync-route.js';

export interface BidServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Whether other processes listen on the port as well. Default: none may. */
  readonly sharesPort?: boolean;
  /** Limit of a body, before and after inflating. Default 262,144. */
  readonly bodyBytesMax?: number;
  /** From the first byte of a body to its last. Default 10,000. */
  readonly bodyTimeoutMs?: number;
  /** Limit of the unfinished bodies of all connections together. Default 67,108,864. */
  readonly heldBytesMax?: number;
  /** Bid requests in the handler's hands at once; those above get the overload answer. */
  readonly inFlightMax: number;
  /** Those that it does not let through get the overload answer, too. */
  readonly overload: OverloadPolicy;
  /** How long after a request of an exchange was sent an answer is worth the work, in milliseconds. Default: for ever. */
  readonly patienceMsOf?: (exchange: string) => number;
  readonly handleBid: BidHandler;
  readonly handleNotice: NoticeHandler;
  readonly handleConversion: ConversionHandler;
  readonly handleSync: SyncHandler;
  /** The version of OpenRTB that an exchange speaks; undefined for one that we do not know. */
  readonly versionOf: (exchange: string) => string | undefined;
  /** Takes one of the requests that an exchange may have answered now; false when it has had them all. Default: always true. */
  readonly withinQuota?: (exchange: string) => boolean;
  /** What an exchange is told whose request is not looked at. */
  readonly unreadAnswer: (exchange: string, why: UnreadReason) => NoBidAnswer;
  readonly metrics: BidMetrics;
  readonly clock: Clock;
}

export interface BidServer extends Listener {
  /** Bid requests in the handler's hands. */
  readonly inFlight: () => number;
}

const BODY_BYTES_MAX = 262_144;
const BODY_TIMEOUT_MS = 10_000;
const HELD_BYTES_MAX = 67_108_864;

/**
 * Serves bid requests, notices, conversions and cookie syncs.
 *
 * @throws when the address cannot be listened on
 */
export async function startBidServer(options: BidServerOptions): Promise<BidServer> {
  const app = App();
  const port = createPort(options.clock);
  const limits = {
    bytesMax: options.bodyBytesMax ?? BODY_BYTES_MAX,
    timeoutMs: options.bodyTimeoutMs ?? BODY_TIMEOUT_MS,
    heldBytesMax: options.heldBytesMax ?? HELD_BYTES_MAX,
  };
  const loopDelay = watchLoopDelay(options.clock);
  const withinQuota = options.withinQuota ?? (() => true);
  const patienceMsOf = options.patienceMsOf ?? (() => Infinity);
  const inFlight = addBidRoute(app, port, limits, { ...options, withinQuota, patienceMsOf, loopDelay });
  addNoticeRoutes(app, port, options.handleNotice);
  addConversionRoute(app, port, options.handleConversion);
  addSyncRoute(app, port, options.handleSync);
  app.any('/*', (res, req) => {
    const call = openWithoutBody(port, res, req);
    if (call) answerCall(call, '404 Not Found', [], '');
  });
  const listener = await listen(app, port, options.host, options.port, options.sharesPort);
  return { ...listener, inFlight };
}
