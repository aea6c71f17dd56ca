import type { Impression } from '../../src/domain/bid-request.js';
import type {
  Choice,
  HoursChoice,
  Place,
  Range,
  Targeting,
  UnknownPolicy,
} from '../../src/domain/campaign.js';
import type { Creative } from '../../src/domain/creative.js';
import { DIMENSIONS, type DimensionName } from '../../src/domain/dimensions.js';
import type { CampaignRule } from '../../src/domain/rejection.js';
import type { Visit } from '../../src/domain/visit.js';
import { ipPrefixKey, parseIp } from '../../src/lib/ip.js';
import { versionNumber } from '../../src/lib/version.js';
import type { IndexedLineItem } from '../../src/targeting/targeting-index.js';
import { LISTS } from './random-pools.js';

/**
 * Targeting as its words say it, line item by line item, condition by condition: slow, plain, and knowing nothing of
 * how the index does it.
 *
 * @returns the first rule that turns the line item away, or undefined when it wants the impression
 */
export function firstRejection(
  item: IndexedLineItem,
  visit: Visit,
  impression: Impression,
): CampaignRule | DimensionName | undefined {
  const { campaign, lineItem } = item;
  if (campaign.status === 'paused') return 'campaign-paused';
  if (lineItem.status === 'paused') return 'line-item-paused';
  if (campaign.flight.startMs > visit.nowMs) return 'flight-not-started';
  if (campaign.flight.endMs <= visit.nowMs) return 'flight-over';
  const { targeting } = lineItem;
  return DIMENSIONS.find((name) => {
    if (name === 'deals') return !passesDeals(targeting, impression);
    if (name === 'sizes') return !lineItem.creatives.some((creative) => fits(creative, impression));
    if (name === 'hours') return !passesHours(targeting, visit);
    if (name === 'lists') return !passesLists(targeting, visit);
    const choice: Choice<unknown> | undefined = targeting[name];
    return !passes(name, choice, JUDGES[name](visit, impression), targeting.unknown);
  });
}

/** What a request says of one condition; undefined when it does not tell. */
type Judge = (condition: never) => boolean | undefined;

function passes(
  name: DimensionName,
  choice: Choice<unknown> | undefined,
  judge: Judge,
  unknown: UnknownPolicy,
): boolean {
  if (!choice) return true;
  const wishes = choice.anyOf.map((condition) => judge(condition as never));
  const bans = choice.noneOf.map((condition) => judge(condition as never));
  if ([...wishes, ...bans].every((verdict) => verdict === undefined)) {
    const own = unknown.byDimension.get(name);
    if (own) return own === 'accept';
    return wishes.length === 0 || unknown.lineItem === 'accept';
  }
  return !bans.includes(true) && (wishes.length === 0 || wishes.includes(true));
}

/** A list that is not there counts against whoever names it. */
function passesLists({ lists, unknown }: Targeting, { request, exchange }: Visit): boolean {
  if (!lists) return true;
  const { domain, bundle, publisherId } = request.inventory;
  const names = [
    ...(domain?.split('.').map((_, i, labels) => labels.slice(i).join('.')) ?? []).filter(
      (name) => name === domain || name.includes('.'),
    ),
    bundle,
    publisherId && `publisher:${publisherId}`,
    publisherId && `publisher:${exchange}/${publisherId}`,
  ];
  const isTold = names.some((name) => name !== undefined);
  const isOn = (list: string): boolean => names.some((name) => LISTS[list]?.includes(name ?? ''));
  if (!isTold) return passes('lists', lists, () => undefined, unknown);
  const isBanned = lists.noneOf.some((list) => !(list in LISTS) || isOn(list));
  return !isBanned && (lists.anyOf.length === 0 || lists.anyOf.some(isOn));
}

function passesDeals({ deals }: Targeting, impression: Impression): boolean {
  const offered = new Set(impression.deals.map((deal) => deal.id));
  if (deals?.noneOf.some((id) => offered.has(id))) return false;
  if (deals && deals.anyOf.length > 0) return deals.anyOf.some((id) => offered.has(id));
  return !impression.privateAuction;
}

function fits(creative: Creative, impression: Impression): boolean {
  if (creative.format !== 'banner') return impression[creative.format] !== undefined;
  const { size, ratio } = creative;
  const { banner } = impression;
  if (!banner) return false;
  if (size) return banner.sizes.some(({ w, h }) => w === size.w && h === size.h);
  return banner.flexSizes.some(
    (flex) => ratio && flex.widthRatio * ratio.heightRatio === flex.heightRatio * ratio.widthRatio,
  );
}

