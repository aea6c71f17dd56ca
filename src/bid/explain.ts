import type { PrivacyLimit } from '../domain/gates.js';
import { NO_BID_REASONS, type NoBidReason } from '../domain/no-bid-reason.js';
import type { BidCall } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import type { RejectionRule } from '../domain/rejection.js';
import { describeSupplyRefusal } from '../supply/describe.js';
import type { BidEnvironment } from './environment.js';
import { ExplanationRecorder } from './explanation-recorder.js';
import { decide, type Decision } from './path.js';
import type { PlainVisitor } from './plain-visitor.js';

/** Why a request was answered as it was. Plain JSON; what is not known is left out. */
export interface Explanation {
  readonly exchange: string;
  readonly requestId: string | undefined;
  readonly outcome: Decision['kind'];
  /** With a no-bid: its reason and the code that the exchange is told. */
  readonly reason: NoBidReason | undefined;
  readonly nbr: number | undefined;
  /** What was wrong with a malformed or invalid request, and where; why nothing can be bid now; or what gave invalid traffic away. */
  readonly problem: string | undefined;
  readonly time: { readonly tmaxMs: number | undefined; readonly budgetMs: number } | undefined;
  readonly personalData: { readonly used: boolean; readonly because: PrivacyLimit | undefined } | undefined;
  readonly visitor: PlainVisitor | undefined;
  /** Impressions that could not be bid on whatever the campaigns. */
  readonly skipped: readonly { readonly impression: string; readonly why: string }[];
  readonly impressions: readonly ExplainedImpression[];
  /** Impressions that were decided like the others, but are too many to be explained at once. */
  readonly impressionsLeftOut: readonly string[];
  readonly response: unknown;
}

export interface ExplainedImpression {
  readonly impression: string;
  readonly sizes: readonly string[];
  readonly floor: string;
  /** The one that bids first, then the others by how far they came. */
  readonly lineItems: readonly ExplainedLineItem[];
}

export interface ExplainedLineItem {
  readonly campaign: string;
  readonly lineItem: string;
  readonly verdict: 'bids' | 'rejected';
  /** The first rule that turned the line item away, with what it wanted and what was there. */
  readonly rule?: RejectionRule;
  readonly wanted?: string;
  readonly found?: string;
  readonly creative?: string;
  readonly deal?: string;
  /** The arithmetic of the price, a step a line, where it came to a price. */
  readonly price?: readonly string[];
}

/**
 * Answers a request exactly as the bid port would and says why. Nothing is booked: the links in the response
 * are real, but it goes to whoever asked and not to an exchange. No time passes while a request is explained, or
 * the explaining itself would make the answer late.
 *
 * @param env with SILENT_METRICS, so that questions are not counted as traffic
 * @param campaign the one whose line items are wanted; undefined for all
 */
export async function explain(
  env: BidEnvironment,
  call: BidCall,
  campaign: string | undefined,
): Promise<Explanation> {
  const recorder = new ExplanationRecorder(campaign);
  const clock: Clock = { nowMs: () => env.clock.nowMs(), monotonicMs: () => call.receivedMs };
  const decision = await decide({ ...env, clock }, call, recorder);
  const recorded = recorder.recorded();
  const reason = decision.kind === 'no-bid' ? decision.reason : undefined;
  return {
    exchange: call.exchange,
    outcome: decision.kind,
    reason,
    nbr: reason && NO_BID_REASONS[reason],
    problem:
      problemOf(decision) ??
      (reason === 'no-ledger' ? env.spending.problem() : undefined) ??
      supplyProblem(decision, env, call.exchange) ??
      suspicion(decision, call, env, recorded.personalData?.used ?? false),
    ...recorded,
    response: decision.kind === 'bid' ? JSON.parse(decision.body) : undefined,
  };
}

const OF_TRAFFIC: readonly NoBidReason[] = [
  'crawler',
  'datacentre-address',
  'non-human-traffic',
  'unmatched-user',
];

/** What gave a request away that is taken for nobody's. */
function suspicion(
  decision: Decision,
  { exchange: name, receivedMs }: BidCall,
  env: BidEnvironment,
  isPersonal: boolean,
): string | undefined {
  if (decision.kind !== 'no-bid' || !decision.request || !OF_TRAFFIC.includes(decision.reason))
    return undefined;
  const { exchanges, traffic } = env.snapshot().catalog;
  const exchange = exchanges.get(name);
  if (!exchange) return undefined;
  return env.gates.traffic.findings(decision.request, exchange, traffic, receivedMs, isPersonal).join('; ');
}

function problemOf(decision: Decision): string | undefined {
  if (decision.kind === 'malformed') return decision.why;
  if (decision.kind !== 'no-bid' || !decision.invalid) return undefined;
  return `${decision.invalid.path}: ${decision.invalid.problem}`;
}

const SUPPLY_REASONS: readonly (NoBidReason | undefined)[] = [
  'publisher-blocked',
  'ads-txt-unavailable',
  'ads-txt-violation',
  'supply-chain-incomplete',
  'supply-chain-blocked',
];

function supplyProblem(decision: Decision, env: BidEnvironment, exchangeName: string): string | undefined {
  if (decision.kind !== 'no-bid' || !decision.request || !SUPPLY_REASONS.includes(decision.reason))
    return undefined;
  const { exchanges, supply } = env.snapshot().catalog;
  const exchange = exchanges.get(exchangeName);
  return exchange && describeSupplyRefusal(decision.request, exchange, supply);
}
