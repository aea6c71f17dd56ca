import { PLAIN_PRICE, type PriceSettings } from '../domain/catalog.js';
import type { MoneyKind, SuspectReason } from '../domain/event.js';
import type { NoticeFacts } from '../domain/notice.js';
import type { NoticeAnswer, NoticeCaller, NoticeHandler, NoticeKind } from '../domain/ports.js';
import { deviceOf } from './device.js';
import { moneyEventOf, otherEventOf } from './event.js';
import { judge } from './judge.js';
import {
  ACCEPTED,
  EXPIRED,
  isSpender,
  isStale,
  suspect,
  type Notice,
  type TradeKind,
  type Verdict,
} from './notice.js';
import { ANSWERS, REFUSED, UNAVAILABLE, type NoticeParts } from './parts.js';
import { locationOf } from './redirect.js';
import { createSpending } from './spending.js';
import { Suspicion } from './suspicion.js';
import { tellOn } from './tell-on.js';

/**
 * Answers win, billing and loss notices, impression pixels and clicks.
 *
 * A notice is verified, held against its age and, where it spends, its price is read; then it is written down, and only then
 * booked, told to the ledger and the visitor's frequency logs, and answered. What is genuine but too old, or has a price
 * that cannot be believed, is written down and answered as usual, since asking again would change nothing; nothing is
 * booked, so that a correct notice can still come. A win or a billing that cannot be written down is asked to come again.
 *
 * Only a click token leads anywhere, and only to the page that we signed into it. A token is good for what it was signed for: a click, the
 * pixel in a page, or what exchanges tell. Whoever clicked arrives, also late, and also when nobody can have clicked so fast.
 */
export function createNoticeHandler(parts: NoticeParts): NoticeHandler {
  const { tokens, metrics, clock, exchangeOf } = parts;
  const suspicion = new Suspicion({ metrics, seed: parts.seed, startedMs: clock.nowMs() });
  const answerSpending = createSpending(parts);
  return ({ kind, token, query, caller }) => {
    const facts = tokens.verify(token);
    if (facts === undefined || !isMeantFor(kind, facts)) {
      metrics.notice(kind, 'refused');
      return REFUSED;
    }
    const timeMs = clock.nowMs();
    const told = { facts, query, timeMs, ageMs: timeMs - facts.bidAtMs };
    if (kind === 'click') return answerClick({ ...told, kind }, caller, suspicion, parts);
    const notice: Notice<TradeKind> = { ...told, kind };
    const why = lookedAt(notice, caller, suspicion, parts);
    const settings = exchangeOf(facts.exchange)?.price ?? PLAIN_PRICE;
    const verdict = judge(notice, settings);
    if (verdict.chargeMicros !== undefined) return answerSpending(notice, verdict, settings.unit);
    const isCounted = why === undefined || verdict !== ACCEPTED || kind !== 'impression';
    return answerUnspent(notice, isCounted ? verdict : suspect(why), settings.unit, parts);
  };
}

function isMeantFor(kind: NoticeKind, { landing, isForPage }: NoticeFacts): boolean {
  if (kind === 'click') return landing !== undefined;
  return landing === undefined && isForPage === (kind === 'impression');
}

/**
 * Remembers what was shown, and looks at whom. What is paid for is counted all the same: it is only counted in the metrics
 * that it was no person's.
 *
 * @returns why an impression or a billing is suspect
 */
function lookedAt(
  notice: Notice<TradeKind>,
  caller: NoticeCaller,
  suspicion: Suspicion,
  { clock, traffic }: NoticeParts,
): SuspectReason | undefined {
  if (notice.kind !== 'impression' && notice.kind !== 'bill') return undefined;
  suspicion.shown(notice, clock.monotonicMs());
  const policy = traffic();
  // A billing comes from a server of the exchange, and says nothing of a visitor unless that tells for whom.
  if (notice.kind === 'bill' && caller.deviceAddress === '' && caller.deviceUserAgent === '')
    return undefined;
  return suspicion.ofImpression(deviceOf(caller, policy), policy);
}

function answerClick(
  notice: Notice<'click'>,
  caller: NoticeCaller,
  suspicion: Suspicion,
  parts: NoticeParts,
): NoticeAnswer {
  const { metrics, events, clock, traffic } = parts;
  const { facts } = notice;
  const location = facts.landing === undefined ? undefined : locationOf(facts.landing, facts.bidId);
  if (location === undefined) {
    metrics.notice('click', 'refused');
    return REFUSED;
  }
  const policy = traffic();
  const why = suspicion.ofClick(notice, deviceOf(caller, policy), policy, clock.monotonicMs());
  const verdict = isStale(notice) ? EXPIRED : why ? suspect(why) : ACCEPTED;
  metrics.notice('click', verdict.outcome);
  events.record(otherEventOf('click', notice, verdict, 'units'));
  if (verdict === ACCEPTED) tellOn(notice, parts);
  return { kind: 'redirect', location };
}

/** Everything but a click for which nothing is owed. */
function answerUnspent(
  notice: Notice<TradeKind>,
  verdict: Verdict,
  unit: PriceSettings['unit'],
  parts: NoticeParts,
): NoticeAnswer | Promise<NoticeAnswer> {
  const { metrics, events } = parts;
  const { kind } = notice;
  const end = (): NoticeAnswer => {
    metrics.notice(kind, verdict.outcome);
    if (verdict.outcome === 'set-aside') metrics.priceSetAside(verdict.why);
    if (kind === 'loss' || kind === 'impression') events.record(otherEventOf(kind, notice, verdict, unit));
    if (verdict.outcome === 'accepted' && verdict.why !== 'audit') tellOn(notice, parts);
    return ANSWERS[kind];
  };
  const money = moneyKindOf(notice);
  if (money === undefined) return end();
  return events.recordMoney(moneyEventOf(money, notice, verdict)).then(end, () => {
    // The log has counted and told what went wrong.
    metrics.notice(kind, 'unavailable');
    return UNAVAILABLE;
  });
}

/** As which kind of money a notice is written down; undefined when it is none. */
function moneyKindOf(notice: Notice<TradeKind>): MoneyKind | undefined {
  const { kind } = notice;
  if (kind === 'win' || kind === 'bill') return kind;
  return kind === 'impression' && isSpender(notice) ? 'bill' : undefined;
}