function passesHours({ hours, unknown }: Targeting, { nowMs, geo }: Visit): boolean {
  if (!hours) return true;
  const judge = ({ ofWeek, timeZone }: HoursChoice): boolean | undefined => {
    const offset = timeZone === 'user' ? geo.utcOffsetMinutes : offsetMinutes(timeZone, nowMs);
    if (offset === undefined) return undefined;
    const local = new Date(nowMs + offset * 60_000);
    return ofWeek[((local.getUTCDay() + 6) % 7) * 24 + local.getUTCHours()];
  };
  return passes('hours', { anyOf: [hours], noneOf: [] }, judge, unknown);
}

type Judged = Exclude<DimensionName, 'deals' | 'sizes' | 'hours' | 'lists'>;
type ConditionOf<Name extends Judged> =
  Exclude<Targeting[Name], undefined> extends Choice<infer Condition> ? Condition : never;

/** What each dimension makes of a condition, for one request. */
const JUDGES: {
  [Name in Judged]: (
    visit: Visit,
    impression: Impression,
  ) => (condition: ConditionOf<Name>) => boolean | undefined;
} = {
  interstitial: (_, impression) => equalTo(impression.interstitial),
  positions: (_, { banner, video }) => {
    const position = banner?.position ?? video?.position;
    return equalTo(position === 0 ? undefined : position);
  },
  placements: (_, { video, interstitial }) => {
    const code = video?.plcmt ?? 0;
    if (code >= 1 && code <= 4) return equalTo(code);
    return equalTo(
      [undefined, undefined, 4, undefined, 4, interstitial ? 3 : undefined][video?.placement ?? 0],
    );
  },
  roll: (_, { video, audio }) => {
    const delay = video?.startDelay ?? audio?.startDelay;
    if (delay !== undefined && delay > 0) return equalTo('mid');
    return equalTo(delay === undefined ? undefined : ['post', 'mid', 'pre'][delay + 2]);
  },
  rewarded: (_, impression) => equalTo(impression.rewarded),
  exchanges: (visit) => equalTo(visit.exchange),
  domains: ({ request }) => isUnderDomain(request.inventory.domain),
  bundles: ({ request }) => equalTo(request.inventory.bundle),
  publishers: ({ request }) => equalTo(request.inventory.publisherId),
  categories:
    ({ request }) =>
    (wished) => {
      const codes = request.inventory.categories.map((sent) => sent.toUpperCase());
      const told = codes.filter((code) => code.startsWith('IAB'));
      return told.length === 0 ? undefined : told.some((code) => `${code}-`.startsWith(`${wished}-`));
    },
  keywords:
    ({ request }) =>
    (wished) => {
      const { keywords, page } = request.inventory;
      const phrases = keywords.flatMap((list) => list.split(',')).map((text) => text.trim());
      const told = phrases.filter((phrase) => phrase !== '');
      if (told.length === 0 && page === undefined) return undefined;
      const words = [...told, pathAndQuery(page)].flatMap((text) => text.split(/[^\p{L}\p{N}\p{M}]+/u));
      return [...told, ...words].some((text) => text.toLowerCase() === wished);
    },
  deviceTypes:
    ({ request }) =>
    (wished) => {
      const word = [undefined, 'mobile', 'desktop', 'tv', 'phone', 'tablet']
        .concat('connected-device', 'set-top-box', 'out-of-home')
        .at(request.device.type ?? 0);
      if (word === undefined) return undefined;
      return word === wished || (wished === 'mobile' && (word === 'phone' || word === 'tablet'));
    },
  os:
    ({ request }) =>
    (wished) => {
      const { os, osVersion } = request.device;
      if (os === undefined) return undefined;
      if (os.toLowerCase().replace(/^(ipad|iphone).*/, 'ios') !== wished.name) return false;
      if (wished.version.min === -Infinity && wished.version.max === Infinity) return true;
      const version = versionNumber(osVersion ?? '');
      return version !== undefined && within(wished.version, version);
    },
  makes: ({ request }) => equalTo(request.device.make?.toLowerCase()),
  models: ({ request }) => equalTo(request.device.model?.toLowerCase()),
  carriers: ({ request }) => equalTo(request.device.carrier?.toLowerCase()),
  connections:
    ({ request }) =>
    (wished) => {
      const words = [undefined, 'ethernet', 'wifi', 'cellular', '2g', '3g', '4g', '5g'];
      const word = words[request.device.connection ?? 0];
      if (word === undefined) return undefined;
      return word === wished || (wished === 'cellular' && word.endsWith('g'));
    },
  languages: ({ request }) => {
    const tag = request.device.language?.replaceAll('_', '-').toLowerCase();
    return (wished) => (tag === undefined ? undefined : `${tag}-`.startsWith(`${wished}-`));
  },
  geo: (visit) => (place) => isIn(place, visit),
  age: (visit) => {
    const { yearOfBirth } = visit.request.user;
    const thisYear = new Date(visit.nowMs).getUTCFullYear();
    const counted = visit.personal && yearOfBirth !== undefined ? thisYear - yearOfBirth : NaN;
    const sensible = counted >= 0 && counted <= 120 ? counted : undefined;
    return inRange(visit.profile?.people.age ?? sensible);
  },
  gender: ({ profile, personal, request }) => {
    const sent = { M: 'male', F: 'female', O: 'other' }[request.user.gender ?? ''];
    return equalTo(profile?.people.gender ?? (personal ? sent : undefined));
  },
  education: ({ profile }) => equalTo(profile?.people.education),
  occupation: ({ profile }) => equalTo(profile?.people.occupation),
  marital: ({ profile }) => equalTo(profile?.people.marital),
  income: ({ profile }) => equalTo(profile?.people.income),
  segments:
    ({ profile, nowMs }) =>
    (wished) =>
      profile && (profile.segments.get(wished) ?? -Infinity) > nowMs,
  interests:
    ({ profile }) =>
    ({ name, weightMin }) =>
      profile && (profile.interests.get(name) ?? -1) >= weightMin,
  recency: ({ profile, nowMs }) => {
    const days = Math.floor((nowMs - (profile?.updatedMs ?? nowMs)) / 86_400_000);
    const recency = profile?.value.recency;
    return inRange(recency === undefined ? undefined : recency + Math.max(0, days));
  },
  frequency: ({ profile }) => inRange(profile?.value.frequency),
  monetary: ({ profile }) => inRange(profile?.value.monetary),
  lifetime: ({ profile }) => inRange(profile?.value.lifetime),
  stage: ({ profile }) => equalTo(profile?.stage),
};

