import type { BidFacts, BidRule } from './bid-facts.js';
import { fields, list, flag, lowerTexts, number, numbers, text, type Fields } from './loose-json.js';
import { readVast } from './vast.js';

const KINDS = ['title', 'img', 'video', 'data'] as const;
const MACRO = /\$\{[^}]*\}|%%[A-Z_]+%%/g;
/** Native 1.2, "7.6 Event Tracking Methods". */
const IMAGE = 1;
const SCRIPT = 2;

/** What a native advertisement must be: lines 36 and 37 of the rule book; 38 is a matter of the whole response. */
export const NATIVE_RULES: readonly BidRule[] = [
  [36, answerProblems],
  [36, requiredProblems],
  [36, assetProblems],
  [36, linkProblems],
  [37, trackerProblems],
  [37, privacyProblems],
];

/** The request within the impression: text or, as some send it, an object; Native 1.0 has a root around it. */
export function nativeRequestOf(native: Fields): Fields {
  const request = parsed(native['request']);
  return 'native' in request ? fields(request['native']) : request;
}

function answerOf({ bid }: BidFacts): Fields {
  const answer = parsed(bid['adm']);
  return 'native' in answer ? fields(answer['native']) : answer;
}

function parsed(value: unknown): Fields {
  if (typeof value !== 'string') return fields(value);
  try {
    return fields(JSON.parse(value));
  } catch {
    return {};
  }
}

function answerProblems(facts: BidFacts): string[] {
  const { bid } = facts;
  if (typeof bid['adm'] !== 'string') return ['adm must be a text with JSON in it'];
  return list(answerOf(facts)['assets']).length === 0 ? ['adm holds no native answer with assets'] : [];
}

/** Where none has an id, each has its place in the list. */
function wantedAssets({ placement }: BidFacts): readonly Fields[] {
  const assets = list(nativeRequestOf(placement)['assets']).map(fields);
  const isWithoutIds = assets.every(({ id }) => id === undefined);
  return isWithoutIds ? assets.map((asset, place) => ({ ...asset, id: place })) : assets;
}

function givenAssets(facts: BidFacts): readonly Fields[] {
  return list(answerOf(facts)['assets']).map(fields);
}

function requiredProblems(facts: BidFacts): string[] {
  const answered = givenAssets(facts).map(({ id }) => number(id));
  return [
    ...wantedAssets(facts)
      .filter(({ id, required }) => flag(required) && !answered.includes(number(id)))
      .map(({ id }) => `the asset ${text(id)} is required and missing`),
    ...answered
      .filter((id, i) => answered.indexOf(id) !== i)
      .map((id) => `the asset ${id} is answered twice`),
  ];
}

function assetProblems(facts: BidFacts): string[] {
  const wanted = wantedAssets(facts);
  return givenAssets(facts).flatMap((asset) => {
    const id = text(asset['id']) ?? 'without id';
    const question = wanted.find((each) => number(each['id']) === number(asset['id']));
    const kinds = KINDS.filter((kind) => asset[kind] !== undefined);
    const [kind] = kinds;
    if (!question) return [`the asset ${id} was not asked for`];
    if (kind === undefined || kinds.length > 1) return [`the asset ${id} must be one of ${KINDS.join(', ')}`];
    if (question[kind] === undefined) return [`the asset ${id} is ${kind}, and that was not asked for`];
    const problems = PROBLEMS_OF[kind](fields(asset[kind]), fields(question[kind]));
    return problems.map((problem) => `the asset ${id}: ${problem}`);
  });
}

type AssetProblems = (given: Fields, wanted: Fields) => readonly string[];

const PROBLEMS_OF: Readonly<Record<(typeof KINDS)[number], AssetProblems>> = {
  title: (given, wanted) => lengthProblems(given['text'], wanted['len']),
  data: (given, wanted) => lengthProblems(given['value'], wanted['len']),
  img: imageProblems,
  video: videoProblems,
};

function lengthProblems(given: unknown, longest: unknown): string[] {
  if (typeof given !== 'string' || given === '') return ['there is no text'];
  const characters = Array.from(given).length;
  const most = number(longest) ?? Infinity;
  return characters > most ? [`${characters} characters are more than ${most}`] : [];
}

