import { NO_BID_REASONS } from '../domain/no-bid-reason.js';
import type { Deliveries } from '../domain/money-ports.js';
import type { BidAnswer, BidCall, BidHandler, NoBidAnswer, UnreadReason } from '../domain/ports.js';
import { unreachable } from '../lib/assert.js';
import { DeliverySurvey } from './delivery-survey.js';
import type { BidEnvironment } from './environment.js';
import { decide, type Decision } from './path.js';
import type { BidRecorder } from './record-events.js';
import { bothTraces, type BidTrace } from './trace.js';

const MALFORMED: BidAnswer = { kind: 'malformed' };
const UNKNOWN_EXCHANGE: BidAnswer = { kind: 'unknown-exchange' };

/**
 * The bid path as the bid port calls it: every decision becomes one answer, is counted once and told to the event log.
 * A mistake of the program costs the one request that met it.
 *
 * @param deliveries told what becomes of their campaigns
 * @param onMistake told of each
 * @param witness hears how every request is decided, beside the survey
 */
export function createBidHandler(
  env: BidEnvironment,
  recorder: BidRecorder,
  deliveries: Deliveries,
  onMistake: (error: unknown) => void,
  witness?: BidTrace,
): BidHandler {
  let surveyed = 0;
  let surveys = 0;
  const surveyOrNot = (): DeliverySurvey | undefined => {
    const share = deliveries.surveyShare();
    surveyed += share;
    if (surveyed < 1) return undefined;
    surveyed -= 1;
    return new DeliverySurvey({
      deliveries,
      nowMs: env.clock.nowMs(),
      weight: 1 / share,
      number: surveys++,
      lineItemCount: env.snapshot().lineItems.length,
    });
  };
  return async (call) => {
    const decision = await decideOrFail(env, call, bothTraces(surveyOrNot(), witness), onMistake);
    recorder.decided(call, decision);
    switch (decision.kind) {
      case 'bid':
        env.metrics.bids(call.exchange, decision.bids.length);
        return bidAnswer(env, call.exchange, decision.body);
      case 'no-bid':
        env.metrics.noBid(call.exchange, decision.reason);
        return noBidAnswer(env, call.exchange, NO_BID_REASONS[decision.reason], decision.request?.id);
      case 'malformed':
        return MALFORMED;
      case 'unknown-exchange':
        return UNKNOWN_EXCHANGE;
      default:
        return unreachable(decision);
    }
  };
}

async function decideOrFail(
  env: BidEnvironment,
  call: BidCall,
  trace: BidTrace | undefined,
  onMistake: (error: unknown) => void,
): Promise<Decision> {
  try {
    return await decide(env, call, trace);
  } catch (error) {
    onMistake(error);
    return { kind: 'no-bid', reason: 'internal-error' };
  }
}

/** What the bid port says when it may not even ask the path: there is no capacity, or the exchange has had its quota. */
export function createUnreadAnswer(
  env: BidEnvironment,
  recorder: BidRecorder,
): (exchange: string, why: UnreadReason) => NoBidAnswer {
  return (exchange, why) => {
    recorder.unread(exchange, why);
    env.metrics.noBid(exchange, why);
    return noBidAnswer(env, exchange, NO_BID_REASONS[why], undefined);
  };
}

function bidAnswer(env: BidEnvironment, exchange: string, body: string): BidAnswer {
  const { contentType = 'application/json', gzip = false } = exchangeOf(env, exchange) ?? {};
  return { kind: 'bid', body, contentType, gzip };
}

/**
 * A response without bids names the request that it answers; where that could not be read, a 204 is right for every
 * exchange.
 */
function noBidAnswer(
  env: BidEnvironment,
  name: string,
  nbr: number,
  requestId: string | undefined,
): NoBidAnswer {
  const exchange = exchangeOf(env, name);
  const response =
    exchange?.noBid === '200-nbr' && requestId !== undefined
      ? { body: JSON.stringify({ id: requestId, seatbid: [], nbr }), contentType: exchange.contentType }
      : undefined;
  return { kind: 'no-bid', nbr: exchange?.noBidHeader ? nbr : undefined, response };
}

function exchangeOf(env: BidEnvironment, exchange: string) {
  return env.snapshot().catalog.exchanges.get(exchange);
}
