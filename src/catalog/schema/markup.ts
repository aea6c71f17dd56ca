/**
 * A response is at most 4,096 bytes (rule 9). About 1,400 of them are ids, prices and signed notice links; the rest is
 * for one creative's markup as it is sent: escaped, and with its click links in place.
 */
export const MARKUP_BYTES_MAX = 2_500;

/** Host, signature and facts of a click link, beside its landing page. */
const CLICK_LINK_BYTES = 200;

/** @returns the bytes that the markup takes in a response, click links included */
export function markupBytes(markup: string, landing: string): number {
  const clickLinks = markup.split('${CLICK_URL').length - 1;
  const landingInTokenBytes = Math.ceil((Buffer.byteLength(landing) * 4) / 3);
  return (
    Buffer.byteLength(JSON.stringify(markup)) - 2 + clickLinks * (CLICK_LINK_BYTES + landingInTokenBytes)
  );
}

/** Does a browser that shows the text fetch anything over plain http? Exchanges look for `http:` no further. */
export function isSecure(text: string): boolean {
  return !/http:/i.test(text);
}

/** The numbering of `btype`: 3 JavaScript, 4 iframe, 2 any other XHTML banner. */
export function bannerTypeOf(markup: string): number {
  if (/<script|javascript:|<[^>]+\son[a-z]+\s*=/i.test(markup)) return 3;
  return /<iframe/i.test(markup) ? 4 : 2;
}

/**
 * A picture as a banner: it leads to the landing page through our click link.
 *
 * @param image an absolute address without quotes or angle brackets
 */
export function pictureMarkup(
  image: string,
  size: { readonly w: number; readonly h: number } | undefined,
): string {
  const measures = size ? `width="${size.w}" height="${size.h}"` : 'width="100%"';
  const source = image.replaceAll('&', '&amp;');
  return `<a href="\${CLICK_URL}" target="_blank"><img src="${source}" ${measures} alt="" style="border:0"></a>`;
}

const IMAGE_MIMES = new Map([
  ['gif', 'image/gif'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['webp', 'image/webp'],
]);

const MEDIA_MIMES = new Map([
  ['aac', 'audio/aac'],
  ['m3u8', 'application/x-mpegurl'],
  ['m4a', 'audio/mp4'],
  ['mov', 'video/quicktime'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['mpd', 'application/dash+xml'],
  ['ogg', 'audio/ogg'],
  ['wav', 'audio/wav'],
  ['webm', 'video/webm'],
]);

/** @returns the kind of picture that the address's file name tells, or undefined when it tells none */
export function mimeOfImage(image: string): string | undefined {
  return IMAGE_MIMES.get(endingOf(image));
}

/** Likewise of a video or audio. */
export function mimeOfMedia(address: string): string | undefined {
  return MEDIA_MIMES.get(endingOf(address));
}

function endingOf(address: string): string {
  return /\.([a-z0-9]+)$/.exec(new URL(address).pathname.toLowerCase())?.[1] ?? '';
}
