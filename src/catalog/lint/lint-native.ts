import { NATIVE_DATA } from '../../domain/adcom-words.js';
import type { NativeCreative } from '../../domain/creative.js';
import type { FilePath } from '../finding.js';
import { lintAddresses } from './lint-addresses.js';
import type { Report } from './lint-finding.js';

/** Places ask for titles of 25, 90 or 140 characters at most (Native 1.2, Title Request Object). */
const TITLE_CHARACTERS_USUAL = 90;
const DESCRIPTION_CHARACTERS_USUAL = 140;
const RATING_MAX = 5;

/** Finds what keeps a native creative from filling the places there are. */
export function lintNative(creative: NativeCreative, report: Report): void {
  const { title, images, icons, data, video, privacyUrl } = creative;
  lintAddresses(
    [
      ...images.map(({ url }, i) => [['images', i, 'url'] satisfies FilePath, url] as const),
      ...icons.map(({ url }, i) => [['icons', i, 'url'] satisfies FilePath, url] as const),
      ...(video?.files ?? []).map(
        ({ url }, i) => [['video', 'files', i, 'url'] satisfies FilePath, url] as const,
      ),
      [['privacy'], privacyUrl ?? ''],
    ],
    report,
  );
  if (images.length === 0) {
    const says =
      'has no main picture, which nearly all places ask for; add "images", such as one of 1200x627';
    report('warning', [], says);
  }
  if (title.length > TITLE_CHARACTERS_USUAL) {
    const says = `is ${title.length} characters long, and most places take ${TITLE_CHARACTERS_USUAL} or 25 at most; shorten it`;
    report('warning', ['title'], says);
  }
  if (!data.has(NATIVE_DATA.sponsoredBy)) {
    const says = 'does not say whose advertisement it is, which most places ask for; add "sponsoredBy"';
    report('warning', [], says);
  }
  const description = data.get(NATIVE_DATA.description) ?? '';
  if (description.length > DESCRIPTION_CHARACTERS_USUAL) {
    const says = `is ${description.length} characters long, and places have room for about ${DESCRIPTION_CHARACTERS_USUAL}; shorten it`;
    report('warning', ['description'], says);
  }
  const rating = data.get(NATIVE_DATA.rating);
  if (rating !== undefined && !(Number(rating) >= 0 && Number(rating) <= RATING_MAX)) {
    report(
      'warning',
      ['rating'],
      `is ${JSON.stringify(rating)}, and places draw stars of it; write a number from 0 to 5`,
    );
  }
  for (const [i, { size }] of icons.entries()) {
    if (size.w === size.h) continue;
    const says = `makes the icon ${size.w}x${size.h}, and places have room for square ones; add one such as 80x80`;
    report('warning', ['icons', i, 'w'], says);
  }
}
