import { randomBytes } from 'node:crypto';
import { privacyLimitOf } from '../admission/privacy.js';
import type { Exchange } from '../domain/catalog.js';
import type { ProfileStore, SyncAnswer, SyncCall, SyncHandler, SyncMetrics, SyncOutcome } from '../domain/ports.js';
import { cookieHeader, OPTED_OUT, readCookie } from './cookie.js';
import { signalsOf } from './signals.js';

const COOKIE_ID_BYTES = 16;
/** What stands for our cookie id in the address that an exchange wants to be told it at. */
const COOKIE_MACRO = '${COOKIE_ID}';

export interface SyncParts {
  readonly exchangeOf: (name: string) => Exchange | undefined;
  readonly store: Pick<ProfileStore, 'link'>;
  readonly metrics: SyncMetrics;
}

/**
 * Answers `GET /sync/:exchange`, which an exchange puts into pages as a picture: the browser gets our cookie, and the
 * exchange's user id is linked to it.
 *
 *     ?uid=ID                   the exchange's id of the visitor; without one there is only the cookie
 *     &gdpr=0|1&gdpr_consent=   &us_privacy=   &gpp=&gpp_sid=      what the visitor has agreed to
 *     &optout=1                 the visitor wants no cookie: it is replaced by one that says so, for good
 *
 * Nothing is set or stored where consent is needed, since consent strings are not read; nor for who opted out, by our own
 * cookie, Global Privacy Control or Do Not Track. The link is written behind the answer, which does not wait: a picture
 * must not hold up a page, and the exchange calls again.
 */
export function createSyncHandler({ exchangeOf, store, metrics }: SyncParts): SyncHandler {
  const answered = (outcome: SyncOutcome, answer: SyncAnswer): SyncAnswer => {
    metrics.sync(outcome);
    return answer;
  };
  return (call) => {
    const exchange = exchangeOf(call.exchange);
    if (!exchange) return answered('invalid', { kind: 'unknown-exchange' });
    const query = new URLSearchParams(call.query);
    const userId = query.get('uid') ?? '';
    if (userId.length > ID_CHARACTERS_MAX) return answered('invalid', { kind: 'invalid' });
    if (query.get('optout') === '1') {
      return answered('opted-out', { kind: 'pixel', setCookie: cookieHeader(OPTED_OUT) });
    }
    const cookie = readCookie(call.cookies);
    if (cookie === OPTED_OUT) return answered('opted-out', { kind: 'refused' });
    if (privacyLimitOf(signalsOf(query, call))) return answered('refused', { kind: 'refused' });
    const id = cookie ?? randomBytes(COOKIE_ID_BYTES).toString('base64url');
    if (userId !== '') void link(exchange, userId, id);
    return answered(userId === '' ? 'cookie-only' : 'linked', answerOf(exchange, id));
  };

  async function link(exchange: Exchange, userId: string, id: string): Promise<void> {
    try {
      await store.link(exchange.id, userId, id);
    } catch {
      // The store reports its own troubles; the visitor stays unlinked until the next call.
      metrics.sync('failed');
    }
  }
}
