import type { TemplatedApp } from 'uWebSockets.js';
import type { SyncAnswer, SyncHandler } from '../domain/ports.js';
import { unreachable } from '../lib/assert.js';
import { openWithoutBody } from './body.js';
import { answerCall, type Call, type HeaderList, type Port } from './call.js';
import { headersNamed, queryOf } from './head.js';
import { GIF, PIXEL, UNCACHED } from './pixel.js';

const GET_ONLY: HeaderList = [...UNCACHED, ['allow', 'GET']];

const TEXT: HeaderList = [...UNCACHED, ['content-type', 'text/plain; charset=utf-8']];
const OPTED_OUT_WORDS = 'You have opted out. What was known of this browser is erased.\n';
const UNAVAILABLE_WORDS = 'You have not been opted out yet: this did not work just now. Please try again.\n';

/** Adds `GET /sync/:exchange`, by which browsers get our cookie. */
export function addSyncRoute(app: TemplatedApp, port: Port, handle: SyncHandler): void {
  app.any('/sync/:exchange', (res, req) => {
    const method = req.getCaseSensitiveMethod();
    const asked = {
      exchange: req.getParameter(0) ?? '',
      query: queryOf(req),
      cookies: headersNamed(req, 'cookie').join(';'),
      globalPrivacyControl: req.getHeader('sec-gpc') === '1',
      doNotTrack: req.getHeader('dnt') === '1',
      isEmbedded: !['', 'document'].includes(req.getHeader('sec-fetch-dest')),
    };
    const call = openWithoutBody(port, res, req);
    if (!call) return;
    if (method === 'GET') void serve(call, handle(asked));
    else answerCall(call, '405 Method Not Allowed', GET_ONLY, '');
  });
}

async function serve(call: Call, answer: SyncAnswer | Promise<SyncAnswer>): Promise<void> {
  answerSync(call, await answer);
}

function answerSync(call: Call, answer: SyncAnswer): void {
  switch (answer.kind) {
    case 'pixel':
      answerCall(call, '200 OK', [...GIF, ['set-cookie', answer.setCookie]], PIXEL);
      break;
    case 'redirect':
      answerCall(
        call,
        '302 Found',
        [...UNCACHED, ['location', answer.location], ['set-cookie', answer.setCookie]],
        '',
      );
      break;
    case 'opted-out':
      answerCall(call, '200 OK', [...TEXT, ['set-cookie', answer.setCookie]], OPTED_OUT_WORDS);
      break;
    case 'unavailable':
      answerCall(call, '503 Service Unavailable', TEXT, UNAVAILABLE_WORDS);
      break;
    case 'refused':
      answerCall(call, '204 No Content', UNCACHED, undefined);
      break;
    case 'invalid':
      answerCall(call, '400 Bad Request', UNCACHED, '');
      break;
    case 'unknown-exchange':
      answerCall(call, '404 Not Found', UNCACHED, '');
      break;
    default:
      unreachable(answer);
  }
}
