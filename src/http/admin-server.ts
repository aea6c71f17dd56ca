import { STATUS_CODES } from 'node:http';
import { App, type HttpRequest, type HttpResponse } from 'uWebSockets.js';
import type { Clock } from '../lib/clock.js';
import { createAdminGuard, type AdminCaller, type AdminGuard } from './admin-guard.js';
import {
  ADMIN_ROUTES,
  TEXT,
  type AdminAnswer,
  type AdminRequest,
  type AdminRoute,
  type AdminSources,
} from './admin-routes.js';
import { dropBody, receiveBody, type BodyLimits, type ReceivedBody } from './body.js';
import {
  answerCall,
  createCall,
  createPort,
  holdCall,
  refuseCall,
  type Call,
  type HeaderList,
  type Port,
} from './call.js';
import { inflate } from './gzip.js';
import { queryOf, readHead } from './head.js';
import { listen } from './listener.js';
import { streamAnswer } from './stream.js';

export interface AdminServerOptions extends AdminSources {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** What callers must send as `authorization: Bearer …`; needed wherever the host is not loopback. */
  readonly token: string | undefined;
  /** Limit of a request to explain, before and after inflating. */
  readonly bodyBytesMax: number;
  readonly clock: Clock;
}

export interface AdminServer {
  readonly port: number;
  /** Closes every connection now. */
  readonly close: () => void;
}

/** A request but for its body. */
interface Asked extends Omit<AdminRequest, 'body'> {
  /** Aborted when the caller went away before the answer. */
  readonly gone: AbortSignal;
}

interface AdminState {
  readonly port: Port;
  readonly guard: AdminGuard;
  readonly limits: BodyLimits;
  readonly sources: AdminSources;
}

const BODY_TIMEOUT_MS = 10_000;
const HELD_BODIES_MAX = 8;

/**
 * Serves `ADMIN_ROUTES`.
 *
 * @throws when the host is not loopback and there is no token, or the address cannot be listened on
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { bodyBytesMax, clock, host, token } = options;
  const state: AdminState = {
    port: createPort(clock),
    guard: createAdminGuard(host, token),
    limits: {
      bytesMax: bodyBytesMax,
      timeoutMs: BODY_TIMEOUT_MS,
      heldBytesMax: bodyBytesMax * HELD_BODIES_MAX,
    },
    sources: options,
  };
  const app = App();
  for (const route of ADMIN_ROUTES) app.any(route.path, (res, req) => acceptAdmin(state, route, res, req));
  app.any('/*', (res, req) => acceptAdmin(state, undefined, res, req));
  const { port, close } = await listen(app, state.port, host, options.port);
  return { port, close };
}

/** @param route undefined where the table has none */
function acceptAdmin(
  state: AdminState,
  route: AdminRoute | undefined,
  res: HttpResponse,
  req: HttpRequest,
): void {
  const { framing, contentLength, contentEncoding } = readHead(req);
  const method = req.getCaseSensitiveMethod();
  const parameter = req.getParameter(0) ?? '';
  const campaign = req.getQuery('campaign') || undefined;
  const query = queryOf(req);
  const verdict = state.guard(callerOf(req), route?.needsToken ?? true);
  const call = createCall(state.port, res, framing, method);
  const gone = new AbortController();
  holdCall(call, () => gone.abort());
  if (framing === 'invalid') {
    refuseCall(call, '400 Bad Request', []);
    dropBody(call);
  } else if (verdict !== 'welcome') {
    if (verdict === 'forbidden') answerStatus(call, 403);
    else answerStatus(call, 401, [['www-authenticate', 'Bearer']]);
  } else if (!route) {
    answerStatus(call, 404);
  } else if (route.method !== method) {
    answerStatus(call, 405, [['allow', route.method]]);
  } else {
    receiveBody(call, contentLength, state.limits, (received) => {
      const asked = { parameter, campaign, query, gone: gone.signal };
      serveAdmin(state, call, route, asked, contentEncoding, received);
    });
  }
}

function callerOf(req: HttpRequest): AdminCaller {
  return {
    host: req.getHeader('host'),
    origin: req.getHeader('origin'),
    secFetchSite: req.getHeader('sec-fetch-site'),
    authorization: req.getHeader('authorization'),
  };
}

function serveAdmin(
  state: AdminState,
  call: Call,
  route: AdminRoute,
  asked: Asked,
  contentEncoding: string,
  received: ReceivedBody,
): void {
  if (received === 'too-large') {
    refuseCall(call, '413 Payload Too Large', []);
    return;
  }
  const body = received === 'shed' ? 'shed' : inflate(received, contentEncoding, state.limits.bytesMax);
  if (body === 'shed') answerStatus(call, 503);
  else if (body === 'too-large') answerStatus(call, 413);
  else if (body === 'corrupt') answerStatus(call, 400);
  // A copy, because the route may wait for something before it reads the body.
  else void answerRoute(state, call, route, { ...asked, body: Uint8Array.from(body) });
}

/** What goes wrong behind a route is told to the operator who asked, and harms nobody else. */
async function answerRoute(
  state: AdminState,
  call: Call,
  route: AdminRoute,
  request: Asked & AdminRequest,
): Promise<void> {
  let answer: AdminAnswer;
  try {
    answer = await route.answer(state.sources, request);
  } catch (error) {
    answer = { status: 500, contentType: TEXT, body: `${String(error)}\n` };
  }
  answerAdmin(call, answer, [], request.gone);
}

function answerStatus(call: Call, status: number, headers: HeaderList = []): void {
  answerAdmin(call, { status, contentType: TEXT, body: `${STATUS_CODES[status]}\n` }, headers);
}

/** No answer of this port may be stored, nor taken for a page by a browser. */
function answerAdmin(call: Call, answer: AdminAnswer, headers: HeaderList, gone?: AbortSignal): void {
  const status = `${answer.status} ${STATUS_CODES[answer.status] ?? 'Unknown'}`;
  const all: HeaderList = [
    ['content-type', answer.contentType],
    ['x-content-type-options', 'nosniff'],
    ['cache-control', 'no-store'],
    ...headers,
  ];
  if (typeof answer.body === 'string') answerCall(call, status, all, answer.body);
  else streamAnswer(call, status, all, gone, answer.body);
}
