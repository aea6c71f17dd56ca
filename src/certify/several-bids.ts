import { secondsOf, type BidFacts } from './bid-facts.js';
import { nativeRequestOf } from './native-rules.js';
import { fields, number, numbers, text, texts, type Fields } from './loose-json.js';

/** AdCOM "Pod Deduplication": what no two advertisements of a break may have in common. */
const DEDUPE = {
  1: { name: 'advertiser', of: ({ bid }: BidFacts) => texts(bid['adomain']) },
  2: { name: 'category', of: ({ bid }: BidFacts) => texts(bid['cat']) },
  3: { name: 'creative', of: ({ bid }: BidFacts) => texts(bid['crid']) },
  4: { name: 'media address', of: ({ vast }: BidFacts) => vast?.addresses ?? [] },
} as const;

export interface SeveralBidsOptions {
  /** True where a line item may fill several impressions with one creative. */
  readonly creativesMayRepeat?: boolean;
}

/** What bids must keep to among each other: lines 35, 38, 55 and 61 of the rule book. */
export function severalBidsProblems(
  bids: readonly BidFacts[],
  exchange: Fields,
  { creativesMayRepeat = false }: SeveralBidsOptions,
): string[] {
  const impressions = new Map<Fields, BidFacts[]>();
  for (const facts of bids)
    impressions.set(facts.impression, [...(impressions.get(facts.impression) ?? []), facts]);
  return [
    ...repeated(bids.flatMap(({ bid }) => text(bid['id']) ?? [])).map(
      (id) => `rule 55: the bid id ${id} stands twice`,
    ),
    ...(creativesMayRepeat ? [] : repeatedCreatives(bids)),
    ...[...impressions.values()].flatMap((group) => impressionProblems(group, exchange)),
    ...podProblems(bids),
  ];
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];
}

/** Through a deal and without one, the same creative may stand twice on its impression. */
function repeatedCreatives(bids: readonly BidFacts[]): string[] {
  const places = bids.flatMap(({ bid }) => {
    const creative = text(bid['crid']);
    return creative === undefined ? [] : [JSON.stringify([creative, text(bid['impid'])])];
  });
  const creatives = [...new Set(places)].map((place) => (JSON.parse(place) as [string])[0]);
  return repeated(creatives).map((id) => `rule 61: the creative ${id} is bid twice`);
}

function impressionProblems(group: readonly BidFacts[], exchange: Fields): string[] {
  const [first] = group;
  if (!first || group.length < 2) return [];
  const id = text(first.bid['impid']);
  if (group.every(isDynamic)) return [];
  const inPlaces = group.filter(hasPlaces);
  const most = number(nativeRequestOf(fields(first.impression['native']))['plcmtcnt']) ?? 1;
  const tooMany =
    inPlaces.length > most
      ? [`rule 38: the impression ${id} takes ${most} native bids, found ${inPlaces.length}`]
      : [];
  const others = group.filter((facts) => !hasPlaces(facts));
  if (others.length === 0) return tooMany;
  if (exchange['severalBids'] !== true) return [...tooMany, `rule 61: the impression ${id} got several bids`];
  const deals = others.map(({ bid }) => text(bid['dealid']) ?? 'no deal');
  return [
    ...tooMany,
    ...repeated(deals).map((deal) => `rule 61: the impression ${id} got several bids through ${deal}`),
  ];
}

/** Native 1.2 §8.1: a placement that several bids fill. */
function hasPlaces({ format, placement }: BidFacts): boolean {
  return format === 'native' && (number(nativeRequestOf(placement)['plcmtcnt']) ?? 1) > 1;
}

/** OpenRTB 2.6 §7.6: time that several bids fill. */
function isDynamic({ placement, format }: BidFacts): boolean {
  const hasTime = placement['poddur'] !== undefined || placement['maxseq'] !== undefined;
  return (format === 'video' || format === 'audio') && hasTime;
}

