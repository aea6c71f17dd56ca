import { EXPANDING_ATTRIBUTES, POSITIONS } from '../../domain/adcom-words.js';
import type { LineItem } from '../../domain/campaign.js';
import type { BannerCreative } from '../../domain/creative.js';
import { nearestWord } from '../../lib/words.js';
import type { FilePath } from '../finding.js';
import type { Report } from './lint-finding.js';
import { COMMON_SIZES } from './usual-sizes.js';

/** The least width in pixels that no phone has room for, upright or on its side as pages and apps use it. */
const TOO_WIDE_FOR_PHONES = 728;
/** The greatest height that is still a strip, and no full screen. */
const STRIP_HEIGHT_MAX = 100;

const OWN_MACROS = ['CLICK_URL', 'CLICK_URL_ENC', 'CACHEBUSTER'];
/** Rule 62. */
const AUCTION_MACROS =
  'ID BID_ID IMP_ID SEAT_ID AD_ID PRICE CURRENCY MBR LOSS MIN_TO_WIN MULTIPLIER IMP_TS DISCOUNT_PCT DISCOUNT_CPM'
    .split(' ')
    .map((name) => `AUCTION_${name}`);
const MACROS = [...OWN_MACROS, ...AUCTION_MACROS];

/** Finds what keeps a banner from being shown or counted. */
export function lintBanner(lineItem: LineItem, creative: BannerCreative, report: Report): void {
  lintMarkup(creative, report);
  lintFit(lineItem, creative, report);
  lintExpansion(creative, report);
}

function lintMarkup({ markup, secure }: BannerCreative, report: Report): void {
  const html: FilePath = ['html'];
  if (!secure) {
    const says =
      'loads something over http://, so it cannot be shown on the many places that ask for https; use https://';
    report('warning', html, says);
  }
  if (!markup.includes('${CLICK_URL')) {
    report('warning', html, 'has no ${CLICK_URL}, so its clicks are not counted; link to ${CLICK_URL}');
  }
  for (const [, name = ''] of markup.matchAll(/\$\{([A-Z][A-Z0-9_]*)(?::[A-Z0-9]+)?\}/g)) {
    if (MACROS.includes(name)) continue;
    const near = nearestWord(name, MACROS);
    const advice =
      near === undefined ? `known are ${OWN_MACROS.join(', ')} and AUCTION_…` : `did you mean \${${near}}?`;
    report('warning', html, `uses \${${name}}, which nothing replaces; ${advice}`);
  }
}

/** Sizes against what the line item wants. */
function lintFit({ targeting }: LineItem, { size }: BannerCreative, report: Report): void {
  if (!size) return;
  const shown = `${size.w}x${size.h}`;
  const { anyOf: types = [] } = targeting.deviceTypes ?? {};
  if (types.length > 0 && types.every((type) => type === 'phone') && size.w >= TOO_WIDE_FOR_PHONES) {
    const says = `is ${shown}, wider than any phone, but the line item wants only phones; remove it or add other devices`;
    report('error', [], says);
  }
  const { anyOf: positions = [] } = targeting.positions ?? {};
  const onlyFullScreen =
    targeting.interstitial?.anyOf[0] === true ||
    (positions.length > 0 && positions.every((position) => position === POSITIONS['full-screen']));
  if (onlyFullScreen && size.h <= STRIP_HEIGHT_MAX) {
    const says = `is a strip of ${shown}, but the line item wants only full screens; use a size such as 320x480`;
    report('error', [], says);
  }
  if (!COMMON_SIZES.has(shown)) {
    report(
      'warning',
      ['w'],
      `makes the size ${shown}, for which hardly any place exists; check width and height`,
    );
  }
}

function lintExpansion({ attributes, expandDirections }: BannerCreative, report: Report): void {
  const expands = attributes.some((attribute) => EXPANDING_ATTRIBUTES.includes(attribute));
  if (expands && expandDirections.length === 0) {
    report(
      'warning',
      ['attributes'],
      'says that it expands, but not where to; add "expands", such as ["down"]',
    );
  }
  if (!expands && expandDirections.length > 0) {
    const says = 'gives directions, but no attribute says how it expands; add one such as "expands-on-click"';
    report('warning', ['expands'], says);
  }
}
