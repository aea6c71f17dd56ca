import { allowList, fields, list, lowerTexts, number, text, texts, type Fields } from './loose-json.js';
import type { Vast } from './vast.js';

export type Format = 'banner' | 'video' | 'audio' | 'native';

/** By AdCOM "Creative Markup Types", from 1. */
export const FORMATS: readonly Format[] = ['banner', 'video', 'audio', 'native'];

/** One bid with everything of its request that bears on it. */
export interface BidFacts {
  readonly bid: Fields;
  readonly request: Fields;
  /** The impression that it is for; empty when there is none. */
  readonly impression: Fields;
  /** As `mtype` says, else the only one that the impression takes, else what the markup looks like. */
  readonly format: Format;
  /** The impression's object of that format; empty when there is none. */
  readonly placement: Fields;
  /** Of a video or an audio, when its markup can be read. */
  readonly vast: Vast | undefined;
  /** The deal that it names, among those offered; undefined when it names none or none that is offered. */
  readonly deal: Fields | undefined;
  readonly seat: string | undefined;
  /** The response's currency. */
  readonly currency: string;
  readonly exchange: Fields;
  /** Units of each currency for one US dollar. */
  readonly perUsd: Fields;
  /** True for a bidder of this house, which promises more than the rule book: see CheckOptions. */
  readonly isOurs: boolean;
}

/** A rule of the rule book: its line, and what is wrong, if anything. */
export type BidRule = readonly [line: number, check: (facts: BidFacts) => readonly string[]];

export function impressionOf(request: Fields, bid: Fields): Fields | undefined {
  return list(request['imp'])
    .map(fields)
    .find((impression) => text(impression['id']) === text(bid['impid']));
}

/** @returns the formats that an impression takes */
export function formatsOf(impression: Fields): readonly Format[] {
  return FORMATS.filter((format) => typeof impression[format] === 'object' && impression[format] !== null);
}

/** `mtype` is of OpenRTB 2.6; before, exchanges had it in extensions. */
export function markupTypeOf(bid: Fields): number | undefined {
  return number(bid['mtype'] ?? fields(bid['ext'])['mtype']);
}

export function formatOf(impression: Fields, bid: Fields): Format {
  const told = FORMATS[(markupTypeOf(bid) ?? 0) - 1];
  if (told) return told;
  const offered = formatsOf(impression);
  if (offered.length === 1) return offered[0] as Format;
  const markup = (text(bid['adm']) ?? '').trimStart();
  if (markup.startsWith('{')) return 'native';
  if (!/^<(\?xml|VAST)/.test(markup)) return 'banner';
  return offered.includes('video') ? 'video' : 'audio';
}

/** How long a creative runs, in seconds: what the bid says, else its markup; undefined for what stands still. */
export function secondsOf({ bid, vast }: Pick<BidFacts, 'bid' | 'vast'>): number | undefined {
  return number(bid['dur'] ?? fields(bid['ext'])['dur']) ?? vast?.seconds;
}

export function dealOf(impression: Fields, bid: Fields): Fields | undefined {
  return list(fields(impression['pmp'])['deals'])
    .map(fields)
    .find((deal) => text(deal['id']) !== undefined && text(deal['id']) === text(bid['dealid']));
}

/** @returns `amount` of currency `from` in `to`, or undefined when a rate is missing */
export function converted(amount: number, from: string, to: string, perUsd: Fields): number | undefined {
  if (from === to) return amount;
  const fromRate = number(perUsd[from]);
  const toRate = number(perUsd[to]);
  return fromRate === undefined || toRate === undefined ? undefined : (amount / fromRate) * toRate;
}

/** True when the list names `domain` or a domain above it. */
export function isOnDomains(domain: string, domains: readonly string[]): boolean {
  return domains.some((listed) => `.${domain.toLowerCase()}`.endsWith(`.${listed}`));
}

/** True when the list names `category` or its parent. */
function isOnCategories(category: string, categories: readonly string[]): boolean {
  const parent = category.toUpperCase().split('-')[0];
  return categories.some((listed) => [category.toUpperCase(), parent].includes(listed.toUpperCase()));
}

/** Rule 24, languages: `wlang` and `wlangb`; a text without words is in every language. */
export function languageProblems({ bid, request }: BidFacts): readonly string[] {
  const language = (text(bid['langb']) ?? text(bid['language']))?.toLowerCase();
  return ['wlang', 'wlangb'].flatMap((name) => {
    if (!allowList(request[name]) || language === 'xx') return [];
    const allowed = lowerTexts(request[name]);
    const speaks = allowed.some((tag) => language === tag || language?.startsWith(`${tag}-`));
    return speaks ? [] : [`the language ${language ?? 'is not told and'} is not in ${name}`];
  });
}

/** Rule 23: none of the categories blocked, all of them allowed, in the taxonomy that the lists are in. */
export function categoryProblems({ bid, request }: BidFacts): readonly string[] {
  const categories = texts(bid['cat']);
  const blocked = lowerTexts(request['bcat']);
  const allowed = allowList(request['acat']);
  const taxonomies = [number(bid['cattax']) ?? 1, number(request['cattax']) ?? 1];
  if ((blocked.length > 0 || allowed) && categories.length > 0 && taxonomies[0] !== taxonomies[1]) {
    return [`the categories are in taxonomy ${taxonomies[0]}, the lists in ${taxonomies[1]}`];
  }
  return [
    ...categories.filter((category) => isOnCategories(category, blocked)).map((it) => `${it} is in bcat`),
    ...categories
      .filter((category) => allowed && !isOnCategories(category, allowed))
      .map((it) => `${it} is not in acat`),
  ];
}
