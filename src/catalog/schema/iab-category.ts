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
