import type { Campaign, LineItem } from '../../domain/campaign.js';
import type { Creative } from '../../domain/creative.js';
import { lintBanner } from './lint-banner.js';
import type { Report } from './lint-finding.js';
import { lintNative } from './lint-native.js';
import { lintAudio, lintVideo } from './lint-stream.js';

/** Finds what keeps a creative from being shown, counted or trusted. */
export function lintCreative(
  campaign: Campaign,
  lineItem: LineItem,
  creative: Creative,
  report: Report,
): void {
  lintFormat(lineItem, creative, report);
  lintLanding(campaign, creative, report);
  lintFormatFit(lineItem, creative, report);
  lintDeclarations(lineItem, creative, report);
}

function lintFormat(lineItem: LineItem, creative: Creative, report: Report): void {
  switch (creative.format) {
    case 'banner':
      return lintBanner(lineItem, creative, report);
    case 'video':
      return lintVideo(lineItem, creative, report);
    case 'audio':
      return lintAudio(creative, report);
    case 'native':
      return lintNative(creative, report);
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

/** Places of a format against those that the line item wants. */
function lintFormatFit({ targeting }: LineItem, { format }: Creative, report: Report): void {
  if (format === 'banner' || format === 'video') return;
  const { positions, deviceTypes, unknown } = targeting;
  const atUnknown = unknown.byDimension.get('positions') ?? unknown.lineItem;
  if (positions && positions.anyOf.length > 0 && atUnknown === 'reject') {
    const says = `is ${format}, and places for it tell no position, but the line item wants certain ones; drop "positions", or accept unknown ones`;
    report('warning', [], says);
  }
  const { anyOf: types = [] } = deviceTypes ?? {};
  if (format === 'native' && types.length > 0 && types.every((type) => type === 'out-of-home')) {
    const says =
      'is native, but the line item wants only screens out of home, which show banners and videos; remove it or add other devices';
    report('warning', [], says);
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
