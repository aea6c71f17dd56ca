import { unreachable } from '../lib/assert.js';
import { integerBetween, pick, type Random } from '../lib/prng.js';
import { dealsOf, type Channel } from './channel.js';
import type { Kind } from './market.js';

type Json = Record<string, unknown>;

/** What the impressions of one request have in common. */
export interface Place {
  readonly kind: Kind;
  readonly channel: Channel;
  readonly isComputer: boolean;
  /** What it usually fetches, CPM in US dollars. */
  readonly medianUsd: number;
}

export const COMPUTER_SIZES = ['300x250', '728x90', '970x250', '160x600', '300x600', '336x280', '970x90'];
export const PHONE_SIZES = ['300x250', '320x50', '320x100', '300x50', '336x280', '300x600'];
export const FULL_SCREENS = ['320x480', '480x320', '768x1024'];
export const SCREEN_SIZES = ['1080x1920', '1920x1080'];
export const VIDEO_SECONDS = [6, 15, 30];
const SEVERAL_SHARE = 0.25;
const DEAL_SHARE = 0.5;
const FLOOR_SHARE = 0.85;
const VIDEO_BESIDE_BANNER_SHARE = 0.08;
/** Of the deals' floors, fixed prices among them. */
const FIXED_PRICE = 3;
const FIRST_PRICE = 1;

/** The impressions of one request: several on some pages, a break and the slot before it on television. */
export function impressionsOf(random: Random, place: Place): readonly Json[] {
  if (place.kind === 'pod') return [openingSlot(random, place), commercialBreak(random, place)];
  const isPage = place.kind === 'banner' && place.channel.kind === 'site';
  const count = isPage && random() < SEVERAL_SHARE ? integerBetween(random, 2, 4) : 1;
  return Array.from({ length: count }, (_, i) => ({
    id: String(i + 1),
    tagid: `${place.channel.name}-${place.kind}-${i + 1}`,
    secure: 1,
    ...floorOf(random, place.medianUsd),
    ...formatOf(random, place),
    ...dealsFor(random, place),
    exp: 3_600,
  }));
}

function formatOf(random: Random, place: Place): Json {
  switch (place.kind) {
    case 'banner':
      return bannerOf(random, place);
    case 'interstitial':
      return {
        instl: 1,
        ...sdk(random),
        banner: { ...sizesOf(FULL_SCREENS, random, 2), pos: 7, api: [3, 5, 6, 7] },
      };
    case 'video':
    case 'pod':
      return { video: videoOf(random) };
    case 'audio':
      return { audio: audioOf(random) };
    case 'native':
      return { native: nativeOf(random) };
    case 'dooh':
      return {
        banner: sizesOf(SCREEN_SIZES, random, 1),
        video: { mimes: ['video/mp4'], minduration: 5, maxduration: 15, protocols: [2, 3], w: 1080, h: 1920 },
        qty: { multiplier: integerBetween(random, 10, 300) / 10, sourcetype: 1, vendor: 'counters.example' },
      };
    default:
      return unreachable(place.kind);
  }
}

function bannerOf(random: Random, { channel, isComputer }: Place): Json {
  const sizes = sizesOf(isComputer ? COMPUTER_SIZES : PHONE_SIZES, random, channel.kind === 'site' ? 4 : 2);
  const banner = {
    ...sizes,
    pos: pick(random, [1, 1, 3, 4, 5]),
    battr: [1, 3, 6, 8, 9, 10].slice(0, integerBetween(random, 0, 6)),
    api: channel.kind === 'app' ? [3, 5, 6, 7] : [6, 7],
    topframe: 1,
  };
  const isFlexible = random() < VIDEO_BESIDE_BANNER_SHARE;
  return {
    ...(channel.kind === 'app' ? sdk(random) : {}),
    banner,
    ...(isFlexible ? { video: { ...videoOf(random), plcmt: 4 } } : {}),
    metric: [{ type: 'viewability', value: integerBetween(random, 20, 95) / 100, vendor: 'EXCHANGE' }],
  };
}

/** One to `most` sizes, the first of them also as `w` and `h`. */
function sizesOf(names: readonly string[], random: Random, most: number): Json {
  const first = Math.floor(random() * names.length);
  const count = Math.min(integerBetween(random, 1, most), names.length);
  const format = Array.from({ length: count }, (_, i) => sizeOf(names[(first + i) % names.length] as string));
  return { ...format[0], format };
}

