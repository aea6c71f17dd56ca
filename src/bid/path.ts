import { refusal, responseCurrency } from '../admission/admit.js';
import { answerBudgetMs } from '../admission/deadline.js';
import type { BidRequest, InvalidRequest } from '../domain/bid-request.js';
import { ratesAt } from '../domain/money.js';
import { STRANGER } from '../domain/visitor.js';
import type { NoBidReason } from '../domain/no-bid-reason.js';
import type { BidCall } from '../domain/ports.js';
import { decodeBidRequest } from '../exchange/decode.js';
import { holdAuctions, type Winner } from './auction.js';
import type { BidEnvironment } from './environment.js';
import { reserveFrequency } from './frequency.js';
import { respond, type BidResponse, type SentBid } from './respond.js';
import type { Spending } from './spending.js';
import type { BidTrace } from './trace.js';
import { makeVisit } from './visit.js';

export type Decision =
  | { readonly kind: 'unknown-exchange' }
  | { readonly kind: 'malformed'; readonly why: string }
  | {
      readonly kind: 'no-bid';
      readonly reason: NoBidReason;
      readonly invalid?: InvalidRequest;
      /** Undefined when it could not be read. */
      readonly request?: BidRequest;
    }
  | {
      readonly kind: 'bid';
      readonly body: string;
      readonly bids: readonly SentBid[];
      readonly request: BidRequest;
    };

/**
 * The way of a request, on one screen: decode, admit, look the visitor up (the only await, where somebody must be asked),
 * hold the auctions, respond.
 *
 *     unknown exchange -> 404      paused -> 204 nbr 0     not JSON -> 400      too complex -> 204 nbr 1
 *     invalid -> 204 nbr 2         no time -> 204 nbr 15         nothing can be booked -> 204 nbr 1
 *     no currency, wrong seat -> 204 nbr 500, 501       nobody wants it -> 204 nbr 0      else -> 200
 *
 * When the profile comes too late the request goes on without it; only when the whole answer would be late is it
 * given up. Everything after the await is synchronous, so one scratch serves all requests.
 */
export async function decide(env: BidEnvironment, call: BidCall, trace?: BidTrace): Promise<Decision> {
  const { clock, metrics } = env;
  const snapshot = env.snapshot();
  const exchange = snapshot.catalog.exchanges.get(call.exchange);
  if (!exchange) return { kind: 'unknown-exchange' };
  if (exchange.status === 'paused') return { kind: 'no-bid', reason: 'exchange-paused' };

  const decodeStartMs = clock.monotonicMs();
  const decoded = decodeBidRequest(call.body);
  const decodedMs = clock.monotonicMs();
  metrics.stage('decode', decodedMs - decodeStartMs);
  if (decoded.kind === 'malformed') return decoded;
  if (decoded.kind === 'too-complex') return { kind: 'no-bid', reason: 'request-too-complex' };
  if (decoded.kind === 'invalid')
    return { kind: 'no-bid', reason: 'invalid-request', invalid: decoded.invalid };
  const { request } = decoded;
  trace?.decoded(request, snapshot);

  const budgetMs = answerBudgetMs(request.tmaxMs, exchange);
  const deadlineMs = call.receivedMs + budgetMs;
  const { gates } = env;
  const verdict = gates.privacy.judge(request, snapshot.catalog.privacy);
  const { use } = verdict;
  metrics.privacyVerdict(verdict);
  trace?.admitted(budgetMs, verdict.limit);
  const refused =
    refusal(request, exchange, deadlineMs - decodedMs) ??
    gates.traffic.refusal(request, exchange, snapshot.catalog.traffic, decodedMs, use === 'personal') ??
    gates.supply.refusal(request, exchange, snapshot.catalog.supply);
  if (refused) return noBid(refused, request);
  if (use === 'none') return noBid('privacy', request);
  if (!request.test && env.spending.problem() !== undefined) return noBid('no-ledger', request);
  const currency = responseCurrency(request, exchange, snapshot.catalog.rates);
  if (!currency) return noBid('currency', request);

  const profileDeadlineMs = deadlineMs - env.answerReserve.reserveMs;
  const isPersonal = use === 'personal';
  const asked = isPersonal ? env.findProfile(request, exchange, profileDeadlineMs) : STRANGER;
  const { profile, frequency } = asked instanceof Promise ? await asked : asked;
  const foundMs = clock.monotonicMs();
  if (isPersonal) metrics.stage('profile', foundMs - decodedMs);
  // Money and caps would be kept for a bid that nobody hears of.
  if (foundMs >= deadlineMs || call.isOver?.()) return noBid('too-late', request);

  const nowMs = clock.nowMs();
  const { lists } = snapshot.catalog.supply.files;
  const visit = makeVisit(request, exchange.id, isPersonal, profile, env.locator, nowMs, lists);
  trace?.visited(visit);
  const { responseSizes, spending, nextBidId } = env;
  const rates = ratesAt(snapshot.catalog.rates, nowMs);
  const context = {
    request,
    exchange,
    currency,
    rates,
    nowMs,
    responseSizes,
    spending,
    nextBidId,
    frequency,
    isPersonal,
  };
  const { winners, cutShort } = holdAuctions(visit, context, snapshot, env.scratchFor(snapshot), trace);
  if (cutShort) metrics.auctionsCutShort();
  const matchedMs = clock.monotonicMs();
  metrics.stage('match', matchedMs - foundMs);
  env.answerReserve.observe(matchedMs - foundMs);
  if (winners.length === 0) return noBid('no-match', request);

  const response = respondOrRelease(winners, context, env, nowMs);
  const encodedMs = clock.monotonicMs();
  metrics.stage('encode', encodedMs - matchedMs);
  env.answerReserve.observe(encodedMs - foundMs);
  const isLate = encodedMs >= deadlineMs;
  releaseMoney(isLate ? winners : response.dropped, spending);
  if (isLate) return noBid('too-late', request);
  for (const { impression, item } of response.dropped) trace?.dropped(impression, item, 'response-too-large');
  const { body, sent } = response;
  reserveFrequency(sent, env.frequencyLogs);
  return sent.length === 0
    ? noBid('response-too-large', request)
    : { kind: 'bid', body, bids: sent, request };
}

/** A mistake of the program while the answer is written must not keep money for bids that nobody hears of. */
function respondOrRelease(...of: Parameters<typeof respond>): BidResponse {
  try {
    return respond(...of);
  } catch (error) {
    const [winners, , { spending }] = of;
    releaseMoney(winners, spending);
    throw error;
  }
}

/** Of bids that do not go out after all. */
function releaseMoney(winners: readonly Winner[], spending: Spending): void {
  for (const { reservation } of winners) if (reservation) spending.release(reservation);
}

function noBid(reason: NoBidReason, request: BidRequest): Decision {
  return { kind: 'no-bid', reason, request };
}
