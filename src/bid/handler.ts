import { NO_BID_REASONS } from '../domain/no-bid-reason.js';
import type { BidAnswer, BidHandler } from '../domain/ports.js';
import { unreachable } from '../lib/assert.js';
import type { BidEnvironment } from './environment.js';
import { decide } from './path.js';

const MALFORMED: BidAnswer = { kind: 'malformed' };
const UNKNOWN_EXCHANGE: BidAnswer = { kind: 'unknown-exchange' };

/** The bid path as the bid port calls it: every decision becomes one answer and is counted once. */
export function createBidHandler(env: BidEnvironment): BidHandler {
  return async (call) => {
    const decision = await decide(env, call);
    switch (decision.kind) {
      case 'bid':
        env.metrics.bids(call.exchange, decision.bids);
        return { kind: 'bid', body: decision.body, gzip: exchangeOf(env, call.exchange)?.gzip ?? false };
      case 'no-bid':
        env.metrics.noBid(call.exchange, decision.reason);
        return noBidAnswer(env, call.exchange, NO_BID_REASONS[decision.reason]);
      case 'malformed':
        return MALFORMED;
      case 'unknown-exchange':
        return UNKNOWN_EXCHANGE;
      default:
        return unreachable(decision);
    }
  };
}

/** What the bid port says when it may not even ask the path. */
export function createOverloadAnswer(env: BidEnvironment): (exchange: string) => BidAnswer {
  return (exchange) => {
    env.metrics.noBid(exchange, 'overload');
    return noBidAnswer(env, exchange, NO_BID_REASONS.overload);
  };
}

function noBidAnswer(env: BidEnvironment, exchange: string, nbr: number): BidAnswer {
  return { kind: 'no-bid', nbr: exchangeOf(env, exchange)?.noBidHeader ? nbr : undefined };
}

function exchangeOf(env: BidEnvironment, exchange: string) {
  return env.snapshot().catalog.exchanges.get(exchange);
}