/** @param name such as `300x250` */
export function sizeOf(name: string): { readonly w: number; readonly h: number } {
  const [w = 0, h = 0] = name.split('x').map(Number);
  return { w, h };
}

function sdk(random: Random): Json {
  return { displaymanager: 'ExampleSDK', displaymanagerver: `${integerBetween(random, 7, 12)}.1.0` };
}

function videoOf(random: Random): Json {
  const isSkippable = random() < 0.5;
  return {
    mimes: ['video/mp4', 'video/webm', 'application/javascript'],
    minduration: 5,
    maxduration: pick(
      random,
      VIDEO_SECONDS.filter((seconds) => seconds > 6),
    ),
    protocols: [2, 3, 5, 6, 7, 8],
    startdelay: pick(random, [0, 0, -1, -2]),
    plcmt: pick(random, [1, 2, 2, 4]),
    linearity: 1,
    w: 640,
    h: 360,
    skip: isSkippable ? 1 : 0,
    ...(isSkippable ? { skipmin: 10, skipafter: 5 } : {}),
    playbackmethod: [pick(random, [1, 2, 6])],
    delivery: [2],
    minbitrate: 200,
    maxbitrate: 5_000,
    api: [7],
    pos: 1,
  };
}

function audioOf(random: Random): Json {
  return {
    mimes: ['audio/mpeg', 'audio/mp4'],
    minduration: 10,
    maxduration: 30,
    protocols: [2, 3, 7, 9, 10],
    startdelay: pick(random, [0, -1]),
    feed: pick(random, [1, 2, 3]),
    stitched: 0,
    nvol: 1,
    companionad: [{ w: 300, h: 250, id: 'beside' }],
    companiontype: [1, 2],
  };
}

/** Native 1.2: the request stands in it as text. */
function nativeOf(random: Random): Json {
  const request = {
    ver: '1.2',
    context: 1,
    contextsubtype: 11,
    plcmttype: pick(random, [1, 2, 4]),
    plcmtcnt: 1,
    privacy: 1,
    assets: [
      { id: 1, required: 1, title: { len: pick(random, [90, 140]) } },
      { id: 2, required: 1, img: { type: 3, wmin: 300, hmin: 150 } },
      { id: 3, required: 0, img: { type: 1, wmin: 50, hmin: 50 } },
      { id: 4, required: 0, data: { type: 1, len: 60 } },
      { id: 5, required: 0, data: { type: 2, len: 140 } },
      { id: 6, required: 0, data: { type: 12, len: 20 } },
    ],
    eventtrackers: [{ event: 1, methods: [1, 2] }],
  };
  return { request: JSON.stringify(request), ver: '1.2', api: [7], battr: [1, 3, 8] };
}

function openingSlot(random: Random, place: Place): Json {
  const video = { ...videoOf(random), startdelay: 0, plcmt: 1, w: 1920, h: 1080, maxbitrate: 12_000 };
  const pod = { podid: 'opening', podseq: 1, slotinpod: 1 };
  return {
    id: 'opening',
    secure: 1,
    ...floorOf(random, place.medianUsd),
    video: { ...video, ...pod },
    ...dealsFor(random, place),
  };
}

function commercialBreak(random: Random, place: Place): Json {
  const video = { ...videoOf(random), startdelay: -1, plcmt: 1, w: 1920, h: 1080, maxbitrate: 12_000 };
  const pod = {
    podid: 'break',
    poddur: pick(random, [60, 90, 120]),
    maxseq: 4,
    podseq: 0,
    poddedupe: [1, 3],
  };
  return { id: 'break', secure: 1, ...floorOf(random, place.medianUsd), video: { ...video, ...pod } };
}

function floorOf(random: Random, medianUsd: number): Json {
  if (random() >= FLOOR_SHARE) return {};
  return { bidfloor: cents(medianUsd * (0.15 + random() * 0.6)), bidfloorcur: 'USD' };
}

function dealsFor(random: Random, { channel, medianUsd }: Place): Json {
  const ids = dealsOf(channel.publisher);
  if (ids.length === 0 || random() >= DEAL_SHARE) return {};
  const deals = ids.map((id) => ({
    id,
    bidfloor: cents(medianUsd * (1 + random())),
    bidfloorcur: 'USD',
    at: pick(random, [FIRST_PRICE, FIXED_PRICE]),
  }));
  return { pmp: { private_auction: 0, deals } };
}

function cents(usd: number): number {
  return Math.max(0.01, Math.round(usd * 100) / 100);
}
