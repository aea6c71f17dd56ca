import type { LineItem } from '../../domain/campaign.js';
import type { AudioCreative, Companion, MediaFile, VideoCreative } from '../../domain/creative.js';
import type { FilePath } from '../finding.js';
import { lintAddresses } from './lint-addresses.js';
import type { Report } from './lint-finding.js';
import { COMMON_SIZES } from './usual-sizes.js';

/** Widths to heights that players have. */
const USUAL_SHAPES = [
  [16, 9],
  [9, 16],
  [4, 3],
  [3, 4],
  [1, 1],
  [4, 5],
] as const;
/** Encoders round to even numbers of pixels. */
const SHAPE_TOLERANCE = 0.02;
/** Sizes of companions beside those that banners have as well. */
const COMPANION_SIZES = new Set(['300x60', '640x640', '1024x1024']);
const PLAYED_NEARLY_EVERYWHERE = {
  video: { mimes: ['video/mp4'], words: 'MP4' },
  audio: { mimes: ['audio/mpeg', 'audio/mp4'], words: 'MP3 or M4A' },
} as const;

/** Finds what keeps a video from being shown. */
export function lintVideo(lineItem: LineItem, creative: VideoCreative, report: Report): void {
  lintStream(creative, report);
  for (const [i, { size }] of creative.files.entries()) {
    if (size && !hasUsualShape(size)) {
      const says = `makes the video ${size.w}x${size.h}, and hardly any player has that shape; usual are ${USUAL_SHAPES.map((shape) => shape.join(':')).join(', ')}`;
      report('warning', ['files', i, 'w'], says);
    }
  }
  lintSkip(creative, report);
  lintShapeForTv(lineItem, creative, report);
}

/** Finds what keeps an audio from being heard. */
export function lintAudio(creative: AudioCreative, report: Report): void {
  lintStream(creative, report);
}

function lintStream(creative: VideoCreative | AudioCreative, report: Report): void {
  const { files, wrapper, companions, seconds } = creative;
  lintAddresses(
    [
      ...files.map(({ url }, i) => [['files', i, 'url'] satisfies FilePath, url] as const),
      ...(wrapper ? [[['wrapper', 'tag'] satisfies FilePath, wrapper.tag] as const] : []),
      ...companions.map(({ image }, i) => [['companions', i, 'image'] satisfies FilePath, image] as const),
    ],
    report,
  );
  lintFiles(creative, files, report);
  lintCompanions(companions, report);
  if (!Number.isInteger(seconds)) {
    const says = `is ${seconds}, and breaks that are sold by exact lengths take whole seconds only; write ${Math.round(seconds)} if that is what they are told`;
    report('warning', ['seconds'], says);
  }
}

function lintFiles(
  { format }: VideoCreative | AudioCreative,
  files: readonly MediaFile[],
  report: Report,
): void {
  if (files.length === 0) return;
  const other = format === 'video' ? 'audio' : 'video';
  for (const [i, { mime, kbps }] of files.entries()) {
    if (mime.startsWith(`${other}/`)) {
      report(
        'error',
        ['files', i],
        `is ${mime}, which is no ${format}; use another file, or another "format"`,
      );
    }
    if (kbps === undefined) {
      const says = 'has no "kbps", and places that limit the bitrate take no file without; add it';
      report('warning', ['files', i], says);
    }
  }
  const { mimes, words } = PLAYED_NEARLY_EVERYWHERE[format];
  const plays = ({ mime, delivery }: MediaFile): boolean =>
    delivery === 'progressive' && (mimes as readonly string[]).includes(mime);
  if (!files.some(plays)) {
    const says = `have no ${words} that is loaded while it plays ("progressive"), which nearly all players ask for; add one`;
    report('warning', ['files'], says);
  }
}

function lintCompanions(companions: readonly Companion[], report: Report): void {
  for (const [i, { size }] of companions.entries()) {
    const shown = `${size.w}x${size.h}`;
    if (COMMON_SIZES.has(shown) || COMPANION_SIZES.has(shown)) continue;
    const says = `makes the size ${shown}, for which hardly any place has room; 300x250 and 728x90 are usual`;
    report('warning', ['companions', i, 'w'], says);
  }
}

function lintSkip({ skipAfterSeconds, seconds, wrapper }: VideoCreative, report: Report): void {
  if (skipAfterSeconds === undefined) return;
  if (wrapper) {
    const says = "has no effect on a wrapper: the tag's own video says when it may be skipped; leave it out";
    report('warning', ['skipAfter'], says);
  } else if (skipAfterSeconds >= seconds) {
    const says = `is ${skipAfterSeconds}, but the video is over after ${seconds} seconds; lower it or leave it out`;
    report('warning', ['skipAfter'], says);
  }
}

const TELEVISIONS: readonly string[] = ['tv', 'set-top-box', 'connected-device'];

function lintShapeForTv({ targeting }: LineItem, { files }: VideoCreative, report: Report): void {
  const { anyOf: types = [] } = targeting.deviceTypes ?? {};
  const isForTv = types.length > 0 && types.every((type) => TELEVISIONS.includes(type));
  if (!isForTv || files.length === 0 || files.some(({ size }) => !size || size.w >= size.h)) return;
  const says =
    'is an upright video, but the line item wants only televisions; add a file that is wider than high';
  report('warning', [], says);
}

function hasUsualShape({ w, h }: { readonly w: number; readonly h: number }): boolean {
  return USUAL_SHAPES.some(([wide, high]) => Math.abs((w * high) / (h * wide) - 1) <= SHAPE_TOLERANCE);
}
