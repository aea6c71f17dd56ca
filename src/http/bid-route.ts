import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type {
  BidAnswer,
  BidHandler,
  BidMetrics,
  NoBidAnswer,
  OverloadPolicy,
  RequestOutcome,
  UnreadReason,
} from '../domain/ports.js';
import { unreachable } from '../lib/assert.js';
import { dropBody, receiveBody, type BodyLimits, type ReceivedBody } from './body.js';
import {
  answerCall,
  createCall,
  holdCall,
  refuseCall,
  type Call,
  type HeaderList,
  type Port,
} from './call.js';
import { acceptsGzip, compress, inflate } from './gzip.js';
import { readHead, type RequestHead } from './head.js';
import type { LoopDelay } from './loop-delay.js';
import { Turns } from './turns.js';

interface BidRouteOptions {
  readonly inFlightMax: number;
  /** Requests that it does not let through are answered without being looked at. */
  readonly overload: OverloadPolicy;
  /** How long after a request of an exchange was sent an answer is worth the work, in milliseconds. */
  readonly patienceMsOf: (exchange: string) => number;
  readonly loopDelay: LoopDelay;
  readonly handleBid: BidHandler;
  /** The version of OpenRTB that an exchange speaks; undefined for one that we do not know. */
  readonly versionOf: (exchange: string) => string | undefined;
  /** Takes one of the requests that an exchange may have answered now; false when it has had them all. */
  readonly withinQuota: (exchange: string) => boolean;
  readonly unreadAnswer: (exchange: string, why: UnreadReason) => NoBidAnswer;
  readonly metrics: BidMetrics;
}

interface BidRoute extends BidRouteOptions {
  readonly port: Port;
  readonly limits: BodyLimits;
  readonly turns: Turns;
  /** Requests in the handler's hands. */
  inFlight: number;
}

interface BidRequestInWork {
  readonly route: BidRoute;
  readonly call: Call;
  readonly exchange: string;
  /** The exchange when we know it, else one common word: a caller must not invent metric labels. */
  readonly label: string;
  /** On every answer of this route (OpenRTB 2.6 §2.5). The caller's own version changes nothing for us, so it is not read. */
  readonly version: HeaderList[number];
  readonly contentEncoding: string;
  readonly acceptsGzip: boolean;
  /** Has its one outcome been counted? */
  counted: boolean;
}

const VERSION_DEFAULT = '2.6';
const NONE: HeaderList = [];
const GZIP: HeaderList = [['content-encoding', 'gzip']];
const POST_ONLY: HeaderList = [['allow', 'POST']];

/**
 * Adds `POST /openrtb2/:exchange`, with the statuses of OpenRTB 2.6 §2.1.
 *
 * @returns a function that tells how many requests are in the handler's hands
 */
export function addBidRoute(
  app: TemplatedApp,
  port: Port,
  limits: BodyLimits,
  options: BidRouteOptions,
): () => number {
  const route: BidRoute = { ...options, port, limits, turns: watchTurns(port, options), inFlight: 0 };
  app.any('/openrtb2/:exchange', (res, req) => acceptBid(route, res, req));
  return () => route.inFlight;
}

function watchTurns({ clock }: Port, { overload, metrics }: BidRouteOptions): Turns {
  let beganMs = 0;
  return new Turns(
    (nowMs, idleMs) => {
      beganMs = nowMs;
      overload.turnBegan(nowMs, idleMs);
    },
    () => metrics.turn(clock.monotonicMs() - beganMs),
  );
}

function acceptBid(route: BidRoute, res: HttpResponse, req: HttpRequest): void {
  const head = readHead(req);
  const method = req.getCaseSensitiveMethod();
  const exchange = req.getParameter(0) ?? '';
  const version = route.versionOf(exchange);
  if (
    version !== undefined &&
    method === 'POST' &&
    !route.port.draining &&
    hasCertainBody(head, route.limits)
  ) {
    const refusal = refusalOf(route, exchange);
    if (refusal) {
      shed(route, res, exchange, version, refusal);
      return;
    }
  }
  const request: BidRequestInWork = {
    route,
    call: createCall(route.port, res, head.framing, method),
    exchange,
    label: version === undefined ? 'unknown' : exchange,
    version: ['x-openrtb-version', version ?? VERSION_DEFAULT],
    contentEncoding: head.contentEncoding,
    acceptsGzip: acceptsGzip(head.acceptEncoding),
    counted: false,
  };
  holdCall(request.call, () => count(request, 'aborted'));
  if (head.framing === 'invalid') {
    refuse(request, 'malformed', '400 Bad Request');
    dropBody(request.call);
  } else if (version === undefined) {
    answer(request, 'unknown-exchange', '404 Not Found', NONE, '');
  } else if (method !== 'POST') {
    answer(request, 'wrong-method', '405 Method Not Allowed', POST_ONLY, '');
  } else {
    const receive = (body: ReceivedBody): void => void serve(request, body);
    receiveBody(request.call, head.contentLength, route.limits, receive);
  }
}

