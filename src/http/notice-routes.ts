import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { NoticeAnswer, NoticeCaller, NoticeHandler, NoticeKind } from '../domain/ports.js';
import { assert, unreachable } from '../lib/assert.js';
import { openWithoutBody } from './body.js';
import { answerCall, type Call, type Port } from './call.js';
import { headersNamed, queryOf } from './head.js';
import { answerOtherMethod, GIF, PIXEL, UNCACHED } from './pixel.js';

const PATHS: readonly (readonly [path: string, kind: NoticeKind])[] = [
  ['/n/win/:token', 'win'],
  ['/n/bill/:token', 'bill'],
  ['/n/loss/:token', 'loss'],
  ['/i/:token', 'impression'],
  ['/c/:token', 'click'],
];

/**
 * Adds the win, billing and loss notices, the impression pixel and the click redirect, by GET or POST.
 */
export function addNoticeRoutes(app: TemplatedApp, port: Port, handle: NoticeHandler): void {
  for (const [path, kind] of PATHS) {
    app.any(path, (res, req) => {
      const method = req.getCaseSensitiveMethod();
      const token = req.getParameter(0) ?? '';
      const query = queryOf(req);
      const caller = callerOf(res, req);
      const call = openWithoutBody(port, res, req);
      if (!call) return;
      if (method === 'GET' || method === 'POST')
        void answerWhenKnown(call, handle({ kind, token, query, caller }));
      else answerOtherMethod(call, method);
    });
  }
}

/** What the call says of who makes it; whom to believe is for others to say. */
function callerOf(res: HttpResponse, req: HttpRequest): NoticeCaller {
  return {
    address: Buffer.from(res.getRemoteAddressAsText()).toString('latin1'),
    userAgent: req.getHeader('user-agent'),
    forwardedFor: headersNamed(req, 'x-forwarded-for').join(','),
    deviceAddress: req.getHeader('x-device-ip'),
    deviceUserAgent: req.getHeader('x-device-user-agent'),
  };
}

async function answerWhenKnown(call: Call, answer: NoticeAnswer | Promise<NoticeAnswer>): Promise<void> {
  answerNotice(call, answer instanceof Promise ? await answer : answer);
}

function answerNotice(call: Call, answer: NoticeAnswer): void {
  switch (answer.kind) {
    case 'accepted':
      answerCall(call, '204 No Content', UNCACHED, undefined);
      break;
    case 'pixel':
      answerCall(call, '200 OK', GIF, PIXEL);
      break;
    case 'redirect':
      assert(isHeaderSafe(answer.location), 'a redirect leads to a URL of visible ASCII characters');
      answerCall(call, '302 Found', [...UNCACHED, ['location', answer.location]], '');
      break;
    case 'refused':
      answerCall(call, '400 Bad Request', UNCACHED, '');
      break;
    case 'unavailable':
      answerCall(call, '503 Service Unavailable', UNCACHED, '');
      break;
    default:
      unreachable(answer);
  }
}

/** Visible ASCII: nothing that could end the header, or that a browser would strip on the way to another scheme. */
function isHeaderSafe(location: string): boolean {
  for (let i = 0; i < location.length; i++) {
    const code = location.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return location.length > 0;
}
