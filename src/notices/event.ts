import type { LoggedEvent, NoticeEventOutcome } from '../domain/event.js';
import { chargeMicros, type NoticeFacts } from '../domain/notice.js';
import type { NoticeKind } from '../domain/ports.js';
import { dayText } from '../lib/local-day.js';

/** The parameter `r` of a loss notice, as OpenRTB's macro `${AUCTION_LOSS}` leaves it. */
const LOSS_CODE = /(?:^|&)r=(\d{1,4})(?:&|$)/;

/** @returns the event of a genuine notice; neither the landing page of a click nor what names a visitor is in it */
export function eventOf(
  kind: NoticeKind,
  facts: NoticeFacts,
  told: { readonly timeMs: number; readonly outcome: NoticeEventOutcome; readonly query: string },
): Exclude<LoggedEvent, { kind: 'request' | 'bid' | 'conversion' }> {
  const reservedMicros = chargeMicros(facts.priceMicros, facts.budgetRate);
  const shared = {
    timeMs: told.timeMs,
    exchange: facts.exchange,
    test: facts.test || undefined,
    bidId: facts.bidId,
    advertiser: facts.advertiser,
    campaign: facts.campaign,
    lineItem: facts.lineItem,
    creative: facts.creative,
    priceMicros: facts.priceMicros,
    currency: facts.currency,
    flightDay: dayText(facts.flightDay),
    budgetCurrency: facts.budgetCurrency,
    reservedMicros,
    bidAtMs: facts.bidAtMs,
    outcome: told.outcome,
    why: undefined,
  };
  if (kind === 'win' || kind === 'bill') return { ...shared, kind, spends: false, chargeMicros: undefined };
  const code = kind === 'loss' ? LOSS_CODE.exec(told.query)?.[1] : undefined;
  return {
    ...shared,
    kind,
    lossCode: code === undefined ? undefined : Number(code),
    minToWinMicros: undefined,
  };
}
