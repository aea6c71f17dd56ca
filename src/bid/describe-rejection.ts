import { seatOf, type Exchange } from '../domain/catalog.js';
import type { Impression } from '../domain/bid-request.js';
import { areTooOld, unitsText } from '../domain/money.js';
import {
  isCreativeRule,
  isDimension,
  isSpendingRule,
  isFrequencyRule,
  type AdvertiserRule,
  type CampaignRule,
  type LimitRule,
  type OfferRule,
  type PriceRule,
  type RankingRule,
  type SpendingRule,
} from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import { assert, unreachable } from '../lib/assert.js';
import { describeCapRefusal } from '../frequency/describe-caps.js';
import { describeFound, describeWish } from '../targeting/describe.js';
import { describeCreativeRule, says, type WantedAndFound } from './describe-creative-rule.js';
import { CANDIDATES_MAX } from './auction.js';
import { blockOf } from './choose-creative.js';
import type { OfferContext } from './offer.js';
import type { ServedLineItem } from './snapshot.js';

/** Says in an advertiser's words what the rule wanted and what was there instead. */
export function describeRejection(
  rule: OfferRule,
  item: ServedLineItem,
  visit: Visit,
  impression: Impression,
  context: OfferContext,
): WantedAndFound {
  const { lineItem } = item;
  if (isDimension(rule)) {
    return says(describeWish(rule, lineItem), describeFound(rule, visit, impression, lineItem));
  }
  if (isCreativeRule(rule)) {
    const stopped = item.creatives.filter((each) => blockOf(each, item, impression, context) === rule);
    const creatives = stopped.map(({ creative }) => creative);
    return describeCreativeRule(rule, creatives, impression, context.exchange, visit.request.blocks);
  }
  if (isSpendingRule(rule)) return says(SPENDING_WISHES[rule], context.spending.found(rule, item, context));
  if (isFrequencyRule(rule)) return describeCapRefusal(rule, item.caps, context.seen);
  return describeOtherRule(rule, item, visit.nowMs, context);
}

const SPENDING_WISHES: Readonly<Record<SpendingRule, string>> = {
  'spending-stopped': 'spending that keeps to its plan',
  paced: 'a place among the impressions that the plan has money for now',
  budget: 'money at hand for one impression',
};

function describeOtherRule(
  rule: CampaignRule | LimitRule | AdvertiserRule | PriceRule,
  { campaign, lineItem }: ServedLineItem,
  nowMs: number,
  { exchange, currency, failure, rates }: OfferContext,
): WantedAndFound {
  const { advertiser, budget, flight } = campaign;
  switch (rule) {
    case 'campaign-paused':
      return says('an active campaign', `campaign ${campaign.id} is paused`);
    case 'line-item-paused':
      return says('an active line item', `line item ${lineItem.id} is paused`);
    case 'flight-not-started':
      return says(
        `from ${timeText(flight.startMs, flight.timeZone)}`,
        `it is ${timeText(nowMs, flight.timeZone)}`,
      );
    case 'flight-over':
      return says(
        `until ${timeText(flight.endMs, flight.timeZone)}`,
        `it is ${timeText(nowMs, flight.timeZone)}`,
      );
    case 'not-examined':
      return says(
        'a place among the candidates that one request may have examined',
        `${CANDIDATES_MAX} dearer or earlier ones were there`,
      );
    case 'blocked-advertiser':
      return says(`a publisher that takes ${advertiser.domain}`, 'it blocks this advertiser');
    case 'seat':
      return says(`a request that takes our seat ${seatOf(advertiser.id, exchange)}`, 'it takes other seats');
    case 'dsa-transparency':
      return advertiser.transparency === undefined
        ? says(
            'a publisher that does not ask on whose behalf is advertised',
            'it asks (Digital Services Act), and the campaign does not say; add "transparency" to the advertiser',
          )
        : says(
            'a publisher that shows on whose behalf is advertised where the creatives do not, and only there',
            'it cannot show it, or will show it besides; see "shownByCreatives"',
          );
    case 'deal-advertiser':
      return says(`a deal for ${advertiser.domain}`, 'the deal is for other advertisers');
    case 'deal-seat':
      return says(`a deal for our seat ${seatOf(advertiser.id, exchange)}`, 'the deal is for other seats');
    case 'no-exchange-rate':
      return says(
        `rates between ${budget.currency}, ${failure.question?.floorCurrency} and ${currency}`,
        areTooOld(rates)
          ? `those of ${rates.date} are too old; bring in today's in rates.json`
          : 'one is missing',
      );
    case 'deal-without-price':
      return says('a fixed-price deal that names its price', 'its floor is 0');
    case 'below-floor': {
      const { question } = failure;
      assert(question !== undefined, 'a bid that is below the floor has been held against it');
      return says(
        `a floor of at most ${unitsText(question.bidMicros)} ${budget.currency} per thousand`,
        `a floor of ${unitsText(question.floorMicros)} ${question.floorCurrency}`,
      );
    }
    default:
      return unreachable(rule);
  }
}

/** On the clock of the campaign: `2026-11-23 20:28 Asia/Shanghai`. */
function timeText(timeMs: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return `${format.format(timeMs)} ${timeZone}`;
}

/** The same of an offer that could have been made, had there been no others. */
export function describeRanking(rule: RankingRule, { responseBytesMax }: Exchange): WantedAndFound {
  switch (rule) {
    case 'outbid-by-own':
      return says(
        'the highest bid among all line items',
        'another line item bids more, or bids the same and it is its turn',
      );
    case 'response-too-large':
      return says(
        `room in a response of at most ${responseBytesMax} bytes`,
        'bids of a higher price fill it',
      );
    case 'pod-full':
      return says('a place among the bids that earn most together', 'others earn more without it');
    case 'other-seat':
      return says('the seat with the most to offer', 'the exchange takes one seat, and another offers more');
    default:
      return unreachable(rule);
  }
}
