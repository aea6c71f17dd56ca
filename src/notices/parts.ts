import type { Exchange } from '../domain/catalog.js';
import type { FrequencyLogs } from '../domain/frequency.js';
import type { NoticeLedger } from '../domain/money-ports.js';
import type { EventLog, NoticeAnswer, NoticeMetrics } from '../domain/ports.js';
import type { TrafficPolicy } from '../domain/traffic-policy.js';
import type { Clock } from '../lib/clock.js';
import type { TradeKind } from './notice.js';
import type { NoticeTokens } from './token.js';

/** What notices need of the others. */
export interface NoticeParts {
  readonly tokens: Pick<NoticeTokens, 'verify'>;
  readonly metrics: NoticeMetrics;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly ledger: NoticeLedger;
  readonly frequency: FrequencyLogs;
  /** Of an exchange whose file is gone prices are read as OpenRTB says. */
  readonly exchangeOf: (name: string) => Pick<Exchange, 'price'> | undefined;
  /**
   * What must have happened when a spending notice is answered. `disk`: it is in the event log. `redis`: it is also booked,
   * and who tells of it is asked to come again as long as it is not.
   */
  readonly acknowledge: 'disk' | 'redis';
  /** The policy in use. */
  readonly traffic: () => TrafficPolicy;
  /** A secret number, for hashes of who calls. */
  readonly seed: number;
}

export const REFUSED: NoticeAnswer = { kind: 'refused' };
export const UNAVAILABLE: NoticeAnswer = { kind: 'unavailable' };

/** Of notices that are genuine and taken. */
export const ANSWERS: Readonly<Record<TradeKind, NoticeAnswer>> = {
  win: { kind: 'accepted' },
  bill: { kind: 'accepted' },
  loss: { kind: 'accepted' },
  impression: { kind: 'pixel' },
};
