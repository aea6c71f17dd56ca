import { CLICK_ID_MACRO } from '../domain/notice.js';

/** Nothing of this is in an address that the catalogue takes; browsers disagree about what it means. */
const AMBIGUOUS = /[\s\\\p{Cc}]/u;

/**
 * Where a click leads. The landing page was checked when its campaign was loaded; it is checked again, because this is the
 * one place where a mistake would send people elsewhere. Nothing is changed in it but the click id, and only behind the host.
 *
 * @param landing as signed into the token
 * @param bidId goes in place of `${CLICK_ID}`
 * @returns the URL as a browser reads it, in visible ASCII; undefined for what leads to no page of the web
 */
export function locationOf(landing: string, bidId: string): string | undefined {
  if (AMBIGUOUS.test(landing) || !/^https?:\/\//i.test(landing)) return undefined;
  const filled = landing.replaceAll(CLICK_ID_MACRO, encodeURIComponent(bidId));
  if (!URL.canParse(filled)) return undefined;
  const url = new URL(filled);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  return url.href;
}
