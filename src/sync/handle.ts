import { randomBytes } from 'node:crypto';
import { regulationsLimit } from '../admission/privacy.js';
import type { Exchange } from '../domain/catalog.js';
import type {
  ProfileStore,
  SyncAnswer,
  SyncCall,
  SyncHandler,
  SyncMetrics,
  SyncOutcome,
} from '../domain/ports.js';
import { decodeRegulations } from '../exchange/decode-user.js';
import { cookieHeader, OPTED_OUT, readCookie } from './cookie.js';

const COOKIE_ID_BYTES = 16;
/** As long as ids are stored. */
const USER_ID_CHARACTERS_MAX = 256;
/** Stands for our cookie id in the address at which an exchange wants to be told it. */
const COOKIE_ID_MACRO = '${COOKIE_ID}';

const REFUSED: SyncAnswer = { kind: 'refused' };
const OPT_OUT: SyncAnswer = { kind: 'pixel', setCookie: cookieHeader(OPTED_OUT) };

export interface SyncParts {
  readonly exchangeOf: (name: string) => Exchange | undefined;
  readonly store: Pick<ProfileStore, 'link' | 'erase'>;
  readonly metrics: SyncMetrics;
}

/**
 * Answers `GET /sync/:exchange`, which an exchange puts into pages as a picture: the browser gets our cookie, and the
 * exchange's user id is linked to it.
 *
 *     ?uid=ID                 the exchange's id of the visitor; without one there is only the cookie
 *     &gdpr=1&gdpr_consent=   &us_privacy=   &gpp=&gpp_sid=     what the visitor has agreed to
 *     &optout=1               the visitor wants no cookie: it is replaced by one that says so, and what is known is erased
 *
 * Nothing is set or stored where consent is needed, since consent strings are not read, nor for who opted out: by our own
 * cookie, by Global Privacy Control or by Do Not Track. The store is written behind the answer, which does not wait for
 * it: a picture must not hold up a page, and the exchange calls again.
 */
export function createSyncHandler({ exchangeOf, store, metrics }: SyncParts): SyncHandler {
  const count = (outcome: SyncOutcome, answer: SyncAnswer): SyncAnswer => {
    metrics.sync(outcome);
    return answer;
  };
  const write = (writing: Promise<unknown>): void => {
    // Why it failed is the store's to report. The visitor stays as he was until the next call.
    writing.catch(() => {
      metrics.sync('failed');
    });
  };
  return (call) => {
    const exchange = exchangeOf(call.exchange);
    if (!exchange) return count('invalid', { kind: 'unknown-exchange' });
    const query = new URLSearchParams(call.query);
    const userId = query.get('uid') ?? '';
    if (userId.length > USER_ID_CHARACTERS_MAX) return count('invalid', { kind: 'invalid' });
    const cookie = readCookie(call.cookies);
    if (cookie === OPTED_OUT) return count('opted-out', REFUSED);
    if (query.get('optout') === '1') {
      if (cookie !== undefined) write(store.erase({ kind: 'cookie', id: cookie }));
      return count('opted-out', OPT_OUT);
    }
    if (isLimited(query, call)) return count('refused', REFUSED);
    const id = cookie ?? randomBytes(COOKIE_ID_BYTES).toString('base64url');
    if (userId !== '') write(store.link(exchange.id, userId, id));
    return count(userId === '' ? 'cookie-only' : 'linked', answerOf(exchange, id));
  };
}

/** The names of the query are those of OpenRTB's `regs`, so they are read, and believed, in the same way. */
function isLimited(query: URLSearchParams, call: SyncCall): boolean {
  if (call.doNotTrack || query.has('gdpr_consent')) return true;
  const told = (name: string): string | undefined => query.get(name) || undefined;
  const regulations = decodeRegulations({
    gdpr: told('gdpr'),
    us_privacy: told('us_privacy'),
    gpp: told('gpp'),
    gpp_sid: told('gpp_sid')?.split(','),
    gpc: call.globalPrivacyControl ? 1 : undefined,
    coppa: told('coppa'),
  });
  return regulationsLimit(regulations) !== undefined;
}

/** An exchange that keeps the table itself is told our id; any other gets its picture. */
function answerOf({ syncRedirect }: Exchange, id: string): SyncAnswer {
  const setCookie = cookieHeader(id);
  return syncRedirect === undefined
    ? { kind: 'pixel', setCookie }
    : { kind: 'redirect', setCookie, location: syncRedirect.replaceAll(COOKIE_ID_MACRO, id) };
}