function equalTo(told: unknown): (wished: unknown) => boolean | undefined {
  return (wished) => (told === undefined ? undefined : told === wished);
}

function isUnderDomain(told: string | undefined): (wished: string) => boolean | undefined {
  return (wished) => (told === undefined ? undefined : `.${told}`.endsWith(`.${wished}`));
}

function inRange(told: number | undefined): (range: Range) => boolean | undefined {
  return (range) => (told === undefined ? undefined : within(range, told));
}

function within(range: Range, value: number): boolean {
  return range.min <= value && value <= range.max;
}

function isIn(place: Place, { geo, request, personal }: Visit): boolean | undefined {
  if (place.kind === 'network') {
    if (request.inventory.kind === 'dooh') return undefined;
    const addresses = [request.device.ip, request.device.ipv6].map((text) => parseIp(text ?? ''));
    if (addresses.every((address) => address === undefined)) return undefined;
    const { range } = place;
    return addresses.some(
      (address) =>
        address?.version === range.version &&
        (personal || range.bits <= (range.version === 4 ? 24 : 48)) &&
        ipPrefixKey(address, range.bits) === ipPrefixKey(range, range.bits),
    );
  }
  if (place.kind === 'circle') {
    if (geo.latitude === undefined || geo.longitude === undefined) return undefined;
    return haversineKm(place.latitude, place.longitude, geo.latitude, geo.longitude) <= place.radiusKm;
  }
  if ((geo.country ?? geo.region ?? geo.city ?? geo.zip) === undefined) return undefined;
  const bare = (region: string | undefined): string | undefined =>
    region?.toLowerCase().replace(/^[a-z]{2,3}-(?=.{1,3}$)/, '');
  return (
    (place.country === undefined || place.country === geo.country) &&
    (place.region === undefined || bare(place.region) === bare(geo.region)) &&
    (place.city === undefined || place.city === geo.city?.toLowerCase()) &&
    (place.zip === undefined || place.zip === geo.zip?.toLowerCase())
  );
}

/** Great-circle distance; the name of the formula, not of a library. */
function haversineKm(latitudeA: number, longitudeA: number, latitudeB: number, longitudeB: number): number {
  const radians = Math.PI / 180;
  const a =
    Math.sin(((latitudeB - latitudeA) * radians) / 2) ** 2 +
    Math.cos(latitudeA * radians) *
      Math.cos(latitudeB * radians) *
      Math.sin(((longitudeB - longitudeA) * radians) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(a)));
}

function pathAndQuery(page: string | undefined): string {
  if (page === undefined) return '';
  const { pathname, search } = new URL(page);
  return decodeURIComponent(pathname + search);
}

const zoneFormats = new Map<string, Intl.DateTimeFormat>();

/** From the zone database's own words, such as `GMT+05:45`. */
function offsetMinutes(timeZone: string, nowMs: number): number {
  const format =
    zoneFormats.get(timeZone) ?? new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  zoneFormats.set(timeZone, format);
  const text = format.formatToParts(nowMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
