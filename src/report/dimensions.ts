/** What a report can be grouped by, and the column of the table `bids` that tells it. */
export const DIMENSIONS = {
  campaign: { column: 'campaign', heading: 'campaign', ofRequests: undefined },
  lineItem: { column: 'lineItem', heading: 'line item', ofRequests: undefined },
  creative: { column: 'creative', heading: 'creative', ofRequests: undefined },
  exchange: { column: 'exchange', heading: 'exchange', ofRequests: `coalesce(exchange, '(unknown)')` },
  domain: { column: 'domain', heading: 'domain or app', ofRequests: `coalesce(domain, bundle, '(none)')` },
  hour: {
    column: 'hour',
    heading: 'hour (UTC)',
    ofRequests: `strftime(epoch_ms(timeMs), '%Y-%m-%d %H:00')`,
  },
  day: { column: 'flightDay', heading: 'day', ofRequests: undefined },
  advertiser: { column: 'advertiser', heading: 'advertiser', ofRequests: undefined },
} as const;

export type Dimension = keyof typeof DIMENSIONS;
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as readonly Dimension[];

/** Line items and creatives have names of their own only within what they belong to. */
const WITHIN: Partial<Record<Dimension, readonly Dimension[]>> = {
  lineItem: ['campaign'],
  creative: ['campaign', 'lineItem'],
};

/** @returns the dimensions in their order, each once, with those that their names need before them */
export function withOwners(dimensions: readonly Dimension[]): readonly Dimension[] {
  return [...new Set(dimensions.flatMap((each) => [...(WITHIN[each] ?? []), each]))];
}

/** Columns of `bids`, for SQL. */
export function columnsOf(dimensions: readonly Dimension[]): readonly string[] {
  return dimensions.map((each) => `"${DIMENSIONS[each].column}"`);
}
