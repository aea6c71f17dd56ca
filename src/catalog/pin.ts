import { createHash } from 'node:crypto';
import type { Companion, Creative, MediaFile, NativeImage } from '../domain/creative.js';
import { unreachable } from '../lib/assert.js';

/** 128 bits: too many for anybody to make two creatives that look approved and have one pin. */
const PIN_CHARACTERS = 32;

/**
 * The pin of a creative: a hash of all that a visitor or a reviewer is shown, and of where a click leads. What the creative
 * is called, and what it says of itself (categories, attributes), is no part of it. Pins stand in files for years: whoever
 * changes what is hashed here makes every pinned creative stop.
 */
export function pinOf(creative: Creative): string {
  const shown = JSON.stringify([creative.format, creative.landing, creative.imageUrl, shownBy(creative)]);
  return createHash('sha256').update(shown).digest('hex').slice(0, PIN_CHARACTERS);
}

function shownBy(creative: Creative): readonly unknown[] {
  switch (creative.format) {
    case 'banner': {
      const { markup, mime, size, ratio } = creative;
      return [markup, mime, size?.w, size?.h, ratio?.widthRatio, ratio?.heightRatio];
    }
    case 'video':
      return [...streamParts(creative), creative.skipAfterSeconds];
    case 'audio':
      return streamParts(creative);
    case 'native': {
      const { title, images, icons, data, video, privacyUrl } = creative;
      const texts = [...data].sort(([a], [b]) => a - b);
      const film = video && [video.seconds, video.files.map(fileParts)];
      return [title, images.map(imageParts), icons.map(imageParts), texts, film, privacyUrl];
    }
    default:
      return unreachable(creative);
  }
}

function streamParts(
  creative: Pick<
    Extract<Creative, { format: 'video' | 'audio' }>,
    'seconds' | 'files' | 'wrapper' | 'companions'
  >,
): readonly unknown[] {
  const { seconds, files, wrapper, companions } = creative;
  return [seconds, files.map(fileParts), wrapper?.tag, companions.map(companionParts)];
}

function fileParts({ url, mime, size }: MediaFile): readonly unknown[] {
  return [url, mime, size?.w, size?.h];
}

function imageParts({ url, mime, size }: NativeImage): readonly unknown[] {
  return [url, mime, size.w, size.h];
}

function companionParts({ image, mime, size }: Companion): readonly unknown[] {
  return [image, mime, size.w, size.h];
}
