import { isMoney } from '../domain/event.js';
import type { NoticeFacts } from '../domain/notice.js';
import type { EventLog, NoticeAnswer, NoticeHandler, NoticeKind, NoticeMetrics } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { eventOf } from './event.js';
import type { NoticeTokens } from './token.js';

/** The slowest honest notice is a prefetched ad that is shown days later; nothing older is one. */
const TOKEN_AGE_MS_MAX = 7 * 24 * 60 * 60 * 1000;

const REFUSED: NoticeAnswer = { kind: 'refused' };
const UNAVAILABLE: NoticeAnswer = { kind: 'unavailable' };

const ANSWERS: Readonly<Record<Exclude<NoticeKind, 'click'>, NoticeAnswer>> = {
  win: { kind: 'accepted' },
  bill: { kind: 'accepted' },
  loss: { kind: 'accepted' },
  impression: { kind: 'pixel' },
};

/**
 * Answers win, billing and loss notices, impression pixels and clicks.
 *
 * A notice is verified and counted; nothing is booked. Only a click token leads anywhere, and only to the page that we
 * signed into it; a click token is no notice, nor the other way round. What is genuine but older than seven days is
 * counted as expired and otherwise answered as usual: asking again would not make it younger, and whoever clicked on
 * an old page still wants to arrive.
 *
 * What is genuine is an event of the log. A win or a billing is answered when its event is on disk; when that fails the
 * caller is asked to come again.
 */
export function createNoticeHandler(parts: {
  readonly tokens: Pick<NoticeTokens, 'verify'>;
  readonly metrics: NoticeMetrics;
  readonly events: EventLog;
  readonly clock: Clock;
}): NoticeHandler {
  const { tokens, metrics, events, clock } = parts;
  return ({ kind, token, query }) => {
    const facts = tokens.verify(token);
    const answer = facts === undefined ? REFUSED : answerTo(kind, facts);
    if (facts === undefined || answer.kind === 'refused') {
      metrics.notice(kind, 'refused');
      return answer;
    }
    const timeMs = clock.nowMs();
    const outcome = timeMs - facts.bidAtMs > TOKEN_AGE_MS_MAX ? 'expired' : 'accepted';
    metrics.notice(kind, outcome);
    const event = eventOf(kind, facts, { timeMs, outcome, query });
    if (isMoney(event)) {
      // The log has counted and told what went wrong.
      const unavailable = (): NoticeAnswer => UNAVAILABLE;
      return events.recordMoney(event).then(() => answer, unavailable);
    }
    events.record(event);
    return answer;
  };
}

function answerTo(kind: NoticeKind, facts: NoticeFacts): NoticeAnswer {
  if (kind === 'click') return facts.landing === undefined ? REFUSED : redirectTo(facts.landing);
  return facts.landing === undefined ? ANSWERS[kind] : REFUSED;
}

/**
 * The landing page was checked when its campaign was loaded; it is checked again, because this is the one place where
 * a mistake would send people elsewhere. The location is the URL as a browser reads it: plain ASCII, no line breaks.
 */
function redirectTo(landing: string): NoticeAnswer {
  if (!URL.canParse(landing)) return REFUSED;
  const url = new URL(landing);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return REFUSED;
  return { kind: 'redirect', location: url.href };
}
