import { secondsOf, type BidFacts, type BidRule } from './bid-facts.js';
import { fields, flag, list, lowerTexts, number, numbers, text, type Fields } from './loose-json.js';
import { readVast, type VastFile } from './vast.js';

/** AdCOM "Creative Attributes": the creative brings a button to skip it. */
const SKIPPABLE = 16;
/** AdCOM "API Frameworks" that the name in a MediaFile may stand for. */
const FRAMEWORKS: Readonly<Record<string, readonly number[]>> = {
  vpaid: [1, 2],
  mraid: [3, 5, 6],
  simid: [8],
};
/** Two shapes of a picture that differ by less look the same. */
const ASPECT_TOLERANCE = 0.01;
const LINEAR = 1;
const NON_LINEAR = 2;

/** What a video must be: lines 30 to 33 of the rule book. */
export const VIDEO_RULES: readonly BidRule[] = [
  [30, documentProblems],
  [30, durationProblems],
  [30, protocolProblems],
  [30, fileProblems],
  [30, linearityProblems],
  [30, companionProblems],
  [32, skipProblems],
  [33, markupProblems],
];

/** What an audio must be: line 34, which is lines 30 and 33 for the ear. */
export const AUDIO_RULES: readonly BidRule[] = [
  [34, documentProblems],
  [34, durationProblems],
  [34, protocolProblems],
  [34, fileProblems],
  [34, companionProblems],
  [
    34,
    ({ vast }) =>
      vast?.isNonLinear || vast?.skipSeconds !== undefined ? ['audio has nothing to see or press'] : [],
  ],
  [33, markupProblems],
];

function markupProblems({ bid }: BidFacts): string[] {
  return (text(bid['adm']) ?? text(bid['nurl'])) ? [] : ['neither adm nor nurl'];
}

function documentProblems({ bid }: BidFacts): readonly string[] {
  const markup = text(bid['adm']);
  return markup === undefined ? [] : readVast(markup).problems;
}

function durationProblems(facts: BidFacts): string[] {
  const { placement, vast, bid } = facts;
  const seconds = secondsOf(facts);
  const told = number(bid['dur']);
  if (seconds === undefined)
    return vast && !vast.isLinear ? [] : ['nobody tells how long it is: no dur, no Duration'];
  const least = number(list(placement['minduration'])[0]) ?? 0;
  const most = number(list(placement['maxduration'])[0]) ?? Infinity;
  const required = numbers(placement['rqddurs']);
  return [
    ...(seconds < least ? [`${seconds} s are less than ${least}`] : []),
    ...(seconds > most ? [`${seconds} s are more than ${most}`] : []),
    ...(required.length > 0 && !required.includes(seconds) ? [`${seconds} s are not in rqddurs`] : []),
    ...(told !== undefined && vast?.seconds !== undefined && Math.abs(told - vast.seconds) >= 1
      ? [`dur is ${told}, and Duration ${vast.seconds} s`]
      : []),
  ];
}

function protocolProblems({ bid, placement, vast }: BidFacts): string[] {
  const allowed = [...numbers(placement['protocols']), ...numbers(placement['protocol'])];
  const told = number(bid['protocol']);
  const found = vast?.protocol ?? told;
  return [
    ...(told === undefined ? ['protocol must tell the version of VAST'] : []),
    ...(told !== undefined && vast?.protocol !== undefined && told !== vast.protocol
      ? [`protocol is ${told}, and adm is of protocol ${vast.protocol}`]
      : []),
    ...(found !== undefined && allowed.length > 0 && !allowed.includes(found)
      ? [`protocol ${found} is not in protocols`]
      : []),
  ];
}

/** A player takes one of the files: there must be one that it may take. What a wrapper leads to cannot be seen. */
function fileProblems({ placement, vast, format }: BidFacts): string[] {
  if (!vast || vast.isWrapper || vast.files.length === 0) return [];
  const reasons = vast.files.map((file) => whyNot(file, placement, format === 'video'));
  if (reasons.some((why) => why === undefined)) return [];
  return [`no file can be played: ${[...new Set(reasons)].join(', ')}`];
}

