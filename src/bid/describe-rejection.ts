import { DIMENSIONS, type DimensionName } from '../domain/dimensions.js';
import type { Impression } from '../domain/bid-request.js';
import type { Creative } from '../domain/campaign.js';
import type { RejectionRule } from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import { unreachable } from '../lib/assert.js';
import { describeFound, describeWish } from '../targeting/describe.js';
import { priceQuestion, type OfferContext } from './offer.js';
import type { ServedLineItem } from './snapshot.js';
import { unitsText } from '../domain/money.js';

interface WantedAndFound {
  readonly wanted: string;
  readonly found: string;
}

/** Says in an advertiser's words what the rule wanted and what was there instead. */
export function describeRejection(
  rule: RejectionRule,
  item: ServedLineItem,
  visit: Visit,
  impression: Impression,
  context: OfferContext,
): WantedAndFound {
  if (isDimension(rule)) {
    return {
      wanted: describeWish(rule, item.lineItem),
      found: describeFound(rule, visit, impression, item.lineItem),
    };
  }
  const { campaign } = item;
  const { blocks } = visit.request;
  const { banner } = impression;
  const creatives = item.creatives.map(({ creative }) => creative);
  switch (rule) {
    case 'campaign-paused':
      return says('an active campaign', `campaign ${campaign.id} is paused`);
    case 'line-item-paused':
      return says('an active line item', `line item ${item.lineItem.id} is paused`);
    case 'flight-not-started':
      return says(`from ${instant(campaign.flight.startMs)}`, `it is ${instant(visit.nowMs)}`);
    case 'flight-over':
      return says(`until ${instant(campaign.flight.endMs)}`, `it is ${instant(visit.nowMs)}`);
    case 'blocked-advertiser':
      return says('a publisher that takes the advertiser', `it blocks ${campaign.advertiser.domain}`);
    case 'deal-advertiser':
      return says(`a deal for ${campaign.advertiser.domain}`, 'the deal is for other advertisers');
    case 'deal-seat':
      return says(`a deal for our seat ${context.exchange.seat}`, 'the deal is for other seats');
    case 'creative-size':
      return says(
        `room for ${listed(creatives, sizeText)}`,
        describeFound('sizes', visit, impression, item.lineItem),
      );
    case 'creative-insecure':
      return says('a page that takes http content', 'the impression takes https only');
    case 'creative-category':
      return categoryWords(creatives, visit);
    case 'creative-app':
      return says(
        `a publisher that takes ads for ${listed(creatives, (each) => each.appBundle)}`,
        'it blocks them',
      );
    case 'creative-type':
      return says(
        `banner type ${listed(creatives, (each) => each.bannerType)}`,
        `blocked types: ${banner.typesBlocked.join(', ')}`,
      );
    case 'creative-mime':
      return says(
        listed(creatives, (each) => each.mime),
        `accepted: ${banner.mimes.join(', ')}`,
      );
    case 'creative-attribute':
      return says(
        `creative attributes ${listed(creatives, (each) => each.attributes.join(' and '))}`,
        `blocked attributes: ${banner.attributesBlocked.join(', ')}`,
      );
    case 'creative-api':
      return says(
        `support for API frameworks ${listed(creatives, (each) => each.apis.join(' and '))}`,
        `supported: ${banner.apis.join(', ') || 'none'}`,
      );
    case 'creative-expandable':
      return says(
        `room to expand in directions ${listed(creatives, (each) => each.expandDirections.join(' and '))}`,
        `allowed directions: ${banner.expandDirections.join(', ') || 'none'}`,
      );
    case 'creative-language':
      return says(
        `an audience for ${listed(creatives, (each) => each.language ?? 'a creative without a language')}`,
        `allowed languages: ${[...blocks.languagesAllowed, ...blocks.languageTagsAllowed].join(', ')}`,
      );
    case 'creative-already-used':
      return says(
        'a creative that is not on the page yet',
        'each already fills another impression of this request',
      );
    case 'no-exchange-rate':
      return says(
        `a rate between ${campaign.budget.currency}, ${impression.floorCurrency} and ${context.currency}`,
        'there is none',
      );
    case 'deal-without-price':
      return says('a fixed-price deal with its price', 'its floor is 0');
    case 'below-floor':
      return floorWords(item, impression, context);
    case 'outbid-by-own':
    case 'response-too-large':
      return says('a place in the response', 'other line items took it');
    default:
      return unreachable(rule);
  }
}

function isDimension(rule: RejectionRule): rule is DimensionName {
  return (DIMENSIONS as readonly string[]).includes(rule);
}

function says(wanted: string, found: string): WantedAndFound {
  return { wanted, found };
}

function instant(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function sizeText({ size, ratio }: Creative): string {
  return size ? `${size.w}x${size.h}` : `${ratio?.widthRatio}:${ratio?.heightRatio}`;
}

/** What the creatives have, each kind once. */
function listed(
  creatives: readonly Creative[],
  of: (creative: Creative) => string | number | undefined,
): string {
  return [...new Set(creatives.map(of).filter((text) => text !== undefined && text !== ''))].join(' or ');
}

function categoryWords(creatives: readonly Creative[], { request }: Visit): WantedAndFound {
  const { categories, categoriesAllowed, categoryTaxonomy } = request.blocks;
  const wanted = `a publisher that takes ${listed(creatives, (each) => each.categories.join(' and ')) || 'ads without a category'}`;
  if (categoryTaxonomy !== 1)
    return says(wanted, `its lists are in category taxonomy ${categoryTaxonomy}, which is not compared`);
  const allowed = categoriesAllowed.length > 0 ? `; it allows only ${categoriesAllowed.join(', ')}` : '';
  return says(wanted, `it blocks ${categories.join(', ') || 'none'}${allowed}`);
}

function floorWords(item: ServedLineItem, impression: Impression, context: OfferContext): WantedAndFound {
  const { bidMicros, bidCurrency } = priceQuestion(undefined, item, impression, context);
  const bid = `${unitsText(bidMicros)} ${bidCurrency}`;
  return says(`a floor of at most ${bid} per thousand`, 'the floor is higher (see the price)');
}
