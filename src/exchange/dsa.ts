import type { DsaWish } from '../domain/bid-request.js';
import type { LineItem, Place, Transparency } from '../domain/campaign.js';
import { jsonText } from './json-text.js';

/** `dsarequired` from here on: a bid without an answer is dropped. */
const REQUIRED = 2;
const PUBLISHER_CANNOT = 0;
const PUBLISHER_WILL = 2;
const NOT_WANTED = 0;

/** IAB Tech Lab "DSA Transparency", list of user parameters. */
const PROFILING = 1;
/** What is read off the page and the device, coarse places, and caps. */
const BASIC = 2;
const PRECISE_PLACE = 3;

/** Dimensions of targeting that look into a profile, or at what a request tells of the person. */
const OF_PERSONS = [
  'age',
  'gender',
  'education',
  'occupation',
  'marital',
  'income',
  'segments',
  'interests',
  'recency',
  'frequency',
  'monetary',
  'lifetime',
  'stage',
] as const;

/** What a bid of a line item tells under the Digital Services Act, as the inside of its `ext`, ready to be sent. */
export interface DsaAnswer {
  /** Nothing personal was used. */
  readonly contextual: string;
  readonly personal: string;
  /** Do the creatives show it themselves? */
  readonly isShownByCreatives: boolean;
}

/** @param ownDomain ours, which applies the parameters */
export function compileDsaAnswer(
  transparency: Transparency,
  { targeting }: Pick<LineItem, 'targeting'>,
  ownDomain: string,
): DsaAnswer {
  const isShownByCreatives = transparency.shownByCreatives ?? false;
  const places = targeting.geo ? [...targeting.geo.anyOf, ...targeting.geo.noneOf] : [];
  const parameters = [
    ...(OF_PERSONS.some((name) => targeting[name] !== undefined) ? [PROFILING] : []),
    BASIC,
    ...(places.some(isPrecise) ? [PRECISE_PLACE] : []),
  ];
  const answer = (used: readonly number[]): string =>
    `"dsa":{"behalf":${jsonText(transparency.behalf)},"paid":${jsonText(transparency.paid)}` +
    `,"transparency":[{"domain":${jsonText(ownDomain)},"dsaparams":[${used.join(',')}]}]` +
    `,"adrender":${isShownByCreatives ? 1 : 0}}`;
  return { contextual: answer([BASIC]), personal: answer(parameters), isShownByCreatives };
}

/** A place that only coordinates, a zip or an exact address tell. */
function isPrecise(place: Place): boolean {
  return place.kind === 'circle' || (place.kind === 'area' && place.zip !== undefined);
}

/**
 * May a line item bid for an impression with such a wish (rule 49)? Where an answer is required there must be one, and exactly
 * one side that shows it: the creatives where the publisher cannot, and not the creatives where the publisher will.
 */
export function meetsDsa(wish: DsaWish | undefined, answer: DsaAnswer | undefined): boolean {
  return wish === undefined || wish.required < REQUIRED || isConsistent(wish, answer);
}

function isConsistent({ publisherRenders }: DsaWish, answer: DsaAnswer | undefined): boolean {
  if (answer === undefined) return false;
  if (publisherRenders === PUBLISHER_CANNOT) return answer.isShownByCreatives;
  return publisherRenders !== PUBLISHER_WILL || !answer.isShownByCreatives;
}

/** @returns the inside of `bid.ext`; empty where nothing is asked, or nothing can be said that the exchange would not drop */
export function dsaExtension(
  wish: DsaWish | undefined,
  answer: DsaAnswer | undefined,
  isPersonal: boolean,
): string {
  if (wish === undefined || answer === undefined || !isConsistent(wish, answer)) return '';
  if (wish.required < REQUIRED && wish.dataToPublisher === NOT_WANTED) return '';
  return isPersonal ? answer.personal : answer.contextual;
}
