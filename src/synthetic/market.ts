import { logNormal } from '../lib/distributions.js';
import type { Random } from '../lib/prng.js';
import type { Channel } from './channel.js';
import type { Visitor } from './visitor.js';

/** What a request asks for. */
export const KINDS = ['banner', 'interstitial', 'video', 'audio', 'native', 'pod', 'dooh'] as const;
export type Kind = (typeof KINDS)[number];

/** How an auction ends: the least that would have won, and what the visitor would have done with an ad there. */
export interface Outcome {
  /** CPM in US dollars. */
  readonly price: number;
  readonly click: boolean;
  readonly conversion: boolean;
}

/** Medians, CPM in US dollars, and clicks of a thousand impressions. */
const BY_KIND: Readonly<Record<Kind, { readonly priceUsd: number; readonly clicksPerMille: number }>> = {
  banner: { priceUsd: 0.8, clicksPerMille: 1.5 },
  interstitial: { priceUsd: 2.2, clicksPerMille: 12 },
  video: { priceUsd: 6, clicksPerMille: 5 },
  audio: { priceUsd: 5, clicksPerMille: 0.5 },
  native: { priceUsd: 1.6, clicksPerMille: 4 },
  pod: { priceUsd: 14, clicksPerMille: 0.1 },
  dooh: { priceUsd: 7, clicksPerMille: 0 },
};

/** Of the price, by hour of the visitor's day: buyers compete most in the evening. */
const PRICE_BY_HOUR = [
  0.7, 0.65, 0.6, 0.6, 0.6, 0.65, 0.75, 0.85, 0.95, 1, 1, 1.05, 1.05, 1, 1, 1, 1.05, 1.1, 1.2, 1.3, 1.35,
  1.25, 1.05, 0.85,
] as const;
const PRICE_SIGMA = 0.6;
/** An ad on a page about what its reader cares for. */
const INTERESTED_FACTOR = 2.5;
const KNOWN_VISITOR_FACTOR = 1.35;
const CONVERSIONS_PER_CLICK = 0.04;

/** The median price of a place at an hour, CPM in US dollars: what can be learnt from outcomes. */
export function medianPriceUsd(
  kind: Kind,
  channel: Pick<Channel, 'worth'>,
  visitor: Pick<Visitor, 'cookie' | 'ifa'>,
  hour: number,
): number {
  const known = (visitor.cookie ?? visitor.ifa) === undefined ? 1 : KNOWN_VISITOR_FACTOR;
  return BY_KIND[kind].priceUsd * channel.worth * (PRICE_BY_HOUR[hour] ?? 1) * known;
}

/** The probability, 0 to 1, that this visitor clicks an ad here. */
export function clickProbability(
  kind: Kind,
  channel: Pick<Channel, 'clicks' | 'topic'>,
  { clickiness, topics }: Pick<Visitor, 'clickiness' | 'topics'>,
): number {
  const interest = topics.includes(channel.topic) ? INTERESTED_FACTOR : 1;
  return Math.min(0.5, (BY_KIND[kind].clicksPerMille / 1_000) * channel.clicks * clickiness * interest);
}

export function drawOutcome(random: Random, medianUsd: number, click: number): Outcome {
  const price = Math.round(logNormal(random, medianUsd, PRICE_SIGMA) * 10_000) / 10_000;
  const isClick = random() < click;
  return { price, click: isClick, conversion: isClick && random() < CONVERSIONS_PER_CLICK };
}
