import type { TemplatedApp } from 'uWebSockets.js';
import type { ConversionHandler, ConversionOutcome } from '../domain/ports.js';
import { openWithoutBody } from './body.js';
import { answerCall, type Call, type Port } from './call.js';
import { headersNamed, queryOf } from './head.js';
import { answerOtherMethod, GIF, PIXEL, UNCACHED } from './pixel.js';

/** Adds `/v/:advertiser`: by GET a pixel for browsers, by POST a postback for servers and beacons. */
export function addConversionRoute(app: TemplatedApp, port: Port, handle: ConversionHandler): void {
  app.any('/v/:advertiser', (res, req) => {
    const method = req.getCaseSensitiveMethod();
    const asked = {
      advertiser: req.getParameter(0) ?? '',
      query: queryOf(req),
      cookies: headersNamed(req, 'cookie').join(';'),
      isPrivate: req.getHeader('sec-gpc') === '1' || req.getHeader('dnt') === '1',
    };
    const call = openWithoutBody(port, res, req);
    if (!call) return;
    if (method === 'GET' || method === 'POST') {
      void handle(asked).then((outcome) => {
        answerConversion(call, outcome, method === 'GET');
      });
    } else answerOtherMethod(call, method);
  });
}

function answerConversion(call: Call, outcome: ConversionOutcome, wantsPixel: boolean): void {
  if (outcome === 'invalid') answerCall(call, '400 Bad Request', UNCACHED, '');
  else if (outcome === 'unknown-advertiser') answerCall(call, '404 Not Found', UNCACHED, '');
  else if (wantsPixel) answerCall(call, '200 OK', GIF, PIXEL);
  else answerCall(call, '204 No Content', UNCACHED, undefined);
}
