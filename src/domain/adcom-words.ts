/** The words that campaign files and explanations use for codes of AdCOM 1.0, whose lists are named beside each. */

/** "Creative Attributes". */
export const CREATIVE_ATTRIBUTES = {
  'audio-autoplay': 1,
  'audio-on-click': 2,
  'expands-by-itself': 3,
  'expands-on-click': 4,
  'expands-on-hover': 5,
  'video-autoplay': 6,
  'video-on-click': 7,
  pop: 8,
  provocative: 9,
  flashing: 10,
  survey: 11,
  'text-only': 12,
  interactive: 13,
  'dialog-style': 14,
  'audio-button': 15,
  'skip-button': 16,
  flash: 17,
} as const;

/** The attributes of a creative that grows over its edge. */
export const EXPANDING_ATTRIBUTES: readonly number[] = [3, 4, 5];

/** "API Frameworks". */
export const API_FRAMEWORKS = {
  'vpaid-1': 1,
  'vpaid-2': 2,
  'mraid-1': 3,
  ormma: 4,
  'mraid-2': 5,
  'mraid-3': 6,
  'omid-1': 7,
} as const;

/** "Expandable Directions". */
export const EXPAND_DIRECTIONS = { left: 1, right: 2, up: 3, down: 4, 'full-screen': 5, resize: 6 } as const;

/** "Placement Positions". */
export const POSITIONS = {
  'above-the-fold': 1,
  locked: 2,
  'below-the-fold': 3,
  header: 4,
  footer: 5,
  sidebar: 6,
  'full-screen': 7,
} as const;

/** "Plcmt Subtypes - Video": what a video is played with. */
export const PLACEMENTS = { instream: 1, accompanying: 2, interstitial: 3, standalone: 4 } as const;

/** "Banner types" of OpenRTB 2.6 `btype`. */
export const BANNER_TYPES = { text: 1, banner: 2, javascript: 3, iframe: 4 } as const;

/** Native 1.2 "Data Asset Types". */
export const NATIVE_DATA = {
  sponsoredBy: 1,
  description: 2,
  rating: 3,
  likes: 4,
  downloads: 5,
  price: 6,
  salePrice: 7,
  phone: 8,
  address: 9,
  moreDescription: 10,
  displayUrl: 11,
  callToAction: 12,
} as const;

/** The words of a table for codes, in their order; a code without a word is told as it is. */
export function wordsOf(table: Readonly<Record<string, number>>, codes: readonly number[]): string {
  const words = new Map(Object.entries(table).map(([word, code]) => [code, word]));
  return codes.map((code) => words.get(code) ?? String(code)).join(', ');
}

/** Words for AdCOM "Category Taxonomies" beside Content 1.0, which campaigns speak as `categories`. */
export const CATEGORY_TAXONOMIES = {
  'content-2.0': 2,
  'ad-product-1.0': 3,
  'content-2.1': 5,
  'content-2.2': 6,
  'content-3.0': 7,
  'ad-product-2.0': 8,
  'content-3.1': 9,
} as const;
