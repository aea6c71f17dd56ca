import { PLAIN_PRICE, type PriceKeys, type PriceSettings } from '../../src/domain/catalog.js';
import type { LoggedEvent, SetAsideReason, SuspectReason } from '../../src/domain/event.js';
import type { FrequencyRecord } from '../../src/domain/frequency.js';
import type { Settlement, Tiding } from '../../src/domain/ledger.js';
import type { NoticeFacts } from '../../src/domain/notice.js';
import type { BillOutcome } from '../../src/domain/money-ports.js';
import type {
  EventLog,
  NoticeAnswer,
  NoticeCaller,
  NoticeKind,
  NoticeMetrics,
  NoticeOutcome,
} from '../../src/domain/ports.js';
import { TRAFFIC_DEFAULT, type TrafficPolicy } from '../../src/domain/traffic-policy.js';
import { ManualClock } from '../../src/lib/clock.js';
import { createNoticeHandler } from '../../src/notices/handle.js';
import { createNoticeTokens } from '../../src/notices/token.js';
import { SAMPLE_NOTICE } from './sample-notice.js';

/** The keys of the published vector (rule 64). */
export const PUBLISHED_KEYS: PriceKeys = {
  encryption: () => Buffer.from('sIxwz7yw62yrfoLGt12lIHKuYrK/S5kLuApI2BQe7Ac=', 'base64'),
  integrity: () => Buffer.from('v3fsVcMBMMHYzRhi7SpM0sdqwzvAxM6KPTu9OtVod5I=', 'base64'),
};
export const PUBLISHED_PRICE = 'OG46wAAMCggBI0VniavN7-mNy0VTKPbB3o5CMQ==';
export const ENCRYPTED: PriceSettings = { macro: '${AUCTION_PRICE}', unit: 'micros', cipher: PUBLISHED_KEYS };

export const tokens = createNoticeTokens([{ id: 'a', secret: Uint8Array.from({ length: 32 }, (_, i) => i) }]);

/** Somebody of whom nothing is told. */
export const NOBODY: NoticeCaller = {
  address: '',
  userAgent: '',
  forwardedFor: '',
  deviceAddress: '',
  deviceUserAgent: '',
};

export interface DeskOptions {
  readonly price?: PriceSettings;
  readonly acknowledge?: 'disk' | 'redis';
}

/** A notice handler with everything around it written down. */
export class NoticeDesk {
  readonly clock = new ManualClock(SAMPLE_NOTICE.bidAtMs + 10_000);
  readonly events: LoggedEvent[] = [];
  readonly settled: Settlement[] = [];
  readonly told: Tiding[] = [];
  readonly frequency: { readonly names: readonly string[]; readonly record: FrequencyRecord }[] = [];
  readonly counted: `${NoticeKind} ${NoticeOutcome}`[] = [];
  readonly setAside: SetAsideReason[] = [];
  readonly suspect: `${SuspectReason} ${'on' | 'dry-run'}`[] = [];
  readonly billed: { readonly delayMs: number; readonly isLate: boolean }[] = [];
  isDiskFull = false;
  /** The policy in use; may be replaced. */
  traffic: TrafficPolicy = TRAFFIC_DEFAULT;
  /** Who hands the next notices in. */
  caller: NoticeCaller = NOBODY;
  /** What the ledger says next to bids that it has not booked. */
  ledgerSays: BillOutcome = 'booked';
  readonly #booked = new Set<string>();
  readonly #handle: ReturnType<typeof createNoticeHandler>;

  constructor({ price = PLAIN_PRICE, acknowledge = 'disk' }: DeskOptions = {}) {
    const metrics: NoticeMetrics = {
      notice: (kind, outcome) => void this.counted.push(`${kind} ${outcome}`),
      priceSetAside: (reason) => void this.setAside.push(reason),
      noticeSuspect: (reason, mode) => void this.suspect.push(`${reason} ${mode}`),
      billed: (delayMs, isLate) => void this.billed.push({ delayMs, isLate }),
    };
    const log: EventLog = {
      record: (event) => void this.events.push(event),
      problem: () => undefined,
      recordMoney: async (event) => {
        await Promise.resolve();
        if (this.isDiskFull) throw new Error('disk full');
        this.events.push(event);
      },
      close: () => Promise.resolve(),
    };
    this.#handle = createNoticeHandler({
      tokens,
      metrics,
      events: log,
      clock: this.clock,
      ledger: {
        bill: async (settlement) => {
          await Promise.resolve();
          this.settled.push(settlement);
          if (this.#booked.has(settlement.bidId)) return 'duplicate';
          if (this.ledgerSays === 'booked') this.#booked.add(settlement.bidId);
          return this.ledgerSays;
        },
        tell: (_campaign, _flightDay, tiding) => void this.told.push(tiding),
      },
      frequency: { record: (names, record) => void this.frequency.push({ names, record }) },
      exchangeOf: (name) => (name === SAMPLE_NOTICE.exchange ? { price } : undefined),
      acknowledge,
      traffic: () => this.traffic,
      seed: 4711,
    });
  }

  /** Hands in a notice of the sample bid, and waits until everything that follows has happened. */
  async send(kind: NoticeKind, query = '', changes: Partial<NoticeFacts> = {}): Promise<NoticeAnswer> {
    return this.sendToken(
      kind,
      tokens.sign({ ...SAMPLE_NOTICE, isForPage: kind === 'impression', ...changes }),
      query,
    );
  }

  async sendToken(kind: NoticeKind, token: string, query = ''): Promise<NoticeAnswer> {
    const answer = await this.#handle({ kind, token, query, caller: this.caller });
    await new Promise(setImmediate);
    return answer;
  }
}