/** Is the end of the body where the head says, and is it one that we would take? */
function hasCertainBody(
  { framing, contentLength }: Readonly<RequestHead>,
  { bytesMax }: BodyLimits,
): boolean {
  return framing === 'sized' && contentLength <= bytesMax;
}

/** Is there no time or room for a request? Asked again when its body has arrived, which may be much later. */
function refusalOf(route: BidRoute, exchange: string): UnreadReason | undefined {
  const nowMs = route.port.clock.monotonicMs();
  route.turns.enter(nowMs);
  if (route.inFlight >= route.inFlightMax) return 'overload';
  return route.overload.refusal(nowMs, route.loopDelay.delayMs(), route.patienceMsOf(exchange));
}

/**
 * Answers as soon as the head is there, and makes nothing that outlives this call: how much is served under overload hangs on what
 * this costs. The library drops the body as it comes.
 */
function shed(
  route: BidRoute,
  res: HttpResponse,
  exchange: string,
  version: string,
  why: UnreadReason,
): void {
  const { nbr } = route.unreadAnswer(exchange, why);
  route.metrics.outcome(exchange, 'no-bid', 0);
  res.writeStatus('204 No Content').writeHeader('x-openrtb-version', version);
  if (nbr !== undefined) res.writeHeader('x-nbr', String(nbr));
  res.endWithoutBody();
}

/** Runs up to the handler's first await before the bytes of `received` are taken back. */
async function serve(request: BidRequestInWork, received: ReceivedBody): Promise<void> {
  const { route, call, exchange } = request;
  if (received === 'too-large') {
    refuse(request, 'too-large', '413 Payload Too Large');
    return;
  }
  if (received === 'shed') {
    answerBid(request, route.unreadAnswer(exchange, 'overload'));
    return;
  }
  const refusal = refusalOf(route, exchange) ?? (route.withinQuota(exchange) ? undefined : 'quota');
  if (refusal) {
    answerBid(request, route.unreadAnswer(exchange, refusal));
    return;
  }
  const body = inflate(received, request.contentEncoding, route.limits.bytesMax);
  if (body === 'too-large') {
    call.lastOfConnection = true;
    answer(request, 'too-large', '413 Payload Too Large', NONE, '');
  } else if (body === 'corrupt') {
    answer(request, 'malformed', '400 Bad Request', NONE, '');
  } else {
    route.inFlight++;
    const receivedMs = call.receivedMs - route.loopDelay.delayMs();
    const isOver = () => call.over;
    try {
      answerBid(request, await route.handleBid({ exchange, body, receivedMs, isOver }));
    } finally {
      route.inFlight--;
    }
  }
}

function answerBid(request: BidRequestInWork, bidAnswer: BidAnswer): void {
  if (request.call.over) return;
  switch (bidAnswer.kind) {
    case 'bid':
      if (bidAnswer.gzip && request.acceptsGzip) {
        const headers = [['content-type', bidAnswer.contentType] as const, ...GZIP];
        answer(request, 'bid', '200 OK', headers, compress(bidAnswer.body));
      } else {
        answer(request, 'bid', '200 OK', [['content-type', bidAnswer.contentType]], bidAnswer.body);
      }
      break;
    case 'no-bid':
      answerNoBid(request, bidAnswer);
      break;
    case 'malformed':
      answer(request, 'malformed', '400 Bad Request', NONE, '');
      break;
    case 'unknown-exchange':
      answer(request, 'unknown-exchange', '404 Not Found', NONE, '');
      break;
    default:
      unreachable(bidAnswer);
  }
}

function answerNoBid(request: BidRequestInWork, { nbr, response }: NoBidAnswer): void {
  const why: HeaderList = nbr === undefined ? NONE : [['x-nbr', String(nbr)]];
  if (response === undefined) {
    answer(request, 'no-bid', '204 No Content', why, undefined);
  } else {
    const headers = [['content-type', response.contentType] as const, ...why];
    answer(request, 'no-bid', '200 OK', headers, response.body);
  }
}

function answer(
  request: BidRequestInWork,
  outcome: RequestOutcome,
  status: string,
  headers: HeaderList,
  body: string | Uint8Array | undefined,
): void {
  count(request, outcome);
  answerCall(request.call, status, [request.version, ...headers], body);
}

function refuse(request: BidRequestInWork, outcome: RequestOutcome, status: string): void {
  count(request, outcome);
  refuseCall(request.call, status, [request.version]);
}

/** Every request is counted exactly once, with whatever ends it first. */
function count(request: BidRequestInWork, outcome: RequestOutcome): void {
  if (request.counted) return;
  request.counted = true;
  const { call, route, label } = request;
  route.metrics.outcome(label, outcome, route.port.clock.monotonicMs() - call.receivedMs);
}
