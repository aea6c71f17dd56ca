import { unreachable } from '../lib/assert.js';
import { pick, type Random } from '../lib/prng.js';
import {
  COMPUTER_SIZES,
  FULL_SCREENS,
  PHONE_SIZES,
  SCREEN_SIZES,
  sizeOf,
  VIDEO_SECONDS,
} from './impressions.js';
import type { Topic } from './topics.js';

type Json = Readonly<Record<string, unknown>>;

/** What a line item shows. */
export type CreativeKind =
  'banner' | 'phone-banner' | 'interstitial' | 'video' | 'audio' | 'native' | 'screen';

export interface CreativeOwner {
  /** Of the advertiser. */
  readonly domain: string;
  readonly topic: Topic;
  /** Creatives of one campaign need different ids. */
  readonly prefix: string;
}

/** Several creatives of one kind, in common sizes or lengths. */
export function creativesOf(random: Random, kind: CreativeKind, owner: CreativeOwner): readonly Json[] {
  switch (kind) {
    case 'banner':
      return banners(random, owner, [...new Set([...COMPUTER_SIZES, ...PHONE_SIZES])], 5);
    case 'phone-banner':
      return banners(random, owner, PHONE_SIZES, 3);
    case 'interstitial':
      return banners(random, owner, FULL_SCREENS, 2);
    case 'screen':
      return banners(random, owner, SCREEN_SIZES, 2);
    case 'video':
      return someOf(random, VIDEO_SECONDS, 2).map((seconds) => videoOf(owner, seconds));
    case 'audio':
      return someOf(random, [15, 30], 2).map((seconds) => audioOf(owner, seconds));
    case 'native':
      return [nativeOf(random, owner)];
    default:
      return unreachable(kind);
  }
}

function common({ domain, topic, prefix }: CreativeOwner, name: string): Json {
  return { id: `${prefix}-${name}`, landing: `https://${domain}/${topic.name}/${prefix}` };
}

function banners(
  random: Random,
  owner: CreativeOwner,
  sizes: readonly string[],
  most: number,
): readonly Json[] {
  return someOf(random, sizes, most).map((size) => ({
    ...common(owner, size),
    format: 'banner',
    ...sizeOf(size),
    image: `https://cdn.${owner.domain}/${owner.prefix}-${size}.png`,
  }));
}

function videoOf(owner: CreativeOwner, seconds: number): Json {
  const file = (height: number, kbps: number) => ({
    url: `https://cdn.${owner.domain}/${owner.prefix}-${seconds}s-${height}.mp4`,
    w: (height * 16) / 9,
    h: height,
    kbps,
  });
  return {
    ...common(owner, `${seconds}s`),
    format: 'video',
    seconds,
    files: [file(1080, 4_500), file(720, 1_800), file(360, 700)],
  };
}

function audioOf(owner: CreativeOwner, seconds: number): Json {
  const url = `https://cdn.${owner.domain}/${owner.prefix}-${seconds}s.mp3`;
  return { ...common(owner, `${seconds}s`), format: 'audio', seconds, files: [{ url, kbps: 128 }] };
}

function nativeOf(random: Random, owner: CreativeOwner): Json {
  const { domain, topic, prefix } = owner;
  const [first, second] = [pick(random, topic.keywords), pick(random, topic.keywords)];
  return {
    ...common(owner, 'story'),
    format: 'native',
    title: `All about ${first} and ${second}`,
    images: [{ url: `https://cdn.${domain}/${prefix}-1200x627.jpg`, w: 1200, h: 627 }],
    icons: [{ url: `https://cdn.${domain}/icon-80x80.png`, w: 80, h: 80 }],
    sponsoredBy: domain,
    description: `What everybody who cares for ${topic.name} should know of ${first}.`,
    callToAction: 'Read more',
  };
}

/** One to `most` of them, neighbours in the list. */
function someOf<T>(random: Random, list: readonly T[], most: number): readonly T[] {
  const start = Math.floor(random() * list.length);
  const count = Math.min(list.length, 1 + Math.floor(random() * most));
  return Array.from({ length: count }, (_, i) => list[(start + i) % list.length] as T);
}
