import type { PriceSettings } from '../domain/catalog.js';
import type { Settlement } from '../domain/ledger.js';
import type { Micros } from '../domain/money.js';
import { chargeMicros, type NoticeFacts } from '../domain/notice.js';
import { HOLD_FACTOR, type BillOutcome } from '../domain/money-ports.js';
import { type NoticeAnswer } from '../domain/ports.js';
import { moneyEventOf, otherEventOf } from './event.js';
import type { Notice, TradeKind, Verdict } from './notice.js';
import { ANSWERS, UNAVAILABLE, type NoticeParts } from './parts.js';
import { RecentBills } from './recent-bills.js';
import { tellOn } from './tell-on.js';

/**
 * Answers the notices for which something is owed. The order is what keeps the money right: the line in the event log is on
 * disk before anything is booked, so whatever dies in between is booked from the log; the ledger books a bid once, however
 * often it is told; and whoever told of it hears yes only when it cannot get lost any more.
 *
 * @returns a handler; `verdict.chargeMicros` is what is owed
 */
export function createSpending(
  parts: NoticeParts,
): (
  notice: Notice<TradeKind>,
  verdict: Verdict,
  unit: PriceSettings['unit'],
) => NoticeAnswer | Promise<NoticeAnswer> {
  const { metrics, events, ledger, acknowledge } = parts;
  const recent = new RecentBills();

  async function book(
    notice: Notice<TradeKind>,
    verdict: Verdict,
    unit: PriceSettings['unit'],
  ): Promise<NoticeAnswer> {
    const { kind, facts } = notice;
    try {
      await events.recordMoney(moneyEventOf(kind === 'win' ? 'win' : 'bill', notice, verdict));
    } catch {
      // The log has counted and told what went wrong; nothing is booked, and who tells of it comes again.
      metrics.notice(kind, 'unavailable');
      return UNAVAILABLE;
    }
    if (kind === 'impression') events.record(otherEventOf(kind, notice, verdict, unit));
    // A win that spends has been billed, which says more than that it was won.
    if (kind !== 'win') tellOn(notice, parts);
    const booked = ledger.bill(settlementOf(facts, verdict.chargeMicros ?? (0 as Micros)));
    if (acknowledge === 'redis' && (await booked) === 'later') {
      metrics.notice(kind, 'unavailable');
      return UNAVAILABLE;
    }
    void booked.then((outcome) => {
      count(notice, outcome);
    });
    return ANSWERS[kind];
  }

  function count({ kind, facts, ageMs }: Notice, outcome: BillOutcome): void {
    metrics.notice(kind, outcome === 'duplicate' ? 'duplicate' : 'accepted');
    if (outcome === 'duplicate') return;
    metrics.billed(Math.max(0, ageMs), ageMs > HOLD_FACTOR * facts.holdSeconds * 1000);
  }

  return (notice, verdict, unit) => {
    const { kind, facts } = notice;
    const { isFirst, answer } = recent.once(facts.bidId, () => book(notice, verdict, unit));
    if (isFirst) return answer;
    const repeat = (first: NoticeAnswer): NoticeAnswer => {
      const isUnavailable = first.kind === 'unavailable';
      metrics.notice(kind, isUnavailable ? 'unavailable' : 'duplicate');
      return isUnavailable ? UNAVAILABLE : ANSWERS[kind];
    };
    return answer instanceof Promise ? answer.then(repeat) : repeat(answer);
  };
}

function settlementOf(facts: NoticeFacts, owedMicros: Micros): Settlement {
  const reservedMicros = chargeMicros(facts.priceMicros, facts.budgetRate);
  return {
    campaign: facts.campaign,
    lineItem: facts.lineItem,
    bidId: facts.bidId,
    bidAtMs: facts.bidAtMs,
    flightDay: facts.flightDay,
    reservedMicros,
    chargeMicros: Math.min(owedMicros, reservedMicros) as Micros,
  };
}