/** `w` alone is exact, beside `wmin` it is a wish; likewise the height. */
function imageProblems(given: Fields, wanted: Fields): string[] {
  const sides = ['w', 'h'].flatMap((side) => {
    const exact = number(wanted[side]) ?? 0;
    const least = number(wanted[`${side}min`]) ?? 0;
    const found = number(given[side]);
    if (exact === 0 && least === 0) return [];
    if (found === undefined) return [`${side} must be told`];
    if (least > 0) return found < least ? [`${side} ${found} is less than ${least}`] : [];
    return found === exact ? [] : [`${side} must be ${exact}, found ${found}`];
  });
  const type = number(given['type']);
  const isOther = type !== undefined && wanted['type'] !== undefined && type !== number(wanted['type']);
  return [
    ...sides,
    ...(isLink(given['url']) ? [] : ['url is no link']),
    ...(isOther ? [`type ${type} was not asked for`] : []),
  ];
}

function videoProblems(given: Fields, wanted: Fields): string[] {
  const tag = given['vasttag'];
  if (typeof tag !== 'string') return ['vasttag must hold VAST'];
  const { vast, problems } = readVast(tag);
  if (!vast) return [...problems];
  const seconds = vast.seconds ?? 0;
  const mimes = lowerTexts(wanted['mimes']);
  const protocols = numbers(wanted['protocols']);
  const isInTime =
    seconds >= (number(wanted['minduration']) ?? 0) && seconds <= (number(wanted['maxduration']) ?? Infinity);
  const isPlayable =
    vast.isWrapper || mimes.length === 0 || vast.files.some(({ mime }) => mimes.includes(mime));
  return [
    ...problems,
    ...(isInTime ? [] : [`${seconds} s are too short or too long`]),
    ...(isPlayable ? [] : ['no file is of a type in mimes']),
    ...(vast.protocol !== undefined && protocols.length > 0 && !protocols.includes(vast.protocol)
      ? [`protocol ${vast.protocol} is not in protocols`]
      : []),
  ];
}

function isLink(value: unknown): boolean {
  const link = (text(value) ?? '').replace(MACRO, '1');
  return /^https?:\/\/[^\s"'<>\\]+$/.test(link) && URL.canParse(link);
}

function linkProblems(facts: BidFacts): string[] {
  const { link, imptrackers, jstracker, assets } = answerOf(facts);
  const links = [fields(link), ...list(assets).map((asset) => fields(fields(asset)['link']))];
  const clicks = links.flatMap((each) => list(each['clicktrackers']));
  return [
    ...(isLink(fields(link)['url']) ? [] : ['link.url must say where a click leads']),
    ...clicks.filter((each) => !isLink(each)).map((each) => `a clicktracker is no link: ${text(each)}`),
    ...list(imptrackers)
      .filter((each) => !isLink(each))
      .map((each) => `an imptracker is no link: ${text(each)}`),
    ...(jstracker === undefined || typeof jstracker === 'string' ? [] : ['jstracker is no text']),
  ];
}

/** Those of Native 1.0 and 1.1 need no offer: they went with every request. */
function trackerProblems(facts: BidFacts): string[] {
  const offered = list(nativeRequestOf(facts.placement)['eventtrackers']).map(fields);
  return list(answerOf(facts)['eventtrackers'])
    .map(fields)
    .flatMap((tracker) => {
      const [event, method] = [number(tracker['event']), number(tracker['method'])];
      const isOffered = offered.some(
        (each) => number(each['event']) === event && numbers(each['methods']).includes(method ?? 0),
      );
      const needsLink = method === IMAGE || method === SCRIPT;
      return [
        ...(isOffered ? [] : [`event ${event} by method ${method} is not offered`]),
        ...(needsLink && !isLink(tracker['url']) ? [`the tracker of event ${event} has no link`] : []),
      ];
    });
}

function privacyProblems(facts: BidFacts): string[] {
  const { privacy, assetsurl, dcourl } = answerOf(facts);
  const request = nativeRequestOf(facts.placement);
  return [
    ...(privacy !== undefined && !flag(request['privacy']) ? ['a privacy link is not supported'] : []),
    ...(privacy !== undefined && !isLink(privacy) ? ['privacy is no link'] : []),
    ...(assetsurl !== undefined && !flag(request['aurlsupport']) ? ['assetsurl is not supported'] : []),
    ...(dcourl !== undefined && !flag(request['durlsupport']) ? ['dcourl is not supported'] : []),
  ];
}
