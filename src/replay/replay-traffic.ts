import type { BidEnvironment } from '../bid/environment.js';
import { createBidHandler, createUnreadAnswer } from '../bid/handler.js';
import type { Decision } from '../bid/path.js';
import { createQuota } from '../bid/quota.js';
import type { BidRecorder } from '../bid/record-events.js';
import type { SentBid } from '../bid/respond.js';
import type { BidTrace } from '../bid/trace.js';
import type { BidRequest } from '../domain/bid-request.js';
import { ratesAt } from '../domain/money.js';
import type { Deliveries } from '../domain/money-ports.js';
import type { BidHandler, UnreadReason } from '../domain/ports.js';
import { readTraffic, TrafficFault, type TrafficLine } from '../files/read-traffic.js';
import { auctionEnd, type AssumedOutcomes, type AuctionEnd } from './auction-end.js';
import { LAST_NOTICE_MS, type ExchangeNotices } from './exchange-notices.js';
import { LineTimes } from './line-times.js';
import type { Tally } from './tally.js';
import type { Timeline } from './timeline.js';

/** What a traffic file is played to. */
export interface ReplayTarget {
  readonly timeline: Timeline;
  /** On the clock of the timeline. */
  readonly environment: BidEnvironment;
  readonly deliveries: Deliveries;
  readonly notices: ExchangeNotices;
  readonly tally: Tally;
  /** Hears how every request is decided; undefined: nobody wants to know. */
  readonly witness: BidTrace | undefined;
  /** Longer requests are refused unread, as the bid port refuses them. */
  readonly bodyBytesMax: number;
  /** Called with the time on the timeline until which nothing comes. */
  readonly quietUntil: (timelineMs: number) => void;
}

export interface ReplayOptions {
  readonly path: string;
  /** Of lines that name none. */
  readonly exchange: string;
  /** How many requests a second come that have no time. */
  readonly rate: number;
  /** How many requests are played. */
  readonly limit: number;
  readonly assumed: AssumedOutcomes;
  /** Told of every line that cannot be used. */
  readonly onFault: (fault: TrafficFault) => void;
  readonly onProgress: (requests: number, bytesRead: number) => void;
  /** Told of the bids on a request, and waited for. */
  readonly onBids: (line: PlayedLine, bids: readonly EndedBid[]) => void | Promise<void>;
}

export interface PlayedLine {
  readonly line: number;
  /** Since the start. */
  readonly tMs: number;
  readonly exchange: string;
  readonly requestId: string;
}

export interface EndedBid {
  readonly bid: SentBid;
  readonly end: AuctionEnd;
}

/** What is to be said of the file. */
export interface ReplayedTraffic {
  readonly requests: number;
  /** Lines that could not be used. */
  readonly faults: number;
  /** See LineTimes. */
  readonly backwards: number;
  /** From the start to the last request. */
  readonly durationMs: number;
}

/**
 * Plays a traffic file through the bid path, one request after the other, each at its time. What becomes of bids is told by
 * notices, which come later on the same timeline. Holds one line and what is on its way.
 *
 * @throws what the file system throws, and the first mistake of the program
 */
export async function replayTraffic(target: ReplayTarget, options: ReplayOptions): Promise<ReplayedTraffic> {
  const { timeline, quietUntil } = target;
  const player = new Player(target, options);
  const times = new LineTimes(options.rate);
  let [requests, faults, bytesRead] = [0, 0, 0];
  const onFault = (fault: TrafficFault): void => {
    faults += 1;
    options.onFault(fault);
  };
  const onBytesRead = (bytes: number): void => {
    bytesRead = bytes;
  };
  for await (const line of readTraffic(options.path, { onFault, onBytesRead })) {
    if (requests >= options.limit) break;
    const tMs = times.next(line);
    if (typeof tMs === 'string') {
      onFault(new TrafficFault(`${options.path}:${line.line} ${tMs}`));
      continue;
    }
    quietUntil(tMs);
    await timeline.runUntil(tMs);
    await player.play(line, tMs);
    requests += 1;
    options.onProgress(requests, bytesRead);
  }
  const endMs = times.lastMs + LAST_NOTICE_MS;
  quietUntil(endMs);
  await timeline.runUntil(endMs);
  return { requests, faults, backwards: times.backwards, durationMs: times.lastMs };
}

/** Plays requests. What the bid handler tells of a decision is taken down, since its answer says less. */
class Player {
  readonly #target: ReplayTarget;
  readonly #options: ReplayOptions;
  readonly #handle: BidHandler;
  readonly #withinQuota: (exchange: string) => boolean;
  readonly #unread: (exchange: string, why: UnreadReason) => unknown;
  #decision: Decision | undefined;
  #mistake: unknown;

  constructor(target: ReplayTarget, options: ReplayOptions) {
    const { environment, deliveries, witness, tally } = target;
    this.#target = target;
    this.#options = options;
    const recorder: BidRecorder = {
      decided: (_call, decision) => {
        this.#decision = decision;
      },
      unread: (_exchange, why) => {
        tally.answered('no-bid', why);
      },
    };
    const onMistake = (error: unknown): void => {
      this.#mistake ??= error;
    };
    this.#handle = createBidHandler(environment, recorder, deliveries, onMistake, witness);
    this.#withinQuota = createQuota(environment);
    this.#unread = createUnreadAnswer(environment, recorder);
  }

  async play({ line, body, exchange: name, outcome }: TrafficLine, tMs: number): Promise<void> {
    const { tally, environment, bodyBytesMax } = this.#target;
    const exchange = name ?? this.#options.exchange;
    if (body.length > bodyBytesMax) {
      tally.answered('too-large');
      return;
    }
    if (!this.#withinQuota(exchange)) {
      this.#unread(exchange, 'quota');
      return;
    }
    await this.#handle({ exchange, body, receivedMs: environment.clock.monotonicMs() });
    if (this.#mistake !== undefined) throw this.#mistake;
    const decision = this.#decision as Decision;
    tally.answered(decision.kind, decision.kind === 'no-bid' ? decision.reason : undefined);
    if (decision.kind !== 'bid' && decision.kind !== 'no-bid') return;
    const { request } = decision;
    if (!request) return;
    tally.impressionsOffered += request.impressions.length;
    if (decision.kind !== 'bid') return;
    const ended = this.#endAuctions(decision.bids, request, outcome);
    await this.#options.onBids({ line, tMs, exchange, requestId: request.id }, ended);
  }

  /** What the file tells of the auction holds for each bid, and of the visitor for the first one that won. */
  #endAuctions(
    bids: readonly SentBid[],
    request: BidRequest,
    outcome: TrafficLine['outcome'],
  ): readonly EndedBid[] {
    const { tally, notices, environment } = this.#target;
    const { clock, snapshot } = environment;
    if (request.test) {
      tally.testBids += bids.length;
      return [];
    }
    const rates = ratesAt(snapshot().catalog.rates, clock.nowMs());
    let { click = false, conversion = false } = outcome ?? {};
    return bids.map((bid) => {
      const end = auctionEnd(bid, outcome, rates, this.#options.assumed, request.id);
      tally.bid(bid, end);
      if (end.kind === 'lost') notices.lost(bid, end.leastMicros);
      if (end.kind === 'won') {
        const counts = tally.of(bid.facts);
        notices.won(bid, request, end.paidMicros, { click, conversion }, () => {
          counts.conversions += 1;
        });
        click = conversion = false;
      }
      return { bid, end };
    });
  }
}