function podProblems(bids: readonly BidFacts[]): string[] {
  const pods = new Map<string, BidFacts[]>();
  for (const facts of bids) {
    if (facts.format !== 'video' && facts.format !== 'audio') continue;
    const pod =
      text(facts.placement['podid']) ??
      (isDynamic(facts) ? `impression ${text(facts.bid['impid'])}` : undefined);
    if (pod !== undefined) pods.set(pod, [...(pods.get(pod) ?? []), facts]);
  }
  const byImpression = new Map<string, BidFacts[]>();
  for (const facts of bids.filter(isDynamic)) {
    const id = text(facts.bid['impid']) ?? '';
    byImpression.set(id, [...(byImpression.get(id) ?? []), facts]);
  }
  return [
    ...[...pods].flatMap(([pod, members]) => dedupeProblems(pod, members)),
    ...[...byImpression].flatMap(([id, members]) => dynamicProblems(id, members)),
    ...bids.filter((facts) => !isDynamic(facts)).flatMap(structuredProblems),
  ].map((problem) => `rule 35: ${problem}`);
}

function structuredProblems({ bid }: BidFacts): string[] {
  return bid['slotinpod'] === undefined
    ? []
    : [`bid ${text(bid['id'])}: slotinpod claims a place where no dynamic pod has one`];
}

/** A bid through a deal and one without for the same creative fill one place: the exchange takes one of them. */
function dynamicProblems(id: string, members: readonly BidFacts[]): string[] {
  const [first] = members;
  if (!first) return [];
  const places = members.filter(
    ({ bid }, i) => members.findIndex((other) => text(other.bid['crid']) === text(bid['crid'])) === i,
  );
  const most = number(first.placement['maxseq']) ?? Infinity;
  const longest = number(first.placement['poddur']) ?? Infinity;
  const seconds = places.reduce((sum, facts) => sum + (secondsOf(facts) ?? 0), 0);
  const claims = places.flatMap(({ bid }) => number(bid['slotinpod']) ?? 0).filter((slot) => slot !== 0);
  const guaranteed = GUARANTEED[number(first.placement['slotinpod']) ?? 0] ?? [];
  return [
    ...(places.length > most ? [`the pod ${id} takes ${most} bids, found ${places.length}`] : []),
    ...(seconds > longest ? [`the pod ${id} has ${longest} s, and the bids fill ${seconds}`] : []),
    ...members
      .filter(({ bid, exchange }) => bid['dur'] === undefined && exchange['version'] !== '2.5')
      .map(({ bid }) => `bid ${text(bid['id'])}: a bid for a dynamic pod needs its dur`),
    ...claims
      .filter((slot) => !guaranteed.includes(slot))
      .map((slot) => `slotinpod ${slot} is not for sale in the pod ${id}`),
    ...repeated(claims.map(String)).map((slot) => `two bids claim the place ${slot} of the pod ${id}`),
  ];
}

/** AdCOM "Slot Position in Pod" to the places that a bid may claim: the first, the last. */
const GUARANTEED: Readonly<Record<number, readonly number[]>> = { 0: [], 1: [1], [-1]: [-1], 2: [1, -1] };

function dedupeProblems(pod: string, members: readonly BidFacts[]): string[] {
  const settings = new Set(members.flatMap(({ placement }) => numbers(placement['poddedupe'])));
  return Object.entries(DEDUPE).flatMap(([setting, { name, of }]) => {
    if (!settings.has(Number(setting))) return [];
    const places = members.filter(
      (facts, i) => members.findIndex((other) => isSamePlace(other, facts)) === i,
    );
    return repeated(places.flatMap((facts) => [...new Set(of(facts))])).map(
      (value) => `the ${name} ${value} stands twice in the pod ${pod}`,
    );
  });
}

function isSamePlace(one: BidFacts, other: BidFacts): boolean {
  if (one === other) return true;
  const isSame = ['impid', 'crid'].every((name) => text(one.bid[name]) === text(other.bid[name]));
  return isSame && text(one.bid['dealid']) !== text(other.bid['dealid']);
}
