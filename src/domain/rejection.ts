import { DIMENSIONS, type DimensionName } from './dimensions.js';

/**
 * Every rule that can turn a line item away from an impression, in the order in which they are asked: the campaign,
 * the dimensions of targeting (domain/dimensions.ts), the publisher's lists against advertiser and creatives, frequency caps, the price, the other offers.
 */
const CAMPAIGN_RULES = ['campaign-paused', 'line-item-paused', 'flight-not-started', 'flight-over'] as const;
const ADVERTISER_RULES = [
  'blocked-advertiser',
  'seat',
  'dsa-transparency',
  'deal-advertiser',
  'deal-seat',
] as const;
const CREATIVE_RULES = [
  'creative-format',
  'creative-size',
  'creative-insecure',
  'creative-category',
  'creative-app',
  'creative-type',
  'creative-mime',
  'creative-attribute',
  'creative-api',
  'creative-expandable',
  'creative-duration',
  'creative-protocol',
  'creative-bitrate',
  'creative-delivery',
  'creative-linearity',
  'creative-skip',
  'creative-assets',
  'creative-language',
  'creative-paused',
  'creative-pinned',
  'pod-duplicate',
  'creative-already-used',
  'creative-too-large',
] as const;
/** The visitor has seen it often enough, or nobody knows how often. */
const FREQUENCY_RULES = ['frequency-cap', 'frequency-unknown'] as const;
const PRICE_RULES = ['no-exchange-rate', 'deal-without-price', 'below-floor'] as const;
/** The money: there is none to write it down for, it is spent, it is to last, or something is wrong with it. */
const SPENDING_RULES = ['spending-stopped', 'paced', 'budget'] as const;
/** A request may have only so many candidates looked at. */
const LIMIT_RULES = ['not-examined'] as const;
const RANKING_RULES = ['outbid-by-own', 'pod-full', 'other-seat', 'response-too-large'] as const;

export type CampaignRule = (typeof CAMPAIGN_RULES)[number];
export type AdvertiserRule = (typeof ADVERTISER_RULES)[number];
export type CreativeRule = (typeof CREATIVE_RULES)[number];
export type FrequencyRule = (typeof FREQUENCY_RULES)[number];
export type PriceRule = (typeof PRICE_RULES)[number];
export type SpendingRule = (typeof SPENDING_RULES)[number];
export type LimitRule = (typeof LIMIT_RULES)[number];
/** What can keep a line item from making an offer. */
export type OfferRule =
  | CampaignRule
  | DimensionName
  | LimitRule
  | AdvertiserRule
  | CreativeRule
  | FrequencyRule
  | PriceRule
  | SpendingRule;
/** What can happen to an offer that would have won. */
export type DropRule = Exclude<(typeof RANKING_RULES)[number], 'outbid-by-own'>;
/** What can happen to an offer. */
export type RankingRule = (typeof RANKING_RULES)[number];
export type RejectionRule = OfferRule | RankingRule;

/** All rules in the order in which they are asked: a later one means that the line item came further. */
export const REJECTION_RULES: readonly RejectionRule[] = [
  ...CAMPAIGN_RULES,
  ...DIMENSIONS,
  ...LIMIT_RULES,
  ...ADVERTISER_RULES,
  ...CREATIVE_RULES,
  ...FREQUENCY_RULES,
  ...PRICE_RULES,
  ...SPENDING_RULES,
  ...RANKING_RULES,
];

export function isDimension(rule: RejectionRule): rule is DimensionName {
  return (DIMENSIONS as readonly string[]).includes(rule);
}

export function isCreativeRule(rule: RejectionRule): rule is CreativeRule {
  return (CREATIVE_RULES as readonly string[]).includes(rule);
}

export function isSpendingRule(rule: RejectionRule): rule is SpendingRule {
  return (SPENDING_RULES as readonly string[]).includes(rule);
}

export function isFrequencyRule(rule: RejectionRule): rule is FrequencyRule {
  return (FREQUENCY_RULES as readonly string[]).includes(rule);
}

export function isPriceRule(rule: RejectionRule): rule is PriceRule {
  return (PRICE_RULES as readonly string[]).includes(rule);
}
