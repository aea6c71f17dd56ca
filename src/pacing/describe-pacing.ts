import { unitsText, type Currency, type Micros } from '../domain/money.js';
import { unreachable } from '../lib/assert.js';

const CENT_MICROS = 10_000;

/** What of a step is told in explanations. */
export interface PacingFacts {
  readonly state: 'asap' | 'paced' | 'open' | 'starting' | 'no-flight' | 'no-money';
  readonly plannedMicrosPerHour: number;
  /** What bidding on everything would cost. */
  readonly possibleMicrosPerHour: number;
}

/** Says for people why a campaign bids on so much of what comes, and at such a price. */
export function pacingWords(
  facts: PacingFacts,
  throttle: number,
  bidMultiplier: number,
  currency: Currency,
): string {
  const planned = `${money(facts.plannedMicrosPerHour)} ${currency} an hour`;
  const price = bidMultiplier < 0.995 ? ` at ${percent(bidMultiplier)} of the price` : '';
  switch (facts.state) {
    case 'no-flight':
      return 'not in flight: nothing is bid on';
    case 'no-money':
      return 'held back: what is left of the budget is reserved for bids that are still open, or spent';
    case 'asap':
      return 'not paced: everything is bid on as soon as possible';
    case 'starting':
      return `starting slowly: ${percent(throttle)} of what comes is bid on${price}, and more every second, up to ${planned}`;
    case 'open':
      return `not held back: everything is bid on${price}, since ${planned} are planned now and only ${money(facts.possibleMicrosPerHour)} can be spent`;
    case 'paced':
      return `paced: ${percent(throttle)} of what comes is bid on${price}, since ${planned} are planned now and bidding on everything would cost ${money(facts.possibleMicrosPerHour)}`;
    default:
      return unreachable(facts.state);
  }
}

function money(micros: number): string {
  return unitsText((Math.round(micros / CENT_MICROS) * CENT_MICROS) as Micros);
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? 'less than 1 %' : `${Math.round(share * 100)} %`;
}
