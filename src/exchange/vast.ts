import type { AudioCreative, Companion, MediaFile, VideoCreative } from '../domain/creative.js';
import type { ShownStream } from '../domain/shown-as.js';

const AD_SYSTEM = 'Narrowcast';
/** Who numbers the creatives: nobody but us (VAST 4.2 §3.8.2). */
const REGISTRY = 'unknown';

/** What a VAST document says besides what is shown. The links are safe in any context. */
export interface VastLinks {
  readonly bidId: string;
  /** Our name for the creative. */
  readonly mark: string;
  /** Counts the impression. */
  readonly impressionUrl: string;
  readonly clickUrl: string;
  readonly cacheBuster: number;
}

type StreamParts = Pick<VideoCreative | AudioCreative, 'id' | 'seconds' | 'wrapper'> & {
  readonly skipAfterSeconds?: number | undefined;
};

/**
 * Writes a VAST document with one advertisement, inline or a wrapper (VAST 2.0 to 4.3), its elements in the order of the
 * version's schema.
 */
export function vastDocument(creative: StreamParts, shown: ShownStream, links: VastLinks): string {
  const { vastVersion, format } = shown;
  const isVersion4 = vastVersion.startsWith('4');
  const hasAdType = isVersion4 && vastVersion !== '4.0';
  const kind = hasAdType && format === 'audio' ? ' adType="audio"' : '';
  const ad = creative.wrapper
    ? wrapperAd(creative.wrapper.tag, shown, links)
    : inlineAd(creative, shown, links, hasAdType);
  return `<VAST version="${vastVersion}"><Ad id="${attribute(links.mark)}"${kind}>${ad}</Ad></VAST>`;
}

function inlineAd(
  creative: StreamParts,
  shown: ShownStream,
  links: VastLinks,
  hasServingId: boolean,
): string {
  const title = `<AdTitle>${text(creative.id)}</AdTitle>`;
  const impression = impressionElement(links);
  const system = `<AdSystem>${AD_SYSTEM}</AdSystem>`;
  const head = shown.vastVersion.startsWith('4')
    ? system + impression + (hasServingId ? `<AdServingId>${text(links.bidId)}</AdServingId>` : '') + title
    : system + title + impression;
  return `<InLine>${head}<Creatives>${linear(creative, shown, links)}${companionAds(shown, links)}</Creatives></InLine>`;
}

function linear(creative: StreamParts, shown: ShownStream, links: VastLinks): string {
  const skip =
    shown.isSkippable && creative.skipAfterSeconds !== undefined
      ? ` skipoffset="${clockTime(creative.skipAfterSeconds)}"`
      : '';
  const files = `<MediaFiles>${shown.files.map(mediaFile).join('')}</MediaFiles>`;
  const clicks = `<VideoClicks><ClickThrough>${cdata(links.clickUrl)}</ClickThrough></VideoClicks>`;
  const parts = shown.vastVersion.startsWith('4') ? files + clicks : clicks + files;
  const body = `<Linear${skip}><Duration>${clockTime(creative.seconds)}</Duration>${parts}</Linear>`;
  return `<Creative id="${attribute(links.mark)}">${body}${universalId(shown, links)}</Creative>`;
}

/** VAST 4 asks for one in every creative; 4.0 wants the id twice. */
function universalId({ vastVersion }: ShownStream, { mark }: VastLinks): string {
  if (!vastVersion.startsWith('4')) return '';
  const value = vastVersion === '4.0' ? ` idValue="${attribute(mark)}"` : '';
  return `<UniversalAdId idRegistry="${REGISTRY}"${value}>${text(mark)}</UniversalAdId>`;
}

function mediaFile({ url, mime, size, kbps, delivery }: MediaFile): string {
  const bitrate = kbps === undefined ? '' : ` bitrate="${kbps}"`;
  return (
    `<MediaFile delivery="${delivery}" type="${attribute(mime)}" width="${size?.w ?? 0}" height="${size?.h ?? 0}"${bitrate}>` +
    `${cdata(url)}</MediaFile>`
  );
}

function companionAds(shown: ShownStream, links: VastLinks): string {
  if (shown.companions.length === 0) return '';
  const ads = shown.companions.map((companion) => companionAd(companion, links)).join('');
  return `<Creative><CompanionAds>${ads}</CompanionAds>${universalId(shown, links)}</Creative>`;
}

function companionAd({ size, image, mime }: Companion, { clickUrl }: VastLinks): string {
  return (
    `<Companion width="${size.w}" height="${size.h}"><StaticResource creativeType="${attribute(mime)}">${cdata(image)}</StaticResource>` +
    `<CompanionClickThrough>${cdata(clickUrl)}</CompanionClickThrough></Companion>`
  );
}

function wrapperAd(tag: string, shown: ShownStream, links: VastLinks): string {
  const target = cdata(tag.replaceAll('${CACHEBUSTER}', String(links.cacheBuster)));
  const uri = `<VASTAdTagURI>${target}</VASTAdTagURI>`;
  const impression = impressionElement(links);
  // From VAST 4 on the address comes last.
  const [before, after] = shown.vastVersion.startsWith('4') ? ['', uri] : [uri, ''];
  const clicks = `<VideoClicks><ClickTracking>${cdata(links.clickUrl)}</ClickTracking></VideoClicks>`;
  return (
    `<Wrapper><AdSystem>${AD_SYSTEM}</AdSystem>${before}${impression}<Creatives><Creative><Linear>${clicks}</Linear></Creative>` +
    `${companionAds({ ...shown, vastVersion: '3.0' }, links)}</Creatives>${after}</Wrapper>`
  );
}

function impressionElement({ impressionUrl }: VastLinks): string {
  return `<Impression>${cdata(impressionUrl)}</Impression>`;
}

/** `HH:MM:SS`, with thousandths where there are any. */
function clockTime(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const whole = Math.floor(ms / 1000);
  const clock = `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return ms % 1000 === 0 ? clock : `${clock}.${String(ms % 1000).padStart(3, '0')}`;
}

/** Characters that no XML 1.0 document may hold, lone surrogates included. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function allowed(value: string): string {
  return value.replace(FORBIDDEN, '\ufffd');
}

/** Readers make a plain line feed of them, XML 1.0's of the first and XML 1.1's of all, unless they are references. */
const LINE_ENDS = /[\r\u0085\u2028]/g;

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

function text(value: string): string {
  return allowed(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(LINE_ENDS, reference);
}

/** Line ends and tabs would come back as blanks. */
function attribute(value: string): string {
  return text(value)
    .replaceAll('"', '&quot;')
    .replace(/[\n\t]/g, reference);
}

function cdata(value: string): string {
  const inside = allowed(value)
    .replaceAll(']]>', ']]]]><![CDATA[>')
    .replace(LINE_ENDS, (end) => `]]>${reference(end)}<![CDATA[`);
  return `<![CDATA[${inside}]]>`;
}
