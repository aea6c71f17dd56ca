import type { Campaign, LineItem } from '../../domain/campaign.js';
import type { BannerCreative, Creative } from '../../domain/creative.js';
import { nearestWord } from '../../lib/words.js';
import type { FilePath } from '../finding.js';
import { EXPANDING_ATTRIBUTES, POSITIONS } from '../../domain/adcom-words.js';
import type { Report } from './lint-finding.js';

/** Sizes that exchanges commonly ask for (IAB fixed sizes, mobile banners and full screens). */
const COMMON_SIZES = new Set(
  (
    '88x31 120x60 120x240 120x600 125x125 160x600 168x28 180x150 200x200 216x36 234x60 240x400 250x250 250x360 ' +
    '300x50 300x100 300x250 300x600 300x1050 320x50 320x100 320x240 320x250 320x320 320x480 320x568 336x280 ' +
    '360x592 360x640 375x667 414x736 468x60 480x320 480x640 580x400 728x90 750x100 750x200 750x300 768x1024 930x180 ' +
    '970x66 970x90 970x250 980x120 980x240 1024x768 1x1'
  ).split(' '),
);
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

/** Finds what keeps a creative from being shown, counted or trusted. */
export function lintCreative(
  campaign: Campaign,
  lineItem: LineItem,
  creative: Creative,
  report: Report,
): void {
  if (creative.format === 'banner') lintMarkup(creative, report);
  lintLanding(campaign, creative, report);
  if (creative.format === 'banner') {
    lintFit(lineItem, creative, report);
    lintExpansion(creative, report);
  }
  lintDeclarations(lineItem, creative, report);
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

function lintLanding({ advertiser }: Campaign, { landing }: Creative, report: Report): void {
  const { protocol, hostname } = new URL(landing);
  if (protocol !== 'https:') {
    report('warning', ['landing'], 'is an http:// page, which browsers call unsafe; use https://');
  }
  if (hostname !== advertiser.domain && !hostname.endsWith(`.${advertiser.domain}`)) {
    const says = `leads to ${hostname}, which is not the advertiser's ${advertiser.domain}; exchanges may block it`;
    report('warning', ['landing'], says);
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

/** What a creative says of itself. */
function lintDeclarations({ targeting }: LineItem, creative: Creative, report: Report): void {
  const { language, categories } = creative;
  const { anyOf: languages = [] } = targeting.languages ?? {};
  const [spoken] = (language ?? 'xx').split('-');
  if (
    spoken !== 'xx' &&
    languages.length > 0 &&
    !languages.some((wanted) => wanted.split('-')[0] === spoken)
  ) {
    const says = `is "${language ?? ''}", but the line item wants people who read ${languages.join(', ')}`;
    report('warning', ['language'], says);
  }
  if (categories.length === 0) {
    const says =
      'has no IAB categories, nor has its advertiser, and many exchanges refuse that; add "categories"';
    report('warning', [], says);
  }
}
