import type { NoticeWhy, SetAsideReason, SuspectReason } from '../domain/event.js';
import type { Micros } from '../domain/money.js';
import type { BillingMode, NoticeFacts } from '../domain/notice.js';
import type { NoticeKind } from '../domain/ports.js';

/** A notice whose token is genuine. */
export interface Notice<Kind extends NoticeKind = NoticeKind> {
  readonly kind: Kind;
  readonly facts: NoticeFacts;
  /** Raw, without `?`. */
  readonly query: string;
  readonly timeMs: number;
  /** Since the bid; below 0 when the clock of whoever made the bid is ahead of ours: then it is as good as new. */
  readonly ageMs: number;
}

/** Everything but clicks. */
export type TradeKind = Exclude<NoticeKind, 'click'>;

/** What is made of a notice. */
export type Verdict =
  | {
      readonly outcome: 'accepted';
      readonly why: Extract<NoticeWhy, 'price-not-told' | 'audit'> | undefined;
      /** What is owed, in the budget's currency, 0 to what was reserved; undefined where nothing is. */
      readonly chargeMicros: Micros | undefined;
    }
  | { readonly outcome: 'expired'; readonly why: undefined; readonly chargeMicros: undefined }
  | { readonly outcome: 'set-aside'; readonly why: SetAsideReason; readonly chargeMicros: undefined }
  | {
      readonly outcome: 'suspect';
      readonly why: SuspectReason;
      readonly chargeMicros: undefined;
    };

export const ACCEPTED: Verdict = { outcome: 'accepted', why: undefined, chargeMicros: undefined };
export function suspect(why: SuspectReason): Verdict {
  return { outcome: 'suspect', why, chargeMicros: undefined };
}

export const EXPIRED: Verdict = { outcome: 'expired', why: undefined, chargeMicros: undefined };

/** Kinds of notices by what spends. */
const SPENDER: Readonly<Record<BillingMode, NoticeKind>> = {
  burl: 'bill',
  impression: 'impression',
  win: 'win',
};

/** A notice may be so many times as late as its format usually is: a day for a web page, five for a banner in an app. */
const STALE_FACTOR = 1_440;
/** The slowest honest notice is a prefetched ad that is shown days later; nothing older is one. */
const STALE_MS_MAX = 7 * 24 * 60 * 60 * 1000;

/** Is it the notice that spends, by what the exchange's file said when the bid was made? */
export function isSpender({ kind, facts }: Notice): boolean {
  return SPENDER[facts.billing] === kind;
}

export function isStale({ facts, ageMs }: Notice): boolean {
  return ageMs > Math.min(STALE_FACTOR * facts.holdSeconds * 1000, STALE_MS_MAX);
}
