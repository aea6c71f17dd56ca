import type { BidFacts, BidRule } from './bid-facts.js';
import { fields, list, number, numbers, text } from './loose-json.js';

/** Attributes of AdCOM's list that make a banner grow: automatically, on a click, on a rollover. */
const EXPANDABLE = new Set([3, 4, 5]);

/** What a banner must be: lines 26 to 28 of the rule book. */
export const BANNER_RULES: readonly BidRule[] = [
  [26, sizeProblems],
  [27, flexProblems],
  [28, typeProblems],
];

function sizeProblems({ bid, placement }: BidFacts): string[] {
  if (bid['wratio'] !== undefined || bid['hratio'] !== undefined) return [];
  const [w, h] = [bid['w'], bid['h']];
  if (!isCount(w) || !isCount(h)) return [`w and h must be given, found ${String(w)} x ${String(h)}`];
  const offered = [placement, ...list(placement['format']).map(fields)];
  const fits = offered.some((size) => number(size['w']) === w && number(size['h']) === h);
  return fits ? [] : [`${w} x ${h} is not offered`];
}

function flexProblems({ bid, placement }: BidFacts): string[] {
  const [w, h] = [bid['wratio'], bid['hratio']];
  if (w === undefined && h === undefined) return [];
  if (!isCount(w) || !isCount(h)) return ['both wratio and hratio must be given'];
  if (bid['w'] !== undefined || bid['h'] !== undefined) return ['a size and a ratio exclude each other'];
  const fits = list(placement['format'])
    .map(fields)
    .some((format) => {
      const [wratio, hratio, wmin] = ['wratio', 'hratio', 'wmin'].map((name) => number(format[name]) ?? 0);
      return Boolean(wratio && hratio && wmin) && w * (hratio ?? 0) === h * (wratio ?? 0);
    });
  return fits ? [] : [`the ratio ${w} : ${h} is not offered`];
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

/** A response does not tell the creative's mime, so that `mimes` cannot be checked here. */
function typeProblems({ bid, placement }: BidFacts): string[] {
  const type = bannerType(text(bid['adm']) ?? '');
  const grows = numbers(bid['attr']).some((attribute) => EXPANDABLE.has(attribute));
  return [
    ...(type !== undefined && numbers(placement['btype']).includes(type)
      ? [`banner type ${type} is in btype`]
      : []),
    ...(grows && list(placement['expdir']).length === 0
      ? ['the creative expands, and expdir offers no direction']
      : []),
  ];
}

/** What markup gives away: 3 is JavaScript, 4 an iframe. Text and pictures look alike. */
function bannerType(markup: string): number | undefined {
  if (/<script/i.test(markup)) return 3;
  return /<iframe/i.test(markup) ? 4 : undefined;
}