function whyNot(file: VastFile, placement: Fields, isVideo: boolean): string | undefined {
  const mimes = lowerTexts(placement['mimes']);
  const deliveries = numbers(placement['delivery']);
  const apis = numbers(placement['api'] ?? placement['apis']);
  const [least, most] = [number(placement['minbitrate']) ?? 0, number(placement['maxbitrate']) || Infinity];
  if (!mimes.includes(file.mime)) return `${file.mime} is not in mimes`;
  const codes = file.delivery === 'streaming' ? [1] : [2, 3];
  if (deliveries.length > 0 && !codes.some((code) => deliveries.includes(code)))
    return `${file.delivery} is not in delivery`;
  const [slowest, fastest] = file.kbps ?? [undefined, undefined];
  if ((slowest ?? least) < least || (fastest ?? most) > most)
    return `${slowest} to ${fastest} kbit/s are out of bounds`;
  const frameworks = file.api === undefined ? [] : (FRAMEWORKS[file.api.toLowerCase()] ?? []);
  if (file.api !== undefined && !frameworks.some((code) => apis.includes(code)))
    return `${file.api} is not in api`;
  return isVideo && !fitsAspect(file, placement) ? `${file.w} x ${file.h} has another aspect` : undefined;
}

/** Line 30: without boxing the picture must have the shape of the player. */
function fitsAspect({ w, h }: VastFile, placement: Fields): boolean {
  const [width, height] = [number(placement['w']) ?? 0, number(placement['h']) ?? 0];
  const mayBox = placement['boxingallowed'] === undefined || flag(placement['boxingallowed']);
  if (mayBox || width === 0 || height === 0) return true;
  return Math.abs((w * height) / (h * width) - 1) <= ASPECT_TOLERANCE;
}

function linearityProblems({ placement, vast }: BidFacts): string[] {
  const wanted = number(placement['linearity']);
  if (!vast || vast.isWrapper || wanted === undefined) return [];
  const isRight = wanted === NON_LINEAR ? vast.isNonLinear : wanted !== LINEAR || vast.isLinear;
  return isRight ? [] : [`linearity ${wanted} is wanted`];
}

function companionProblems({ placement, vast }: BidFacts): string[] {
  const given = fields(placement['companionad'])['banner'] ?? placement['companionad'];
  const offered = list(given).map(fields);
  const types = numbers(placement['companiontype']);
  return (vast?.companions ?? []).flatMap(({ w, h, type }) => {
    const sizes = offered.flatMap((banner) => [banner, ...list(banner['format']).map(fields)]);
    const fits = sizes.some((size) => number(size['w']) === w && number(size['h']) === h);
    return [
      ...(fits ? [] : [`a companion of ${w} x ${h} is not offered`]),
      ...(types.length > 0 && !types.includes(type)
        ? [`companions of type ${type} are not in companiontype`]
        : []),
    ];
  });
}

/** The implementation guide, §7.4: where the player brings the button, the creative must not bring a second one. */
function skipProblems(facts: BidFacts): string[] {
  const { bid, placement, vast } = facts;
  const bringsButton = numbers(bid['attr']).includes(SKIPPABLE);
  const playerSkips = flag(placement['skip']);
  const seconds = secondsOf(facts) ?? Infinity;
  const least = number(placement['skipmin']) ?? 0;
  const after = number(placement['skipafter']) ?? 0;
  const skip = vast?.skipSeconds;
  return [
    ...(bringsButton && playerSkips
      ? ['the player offers to skip, and so does the creative (attribute 16)']
      : []),
    ...(playerSkips && skip !== undefined && seconds <= least
      ? [`${seconds} s may not be skipped, only more than ${least}`]
      : []),
    ...(playerSkips && skip !== undefined && skip < after
      ? [`skipping is offered after ${skip} s, and may be after ${after}`]
      : []),
  ];
}
