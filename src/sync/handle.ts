import type { Exchange } from '../domain/catalog.js';
import type { ProfileStore, SyncAnswer, SyncHandler, SyncMetrics, SyncOutcome } from '../domain/ports.js';
import type { Cookies } from './cookie.js';
import { isLimited, type RegulationsLimit } from './signals.js';

/** As long as ids are stored. */
const USER_ID_CHARACTERS_MAX = 256;
/** Stands for our cookie id in the address at which an exchange wants to be told it. */
const COOKIE_ID_MACRO = '${COOKIE_ID}';
export interface SyncParts {
  readonly exchangeOf: (name: string) => Exchange | undefined;
  readonly cookies: Cookies;
  readonly store: Pick<ProfileStore, 'link' | 'erase'>;
  readonly metrics: SyncMetrics;
  readonly limitOf: RegulationsLimit;
}

/**
 * Answers `GET /sync/:exchange`, which an exchange puts into pages as a picture: the browser gets our cookie, and once it
 * sends it back, the exchange's user id is linked to it. A browser that keeps no cookies thus leaves nothing behind.
 *
 *     ?uid=ID                 the exchange's id of the visitor
 *     &gdpr=1&gdpr_consent=   &us_privacy=   &gpp=&gpp_sid=     what the visitor has agreed to
 *     &optout=1               the visitor wants no cookie: what is known is erased, and the cookie says so from then on
 *
 * Nothing is set or stored where consent is needed and not given to us, nor for who opted out: by our own
 * cookie, by Global Privacy Control or by Do Not Track. A link is written behind the answer: a picture must not hold up a
 * page, and the exchange calls again. An opt-out is answered when it is done, and keeps the cookie when it fails, since
 * only with it can it be tried again. It is a link that a visitor follows and not a picture, or any page could opt its
 * visitors out.
 */
export function createSyncHandler({ exchangeOf, cookies, store, metrics, limitOf }: SyncParts): SyncHandler {
  const count = (outcome: SyncOutcome, answer: SyncAnswer): SyncAnswer => {
    metrics.sync(outcome);
    return answer;
  };

  async function optOut(id: string | undefined): Promise<SyncAnswer> {
    try {
      if (id !== undefined) await store.erase({ kind: 'cookie', id }, 'own');
    } catch {
      // Why it failed is the store's to report; the visitor is told that it has.
      return count('failed', { kind: 'unavailable' });
    }
    return count('opted-out', { kind: 'opted-out', setCookie: cookies.setOptedOut });
  }

  return (call) => {
    const exchange = exchangeOf(call.exchange);
    if (!exchange) return count('invalid', { kind: 'unknown-exchange' });
    const query = new URLSearchParams(call.query);
    const userId = query.get('uid') ?? '';
    const wantsOut = query.get('optout') === '1';
    if (userId.length > USER_ID_CHARACTERS_MAX || (wantsOut && call.isEmbedded)) {
      return count('invalid', { kind: 'invalid' });
    }
    const found = cookies.read(call.cookies);
    if (found.kind === 'opted-out') return count('opted-out', { kind: 'refused' });
    if (wantsOut) return optOut(found.kind === 'id' ? found.id : undefined);
    if (isLimited(query, call, limitOf)) return count('refused', { kind: 'refused' });
    if (found.kind === 'none' || userId === '') {
      return count(
        'cookie-only',
        answerOf(exchange, found.kind === 'id' ? found.id : cookies.newId(), cookies),
      );
    }
    store.link(exchange.id, userId, found.id).catch(() => {
      // As above; the visitor stays unlinked until the next call.
      metrics.sync('failed');
    });
    return count('linked', answerOf(exchange, found.id, cookies));
  };
}

/** An exchange that keeps the table itself is told our id; any other gets its picture. */
function answerOf({ syncRedirect }: Exchange, id: string, cookies: Cookies): SyncAnswer {
  const setCookie = cookies.setId(id);
  return syncRedirect === undefined
    ? { kind: 'pixel', setCookie }
    : { kind: 'redirect', setCookie, location: syncRedirect.replaceAll(COOKIE_ID_MACRO, id) };
}
