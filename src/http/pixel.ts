import { answerCall, type Call, type HeaderList } from './call.js';

/** Pictures and notices come from any page and must reach us each time they are fired. */
export const UNCACHED: HeaderList = [
  ['cache-control', 'no-store'],
  ['access-control-allow-origin', '*'],
];
export const GIF: HeaderList = [...UNCACHED, ['content-type', 'image/gif']];

/** One transparent pixel, the smallest gif that every browser draws. */
export const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

const GET_OR_POST: HeaderList = [...UNCACHED, ['allow', 'GET, POST, OPTIONS']];
/** Scripts may send what they like; all that is read is in the address. */
const PREFLIGHT: HeaderList = [
  ...UNCACHED,
  ['access-control-allow-methods', 'GET, POST'],
  ['access-control-allow-headers', '*'],
  ['access-control-max-age', '86400'],
];

/**
 * Answers what is neither GET nor POST where only these count: a browser that asks whether a script may come, and anything
 * else. HEAD is refused, too: who only looks where a link leads has seen no ad and clicked on nothing.
 */
export function answerOtherMethod(call: Call, method: string): void {
  if (method === 'OPTIONS') answerCall(call, '204 No Content', PREFLIGHT, undefined);
  else answerCall(call, '405 Method Not Allowed', GET_OR_POST, '');
}
