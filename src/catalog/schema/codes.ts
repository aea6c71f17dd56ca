/** Words that a campaign file uses for codes of AdCOM 1.0, whose lists are named beside each. */

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

/**
 * IAB Content Taxonomy 1.0: how many second-tier categories each first-tier one has. `IAB18-6` is the last of IAB18.
 */
const SECOND_TIER_COUNTS = [
  7, 23, 12, 11, 15, 9, 45, 18, 31, 9, 5, 3, 12, 8, 10, 7, 44, 6, 36, 27, 3, 4, 10, 0, 7, 4,
];

/** @returns the category in upper case, or undefined when the taxonomy has none of that name */
export function iabCategory(text: string): string | undefined {
  const category = text.toUpperCase();
  const parts = /^IAB([1-9]\d?)(?:-([1-9]\d?))?$/.exec(category);
  if (!parts) return undefined;
  const secondTierCount = SECOND_TIER_COUNTS[Number(parts[1]) - 1];
  if (secondTierCount === undefined || Number(parts[2] ?? 0) > secondTierCount) return undefined;
  return category;
}
