import { logNormal } from '../lib/distributions.js';
import { integerBetween, pick, type Random } from '../lib/prng.js';
import type { Topic } from './topics.js';
import { randomOf, type World } from './world.js';

type Json = Readonly<Record<string, unknown>>;

/** A site or an app. */
export interface Channel {
  readonly number: number;
  readonly kind: 'site' | 'app';
  readonly name: string;
  /** The site's; for an app, its maker's. */
  readonly domain: string;
  readonly topic: Topic;
  readonly publisher: number;
  /** What an impression here fetches, beside others: around 1. */
  readonly worth: number;
  /** Share of the clicks that another place gets. */
  readonly clicks: number;
}

const NAME_WORDS = 'daily open bright north city pocket little grand quick blue'.split(' ');
const HEADLINES = 'guide review story list interview question gallery diary'.split(' ');
const DEALS_PER_PUBLISHER = 2;
/** Publishers of premium places, who make deals. */
const DEALING_PUBLISHERS_EVERY = 3;

export function channelOf(world: World, kind: 'site' | 'app', number: number): Channel {
  const random = randomOf(world, kind, number);
  const topic = world.pickTopic(random);
  const name = `${pick(random, NAME_WORDS)}-${topic.name}-${number}`;
  return {
    number,
    kind,
    name,
    domain: `${name}.example`,
    topic,
    publisher: Math.floor(random() * world.publishers),
    worth: logNormal(random, 1, 0.5),
    clicks: logNormal(random, 1, 0.4),
  };
}

/** @returns what Android calls the app, or its number in Apple's store */
export function bundleOf({ name, number }: Channel, os: string): string {
  return os === 'iOS' ? String(900_000_000 + number * 37) : `com.example.${name.replaceAll('-', '.')}`;
}

/** The ids of the deals that a publisher sells by; none of most. */
export function dealsOf(publisher: number): readonly string[] {
  if (publisher % DEALING_PUBLISHERS_EVERY !== 0) return [];
  return Array.from({ length: DEALS_PER_PUBLISHER }, (_, i) => `deal-${publisher}-${i + 1}`);
}

export function siteObject(channel: Channel, language: string, random: Random): Json {
  const { name, domain, topic } = channel;
  const [first, second] = [pick(random, topic.keywords), pick(random, topic.keywords)];
  const page = `https://www.${domain}/${topic.name}/${first}-${second}-${pick(random, HEADLINES)}-${integerBetween(random, 1, 5_000)}.html`;
  return {
    id: `site-${channel.number}`,
    name,
    domain,
    page,
    ...(random() < 0.4 ? { ref: `https://www.${domain}/${topic.name}` } : {}),
    cat: [topic.category],
    pagecat: [topic.category],
    keywords: `${topic.name},${first},${second}`,
    mobile: 1,
    privacypolicy: 1,
    publisher: publisherObject(channel),
    content: { language, cat: [topic.category], keywords: second, len: integerBetween(random, 300, 9_000) },
  };
}

export function appObject(channel: Channel, os: string, random: Random): Json {
  const { name, domain, topic } = channel;
  const bundle = bundleOf(channel, os);
  const store = os === 'iOS' ? `id${bundle}` : `details/${bundle}`;
  return {
    id: `app-${channel.number}`,
    name,
    bundle,
    domain,
    storeurl: `https://store.example/${store}`,
    ver: `${integerBetween(random, 1, 9)}.${integerBetween(random, 0, 20)}.0`,
    cat: [topic.category],
    keywords: `${topic.name},${pick(random, topic.keywords)}`,
    paid: 0,
    privacypolicy: 1,
    publisher: publisherObject(channel),
  };
}

function publisherObject({ publisher, domain }: Channel): Json {
  return { id: `pub-${publisher}`, name: `Publisher ${publisher}`, domain };
}
