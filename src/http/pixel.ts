import type { HeaderList } from './call.js';

/** Pictures and notices come from any page and must reach us each time they are fired. */
export const UNCACHED: HeaderList = [
  ['cache-control', 'no-store'],
  ['access-control-allow-origin', '*'],
];
export const GIF: HeaderList = [...UNCACHED, ['content-type', 'image/gif']];

/** One transparent pixel, the smallest gif that every browser draws. */
export const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
