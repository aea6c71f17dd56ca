import type { LoggedEvent } from '../domain/event.js';
import type { NoticeFacts } from '../domain/notice.js';
import type { NoticeKind } from '../domain/ports.js';

/** The parameter `r` of a loss notice, as OpenRTB's macro `${AUCTION_LOSS}` leaves it. */
const LOSS_CODE = /(?:^|&)r=(\d{1,4})(?:&|$)/;

/** @returns the event of a genuine notice; the landing page of a click stays out of it */
export function eventOf(
  kind: NoticeKind,
  { landing: _landing, test, ...bid }: NoticeFacts,
  {
    timeMs,
    outcome,
    query,
  }: { readonly timeMs: number; readonly outcome: 'accepted' | 'expired'; readonly query: string },
): Exclude<LoggedEvent, { kind: 'request' | 'bid' }> {
  const code = kind === 'loss' ? LOSS_CODE.exec(query)?.[1] : undefined;
  return {
    ...bid,
    kind,
    timeMs,
    outcome,
    lossCode: code === undefined ? undefined : Number(code),
    test: test || undefined,
  };
}
